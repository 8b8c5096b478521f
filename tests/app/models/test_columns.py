"""Column types keep every digit and every instant, and refuse what they cannot keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from app.db import Json, Money, UtcTime, dump_json, new_id

SQLITE, POSTGRES = sqlite.dialect(), postgresql.dialect()


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_money_comes_back_to_the_digit(amount: Decimal) -> None:
    kept = Money().process_bind_param(amount, SQLITE)
    assert isinstance(kept, int)
    assert Money().process_result_value(kept, SQLITE) == amount
    assert Money().process_bind_param(amount, POSTGRES) == amount


@pytest.mark.parametrize("bad", [0.1, "12", True and 1.5])
def test_money_refuses_floats_and_text(bad: object) -> None:
    with pytest.raises(TypeError):
        Money().process_bind_param(bad, SQLITE)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [Decimal("0.00001"), Decimal("1e15"), Decimal("NaN"), Decimal("Infinity")])
def test_money_refuses_what_it_cannot_hold(bad: Decimal) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        Money().process_bind_param(bad, SQLITE)


def test_times_are_aware_and_utc() -> None:
    shanghai = datetime(2026, 1, 5, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    kept = UtcTime().process_bind_param(shanghai, SQLITE)
    assert UtcTime().process_result_value(kept, SQLITE) == datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        UtcTime().process_bind_param(datetime(2026, 1, 5), SQLITE)  # noqa: DTZ001  the very thing refused


@pytest.mark.parametrize("bad", [Decimal("1"), {"at": datetime(2026, 1, 1, tzinfo=UTC)}, float("nan")])
def test_json_refuses_decimals_and_nan(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Json().process_bind_param(bad, SQLITE)


def test_json_keeps_chinese_readable() -> None:
    assert dump_json({"name": "信衡"}) == '{"name":"信衡"}'


def test_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert all(len(i) == 32 and i[12] == "7" and i[16] in "89ab" for i in ids)
    assert ids[0][:12] <= ids[-1][:12]
