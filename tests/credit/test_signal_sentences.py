"""Every reason, name, stage and age has a sentence in both languages, with the parameters the code gives."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from credit.ageing import Bucket
from credit.exposure import Category
from credit.signals import SIGNALS
from tests.shared import ROOT

SOURCES = ("registry", "court", "news", "contracts", "trade", "statement", "bureau", "profile", "polish_companies")


def sentences(language: str) -> dict[str, str]:
    path = ROOT / "app" / "locale" / language / "signals.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, abort_invalid=True) if m.id}


def code_words() -> set[str]:
    files = [*(ROOT / "credit" / "signals").glob("*.py"), ROOT / "app" / "gallery" / "companies.py"]
    text = "".join(Path(file).read_text(encoding="utf-8") for file in files)
    return set(re.findall(r'"((?:signal|companies)\.[a-z_]+)"', text))


def test_both_languages_say_the_same_things() -> None:
    chinese, english = sentences("zh_Hans_CN"), sentences("en")
    assert list(chinese) == list(english)
    for key, text in chinese.items():
        fields = [{name for _, name, _, _ in Formatter().parse(t) if name} for t in (text, english[key])]
        assert fields[0] == fields[1], key
        assert text.strip(), key


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_nothing_is_without_a_sentence(language: str) -> None:
    said = set(sentences(language))
    assert code_words() <= said
    assert len(code_words()) > 25
    assert {f"signal.name.{name}" for name in SIGNALS} <= said
    assert {f"signal.source.{name}" for name in SOURCES} <= said
    assert {f"exposure.category.{name}" for name in Category} <= said
    assert {f"ageing.bucket.{name}" for name in Bucket} <= said
