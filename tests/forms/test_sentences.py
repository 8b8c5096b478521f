"""Every Problem and hint of the forms engine has a sentence in both languages, with the params it really gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import forms
from tests.forms.build import sentences

ROOT = Path(forms.__file__).parent
CODE = re.compile(r'"((?:[a-z_]+)\.[a-z_]+)"')
AREAS = {
    "field",
    "text",
    "number",
    "money",
    "date",
    "choice",
    "yes_no",
    "lookup",
    "credit_code",
    "email",
    "phone",
    "datetime",
    "date_range",
    "tags",
    "address",
    "bank_account",
    "bank_code",
    "staff",
    "file",
    "signature",
    "convert",
    "subform",
    "compute",
    "check",
    "answers",
    "form",
    "hint",
}


def codes() -> set[str]:
    found: set[str] = set()
    for path in sorted(ROOT.rglob("*.py")):
        found |= {code for code in CODE.findall(path.read_text(encoding="utf-8")) if code.split(".")[0] in AREAS}
    return found


def names(text: str) -> set[str]:
    return set(re.findall(r"\{([a-z_]+)\}", text))


def test_each_code_has_a_sentence_and_each_sentence_a_code() -> None:
    assert set(sentences("zh_Hans_CN")) == codes() == set(sentences("en"))


@pytest.mark.parametrize("code", sorted(codes()))
def test_both_languages_use_the_same_params(code: str) -> None:
    chinese, english = sentences("zh_Hans_CN")[code], sentences("en")[code]
    assert names(chinese) == names(english)
    assert chinese.strip()
    assert english.strip()


def test_sentences_use_only_params_that_are_given() -> None:
    given: dict[str, set[str]] = {}
    call = re.compile(
        r'(problem|refuse|Problem|Hint|add)\(\s*"([a-z_]+\.[a-z_]+)"((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)', re.DOTALL
    )
    for path in sorted(ROOT.rglob("*.py")):
        for kind, code, rest in call.findall(path.read_text(encoding="utf-8")):
            params = set(re.findall(r"\b([a-z_]+)=", rest)) | set(re.findall(r'"([a-z_]+)":', rest))
            given.setdefault(code, set()).update(params | ({"label"} if kind in ("problem", "refuse") else set()))
    for code, params in given.items():
        if names(sentences("zh_Hans_CN")[code]) - params:
            assert code in {"form.bounds", "check.failed", "check.unknown"}, (code, params)
