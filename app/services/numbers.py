"""Running numbers of requests: unique for ever, gaps allowed, taken inside the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import select

from app.models.case import Counter
from app.work import Work


def next_number(work: Work, series: str, pattern: str) -> str:
    """The next number of `series`, put into `pattern` with the year and six digits, e.g. ``SX{year}{n:06d}``."""
    name = f"{series}-{work.today.year}"
    row = work.session.scalar(select(Counter).where(Counter.name == name).with_for_update())
    if row is None:
        row = Counter(name=name, value=0)
        work.session.add(row)
    row.value += 1
    work.session.flush()
    return pattern.format(year=work.today.year, n=row.value)
