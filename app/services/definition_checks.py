"""What stands in the way of publishing a body: its own faults, what it names, who would name it, and today's people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import kinds
from app.models.definition import PUBLISHED, Definition, DefinitionUse
from app.models.people import Post
from app.services import documents
from app.services.customer_answers import FORM
from app.services.directory import directory
from rules import Invalid, Problem
from rules.problem import errors, pointer


def published(session: Session, kind: str, key: str) -> Definition | None:
    """The version in force."""
    return session.scalar(
        select(Definition).where(Definition.kind == kind, Definition.key == key, Definition.status == PUBLISHED)
    )


def compiled(row: Definition) -> Any:
    """The compiled object of a published version (kept per process), or of a draft (compiled now)."""
    if row.fingerprint is None:
        return kinds.KINDS[row.kind].compile(row.body)
    return kinds.compiled(row.kind, row.fingerprint, row.body)


def users(session: Session, kind: str, key: str) -> list[Definition]:
    """The published Definitions that name this one, whichever version they were published against."""
    used = aliased(Definition)
    named = (
        select(DefinitionUse.user_id)
        .join(used, used.id == DefinitionUse.used_id)
        .where(used.kind == kind, used.key == key)
    )
    query = select(Definition).where(Definition.id.in_(named), Definition.status == PUBLISHED)
    return list(session.scalars(query.order_by(Definition.kind, Definition.key)))


def check(session: Session, kind: str, body: Mapping[str, Any], key: str | None = None) -> list[Problem]:
    """Every finding about a body, warnings among them; nothing of severity error means publishable.

    With `key` the published Definitions that name this one are checked against it too: what would break a flow in
    force is a finding about the form that would break it.
    """
    if kind not in kinds.KINDS:
        return [Problem("definition.unknown_kind", "", {"kind": kind})]
    if unfit := documents.storable_problems(body):
        return unfit
    others, problems = linked(session, kind, body)
    posts = _unknown_posts(session, kind, body)
    try:
        made = kinds.KINDS[kind].compile(body)
    except Invalid as invalid:
        return [*invalid.problems, *problems, *posts]
    found = [*getattr(made, "warnings", ()), *problems, *posts]
    if not problems:
        ready = {place: compiled(row) for place, row in others.items()}
        found += kinds.KINDS[kind].check_links(body, made, ready)
        if not errors(found):
            found += kinds.KINDS[kind].lint(made, ready, lambda tiers: directory(session, tiers))
    if kind == "form" and key is not None:
        found += _taken_facts(session, key, made)
        if made.access is not None and key != FORM:
            found.append(Problem("definition.access_place", "/access"))
    if key is not None and not errors(found):
        found += _broken(session, kind, key, made)
    return found


def check_stored(
    session: Session, kind: str, key: str, body: Mapping[str, Any], unread: Mapping[str, str]
) -> list[Problem]:
    """The same about a version as it is stored: why a text of it cannot be read comes first.

    A body is not judged by what could be read of it before somebody broke it.
    """
    found = unread_problems(unread)
    return found if "body" in unread else [*found, *check(session, kind, body, key)]


def unread_problems(unread: Mapping[str, str]) -> list[Problem]:
    """Why no document can be read of what was typed; of a layout, which stands beside the body, the line alone."""
    found: list[Problem] = []
    if "body" in unread:
        found += documents.problems_of(unread["body"]) or [Problem("definition.unread")]
    if "layout" in unread:
        reasons = documents.problems_of(unread["layout"])
        found.append(Problem("definition.layout_unread", "", {"line": reasons[0].params["line"] if reasons else 1}))
    return found


def linked(session: Session, kind: str, body: Mapping[str, Any]) -> tuple[dict[str, Definition], list[Problem]]:
    """The published Definitions a body names by the place that names them, and the names that lead nowhere."""
    others: dict[str, Definition] = {}
    problems: list[Problem] = []
    for link in kinds.KINDS[kind].links(body):
        row = published(session, link.kind, link.key)
        if row is None:
            problems.append(Problem(f"definition.{link.kind}_missing", link.place, {"key": link.key}))
        else:
            others[link.place] = row
    return others, problems


def _unknown_posts(session: Session, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    named = list(kinds.KINDS[kind].posts(body))
    if not named:
        return []
    known = set(session.scalars(select(Post.key).where(Post.key.in_({each.key for each in named}))))
    return [
        Problem("definition.post_missing", each.place, {"post": each.key}) for each in named if each.key not in known
    ]


def _taken_facts(session: Session, key: str, made: Any) -> Iterator[Problem]:
    """A Fact has one owner: a name that another book's records add up to already is refused, and says whose it is."""
    mine = {fact.key: place for place, fact in enumerate(made.book.facts)} if made.book is not None else {}
    if not mine:
        return
    query = select(Definition).where(Definition.kind == "form", Definition.status == PUBLISHED, Definition.key != key)
    for row in session.scalars(query.order_by(Definition.key)):
        for fact in (row.body.get("book") or {}).get("facts", ()):
            if fact["key"] in mine:
                params = {"key": fact["key"], "book": row.key, "title": dict(row.title)}
                yield Problem("form.book_fact_taken", pointer("book", "facts", mine[fact["key"]], "key"), params)


def _broken(session: Session, kind: str, key: str, made: Any) -> Iterator[Problem]:
    """Each published Definition that names this one, tried with `made` in its place; only new errors count.

    The finding is about the whole body, so its path is empty; `in` and `at` say which Definition breaks and where.
    """
    for user in users(session, kind, key):
        others, _ = linked(session, user.kind, user.body)
        old = {place: compiled(row) for place, row in others.items()}
        new = {place: made if (others[place].kind, others[place].key) == (kind, key) else old[place] for place in old}
        test = kinds.KINDS[user.kind].check_links
        before = {(p.code, p.path) for p in errors(test(user.body, compiled(user), old))}
        broken = [p for p in errors(test(user.body, compiled(user), new)) if (p.code, p.path) not in before]
        if broken:
            named = {"kind": user.kind, "key": user.key, "version": user.version}
            yield Problem("definition.breaks", "", {"title": dict(user.title), **named})
            for problem in {(p.code, p.path, p.params.get("name")): p for p in broken}.values():
                where = {"in": f"{user.kind}/{user.key}", "in_title": dict(user.title), "at": problem.path}
                yield Problem(problem.code, "", {**problem.params, **where})
