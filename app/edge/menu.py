"""The frame around a page: the menu, which shows no more than the person may open, and the bar above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from sqlalchemy import select

from app.access import Right, Role, Viewer
from app.edge.locale import label, language, t
from app.edge.security import current_viewer
from app.edge.transaction import reading
from app.models.people import Department
from app.work import Reading

Count = Callable[[Reading], int]
COUNTS = "credence.counts"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. Absent when its page does not exist or `right` is lacking.

    `count` names a red number, `go` the letter that leads here after G, `words` replaces the last part of the key.
    """

    endpoint: str
    icon: str
    key: str
    right: Right | None = None
    count: str | None = None
    go: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu as shown."""

    href: str
    icon: str
    words: str
    current: bool
    count: int
    go: str | None
    below: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """People who come for one kind of work: their roles, and their menu, at whose first page they start."""

    key: str
    roles: frozenset[Role]
    entries: tuple[Entry, ...]


_R = Right
_INBOX = Entry("inbox.tasks", "inbox", "ui.menu.inbox", _R.TASK_DECIDE, "inbox", "i")
_DONE = Entry("inbox.done", "done", "ui.menu.done", _R.TASK_READ)
_CUSTOMERS = Entry("desk.customers", "customers", "ui.menu.customers", _R.CUSTOMER_READ, None, "c")
_BOOKS = Entry("books.index", "dictionary", "ui.menu.books", _R.RECORD_READ, None, "l")
_IMPORTS = Entry("desk.imports", "upload", "ui.menu.imports", _R.CUSTOMER_IMPORT)
_TRAIL = Entry("trail.entries", "trail", "ui.menu.trail", _R.TRAIL_READ, None, "t")
_RIGHTS = Entry("admin.rights", "rights", "ui.menu.rights", _R.USER_READ)

AUDIENCES: tuple[Audience, ...] = (
    Audience("desk", frozenset({Role.SALES}), (
        Entry("desk.customers", "customers", "ui.menu.my_customers", _R.CUSTOMER_READ, None, "c"),
        _BOOKS,
        Entry("desk.new_request", "request-new", "ui.menu.new_request", _R.REQUEST_WRITE, None, "n"),
        Entry("desk.requests", "request", "ui.menu.my_requests", _R.REQUEST_WRITE, None, "r"),
        _INBOX,
        _DONE,
    )),
    Audience("inbox", frozenset({Role.FINANCE, Role.RISK, Role.GENERAL_MANAGER}), (
        _INBOX,
        _DONE,
        _CUSTOMERS,
        _BOOKS,
        Entry("desk.ratings", "rating", "ui.menu.ratings", _R.RATING_READ),
        _IMPORTS,
        _TRAIL,
        Entry("board.overview", "report", "ui.menu.reports", _R.BOARD_READ, None, "b"),
    )),
    Audience("studio", frozenset({Role.BUSINESS_ADMIN}), (
        Entry("studio.definitions", "studio", "ui.menu.studio", _R.DEFINITION_READ, None, "s"),
        Entry("studio_gallery.index", "copy", "ui.menu.gallery", _R.DEFINITION_WRITE),
        Entry("studio.publications", "versions", "ui.menu.publications", _R.DEFINITION_READ),
        Entry("studio_formula.functions", "dictionary", "ui.menu.functions", _R.DEFINITION_READ),
        _CUSTOMERS,
        _BOOKS,
    )),
    Audience("trail", frozenset({Role.AUDITOR}), (
        _TRAIL,
        Entry("trail.verify", "verified", "ui.menu.verify", _R.TRAIL_VERIFY, None, "v"),
        Entry("studio.definitions", "versions", "ui.menu.studio", _R.DEFINITION_READ),
        _CUSTOMERS,
        _BOOKS,
        _RIGHTS,
    )),
    Audience("board", frozenset({Role.MANAGER}), (
        Entry("board.overview", "board", "ui.menu.board", _R.BOARD_READ, None, "b"),
        _CUSTOMERS,
        _BOOKS,
    )),
    Audience("admin", frozenset({Role.SYSTEM_ADMIN}), (
        Entry("admin_users.users", "users", "ui.menu.users", _R.USER_WRITE, None, "u"),
        Entry("admin_org.departments", "organisation", "ui.menu.departments", _R.USER_WRITE),
        Entry("admin_org.posts", "person", "ui.menu.posts", _R.USER_WRITE),
        _RIGHTS,
        Entry("admin.sessions", "lock", "ui.menu.sessions", _R.USER_WRITE),
        Entry("jobs.jobs", "job", "ui.menu.jobs", _R.JOB_READ, None, "j"),
        Entry("admin.settings", "studio", "ui.menu.settings", _R.SETTING_READ),
        Entry("admin_demo.demo", "customers", "ui.menu.demo", _R.DATA_REMOVE),
    )),
)  # fmt: skip


def add_count(app: Flask, name: str, count: Count) -> None:
    """Let `count` fill the red number called `name` in the menu."""
    app.extensions.setdefault(COUNTS, {})[name] = count


def entries_of(viewer: Viewer) -> tuple[Entry, ...]:
    """The menu of a person: that of each audience they belong to, no page twice."""
    return tuple(_entries(viewer))


def _entries(viewer: Viewer) -> Iterator[Entry]:
    seen: set[str] = set()
    for audience in AUDIENCES:
        if audience.roles.isdisjoint(viewer.roles):
            continue
        for entry in audience.entries:
            known = entry.endpoint in current_app.view_functions
            if known and entry.endpoint not in seen and (entry.right is None or viewer.may(entry.right)):
                seen.add(entry.endpoint)
                yield entry


def start_page(viewer: Viewer) -> str:
    """The first page of the first menu; a person without any role lands on their own page."""
    first = next(_entries(viewer), None)
    return url_for(first.endpoint if first else "me.profile")


class Frame:
    """What the layouts need, looked up only when a template asks, and then once: parts of pages ask for nothing."""

    def __init__(self) -> None:
        self._read: tuple[dict[str, int], str] | None = None
        self._items: tuple[Item, ...] | None = None

    @property
    def viewer(self) -> Viewer | None:
        return current_viewer()

    @property
    def name(self) -> str:
        return self.viewer.name if self.viewer else ""

    @property
    def line(self) -> str:
        """Roles and department, under the name."""
        if self.viewer is None:
            return ""
        roles = [t(f"role.{role.value}") for role in self.viewer.roles]
        return " · ".join(filter(None, [(", " if language() == "en" else "、").join(roles), self._look()[1]]))

    @property
    def home(self) -> str | None:
        return start_page(self.viewer) if self.viewer else None

    @property
    def search(self) -> str | None:
        may = self.viewer is not None and self.viewer.may(Right.CUSTOMER_READ)
        return url_for("desk.customers") if may and "desk.customers" in current_app.view_functions else None

    @property
    def query(self) -> str:
        return request.args.get("q", "") if request.endpoint == "desk.customers" else ""

    @property
    def here(self) -> str:
        return request.full_path.rstrip("?") if request.method == "GET" else ""

    @property
    def language(self) -> str:
        return url_for("auth.language")

    @property
    def person(self) -> str:
        return url_for("me.profile")

    @property
    def files(self) -> str:
        """Where the page sends files that somebody attaches."""
        return url_for("files.upload")

    @property
    def pick(self) -> str:
        """Where the page asks what there is to pick."""
        return url_for("pick.offered")

    @property
    def logout(self) -> str:
        return url_for("auth.sign_out")

    @property
    def sign_in(self) -> str:
        return url_for("auth.sign_in")

    @property
    def bell(self) -> str | None:
        may = self.viewer is not None and self.viewer.may(Right.TASK_READ)
        return url_for("inbox.copies") if may and "inbox.copies" in current_app.view_functions else None

    @property
    def bell_count(self) -> int:
        return self._look()[0].get("notices", 0)

    def items(self) -> tuple[Item, ...]:
        """The menu, with its numbers."""
        if self._items is None:
            self._items = tuple(self._make())
        return self._items

    def _make(self) -> Iterable[Item]:
        if self.viewer is None or g.get("must_change_password"):
            return
        entries = entries_of(self.viewer)
        counts = self._look()[0]
        for entry in entries:
            count = counts.get(entry.count, 0) if entry.count else 0
            href = url_for(entry.endpoint)
            yield Item(href, entry.icon, t(entry.key), _is_current(entry, entries), count, entry.go)

    def _look(self) -> tuple[dict[str, int], str]:
        """The numbers and the department's name, read together."""
        if self._read is None:
            viewer = self.viewer
            if viewer is None:
                return {}, ""
            known: dict[str, Count] = current_app.extensions.get(COUNTS, {})
            with reading() as view:
                counts = {name: count(view) for name, count in sorted(known.items())}
                query = select(Department.name).where(Department.id == viewer.department_id)
                self._read = counts, label(view.session.scalar(query)) if viewer.department_id else ""
        return self._read


class Menu:
    """The items of the frame as a list that is made when first looked at."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __iter__(self) -> Iterator[Item]:
        return iter(self._frame.items())

    def __len__(self) -> int:
        return len(self._frame.items())

    def __getitem__(self, place: Any) -> Any:
        return self._frame.items()[place]


def _is_current(entry: Entry, entries: tuple[Entry, ...]) -> bool:
    """The page itself, or for pages not in the menu the entry whose address is the longest beginning of theirs.

    A form that is shown again answers at the address of its page, under another endpoint.
    """
    if request.endpoint in {each.endpoint for each in entries}:
        return request.endpoint == entry.endpoint
    here = request.path.rstrip("/") + "/"
    above = [each for each in entries if here.startswith(url_for(each.endpoint).rstrip("/") + "/")]
    return bool(above) and max(above, key=lambda each: len(url_for(each.endpoint))) == entry


def _context() -> dict[str, Any]:
    frame = Frame()
    return {"shell": frame, "menu": Menu(frame), "locale": language(), "viewer": current_viewer()}


def register(app: Flask) -> None:
    app.context_processor(_context)
