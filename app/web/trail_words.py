"""What the trail's templates write and link with: sentences, names, and addresses of what an entry is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app, url_for
from werkzeug.routing import BuildError

from app.edge import sentences
from app.edge.locale import has_text, label, language, t
from app.queries.trail import EntryRow
from app.queries.trail_names import NOBODY, Names
from app.work import Subject
from ledger import Finding, leaf_hash

PAGES: Mapping[str, tuple[str, str]] = {
    # type of subject: the page that shows the thing itself, and the name of its argument
    "customer": ("desk.customer", "customer_id"),
    "case": ("inbox.case", "case_id"),
    "user": ("admin_users.user", "user_id"),
}


NAMED = ("customer", "case", "credit_request", "user", "department", "post", "definition", "job", "system")


def thing_address(subject: Subject) -> str | None:
    """The page of the thing itself, where there is one."""
    if subject.type == "definition":
        kind, _, key = subject.id.partition("/")
        return _address("studio_definition.definition", {"kind": kind, "key": key})
    endpoint, argument = PAGES.get(subject.type, ("", ""))
    return _address(endpoint, {argument: subject.id})


def _address(endpoint: str, values: Mapping[str, Any]) -> str | None:
    if endpoint not in current_app.view_functions:
        return None
    try:
        return url_for(endpoint, **values)
    except BuildError:  # an id that no page could have
        return None


def pin_address(pin: Mapping[str, Any]) -> str | None:
    """The page of a pinned version."""
    kind, key, version = pin.get("kind"), pin.get("key"), pin.get("version")
    return _address("studio_definition.version", {"kind": kind, "key": key, "version": version})


def pin_words(pin: Mapping[str, Any]) -> str:
    """Kind, key and version of a pinned definition."""
    kind = f"trail.kind.{pin.get('kind')}"
    what = t(kind) if has_text(kind) else t("subject.definition")
    return t("trail.entry.definition", kind=what, key=str(pin.get("key"))[:60], version=str(pin.get("version"))[:20])


def trail_address(subject: Subject) -> str:
    """The trail of one subject."""
    return url_for("trail.subject", subject_type=subject.type, subject_id=subject.id)


def finding_words(found: Mapping[str, Any], names: Names = NOBODY) -> str:
    """The sentence of a finding as it was kept; what it is about by the name people know, where there is one."""
    params = found.get("params")
    known = dict(params) if isinstance(params, Mapping) else {}
    if (about := finding_subject(found)) is not None:
        known |= {"subject_type": _what(about), "subject_id": label(names.get(about.type, about.id)) or about.id}
    finding = Finding(str(found.get("code")), known)
    try:
        return finding.sentence("en" if language() == "en" else "zh")
    except (KeyError, IndexError, ValueError):
        return finding.code[:80]


def subject_words(about: Subject, names: Names = NOBODY) -> str:
    """What kind of thing it is, and its name where there is one."""
    name = label(names.get(about.type, about.id))
    return t("trail.subject_named", what=_what(about), name=name) if name else _what(about)


def _what(about: Subject) -> str:
    key = f"subject.{about.type}"
    return t(key) if has_text(key) else about.type


def finding_subject(found: Mapping[str, Any]) -> Subject | None:
    """What the finding is about, where it names a subject."""
    params = found.get("params")
    if not isinstance(params, Mapping) or params.get("subject_id") in (None, "?"):
        return None
    return Subject(str(params.get("subject_type")), str(params["subject_id"]))


def said(row: EntryRow) -> dict[str, Any]:
    """An entry ready for a template."""
    return {
        "row": row,
        "words": sentences.sentence(row),
        "actor": sentences.actor_words(row),
        "role": sentences.role_words(row),
        "subject": sentences.subject_words(row),
        "reason": row.text("reason"),
        "changes": sentences.changes(row),
        "altered": leaf_hash(row.body) != row.leaf_hash,
        "way": _way(row),
    }


def _way(row: EntryRow) -> str:
    """How grave it looks in a time line."""
    answer = row.detail.get("answer")
    if not row.readable or row.verb in ("case.rejected", "case.failed", "rating.failed") or answer == "reject":
        return "bad"
    if row.verb in ("case.returned", "case.voided", "case.withdrawn", "limit.expired") or answer == "return":
        return "warn"
    if row.verb in ("case.approved", "limit.changed", "case.opened") or answer == "approve":
        return "good"
    return "quiet"


def story(rows: Iterable[EntryRow]) -> list[dict[str, Any]]:
    """Entries of a time line ready for `trail/timeline.html`."""
    return [said(row) for row in rows]
