"""Running numbers of requests: unique for ever, gaps allowed, taken inside the transaction that uses them."""

from __future__ import annotations

from app.db import insert_into
from app.models.case import Counter
from app.work import Work


def next_number(work: Work, series: str, pattern: str) -> str:
    """The next number of `series`, put into `pattern` with the year and six digits, e.g. ``SX{year}{n:06d}``."""
    name = f"{series}-{work.today.year}"
    fresh = insert_into(work.session, Counter).values(name=name, value=0)
    work.session.execute(fresh.on_conflict_do_nothing())  # the year's first two at one time agree on one row
    row = work.session.get_one(Counter, name, with_for_update=True)
    row.value += 1
    work.session.flush()
    return pattern.format(year=work.today.year, n=row.value)
