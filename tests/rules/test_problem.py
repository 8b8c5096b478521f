"""A finding: its place in the document around it, its JSON, and what an exception of several says."""

from __future__ import annotations

from rules import Invalid, Problem
from rules.problem import errors, pointer


def test_json_leaves_out_what_is_not_there() -> None:
    plain = Problem("feel.syntax", "/a/0", {"found": ")"})
    assert plain.to_json() == {"code": "feel.syntax", "path": "/a/0", "params": {"found": ")"}}
    warning = Problem("feel.unused", span=(3, 9), severity="warning")
    assert warning.to_json() == {
        "code": "feel.unused", "path": "", "params": {}, "span": [3, 9], "severity": "warning",
    }  # fmt: skip


def test_a_finding_is_seen_from_the_document_around_it() -> None:
    inner = Problem("feel.syntax", "/text", {"found": ")"}, (1, 2), "warning")
    assert inner.under("/formulas/3") == Problem(
        "feel.syntax", "/formulas/3/text", {"found": ")"}, (1, 2), "warning"
    )  # fmt: skip
    assert errors([inner, Problem("x")]) == (Problem("x"),)


def test_an_exception_names_every_finding_with_its_place() -> None:
    invalid = Invalid(Problem(code, path) for code, path in (("a", "/x"), ("b", "")))
    assert str(invalid) == "a at /x; b at /"
    assert [problem.code for problem in invalid.problems] == ["a", "b"]


def test_pointers_are_escaped() -> None:
    assert pointer("rows", 3, "a/b~c", "") == "/rows/3/a~1b~0c/"
    assert pointer() == ""
