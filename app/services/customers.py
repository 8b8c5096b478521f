"""The customer file's writer: create and change, by page, API, import and demo alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.customer import Customer, CustomerValue
from app.models.definition import Definition
from app.models.people import User
from app.queries.scope import customers_in_scope
from app.services import customer_reach, told
from app.services.definitions import pin
from app.services.numbers import next_number
from app.services.old_pages import stale
from app.services.pinyin import syllables
from app.work import Personal, Subject, Verb, Work
from forms import Form
from rules.figures import plain

COLUMNS = (
    "number", "name", "credit_code", "industry_code", "industry", "variant", "province", "city", "founded_on",
    "registered_capital", "employees", "legal_representative", "contact_email", "registration_status", "currency",
    "payment_days", "customer_since", "segment", "note", "answers",
)  # fmt: skip
UNIQUE = ("credit_code", "number")
PERSONAL = frozenset({"legal_representative", "contact_email"})
NUMBER = "KH{year}{n:06d}"
WRITING = (Verb.CUSTOMER_CHANGED, Verb.CUSTOMER_CREATED)  # what makes a page of the file old
FIELDS: Mapping[str, str] = {"province": "region"}  # columns that answer a field of the form by another name
Asked = tuple[Definition, Form]  # the version of the customer form that checked the values
NAMES = "$names"  # in the answers: what the customer was called before
# Which weights suit a section of GB/T 4754: manufacturing, services; every other takes the scorecard's default ones.
VARIANTS: Mapping[str, str] = {"C": "MFG", **dict.fromkeys("GHILMNOPQRS", "SVC")}


def subject(customer: Customer) -> Subject:
    return Subject("customer", customer.id)


def sort_name(name: str) -> str:
    """Pinyin and its initials, so that lists sort as Chinese readers expect and 'szhr' finds 苏州恒瑞."""
    sounds = syllables(name)
    initials = "".join(s[:1] for s in sounds)
    return f"{' '.join(sounds)}|{initials}".lower()[:400]


def variant_of(industry_code: str | None) -> str | None:
    """The weights for an industry by its section of GB/T 4754, None for the scorecard's default."""
    return VARIANTS.get(industry_code[:1].upper()) if industry_code else None


def get(work: Work, customer_id: str, right: Right = Right.CUSTOMER_READ) -> Customer:
    """A customer the actor may reach with `right`; anyone else's is Missing."""
    query = select(Customer).where(Customer.id == customer_id)
    if work.actor.viewer is not None:
        query = customers_in_scope(query, work.viewer, right)
    row = work.session.scalar(query)
    if row is None:
        raise Missing("customer", customer_id)
    return row


def create(work: Work, values: Mapping[str, Any], *, source: str, owner_id: str | None = None,
           department_id: str | None = None, record: bool = True, asked: Asked | None = None) -> Customer:
    """A new customer from checked values (keys of COLUMNS); without a number it gets the next one.

    A code or number taken is a Conflict, which names whose only to those who may see that customer.
    """
    _may_enter(work, source)
    _unique(work, values, None)
    row = _made(work, values, source, owner_id, department_id)
    work.session.add(row)
    _flush(work, row, values)
    customer_reach.write(work, [row], fresh=True)
    customer_reach.stay_within(work, row, _right(source))
    if record:
        _tell_created(work, row, values, source, asked)
    return row


@dataclass(frozen=True, slots=True)
class New:
    """Checked values of a customer that is to be entered with others, and whose it becomes."""

    values: Mapping[str, Any]
    owner_id: str | None = None
    department_id: str | None = None


