"""Ask for the whole portfolio to be rated anew with the model in force."""

from __future__ import annotations

from sqlalchemy import select

from app.access import Forbidden, Missing, Right, require
from app.models.customer import Customer
from app.models.job import Job
from app.services import jobs, ratings
from app.work import Work
from rules import Invalid, Problem

JOB = "ratings.portfolio"


def start(work: Work) -> Job:
    """Queue the run; Conflict while one is open, Invalid where there is nobody to rate or nothing to rate with.

    It rates everybody, so the right must reach everybody.
    """
    require(work.viewer, Right.RATING_RUN)
    if not work.viewer.everybody(Right.RATING_RUN):
        raise Forbidden(Right.RATING_RUN)
    try:
        ratings.model_in_force(work.session)
    except Missing:
        raise Invalid([Problem("jobs.portfolio.not_published")]) from None
    if work.session.scalar(select(Customer.id).limit(1)) is None:
        raise Invalid([Problem("jobs.portfolio.no_customers")])
    return jobs.queue_single(work, JOB, recorded=True)
