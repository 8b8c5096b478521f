"""Problems of a typed document where they stand: the sentence, the line, the words there, the offsets to jump to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.edge.change_sentences import labels_of
from app.edge.locale import label, problem_text, t
from app.queries.definitions import Detail
from app.services import documents
from app.services.definition_checks import check, unread_problems
from app.services.documents import Document, Place, place_of, read, write
from app.work import Reading
from rules import Invalid, Problem

EXCERPT = 90


@dataclass(frozen=True, slots=True)
class Finding:
    """One Problem as the studio shows it.

    place      JSON Pointer, "" for the whole; elsewhere is the other Definition that would break, at `place` in it
    start, end offsets in UTF-16 units, as browsers count; line and column from 1; None where the text is not at hand
    """

    message: str
    place: str
    severity: str
    line: int | None = None
    column: int | None = None
    start: int = 0
    end: int = 0
    excerpt: str = ""
    elsewhere: str = ""


def findings(problems: Iterable[Problem], document: Document | None = None, text: str = "") -> list[Finding]:
    """Errors first, each at its place in `document`, or for a text that is no document at its own span."""
    ordered = sorted(problems, key=lambda problem: problem.severity != "error")
    labels = labels_of(document.value) if document is not None else {}
    return [_finding(problem, document, text, labels) for problem in ordered]


def of_stored(view: Reading, detail: Detail) -> list[Finding]:
    """What stands in the way of publishing a draft, at its places in the text as typed, or as it would be written."""
    head, unread = detail.head, detail.unread
    if "body" in unread:
        found = findings(unread_problems({"body": unread["body"]}), None, unread["body"])
    else:
        found = _of_body(check(view.session, head.kind, detail.body, head.key), detail.body)
    return [*found, *(of_layout(documents.problems_of(unread["layout"])) if "layout" in unread else ())]


def body_text(detail: Detail) -> str:
    """The body as it was typed, where that could not be read, or else as it is written."""
    return detail.unread.get("body", write(detail.body))


def layout_text(detail: Detail) -> str:
    return detail.unread.get("layout", write(detail.layout) if detail.layout else "")


def of_layout(problems: Iterable[Problem], document: Document | None = None, text: str = "") -> list[Finding]:
    """Faults of the layout: told as such, since they stand in another text than the ones a place leads to."""
    found = findings(problems, document, text)
    return [Finding(t("studio.layout.problem", message=each.message), "", "error") for each in found]


def _of_body(problems: Iterable[Problem], body: Mapping[str, Any]) -> list[Finding]:
    """The same for a stored body, as it would be written."""
    found = list(problems)
    if not found:
        return []
    text = write(body)
    try:
        return findings(found, read(text), text)
    except Invalid:  # stored before it was refused: without places, but told
        return findings(found)


def _labelled(params: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """Steps by their labels: a reader knows 财务审核, not `finance`."""
    named = {name: labels.get(f"step.{params[name]}") for name in ("step", "target") if name in params}
    return {**params, **{name: found for name, found in named.items() if found}}


def _finding(problem: Problem, document: Document | None, text: str, labels: Mapping[str, Any]) -> Finding:
    message = problem_text(replace(problem, params=_labelled(problem.params, labels)))
    if "in" in problem.params and "at" in problem.params:
        title = label(problem.params.get("in_title")) or str(problem.params["in"])
        return Finding(message, str(problem.params["at"]), problem.severity, elsewhere=title)
    place: Place | None = None
    if document is not None and problem.path in ("", *document.spans):
        place = document.place(problem.path, problem.span) if problem.path else None
    elif document is not None:
        place = document.place(problem.path)
    elif text and problem.span is not None and not problem.path:
        place = place_of(text, *problem.span)
    elif text and isinstance(problem.params.get("line"), int) and problem.params["line"] > 0:
        start = _offset(text, problem.params["line"], problem.params.get("column", 1))
        place = place_of(text, start, start + 1)
    if place is None:
        return Finding(message, problem.path, problem.severity)
    whole = document.text if document is not None else text
    return Finding(
        message, problem.path, problem.severity, place.line, place.column,
        _units(whole, place.start), _units(whole, place.end), _line(whole, place.start),
    )  # fmt: skip


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def _units(text: str, offset: int) -> int:
    """An offset in code points as UTF-16 units: what lies outside the basic plane counts twice."""
    return offset + sum(character > "\uffff" for character in text[:offset])


def _line(text: str, offset: int) -> str:
    """The line itself, with the next one where it is nothing but a bracket."""
    start = text.rfind("\n", 0, offset) + 1
    lines = [line.strip() for line in text[start : start + 4 * EXCERPT].split("\n", 2)[:2]]
    words = " ".join(lines) if len(lines[0]) < 3 else lines[0]
    return words if len(words) <= EXCERPT else words[:EXCERPT] + "…"
