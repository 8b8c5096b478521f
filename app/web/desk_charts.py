"""What the customer's charts draw; each has the same figures as a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.edge.locale import format_date, label, plain_wan, t
from app.queries.exposure import Ages
from app.queries.ratings import RatingLine
from app.services.explanations import DimensionLine
from credit.ageing import Bucket


def radar(now: Sequence[DimensionLine], before: Sequence[DimensionLine]) -> dict[str, Any] | None:
    """Points of the dimensions that count, now and at the Rating before; None with fewer than three."""
    counted = [line for line in now if Decimal(line.weight)]
    if len(counted) < 3:
        return None
    old = {line.key: line.points for line in before}
    series = [{"name": t("desk.chart.now"), "values": [line.points for line in counted]}]
    if before:
        series.append({"name": t("desk.chart.before"), "values": [old.get(line.key) for line in counted]})
    return {"kind": "radar", "axes": [{"name": label(line.label), "max": 100} for line in counted], "series": series}


def steps(history: Sequence[RatingLine], ladder: Sequence[str]) -> dict[str, Any] | None:
    """Grades over time, oldest first; None without a rated past."""
    if not history:
        return None
    past = list(reversed(history))
    return {
        "kind": "step",
        "x": [format_date(each.rated_at) for each in past],
        "levels": list(reversed(ladder)),
        "values": [each.grade for each in past],
    }


def stack(ages: Ages) -> dict[str, Any] | None:
    """Open receivables by the month they were invoiced in, split by age, in ten thousands; None without any."""
    if not ages.months:
        return None
    return {
        "kind": "stack",
        "unit": t("desk.wan"),
        "x": [month or t("desk.chart.earlier") for month in ages.months],
        "series": [
            {"name": t(f"desk.bucket.{age.value}"), "values": [plain_wan(month[age]) for month in ages.months.values()]}
            for age in Bucket
            if ages.buckets[age] or age is Bucket.CURRENT
        ],
    }
