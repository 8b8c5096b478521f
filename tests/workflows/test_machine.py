"""Random acts by random people never bring a Case into a state it may not be in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.workflows.directory import COMPANY, Organisation
from tests.workflows.story import NOON, load
from workflows import (
    Act,
    Claim,
    Decide,
    Event,
    Flow,
    Rated,
    Refused,
    Resubmit,
    Retry,
    State,
    Unclaim,
    Void,
    Withdraw,
    act,
    answers_of,
    compile_flow,
    event_from_json,
    event_to_json,
    path,
    predict,
    replay,
    return_targets,
    start,
    stuck,
)
from workflows import events as ev
from workflows.assign import Context, excluded_people
from workflows.authority import Covered, needed, standing

FLOWS: dict[str, Flow] = {
    name: compile_flow(load(name)) for name in ("credit_approval", "plain", "sequence", "weights", "handled")
}
PEOPLE = sorted(COMPANY.people)
TIERS = [*COMPANY.tiers(), None, "unheard_of"]
people = st.sampled_from(PEOPLE)
answers = st.sampled_from(["approve", "approve", "approve", "reject", "return", "abstain", "done"])
comments = st.sampled_from([None, "", "因为", "because"])
material = st.sampled_from([(), (), (), ("limit",)])


class AnyCase(RuleBasedStateMachine):
    """One Case, in one of the flows, and an organisation that changes under it."""

    flow: Flow
    state: State
    facts: Mapping[str, Any]
    organisation: Organisation
    log: list[Event]

    @initialize(
        name=st.sampled_from(sorted(FLOWS)),
        applicant=people,
        owner=people | st.none(),
        limit=st.sampled_from(["1000", "1000000", "6000000"]),
        tier=st.sampled_from(TIERS),
        gone=st.sets(people, max_size=4),
        posts=st.lists(st.tuples(people, st.sampled_from(["finance_reviewer", "credit_manager", "risk_committee"]))),
    )
    def submit(
        self,
        name: str,
        applicant: str,
        owner: str | None,
        limit: str,
        tier: str | None,
        gone: set[str],
        posts: list[tuple[str, str]],
    ) -> None:
        self.flow = FLOWS[name]
        self.now = NOON
        self.organisation = COMPANY.without(*gone)
        for person, post in posts:
            self.organisation = self.organisation.giving(person, post)
        customer = {"owner": owner} if owner is not None else {}
        self.facts = {"limit": Decimal(limit), "customer": customer, "tier": tier}
        move = start(self.flow, applicant=applicant, facts=self.facts, directory=self.organisation, now=self.now)
        self.state, self.log = move.state, list(move.events)

    def _try(self, action: Act) -> bool:
        self.now += timedelta(minutes=1)
        before = self.state
        refusal: Refused | None = None
        try:
            move = act(self.flow, before, action, facts=self.facts, directory=self.organisation, now=self.now)
        except Refused as refused:
            refusal = refused
        if refusal is not None:
            assert refusal.kind in ("conflict", "forbidden", "invalid")
            json.dumps(dict(refusal.params))
            return False
        assert not before.is_final, "a final state never moves"
        self.state = move.state
        self.log += move.events
        return True

    @rule(data=st.data(), by=people, answer=answers, comment=comments, changed=material)
    def decide(self, data: st.DataObject, by: str, answer: Any, comment: str | None, changed: tuple[str, ...]) -> None:
        tasks = [task.id for task in self.state.tasks] + ["t99"]
        target = data.draw(st.sampled_from([None, "start", *self.flow.steps]))
        resubmit = data.draw(st.sampled_from([None, "replay", "direct"]))
        options: dict[str, Any] = {"return_to": target, "resubmit": resubmit} if answer == "return" else {}
        task = data.draw(st.sampled_from(tasks))
        self._try(Decide(task, by, answer, comment, changed=changed, **options))

    @precondition(lambda self: self.state.open_tasks)
    @rule(data=st.data(), answer=answers)
    def decide_properly(self, data: st.DataObject, answer: Any) -> None:
        """Somebody the Task is for answers it as it should be: only a conflict of duties can stand in the way."""
        task = data.draw(st.sampled_from(self.state.open_tasks))
        able = [task.claimed_by or task.assignee]
        if task.group is not None and task.claimed_by is None:
            able = list(self.organisation.holders(task.group, task.within))
        if not able:
            return
        by = data.draw(st.sampled_from(able))
        step = self.flow.people_step(task.step)
        offered = answers_of(step)
        answer = answer if answer in offered else offered[0]
        target = None
        if answer == "return":
            allowed = return_targets(self.flow, self.state, self.state.run_of(task))
            if not allowed:
                return
            target = data.draw(st.sampled_from(allowed))
        comment = None if getattr(step.acts, f"{answer}_comment", "") == "off" else "因为"
        before, clashes = len(self.log), self._conflict(task.id, str(by))
        assert self._try(Decide(task.id, str(by), answer, comment, return_to=target)) != clashes
        assert clashes == (len(self.log) == before)

    def _conflict(self, task: str, by: str) -> bool:
        """Whether this person may not even claim it; told without changing the Case."""
        found = self.state.task(task)
        assert found is not None
        if not self.organisation.active(by):
            return True
        facts = {**self.facts, **self.state.rated}
        run = self.state.run_of(found)
        out = excluded_people(self.state.applicant, self.state.makers, facts) if run.kind != "handle" else {}
        twice = any(other.by == by for other in self.state.tasks_of(run))
        gone = found.group is not None and by not in self.organisation.holders(found.group, found.within)
        return by in out or twice or gone or by in run.members[found.member].barred

    @rule(by=people, changed=material, how=st.sampled_from([None, "replay", "direct"]))
    def resubmit(self, by: str, changed: tuple[str, ...], how: Any) -> None:
        self._try(Resubmit(by, changed, how))

    @precondition(lambda self: self.state.status == "returned")
    @rule()
    def resubmit_properly(self) -> None:
        assert self._try(Resubmit(self.state.applicant))

    @rule(tier=st.sampled_from(TIERS), grade=st.sampled_from(["AA", "BB", "D", None]))
    def rated(self, tier: str | None, grade: str | None) -> None:
        values = {"score": None, "grade": grade, "proposed_limit": Decimal(3), "coverage": Decimal(99), "tier": tier}
        waited = self.state.waiting == "rating"
        assert self._try(Rated(values)) == waited

    @rule(data=st.data(), by=people, free=st.booleans())
    def claim(self, data: st.DataObject, by: str, free: bool) -> None:
        task = data.draw(st.sampled_from([task.id for task in self.state.tasks] + ["t0"]))
        self._try(Unclaim(task, by) if free else Claim(task, by))

    @rule(by=people)
    def withdraw(self, by: str) -> None:
        if self._try(Withdraw(by)):
            assert by == self.state.applicant

    @rule(by=people)
    def retry(self, by: str) -> None:
        given: dict[str, Any] = {"facts": self.facts, "directory": self.organisation, "now": self.now}
        needed = self.state.status == "error" or bool(stuck(self.flow, self.state, **given))
        if self._try(Retry(by)):
            assert needed
            assert not stuck(self.flow, self.state, **given), "whoever can be found was found"

    @rule(by=people, reason=comments)
    def void(self, by: str, reason: str | None) -> None:
        if by == "admin" and self.state.round < 3:
            return  # leave some Cases alive
        self._try(Void(by, reason or ""))

    @rule(person=people, post=st.sampled_from(["finance_reviewer", "flow_admin", "credit_manager"]))
    def promote(self, person: str, post: str) -> None:
        self.organisation = self.organisation.giving(person, post)

    @rule(person=people)
    def leave(self, person: str) -> None:
        self.organisation = self.organisation.without(person)

    @invariant()
    def the_events_are_the_case(self) -> None:
        stored = [json.dumps(event_to_json(event)) for event in self.log]
        assert replay(self.flow, [event_from_json(json.loads(text)) for text in stored]) == self.state
        assert State.from_json(json.loads(json.dumps(self.state.to_json()))) == self.state

    @invariant()
    def somebody_is_waited_for(self) -> None:
        open_tasks = self.state.open_tasks
        match self.state.waiting:
            case None:
                assert self.state.is_final
                assert not open_tasks
                assert not self.state.open_runs
                assert self.state.ended_at is not None
            case "tasks":
                assert open_tasks, "a running Case that waits for nobody is lost"
            case "rating":
                assert [run.kind for run in self.state.open_runs] == ["rate"]
                assert not open_tasks
            case "applicant" | "admin":
                assert not open_tasks
                assert not self.state.open_runs
        for task in open_tasks:
            assert self.state.run_of(task).status == "open"

    @invariant()
    def nobody_decides_their_own_case(self) -> None:
        own = {self.state.applicant, self.facts["customer"].get("owner")}
        for task in self.state.tasks:
            if task.by is not None and self.state.run_of(task).kind in ("approval", "authority"):
                assert task.by not in own

    @invariant()
    def tasks_are_unique(self) -> None:
        keys = [(t.step, t.round, t.assignee, t.group, t.within) for t in self.state.tasks]
        assert len(keys) == len(set(keys))
        runs = [(run.step, run.round) for run in self.state.runs]
        assert len(runs) == len(set(runs))
        for run in self.state.runs:
            deciders = [task.by for task in self.state.tasks_of(run) if task.by is not None]
            assert len(deciders) == len(set(deciders)), "one person, one voice in a Step"

    @invariant()
    def approved_only_with_authority(self) -> None:
        ends = [event for event in self.log if isinstance(event, ev.CaseApproved)]
        for event in ends:
            if event.apply is None or event.tier == "auto":
                continue
            approvals = standing(self.state.tasks)
            assert approvals
            if self.organisation_at_end is None:
                self.organisation_at_end = self.organisation
            facts = {**self.facts, **self.state.rated}
            excluded = frozenset(excluded_people(self.state.applicant, self.state.makers, facts))
            context = Context(self.state.applicant, excluded, facts, self.organisation_at_end)
            assert isinstance(needed(context, approvals), Covered)

    organisation_at_end: Organisation | None = None

    @invariant()
    def the_way_ahead_can_be_told(self) -> None:
        given: dict[str, Any] = {"facts": self.facts, "directory": self.organisation, "now": self.now}
        ahead = predict(self.flow, self.state, **given)
        assert self.state.is_final == (not ahead)
        assert len(path(self.flow, self.state, **given)) == len(self.state.runs) + len(ahead)
        if ahead:
            assert ahead[-1].kind == "end" or ahead[-1].state == "stuck"


AnyCase.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyCase = AnyCase.TestCase
