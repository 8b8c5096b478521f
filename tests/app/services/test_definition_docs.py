"""The examples in docs/definitions compile, and publish in the demo organisation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app import gallery, kinds
from app.services import definitions, documents
from rules.problem import errors
from tests.builders import House

DOCS = Path(__file__).parents[3] / "docs" / "definitions"


def examples(kind: str) -> list[dict[str, Any]]:
    text = (DOCS / f"{kind}.md").read_text(encoding="utf-8")
    return [documents.read(found).value for found in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_every_kind_has_its_page() -> None:
    assert {path.stem for path in DOCS.glob("*.md")} == set(kinds.KINDS)


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_examples_and_empty_bodies_compile(kind: str) -> None:
    found = examples(kind)
    assert found
    for body in [*found, gallery.empty(kind)]:
        kinds.KINDS[kind].compile(body)


@pytest.mark.parametrize("kind", ["form", "scorecard", "table", "flow"])
def test_examples_could_be_published(house: House, kind: str) -> None:
    with house.work("zhoumin") as work:
        for body in [*examples(kind), gallery.empty(kind)]:
            assert not errors(definitions.check(work.session, kind, body, f"example_{kind}"))


def test_the_policy_example_only_lacks_the_other_grades(house: House) -> None:
    with house.work("zhoumin") as work:
        found = errors(definitions.check(work.session, "policy", examples("policy")[0]))
        assert {problem.code for problem in found} == {"policy.grade_missing"}
