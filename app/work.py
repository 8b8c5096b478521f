"""One transaction's work: who acts, at what time, and what they did, to be written to the ledger as the last act.

`Work` is the only argument every service shares. Services add and change rows through `work.session`, call
`work.record` for every act, and never commit: the edge commits rows and entries together or neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.access import Viewer


class Verb(StrEnum):
    """Every act the ledger knows. Each has a sentence in both languages: catalogue key ``verb.<value>``."""

    DEFINITION_CREATED = "definition.created"
    DEFINITION_SAVED = "definition.saved"
    DEFINITION_PUBLISHED = "definition.published"
    DEFINITION_RETIRED = "definition.retired"
    DEFINITION_DELETED = "definition.deleted"
    FIELD_SET_KEPT = "field_set.kept"
    FIELD_SET_ENDED = "field_set.ended"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_CHANGED = "customer.changed"
    CUSTOMER_REMOVED = "customer.removed"
    CUSTOMER_WITHDRAWN = "customer.withdrawn"
    CUSTOMERS_IMPORTED = "customers.imported"
    ITEMS_IMPORTED = "items.imported"
    IMPORT_UNDONE = "import.undone"
    UPLOAD_FORGOTTEN = "upload.forgotten"
    FILE_STORED = "file.stored"
    FILES_CHANGED = "files.changed"
    FILE_READ = "file.read"
    FILE_FORGOTTEN = "file.forgotten"
    EVIDENCE_STORED = "evidence.stored"
    RECORD_CREATED = "record.created"
    RECORD_CHANGED = "record.changed"
    RECORD_REMOVED = "record.removed"
    RECORD_RESTORED = "record.restored"
    RECORD_WITHDRAWN = "record.withdrawn"
    RECORDS_EXPORTED = "records.exported"
    RECORDS_IMPORTED = "records.imported"
    HISTORY_EXPORTED = "history.exported"
    REQUEST_DRAFTED = "credit_request.drafted"
    REQUEST_CHANGED = "credit_request.changed"
    REQUEST_SUBMITTED = "credit_request.submitted"
    REQUEST_DELETED = "credit_request.deleted"
    RATING_MADE = "rating.made"
    RATING_FAILED = "rating.failed"
    LIMIT_CHANGED = "limit.changed"
    LIMIT_EXPIRED = "limit.expired"
    CASE_OPENED = "case.opened"
    CASE_ROUTED = "case.routed"
    CASE_RETURNED = "case.returned"
    CASE_RESUBMITTED = "case.resubmitted"
    CASE_APPROVED = "case.approved"
    CASE_REJECTED = "case.rejected"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_FAILED = "case.failed"
    CASE_VOIDED = "case.voided"
    CASE_RETRIED = "case.retried"
    CASE_TOLD = "case.told"
    TASK_OPENED = "task.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    TASK_NOT_REQUIRED = "task.not_required"
    DECISION_MADE = "decision.made"
    DECISION_AUTO_MADE = "decision.auto_made"
    DECISION_SUPERSEDED = "decision.superseded"
    ANSWERS_CHANGED = "answers.changed"
    TRAIL_EXPORTED = "trail.exported"
    TRAIL_VERIFIED = "trail.verified"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    PASSWORD_CHANGED = "password.changed"
    PASSWORD_RESET = "password.reset"
    SESSION_OPENED = "session.opened"
    SESSION_ENDED = "session.ended"
    SIGN_IN_REFUSED = "session.refused"
    TOKEN_CREATED = "token.created"
    TOKEN_REVOKED = "token.revoked"
    POST_CHANGED = "post.changed"
    DEPARTMENT_CHANGED = "department.changed"
    JOB_QUEUED = "job.queued"
    JOB_CANCELLED = "job.cancelled"
    JOB_RETRIED = "job.retried"
    KEY_DESTROYED = "key.destroyed"
    DEMO_LOADED = "demo.loaded"
    DEMO_REMOVED = "demo.removed"
    ROLES_CHANGED = "user.roles_changed"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about; entries about one subject form one chain."""

    type: str
    id: str


SYSTEM_SUBJECT = Subject("system", "system")


class Road(StrEnum):
    """By which road an act came in. Each has a word in both languages: catalogue key ``road.<value>``."""

    PAGE = "page"
    API = "api"
    IMPORT = "import"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """A user or the system, in an act."""

    id: str
    name: str
    kind: str = "user"
    viewer: Viewer | None = None
    on_behalf: str | None = None
    role: str | None = None

    @classmethod
    def of(cls, viewer: Viewer) -> Actor:
        return cls(viewer.id, viewer.name, "user", viewer, role=",".join(viewer.roles))


SYSTEM = Actor("system", "system", "system")


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal or sensitive value: it enters an entry only as commitment and ciphertext under the customer's key."""

    customer_id: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One act waiting to be sealed when the transaction closes."""

    verb: Verb
    subject: Subject
    detail: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None
    definitions: tuple[Mapping[str, Any], ...] = ()
    actor: Actor | None = None


@dataclass(slots=True)
class Work:
    """An open transaction: rows through `session`, acts through `record`, both committed by the edge or not at all."""

    session: Session
    actor: Actor
    now: datetime
    request_id: str | None = None
    recorded: list[Recorded] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)  # names of classes changed that may not stay silent
    zone: tzinfo = UTC  # where business days begin
    road: Road = Road.JOB

    @property
    def local(self) -> datetime:
        """Now, in the business zone: what forms ask for the day."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The business day."""
        return self.local.date()

    @property
    def viewer(self) -> Viewer:
        """The person acting; machine work has none and must not come here."""
        if self.actor.viewer is None:
            raise LookupError("this act is done by the system, not by a person")
        return self.actor.viewer

    def record(
        self,
        verb: Verb,
        subject: Subject,
        detail: Mapping[str, Any] | None = None,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
        definitions: tuple[Mapping[str, Any], ...] = (),
        actor: Actor | None = None,
    ) -> None:
        """Note an act. Values are JSON-safe (decimals as strings) or `Personal`."""
        self.recorded.append(Recorded(verb, subject, detail or {}, before, after, reason, definitions, actor))


@dataclass(frozen=True, slots=True)
class Reading:
    """What every query is given: a session that cannot write, who asks, and when."""

    session: Session
    viewer: Viewer
    now: datetime
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """The business day."""
        return self.now.astimezone(self.zone).date()
