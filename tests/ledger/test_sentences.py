"""Every finding and refusal has its sentence, the same in the verifier and in the catalogues of the pages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import ledger
from ledger.cli import LINES
from ledger.findings import EXIT_CODES, SENTENCES, VERDICTS, Finding, Report
from tests.shared import ROOT

CATALOGUES = {"zh": "zh_Hans_CN", "en": "en"}
SOURCES = "\n".join(path.read_text("utf-8") for path in Path(ledger.__file__).parent.glob("*.py"))
DOTTED = r'"([a-z_0-9]+\.[a-z_0-9]+)"'


def catalogue(lang: str) -> dict[str, str]:
    with (ROOT / "app" / "locale" / CATALOGUES[lang] / "ledger.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, abort_invalid=True) if message.id}


def fields(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize(("lang", "place"), [("zh", 0), ("en", 1)])
def test_catalogues_say_what_the_verifier_says(lang: str, place: int) -> None:
    known = catalogue(lang)
    for code, sentence in SENTENCES.items():
        assert known[f"ledger.{code}"] == sentence[1 + place]
    for verdict, words in VERDICTS.items():
        assert known[f"ledger.verdict.{verdict}"] == words[place]
    for line in ("log", "counted", "signed", "own_keys", "more"):
        assert known[f"ledger.report.{line}"] == LINES[line][place]


def test_both_languages_have_the_same_keys_and_fields() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert chinese.keys() == english.keys()
    for key, sentence in chinese.items():
        assert sentence
        assert fields(sentence) == fields(english[key]), key


def test_every_code_in_the_source_has_a_sentence_and_every_sentence_is_used() -> None:
    raised = set(re.findall(rf"Malformed\(\s*{DOTTED}", SOURCES))
    added = set(re.findall(rf"\._?add\(\s*{DOTTED}", SOURCES))
    known = {key.removeprefix("ledger.") for key in catalogue("zh")}
    assert raised | added <= known
    assert added <= SENTENCES.keys()
    elsewhere = re.sub(r"^SENTENCES: .*?^}", "", SOURCES, flags=re.DOTALL | re.MULTILINE)
    used = set(re.findall(DOTTED, elsewhere))
    assert SENTENCES.keys() - used == set()


def test_the_gravest_finding_gives_the_verdict_and_the_count_has_an_end() -> None:
    report = Report()
    order = ["proof.missing", "anchored.shorter", "proof.forged", "file.not_zip"]
    for code in order:
        report.add(code, index=1, size=1, anchored=2)
    assert report.verdict == "unreadable"
    report.grades.discard("unreadable")
    assert (report.verdict, report.exit_code) == ("tampered", 1)
    report.grades.discard("tampered")
    assert (report.verdict, report.exit_code) == ("shorter", 4)
    report.grades.discard("shorter")
    assert (report.verdict, report.exit_code) == ("incomplete", 2)
    for index in range(1100):
        report.add("proof.missing", index=index)
    assert len(report.findings) == 1000
    assert report.unlisted == 104
    assert EXIT_CODES == {"intact": 0, "tampered": 1, "incomplete": 2, "unreadable": 3, "shorter": 4}


def test_a_finding_speaks_both_languages() -> None:
    finding = Finding("row.missing", {"first": 3, "last": 4})
    assert finding.sentence("zh") == "缺少账本序号 3 至 4 的记录"
    assert finding.sentence("en") == "entries 3 to 4 are missing"
