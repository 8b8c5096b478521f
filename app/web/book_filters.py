"""The filters of a book's list: drawn by the type of each field, read from the address without trusting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from app.edge.locale import label, language, problem_text, t
from app.queries.records import Filters, Wanted
from app.services.books import Shelf
from app.services.record_filters import bound
from app.work import Reading
from forms.fields import Field, LookupField
from forms.fields.choice import Choice
from rules import Invalid

LONGEST = 80
OWN = ("q", "removed", "customer")  # parts of the address that are no fields


@dataclass(frozen=True, slots=True)
class Control:
    """One filter as drawn. kind: select, text, number or date; bounds have a name and a value each."""

    key: str
    words: str
    kind: str
    value: str = ""
    low: str = ""
    high: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Asked:
    """What an address asks of a list: the filters for the query, their controls, and what could not be read."""

    filters: Filters
    controls: list[Control] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def asked(view: Reading, shelf: Shelf, args: MultiDict[str, str], unseen: frozenset[str]) -> Asked:
    """The filters in an address; a bound that is no number or day narrows nothing and is told."""
    found: dict[str, Wanted] = {}
    out = Asked(Filters())
    for key in shelf.book.filters:
        what = shelf.form.fields[key]
        if key in unseen or isinstance(what, LookupField):
            continue
        control, wanted = _read(view, what, args, out)
        out.controls.append(control)
        if wanted is not None:
            found[key] = wanted
    for name in OWN:
        if value := args.get(name, "")[:LONGEST].strip():
            out.kept[name] = value
    out.filters = Filters(
        found, out.kept.get("q", ""), bool(out.kept.get("removed")), out.kept.get("customer", "") or ""
    )
    return out


def _read(view: Reading, what: Field, args: MultiDict[str, str], out: Asked) -> tuple[Control, Wanted | None]:
    name, words = f"f.{what.key}", label(what.label)
    kind = _kind(what)
    if kind in ("select", "text"):
        value = _kept(args, name, out)
        options = _options(what, words) if kind == "select" else ()
        control = Control(name, words, kind, value, options=options)
        return control, Wanted(value, begins=kind == "text") if value else None
    low, high = (_kept(args, f"{name}.{edge}", out) for edge in ("min", "max"))
    bounds = [_bound(view, what, text, out) for text in (low, high)]
    control = Control(name, words, kind, low=low, high=high)
    return control, Wanted(low=bounds[0], high=bounds[1]) if any(each is not None for each in bounds) else None


def _kept(args: MultiDict[str, str], name: str, out: Asked) -> str:
    value = args.get(name, "")[:LONGEST].strip()
    if value:
        out.kept[name] = value
    return value


def _kind(what: Field) -> str:
    if isinstance(what, Choice) or what.type == "yes_no":
        return "select"
    return {"number": "number", "date": "date", "date and time": "date"}.get(what.feel_type, "text")


def _options(what: Field, words: str) -> tuple[tuple[str, str], ...]:
    first = ("", t("books.filter.any", field=words))
    if isinstance(what, Choice):
        return (first, *what.names(language()).items())
    return (first, ("true", f"{words}: {t('ui.yes')}"), ("false", f"{words}: {t('ui.no')}"))


def _bound(view: Reading, what: Field, text: str, out: Asked) -> str | Decimal | None:
    try:
        return bound(view, what, text) if text else None
    except Invalid as invalid:
        out.problems += [problem_text(each) for each in invalid.problems]
        return None


def view_query(kept: Mapping[str, Any]) -> dict[str, str]:
    """What a saved view keeps of an address: filters and order, never the place in the list."""
    known = {name: str(value)[:LONGEST] for name, value in kept.items() if value not in (None, "")}
    return {
        name: value for name, value in known.items() if name in (*OWN, "sort", "way") or name.startswith("f.")
    }