def create_all(work: Work, new: Sequence[New], *, source: str, asked: Asked | None = None) -> list[Customer]:
    """New customers as by `create`, all of them or none, asked about and written together.

    Where one of them cannot be, each goes by itself, and the Conflict is of the one that cannot.
    """
    _may_enter(work, source)
    if not _any_taken(work, [each.values for each in new]):
        try:
            with work.session.begin_nested():
                rows = [_made(work, each.values, source, each.owner_id, each.department_id) for each in new]
                work.session.add_all(rows)
                work.session.flush()
        except IntegrityError:
            pass
        else:
            customer_reach.write(work, rows, fresh=True)
            for row, each in zip(rows, new, strict=True):
                customer_reach.stay_within(work, row, _right(source))
                _tell_created(work, row, each.values, source, asked)
            return rows
    return [
        create(
            work, each.values, source=source, owner_id=each.owner_id, department_id=each.department_id, asked=asked
        )
        for each in new
    ]  # fmt: skip


def _right(source: str) -> Right:
    """By which right customers of that source are entered."""
    return Right.CUSTOMER_IMPORT if source == "import" else Right.CUSTOMER_WRITE


def _may_enter(work: Work, source: str) -> None:
    if work.actor.viewer is not None and source != "import":
        require(work.viewer, Right.CUSTOMER_WRITE)


