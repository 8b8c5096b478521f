"""Who may do what to whose rows: one pure table of role × right × scope, and the person it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from forms.access import Access
from forms.book import Act
from forms.book import Grant as Line


class Role(StrEnum):
    """What a person may open. Whom flows and tiers name is a Post, a row an admin edits."""

    BUSINESS_ADMIN = "business_admin"
    SALES = "sales"
    FINANCE = "finance"
    RISK = "risk"
    GENERAL_MANAGER = "general_manager"
    AUDITOR = "auditor"
    MANAGER = "manager"
    SYSTEM_ADMIN = "system_admin"


class Scope(IntEnum):
    """Whose rows: wider is larger, so that the narrower of two is their minimum."""

    OWN = 1
    DEPARTMENT = 2
    TREE = 3
    ALL = 4


class Right(StrEnum):
    """One thing a person can do, as noun.verb."""

    CUSTOMER_READ = "customer.read"
    CUSTOMER_WRITE = "customer.write"
    CUSTOMER_IMPORT = "customer.import"
    RATING_READ = "rating.read"
    RATING_RUN = "rating.run"
    RECORD_READ = "record.read"
    RECORD_WRITE = "record.write"
    RECORD_REMOVE = "record.remove"
    REQUEST_READ = "request.read"
    REQUEST_WRITE = "request.write"
    TASK_READ = "task.read"
    TASK_DECIDE = "task.decide"
    DEFINITION_READ = "definition.read"
    DEFINITION_WRITE = "definition.write"
    DEFINITION_PUBLISH = "definition.publish"
    TRAIL_READ = "trail.read"
    TRAIL_EXPORT = "trail.export"
    TRAIL_VERIFY = "trail.verify"
    BOARD_READ = "board.read"
    USER_READ = "user.read"
    USER_WRITE = "user.write"
    JOB_READ = "job.read"
    JOB_MANAGE = "job.manage"
    SETTING_READ = "setting.read"
    DATA_REMOVE = "data.remove"
    SELF = "self.manage"


_R = Right
_EVERYONE = {_R.SELF: Scope.ALL, _R.TASK_READ: Scope.OWN}
_KEEPER = {_R.RECORD_READ: Scope.ALL, _R.RECORD_WRITE: Scope.ALL, _R.RECORD_REMOVE: Scope.ALL}
_DECIDER = {
    **_KEEPER,
    _R.CUSTOMER_READ: Scope.ALL,
    _R.RATING_READ: Scope.ALL,
    _R.REQUEST_READ: Scope.ALL,
    _R.TASK_DECIDE: Scope.OWN,
    _R.BOARD_READ: Scope.ALL,
}

TABLE: Mapping[Role, Mapping[Right, Scope]] = {
    Role.SALES: {
        **_EVERYONE,
        _R.CUSTOMER_READ: Scope.TREE,
        _R.CUSTOMER_WRITE: Scope.TREE,
        _R.RECORD_READ: Scope.TREE,
        _R.RECORD_WRITE: Scope.TREE,
        _R.RECORD_REMOVE: Scope.OWN,
        _R.RATING_READ: Scope.TREE,
        _R.REQUEST_READ: Scope.TREE,
        _R.REQUEST_WRITE: Scope.OWN,
        _R.TASK_DECIDE: Scope.OWN,
    },
    Role.FINANCE: {**_EVERYONE, **_DECIDER, _R.CUSTOMER_IMPORT: Scope.ALL, _R.RATING_RUN: Scope.ALL},
    Role.RISK: {
        **_EVERYONE,
        **_DECIDER,
        _R.RATING_RUN: Scope.ALL,
        _R.CUSTOMER_IMPORT: Scope.ALL,
        _R.TRAIL_READ: Scope.ALL,
    },
    Role.GENERAL_MANAGER: {**_EVERYONE, **_DECIDER},
    Role.MANAGER: {
        **_EVERYONE,
        _R.RECORD_READ: Scope.ALL,
        _R.CUSTOMER_READ: Scope.ALL,
        _R.RATING_READ: Scope.ALL,
        _R.REQUEST_READ: Scope.ALL,
        _R.BOARD_READ: Scope.ALL,
    },
    Role.BUSINESS_ADMIN: {
        **_EVERYONE,
        _R.DEFINITION_READ: Scope.ALL,
        _R.DEFINITION_WRITE: Scope.ALL,
        _R.DEFINITION_PUBLISH: Scope.ALL,
        _R.RECORD_READ: Scope.ALL,
        _R.CUSTOMER_READ: Scope.ALL,
        _R.RATING_READ: Scope.ALL,
    },
    Role.AUDITOR: {
        **_EVERYONE,
        _R.RECORD_READ: Scope.ALL,
        _R.CUSTOMER_READ: Scope.ALL,
        _R.RATING_READ: Scope.ALL,
        _R.REQUEST_READ: Scope.ALL,
        _R.DEFINITION_READ: Scope.ALL,
        _R.TRAIL_READ: Scope.ALL,
        _R.TRAIL_EXPORT: Scope.ALL,
        _R.TRAIL_VERIFY: Scope.ALL,
        _R.USER_READ: Scope.ALL,
    },
    Role.SYSTEM_ADMIN: {
        **_EVERYONE,
        _R.USER_READ: Scope.ALL,
        _R.USER_WRITE: Scope.ALL,
        _R.JOB_READ: Scope.ALL,
        _R.JOB_MANAGE: Scope.ALL,
        _R.SETTING_READ: Scope.ALL,
        _R.DATA_REMOVE: Scope.ALL,
    },
}


REACHES: Mapping[str, Scope] = {
    "own": Scope.OWN, "department": Scope.DEPARTMENT, "tree": Scope.TREE, "all": Scope.ALL,
}  # fmt: skip
# The rights that the customer form may narrow; who is to be rated must be seen, who is imported is written.
CUSTOMER_ACTS: Mapping[Right, Act] = {
    Right.CUSTOMER_READ: "read", Right.RATING_READ: "read", Right.RATING_RUN: "read", Right.CUSTOMER_WRITE: "write",
    Right.CUSTOMER_IMPORT: "write",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a person, over at most these rows."""

    role: Role
    scope: Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person asking, as access sees them: everything needed to answer without another query."""

    id: str
    name: str
    username: str
    locale: str
    grants: tuple[Grant, ...]
    department_id: str | None = None
    tree: frozenset[str] = frozenset()  # ids of the own department and all below it
    line: frozenset[str] = frozenset()  # ids of the own department and all above it
    posts: frozenset[str] = frozenset()
    departments: tuple[str, ...] = ()  # keys of the own department and all above it, the root last
    customers: Access | None = None  # what the customer form in force says of who reaches customers

    def scope(self, right: Right) -> Scope | None:
        """The widest rows this person may reach with `right`; None when they may not at all."""
        if self.customers is None or right not in CUSTOMER_ACTS:
            return widest(self.grants, right)
        return max((scope for scope, _ in self.to_customers(right)), default=None)

    def to_customers(self, right: Right) -> Iterator[tuple[Scope, Line | None]]:
        """By each role of this person that has `right`: over which customers, and what their form says of the role.

        The form narrows what the role allows, never widens it; a right of another noun goes by what may be read.
        """
        act = CUSTOMER_ACTS.get(right, "read")
        for held in self.grants:
            top = TABLE[held.role].get(right)
            line = None if self.customers is None else self.customers.grant(held.role)
            if top is None or (self.customers is not None and (line is None or act not in line.reach)):
                continue
            yield min(top, held.scope, Scope.ALL if line is None else REACHES[line.reach[act]]), line

    def everybody(self, right: Right) -> bool:
        """Whether `right` reaches every customer, by no formula."""
        return any(s is Scope.ALL and (line is None or line.where is None) for s, line in self.to_customers(right))

    def may(self, right: Right) -> bool:
        return self.scope(right) is not None

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(g.role for g in self.grants)


def widest(grants: Iterable[Grant], right: Right) -> Scope | None:
    """Over all grants, the widest of (table scope narrowed by the grant's own scope)."""
    best: Scope | None = None
    for grant in grants:
        top = TABLE[grant.role].get(right)
        if top is not None:
            here = min(top, grant.scope)
            best = here if best is None else max(best, here)
    return best


class Forbidden(Exception):
    """A right is lacking. Someone else's subject is not Forbidden but Missing: its existence is not told."""

    def __init__(self, right: Right) -> None:
        self.right = right
        super().__init__(right.value)


class Missing(Exception):
    """No such subject, or none this person may see."""

    def __init__(self, what: str, key: str = "") -> None:
        self.what = what
        self.key = key
        super().__init__(f"{what} {key}")


class Conflict(Exception):
    """Somebody was first, or the page is old: HTTP 409 with who did what and when in `params`."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def require(viewer: Viewer, right: Right) -> Scope:
    scope = viewer.scope(right)
    if scope is None:
        raise Forbidden(right)
    return scope
