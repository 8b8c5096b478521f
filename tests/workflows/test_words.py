"""Every code this engine can utter has its sentence in both languages, with the params it brings."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from tests.shared import ROOT
from workflows import state as states
from workflows.model import KIND
from workflows.predict import StopState
from workflows.quorum import Rule

CODE = re.compile(r'"((?:flow|task|duties|decide|return|withdraw|case|void|rating|assign|authority)\.[a-z_.]+)"')
REASONS = (
    *("user", "post", "post_within", "superior", "department_head", "committee", "tier", "authority", "field"),
    *("fallback", "on_self"),
)
FORMED = {
    *(f"{answer}.comment_required" for answer in ("approve", "reject", "return")),
    *(f"duties.reason.{reason}" for reason in ("applicant", "customer_owner", "maker", "counted", "twice")),
    *(f"flow.answer.{answer}" for answer in get_args(states.Answer)),
    *(f"flow.status.{status}" for status in get_args(states.Status)),
    *(f"flow.task.{status}" for status in get_args(states.TaskStatus)),
    *(f"flow.outcome.{status}" for status in get_args(states.RunStatus)),
    *(f"flow.waiting.{what}" for what in get_args(states.Waiting)),
    *(f"flow.stop.{state}" for state in get_args(StopState)),
    *(f"flow.kind.{kind}" for kind in (*KIND.values(), "authority")),
    *(f"flow.quorum.{rule}" for rule in get_args(Rule)),
    *(f"flow.why.{by}" for by in REASONS),
}


def sentences(language: str) -> dict[str, str]:
    with (ROOT / "app" / "locale" / language / "flow.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def uttered() -> set[str]:
    sources = (ROOT / "workflows").glob("*.py")
    found = {code for source in sources for code in CODE.findall(source.read_text(encoding="utf-8"))}
    return (found - {"flow.schema.json"}) | FORMED


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_each_code_has_a_sentence(language: str) -> None:
    known = sentences(language)
    assert sorted(code for code in uttered() if not known.get(code)) == []


def test_both_languages_say_the_same_things() -> None:
    chinese, english = sentences("zh_Hans_CN"), sentences("en")
    assert set(chinese) == set(english)
    for code, text in chinese.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", english[code])), code
