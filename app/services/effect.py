"""What a draft of a scorecard would do, with nothing stored: to one customer, and to the whole portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine

import rules
from app.queries import portfolio_facts, portfolio_outcomes
from app.queries.portfolio_facts import Stamp
from app.services import definitions, evidence
from app.services.evidence import NOTHING
from app.services.ratings import absences, read_facts
from app.work import Reading
from rules import Invalid, Score, Scorecard, whatif
from rules.whatif import Columns, Count, Grades, Impact, Spread
from rules.whatif.spread import Outcomes

KIND = "scorecard"


@dataclass(frozen=True, slots=True)
class Tried:
    """One customer under the draft and, where there is one, under the version in force."""

    after: Score
    before: Score | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """The portfolio under both; without a version in force the draft is compared with itself."""

    impact: Impact
    version: int | None
    customers: int


@dataclass(frozen=True, slots=True)
class Spreads:
    """The customers of each Factor by Band under a draft, and of all how many turned bad by `as_of`."""

    factors: Mapping[str, Spread]
    everybody: Count
    failed: int
    as_of: date


@dataclass(slots=True)
class _Kept:
    """Columns of one database as of a stamp, and how Scorecards grade them: those in force, and the newest draft."""

    stamp: Stamp
    columns: Columns
    graded: dict[tuple[str, date], Grades]
    draft: tuple[str, Grades] | None = None
    outcomes: tuple[portfolio_outcomes.Stamp, Outcomes] | None = None


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def compiled(body: Mapping[str, Any]) -> Scorecard:
    """The draft ready to rate; raises Invalid with what is to be mended first.

    Its examples are left out: that they come out otherwise than written is what is being tried.
    """
    return rules.compile_scorecard({**body, "examples": []})


def try_on(view: Reading, key: str, body: Mapping[str, Any], customer_id: str, variant: str | None) -> Tried:
    """The draft on one customer, on the evidence of today. Raises Invalid: what the draft or this customer lacks."""
    draft = compiled(body)
    known = evidence.gather(view.session, [customer_id], view.today, view.zone).get(customer_id, NOTHING)
    row = definitions.published(view.session, KIND, key)
    before = None
    if row is not None:
        before = _rated(view, definitions.compiled(row), known, variant)
    return Tried(_rated(view, draft, known, variant), before, row.version if row is not None else None)


def _rated(view: Reading, scorecard: Scorecard, known: evidence.Gathered, variant: str | None) -> Score:
    facts, problems = read_facts(scorecard.facts, known.facts)
    if problems:
        raise Invalid(problems)
    usable = variant if variant in scorecard.variants else None
    return rules.rate(scorecard, facts, view.now, variant=usable, absent=absences(known.sources, facts))


def on_all(view: Reading, key: str, body: Mapping[str, Any]) -> Effect:
    """The draft on every rated customer, on the facts of each one's newest rating, against the version in force.

    Facts that no rating has used yet come from the newest evidence. Raises Forbidden unless the reader may read every
    rating, Invalid where the draft does not compile.
    """
    portfolio_facts.require_all(view)
    draft = compiled(body)
    kept = _columns(view)
    columns, after = _drafted(view, kept, draft)
    row = definitions.published(view.session, KIND, key)
    before = after
    if row is not None:
        mark = row.fingerprint or "", view.today
        found = kept.graded.get(mark)
        before = found if found is not None else whatif.grades(definitions.compiled(row), kept.columns, view.now)
        kept.graded = {other: grades for other, grades in kept.graded.items() if other[1] == view.today}
        kept.graded[mark] = before
    return Effect(whatif.compare(before, after, columns), row.version if row is not None else None, len(columns))


def by_band(view: Reading, body: Mapping[str, Any]) -> Spreads:
    """How the same customers, on the same facts, spread over the Bands of a draft; raises as `on_all` does."""
    portfolio_facts.require_all(view)
    draft = compiled(body)
    kept = _columns(view)
    _, grades = _drafted(view, kept, draft)
    outcomes = _outcomes(view, kept)
    factors = whatif.spread(draft, grades, outcomes)
    return Spreads(factors, whatif.counted(outcomes), len(grades.failed), view.today)


def _drafted(view: Reading, kept: _Kept, draft: Scorecard) -> tuple[Columns, Grades]:
    """The draft over everybody; kept, since both panes ask about the same draft. Facts read just now are not kept."""
    columns = _widened(view, kept.columns, draft)
    mark = f"{sha256(draft.source.encode()).hexdigest()} {view.today}"
    if columns is kept.columns and kept.draft is not None and kept.draft[0] == mark:
        return columns, kept.draft[1]
    grades = whatif.grades(draft, columns, view.now)
    if columns is kept.columns:
        kept.draft = mark, grades
    return columns, grades


def _outcomes(view: Reading, kept: _Kept) -> Outcomes:
    """Read once and kept until anything is told of a customer."""
    stamp = portfolio_outcomes.stamp(view)
    found = kept.outcomes
    if found is None or found[0] != stamp:
        found = kept.outcomes = stamp, portfolio_outcomes.outcomes(view, kept.columns.ids)
    return found[1]


def _columns(view: Reading) -> _Kept:
    """Read once and kept until a customer is rated anew."""
    engine = _engine(view)
    stamp = portfolio_facts.stamp(view.session)
    kept = _KEPT.get(engine)
    if kept is None or kept.stamp != stamp:
        kept = _KEPT[engine] = _Kept(stamp, portfolio_facts.columns(view.session), {})
    return kept


def _engine(view: Reading) -> Engine:
    bind = view.session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind


def _widened(view: Reading, columns: Columns, draft: Scorecard) -> Columns:
    """The columns with those Facts of the draft that no rating has used."""
    names = draft.facts.keys() - columns.facts.keys()
    more = portfolio_facts.further(view, columns.ids, names)
    if not more:
        return columns
    return Columns(columns.ids, {**columns.facts, **more}, columns.variants, stored=True)


def customers_of(view: Reading, effect: Effect, before: str | None, after: str | None, most: int) -> list[Any]:
    """The first customers of one cell of the matrix, as (id, number, name, grade in force)."""
    labels_before, labels_after = effect.impact.rows, effect.impact.columns
    if before not in labels_before or after not in labels_after:
        return []
    return portfolio_facts.named(view.session, effect.impact.ids(before, after)[:most])
