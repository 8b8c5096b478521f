"""Rating through the service: one row and one entry each, the newest on the customer, failures kept apart, replay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import func, select

from app.access import Forbidden, Missing
from app.models.credit import Rating
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.ledger import Entry
from app.services import customers, evidence, ratings
from app.work import Verb
from rules import Invalid
from tests.app.desk import bring
from tests.builders import Clock, House


def entries(house: House, customer_id: str) -> list[str]:
    with house.work() as work:
        query = select(Entry.verb).where(Entry.subject_id == customer_id).order_by(Entry.subject_seq)
        return list(work.session.scalars(query))


def test_a_rating_stands_on_the_customer_and_in_the_ledger(house: House) -> None:
    customer_id = bring(house, "C1")
    with house.work("sunli") as work:
        made = ratings.rerate(work, customer_id)
        assert made.assessment is not None
        assert (made.customer.grade, made.customer.score) == ("AA", D("84.80")), "the loaded row is brought up to date"
    with house.work() as work:
        customer = work.session.get_one(Customer, customer_id)
        row = work.session.get_one(Rating, customer.rating_id)
        assert (customer.grade, customer.grade_rank, customer.score) == ("AA", 1, D("84.8000"))
        assert customer.row_version == 1, "a rating is no new version of the file"
        assert (row.decision, row.previous_id, row.outcome["formula_limit"]) == ("automatic", None, "6960000")
        assert row.sources["FIN_DEBT"]["kind"] == "behaviour"
        assert row.as_of.isoformat() == "2025-12-31"
    assert entries(house, customer_id)[-1] == Verb.RATING_MADE.value


def test_each_rating_names_the_one_before(house: House) -> None:
    customer_id = bring(house)
    with house.work("sunli") as work:
        first = ratings.rerate(work, customer_id).rating_id
    with house.work("sunli") as work:
        second = ratings.rerate(work, customer_id).rating_id
        assert work.session.get_one(Rating, second).previous_id == first


def test_who_may_rate_whom(house: House) -> None:
    customer_id = bring(house)
    with pytest.raises(Forbidden), house.work("lina") as work:
        ratings.rerate(work, customer_id)
    with pytest.raises(Missing), house.work("sunli") as work:
        ratings.rerate(work, "0" * 32)


def test_what_cannot_be_rated_keeps_its_rating_and_the_rest_goes_on(house: House) -> None:
    good, bad = bring(house, "C1"), bring(house, "C2")
    with house.work("sunli") as work:
        before = ratings.rerate(work, bad).rating_id
    with house.work() as work:
        evidence.store(work, bad, "statement", "test", work.today, {"FIN_DEBT": "viel"})
    with house.work() as work:
        rows = work.session.scalars(select(Customer).order_by(Customer.number)).all()
        found = ratings.rate_many(work, rows, ratings.model_in_force(work.session))
    assert [each.rating_id is not None for each in found] == [True, False]
    assert [p.code for p in found[1].problems] == ["fact.not_a_number"]
    with house.work() as work:
        assert work.session.get_one(Customer, bad).rating_id == before
        assert work.session.get_one(Customer, good).grade == "AA"
    assert entries(house, bad)[-1] == Verb.RATING_FAILED.value
    with pytest.raises(Invalid), house.work("sunli") as work:
        ratings.rerate(work, bad)


def test_a_rating_is_recomputed_to_the_digit_after_a_later_version(house: House, clock: Clock) -> None:
    customer_id = bring(house, "C4")
    with house.work() as work:
        evidence.store(work, customer_id, "bureau", "test", work.today - timedelta(days=30), {"EXT_SCORE": "80"},
                       expires_on=work.today - timedelta(days=1))
    with house.work("sunli") as work:
        rating_id = ratings.rerate(work, customer_id).rating_id
    clock.forward(days=400)
    with house.work() as work:
        evidence.store(work, customer_id, "bureau", "test", work.today, {"EXT_SCORE": "10"})
    with house.work() as work:
        row, again = ratings.replay(work.session, str(rating_id))
        assert ratings.agrees(row, again)
        assert row.outcome["coverage_percent"] == "86.00"
        row.outcome = {**row.outcome, "total_score": "99.99"}
        assert not ratings.agrees(row, again)
        work.session.rollback()


def test_a_preview_stores_nothing(house: House) -> None:
    customer_id = bring(house, "C2")
    with house.work() as work:
        customer = work.session.get_one(Customer, customer_id)
        made = ratings.preview(work, customer, D(300000))
        assert (made.score.total, made.measures.request_tier) == (D("56.05"), "general_manager_exception")
        assert work.session.scalar(select(func.count()).select_from(Rating)) == 0


def test_without_a_published_policy_nothing_can_be_rated(house: House) -> None:
    customer_id = bring(house)
    with house.work() as work:
        from app.services import definitions

        flow = definitions.published(work.session, "flow", "credit_approval")
        policy = definitions.published(work.session, "policy", ratings.POLICY)
        assert flow is not None
        assert policy is not None
        for row in (flow, policy):
            row.status = "retired"
        work.record(Verb.DEFINITION_RETIRED, definitions.subject(policy), {})
    with pytest.raises(Missing), house.work("sunli") as work:
        ratings.rerate(work, customer_id)
    assert Definition.__tablename__ == "definitions"


def test_the_system_rates_without_a_person(house: House) -> None:
    customer_id = bring(house, "C3")
    with house.work() as work:
        made = ratings.rate(work, customers.get(work, customer_id))
    assert made.assessment is not None
    assert made.assessment.measures.decision == "blocked"
