"""What an address or a form asks for, read without trusting it: whole numbers, days, moments, places in a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from flask import request, url_for
from werkzeug.routing import BaseConverter, IntegerConverter

from app.queries.keyset import YEARS, Place

DIGITS, LONG = 9, 18  # what every INTEGER column holds, and every BIGINT


class Walked(Protocol):
    """A page of a list that knows the ids to go on from."""

    @property
    def previous(self) -> str | None: ...
    @property
    def next(self) -> str | None: ...


def whole(text: str | None, digits: int = DIGITS) -> int | None:
    """The number that at most so many plain digits write; None for any other text."""
    return int(text) if text and re.fullmatch(f"[0-9]{{1,{digits}}}", text) else None


def row_version() -> int:
    """The version of a row that the posted page was made of; 0, which no row has, where it tells none."""
    return whole(request.form.get("row_version")) or 0


def day(text: str) -> date | None:
    """The day written as YYYY-MM-DD, within the years of business."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def moment_place(text: str) -> tuple[datetime, str] | None:
    """``moment~id``, the row to go on from in a list whose rows move: None for what no page of ours has written."""
    moment, _, row_id = text.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, row_id) if row_id and found.tzinfo is not None and found.year in YEARS else None


def place() -> Place:
    """Where the reader is in a list, from the address."""
    return Place(request.args.get("after") or None, request.args.get("before") or None)


def ways(endpoint: str, page: Walked, **kept: Any) -> dict[str, str | None]:
    """The addresses of the pages before and after, with what else the address asks for."""
    return {
        "previous": url_for(endpoint, **{**kept, "before": page.previous}) if page.previous else None,
        "next": url_for(endpoint, **{**kept, "after": page.next}) if page.next else None,
    }


class Whole(IntegerConverter):
    """A whole number in a path, of no more digits than the database can compare."""

    regex = f"[0-9]{{1,{DIGITS}}}"


class Serial(IntegerConverter):
    """The number of a ledger's entry."""

    regex = f"[0-9]{{1,{LONG}}}"


CONVERTERS: Mapping[str, type[BaseConverter]] = {"int": Whole, "serial": Serial}