def _any_taken(work: Work, values: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a value that may be there once is on file already."""
    for column in UNIQUE:
        named = [each[column] for each in values if each.get(column) is not None]
        if named and work.session.scalar(select(Customer.id).where(getattr(Customer, column).in_(named)).limit(1)):
            return True
    return False


def _made(
    work: Work, values: Mapping[str, Any], source: str, owner_id: str | None, department_id: str | None
) -> Customer:
    viewer = work.actor.viewer
    known = {name: values.get(name) for name in COLUMNS if name in values}
    known["number"] = known.get("number") or next_number(work, "customer", NUMBER)
    return Customer(
        id=new_id(),
        source=source,
        sort_name=sort_name(values["name"]),
        created_at=work.now,
        changed_at=work.now,
        owner_id=owner_id or (viewer.id if viewer and viewer.scope(Right.CUSTOMER_WRITE) else None),
        department_id=department_id or _department(work, owner_id),
        **known,
    )


def _tell_created(
    work: Work, row: Customer, values: Mapping[str, Any], source: str, asked: Asked | None
) -> None:
    after = {**shown(row, values), **_answered(row, row.answers, asked, row.answers.keys() - {NAMES})}
    work.record(
        Verb.CUSTOMER_CREATED, subject(row),
        {"name": row.name, "number": row.number, "source": source, **_asked(after, asked)},
        after=after, definitions=_pins(asked),
    )  # fmt: skip


def _department(work: Work, owner_id: str | None) -> str | None:
    """The department of whoever is to own the customer, else of whoever enters it."""
    if owner_id is not None:
        return work.session.scalar(select(User.department_id).where(User.id == owner_id))
    return work.viewer.department_id if work.actor.viewer is not None else None


def change(
    work: Work, row: Customer, values: Mapping[str, Any], row_version: int, asked: Asked | None = None,
    right: Right = Right.CUSTOMER_WRITE,
) -> bool:
    """Apply checked values; True when something changed. Before and after go to the ledger, personal fields sealed.

    `row` comes from `get` with CUSTOMER_WRITE, or whoever acts has another `right` to. A new name keeps the old one.
    """
    if work.actor.viewer is not None:
        require(work.viewer, right)
    if row.row_version != row_version:
        raise stale(work.session, subject(row), row.name, WRITING)
    _unique(work, values, row.id)
    changed = {name: value for name, value in values.items() if name in COLUMNS and getattr(row, name) != value}
    if not changed:
        return False
    before, answers = shown(row, changed), row.answers
    if "name" in changed:
        kept = dict(changed.get("answers", row.answers))
        changed["answers"] = {**kept, NAMES: [*former_names(row.answers), row.name]}
    for name, value in changed.items():
        setattr(row, name, value)
    row.sort_name, row.changed_at = sort_name(row.name), work.now
    _flush(work, row, changed)
    customer_reach.write(work, [row])
    customer_reach.stay_within(work, row, right)
    others = sorted(key for key in answers.keys() | row.answers.keys() if answers.get(key) != row.answers.get(key))
    others = [key for key in others if key != NAMES]  # the former name is told by the name itself
    before |= _answered(row, answers, asked, others)
    after = {**shown(row, changed), **_answered(row, row.answers, asked, others)}
    work.record(
        Verb.CUSTOMER_CHANGED, subject(row),
        {"name": row.name, "fields": sorted(after), **_asked(after, asked)}, before=before, after=after,
        definitions=_pins(asked),
    )  # fmt: skip
    return True


def _answered(
    row: Customer, answers: Mapping[str, Any], asked: Asked | None, names: Iterable[str]
) -> dict[str, Any]:
    """Answers that have no column of their own, as they stand in an entry."""
    return told.told(asked[1], row.id, answers, names, taken=COLUMNS) if asked is not None else {}


def _asked(members: Iterable[str], asked: Asked | None) -> dict[str, Any]:
    """What the form calls the members of an entry, as far as it asks for them."""
    if asked is None:
        return {}
    found = {name: asked[1].fields.get(FIELDS.get(name, told.key_of(name))) for name in members}
    return {"labels": {name: dict(field.label) for name, field in found.items() if field is not None}}


def _pins(asked: Asked | None) -> tuple[Mapping[str, Any], ...]:
    return () if asked is None else (pin(asked[0]),)


def withdraw(work: Work, customer_id: str, row_version: int) -> None:
    """Take away a customer that a stopped import had entered; its entries stay.

    Conflict where it was changed since, IntegrityError where something refers to it by now.
    """
    row = get(work, customer_id, Right.CUSTOMER_IMPORT)
    if row.row_version != row_version:
        raise stale(work.session, subject(row), row.name, WRITING)
    about, told_of = subject(row), {"name": row.name, "number": row.number}
    work.session.execute(delete(CustomerValue).where(CustomerValue.customer_id == row.id))
    work.session.delete(row)
    work.session.flush()
    work.record(Verb.CUSTOMER_WITHDRAWN, about, told_of)


def former_names(answers: Mapping[str, Any]) -> list[str]:
    """What the customer was called before, oldest first."""
    return [str(name) for name in answers.get(NAMES, ())]


def shown(row: Customer, names: Mapping[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    """Values as they stand in a ledger entry: decimals and dates as text, personal ones sealed.

    The answers as a whole stay out: what of them is a column stands there under its own name, the rest beside it.
    """
    out: dict[str, Any] = {}
    for name in names:
        if name not in COLUMNS or name == "answers":
            continue
        value = getattr(row, name)
        if value is None:
            out[name] = None
        elif name in PERSONAL:
            out[name] = Personal(row.id, name, str(value))
        elif isinstance(value, Decimal):
            out[name] = plain(value)
        elif isinstance(value, date):
            out[name] = value.isoformat()
        else:
            out[name] = value
    return out


def _unique(work: Work, values: Mapping[str, Any], own_id: str | None) -> None:
    for column in UNIQUE:
        value = values.get(column)
        if value is None:
            continue
        with work.session.no_autoflush:
            other = work.session.scalar(select(Customer.id).where(getattr(Customer, column) == value))
        if other is not None and other != own_id:
            raise _taken(work, column, value)


def _flush(work: Work, row: Customer, values: Mapping[str, Any]) -> None:
    """Write now; a code that somebody took at this very moment is the same Conflict as one taken before."""
    try:
        work.session.flush()
    except IntegrityError:
        column = next((each for each in UNIQUE if values.get(each) is not None), None)
        if column is None:
            raise
        raise Conflict(f"customer.{column}_elsewhere", value=values[column]) from None


def _taken(work: Work, column: str, value: Any) -> Conflict:
    """Whose it is, as far as the one who asks may know."""
    query: Any = select(Customer.id, Customer.name, Customer.number).where(getattr(Customer, column) == value)
    if work.actor.viewer is not None:
        query = customers_in_scope(query, work.viewer)
    other = work.session.execute(query).one_or_none()
    if other is None:
        return Conflict(f"customer.{column}_elsewhere", value=value)
    return Conflict(f"customer.{column}_taken", value=value, name=other.name, number=other.number, id=other.id)
