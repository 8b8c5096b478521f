"""Evidence becomes Facts: the newest copy of each kind, stale ones named, reasons kept, nothing of tomorrow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.services import evidence
from app.services.evidence import Gathered
from tests.app.desk import bring
from tests.builders import House

TODAY = date(2026, 1, 5)


def keep(house: House, customer_id: str, kind: str, days_ago: int, facts: dict[str, Any], **more: Any) -> None:
    with house.work() as work:
        evidence.store(work, customer_id, kind, "test", TODAY - timedelta(days=days_ago), facts, **more)


def gathered(house: House, customer_id: str, today: date = TODAY) -> Gathered:
    with house.work() as work:
        return evidence.gather(work.session, [customer_id], today, work.zone)[customer_id]


def test_the_newest_copy_of_a_kind_stands_whole(house: House) -> None:
    customer_id = bring(house)
    keep(house, customer_id, "bureau", 4, {"EXT_SCORE": "40", "old": "1"})
    keep(house, customer_id, "bureau", 3, {"EXT_SCORE": "50"})
    found = gathered(house, customer_id)
    assert found.facts["EXT_SCORE"] == "50"
    assert "old" not in found.facts, "a newer copy that no longer says it has taken it back"
    assert found.sources["EXT_SCORE"]["kind"] == "bureau"
    assert found.sources["EXT_SCORE"]["as_of"] == "2026-01-02"


def test_where_two_kinds_hold_one_fact_the_newer_wins_but_never_by_knowing_nothing(house: House) -> None:
    customer_id = bring(house)
    keep(house, customer_id, "registry", 4, {"STA_TOP1": "0.30"})
    keep(house, customer_id, "profile", 3, {"STA_TOP1": None}, detail={"STA_TOP1": {"reason": "signal.no_holder"}})
    assert gathered(house, customer_id).facts["STA_TOP1"] == "0.30"
    keep(house, customer_id, "profile", 1, {"STA_TOP1": "0.90"})
    assert gathered(house, customer_id).facts["STA_TOP1"] == "0.90"


def test_a_copy_past_its_expiry_gives_nothing_and_is_named(house: House) -> None:
    customer_id = bring(house)
    keep(house, customer_id, "bureau", 3, {"EXT_SCORE": "90"}, expires_on=TODAY)
    assert gathered(house, customer_id).facts["EXT_SCORE"] == "90", "the last day counts"
    late = gathered(house, customer_id, TODAY + timedelta(days=1))
    assert late.facts["EXT_SCORE"] == "61", "an older source that is still good is better than a stale one"
    keep(house, customer_id, "statement", 2, {"only_here": "1"}, expires_on=TODAY)
    late = gathered(house, customer_id, TODAY + timedelta(days=1))
    assert late.facts["only_here"] is None
    assert late.stale == ["only_here"]


def test_a_copy_that_speaks_of_tomorrow_is_not_known_today(house: House) -> None:
    customer_id = bring(house)
    keep(house, customer_id, "bureau", -1, {"EXT_SCORE": "99"})
    assert gathered(house, customer_id).facts["EXT_SCORE"] == "61"
    assert gathered(house, customer_id, TODAY + timedelta(days=1)).facts["EXT_SCORE"] == "99"


def test_reasons_days_and_documents_of_single_facts_are_kept(house: House) -> None:
    customer_id = bring(house)
    detail = {
        "FIN_NPM": {"reason": "signal.no_statement", "params": {}, "as_of": None},
        "FIN_DEBT": {"as_of": "2024-12-31", "document": "年报 2024", "reason": None},
    }
    keep(house, customer_id, "statement", 1, {"FIN_NPM": None, "FIN_DEBT": "0.5", "new_fact": None}, detail=detail)
    found = gathered(house, customer_id)
    assert found.facts["FIN_NPM"] == "0.03", "another source still knows"
    assert found.sources["FIN_DEBT"]["as_of"] == "2024-12-31"
    assert found.sources["FIN_DEBT"]["document"] == "年报 2024"
    told = {"gap": {"reason": "signal.no_orders", "params": {"a": 1}}}
    keep(house, customer_id, "trade", 1, {"gap": None}, detail=told)
    assert gathered(house, customer_id).sources["gap"]["reason"] == "signal.no_orders"
    assert gathered(house, customer_id).sources["gap"]["params"] == {"a": 1}


def test_nobody_is_nothing(house: House) -> None:
    with house.work() as work:
        assert evidence.gather(work.session, [], TODAY, work.zone) == {}
        nobody = evidence.gather(work.session, ["0" * 32], TODAY, work.zone)["0" * 32]
        assert {source["kind"] for source in nobody.sources.values()} == {"book"}, "books alone know of no record"
