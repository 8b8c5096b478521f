"""Who turned bad: the one definition of it. Pages tell it in the words of `outcome.definition`, counts use it.

A customer is bad on a day when its oldest unpaid item is more than 90 days past due, or a bankruptcy petition is
pending or was filed within the 12 months before, or the register says that it has ended. It is good only where all
of this is known to be otherwise and it has been a customer for the whole of the 12 months. Everybody else is unknown:
nobody can have seen them turn bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from credit.signals.signal import months_before

PAST_DUE_DAYS = 90
WINDOW_MONTHS = 12
ENDED = ("注销", "吊销", "清算", "停业", "撤销")
"""The register's words for a company that has ended or is about to."""
FEW_BAD = 30
"""With fewer bad customers a rate says little: pages say so."""
SIGNALS = ("max_dpd", "bankruptcy_filing", "registration_status")


@lru_cache(maxsize=64)  # asked once for each customer of a count
def window_start(as_of: date) -> date:
    """The day after which a petition counts, and by which a good one had to be a customer."""
    return months_before(as_of, WINDOW_MONTHS)


def turned_bad(seen: Mapping[str, Any], filed: bool, customer_since: date | None, as_of: date) -> bool | None:
    """True for a bad customer, False for a good one, None where that is not known.

    seen    values of `SIGNALS` that are not out of date on `as_of`; what is not there is unknown
    filed   a petition was filed in the window
    """
    days, pending, status = (seen.get(name) for name in SIGNALS)
    if filed or pending is True or status in ENDED or (days is not None and Decimal(days) > PAST_DUE_DAYS):
        return True
    if days is None or pending is None or status is None:
        return None
    return False if customer_since is not None and customer_since <= window_start(as_of) else None
