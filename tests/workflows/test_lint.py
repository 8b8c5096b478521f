"""The linter sees today's people: what would get stuck is told before it does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.directory import COMPANY, Organisation
from tests.workflows.story import load
from workflows import check_fields, compile_flow, lint

Found = list[tuple[str, str, str]]


def told(body: dict[str, Any], people: Organisation = COMPANY) -> Found:
    return [(problem.code, problem.path, problem.severity) for problem in lint(compile_flow(body), people)]


def gallery() -> dict[str, Any]:
    return load("credit_approval")


def test_the_gallery_fits_the_company() -> None:
    assert told(gallery()) == [("flow.lint.tier_step", "/steps/8", "warning")]
    (problem,) = lint(compile_flow(gallery()), COMPANY)
    assert problem.params == {"step": "done", "tiers": "general_manager_exception"}


def test_a_post_without_people() -> None:
    found = told(gallery(), COMPANY.without("fay", "finn"))
    assert ("flow.lint.assign_empty", "/steps/4/assign/0", "warning") in found
    assert ("flow.lint.tier_nobody", "/steps/8", "error") in found
    assert not [code for code, *_ in found if code == "flow.lint.nobody"], "the fallback is there"


def test_fallbacks_without_people_either() -> None:
    found = told(gallery(), COMPANY.without("fay", "finn", "fred", "admin"))
    assert ("flow.lint.fallback_empty", "/steps/4/on_empty/0", "warning") in found
    assert ("flow.lint.fallback_empty", "/steps/4/on_empty/1", "warning") in found
    assert ("flow.lint.nobody", "/steps/4", "error") in found
    assert ("flow.lint.nobody", "/steps/3", "error") not in found, "sara still heads sales"


def test_one_person_alone() -> None:
    assert ("flow.lint.single_person", "/steps/4", "warning") in told(gallery(), COMPANY.without("finn"))


def test_too_few_for_the_count() -> None:
    body = gallery()
    body["steps"][6]["quorum"] = {"rule": "count", "count": 3}
    assert not [code for code, *_ in told(body) if code == "flow.lint.quorum_short"]
    assert ("flow.lint.quorum_short", "/steps/6", "error") in told(body, COMPANY.without("rob"))


def test_nobody_to_tell() -> None:
    assert ("flow.lint.cc_empty", "/steps/7/to/0", "warning") in told(gallery(), COMPANY.without("cora"))


def test_a_condition_that_never_changes() -> None:
    body = gallery()
    body["routes"][6]["when"] = "1 > 2"
    (problem,) = [p for p in lint(compile_flow(body), COMPANY) if p.code == "flow.lint.condition_constant"]
    assert problem.params == {"step": "choice", "when": "1 > 2", "value": False}


def test_a_flow_that_brings_no_tier() -> None:
    assert ("flow.lint.tier_unknown", "/steps/4", "warning") in told(load("handled"))


def test_steps_without_a_name() -> None:
    assert [path for code, path, _ in told(load("weights")) if code == "flow.lint.label"] == [
        "/steps/0", "/steps/1", "/steps/2"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["plain", "sequence", "handled", "weights", "credit_approval"])
def test_nobody_at_all(name: str) -> None:
    nobody = COMPANY.without(*COMPANY.people)
    codes = {code for code, *_ in told(load(name), nobody)}
    assert "flow.lint.nobody" in codes


def test_fields_the_form_does_not_have() -> None:
    body = gallery()
    body["steps"][3]["assign"] = [{"by": "field", "field": "sponsor"}]
    flow = compile_flow(body)
    assert check_fields(flow, {"finance_opinion", "sponsor"}) == ()
    assert [(problem.code, problem.path) for problem in check_fields(flow, {"limit"})] == [
        ("flow.field.unknown", "/steps/0/fields/finance_opinion"),
        ("flow.field.unknown", "/steps/3/assign/0/field"),
        ("flow.field.unknown", "/steps/4/fields/finance_opinion"),
    ]
