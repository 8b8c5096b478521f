"""Every sentence stands in both languages with the same parameters, and every verb, code and key has one."""

from __future__ import annotations

import re
import string

import pytest

from app.edge.locale import catalogue
from app.work import Verb
from tests.house.tree import files, product, read

LANGUAGES = ("zh-CN", "en")
KEY = re.compile(r"""\bt\(\s*["']([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)+)["']""")
PROBLEM = re.compile(r"""\b(?:Problem|Conflict|Malformed)\(\s*\n?\s*["']([a-z][a-z_0-9]*(?:\.[a-z_0-9]+)+)["']""")
REFUSED = re.compile(r"""\bRefused\(\s*["'][a-z]+["'],\s*["']([a-z_]+\.[a-z_]+)["']""")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    zh, en = (set(catalogue(each)) for each in LANGUAGES)
    assert sorted(zh - en) == []
    assert sorted(en - zh) == []


def test_parameters_are_the_same_in_both() -> None:
    zh, en = (catalogue(each) for each in LANGUAGES)
    both = {key: (fields(zh[key]), fields(en[key])) for key in zh.keys() & en.keys()}
    different = {key: pair for key, pair in both.items() if pair[0] != pair[1]}
    assert not different


def test_chinese_is_chinese_and_english_english() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    names = ("中文", "信衡", "万", "亿", "同意", "人民币")
    odd = [
        key
        for key, text in catalogue("en").items()
        if chinese.search(re.sub("|".join(names), "", text)) and not key.startswith(("ui.language", "hint.date"))
    ]
    assert not odd


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_has_a_sentence(language: str) -> None:
    missing = [verb.value for verb in Verb if f"verb.{verb.value}" not in catalogue(language)]
    assert not missing


def test_every_key_used_has_a_sentence() -> None:
    used: dict[str, str] = {}
    for path in (*product(".py"), *(p for p in files(".html", ".ts", ".tsx") if p.parts[0] in ("app", "static"))):
        if "test" in path.parts:
            continue
        for key in KEY.findall(read(path)):
            used.setdefault(key, str(path))
    missing = {key: path for key, path in used.items() if key not in catalogue("zh-CN")}
    assert len(used) > 100
    assert not missing


def test_every_problem_code_has_a_sentence() -> None:
    used: dict[str, str] = {}
    for path in product(".py"):
        text = read(path)
        for code in (*PROBLEM.findall(text), *REFUSED.findall(text)):
            used.setdefault(code, str(path))
    missing = {code: path for code, path in sorted(used.items()) if not _told(code) and not _inner(code)}
    assert len(used) > 60
    assert not missing


def _told(code: str) -> bool:
    """Findings of the ledger stand under a name of their own, since its verifier also speaks without this catalogue."""
    return code in catalogue("zh-CN") or f"ledger.{code}" in catalogue("zh-CN")


def _inner(code: str) -> bool:
    """Codes that never reach a reader: faults of callers inside the house."""
    return code.startswith(("canonical.", "entry."))
