"""The published quorum table, twice: as bare ballots, and as Cases played through the machine."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.directory import Organisation, Person
from tests.workflows.story import HERE, NOON
from workflows import Decide, Flow, State, act, compile_flow, start
from workflows.quorum import Ballot, Quorum, Verdict, tally
from workflows.read import read_quorum

VERDICTS: Mapping[str, Verdict] = {"A": "approve", "R": "reject", "-": "abstain"}
ANSWERS = {"A": "approve", "R": "reject", "-": "abstain", "B": "return"}


@dataclass(frozen=True)
class Vector:
    """One row of the table: members' weights, who has a veto, the answers in order of arrival, the result."""

    quorum: dict[str, Any]
    weights: tuple[Decimal, ...]
    vetoes: tuple[bool, ...]
    decisions: tuple[str, ...]
    result: str


def _vector(row: Mapping[str, str]) -> Vector:
    quorum: dict[str, Any] = {"rule": row["rule"], "order": row["order"]}
    for option in row["options"].split():
        name, _, value = option.partition("=")
        if name in ("count", "reject_count"):
            quorum[name] = int(value)
        elif name in ("inclusive", "exclusive"):
            quorum["inclusive"] = name == "inclusive"
        else:
            quorum[name] = value or True
    members = row["members"].split()
    if len(members) == 1:
        members = ["1"] * int(members[0])
    weights = tuple(Decimal(text.rstrip("*")) for text in members)
    return Vector(quorum, weights, tuple("*" in m for m in members), tuple(row["decisions"].split()), row["result"])


ROWS = list(csv.DictReader((HERE / "quorum_vectors.csv").read_text(encoding="utf-8").splitlines()))
IDS = [" ".join(row.values()) for row in ROWS]


@pytest.mark.parametrize("row", [row for row in ROWS if "B" not in row["decisions"]])
def test_ballots(row: dict[str, str]) -> None:
    vector = _vector(row)
    quorum = read_quorum(vector.quorum)
    results = []
    for heard in range(1, len(vector.decisions) + 1):
        verdicts = [VERDICTS[d] for d in vector.decisions[:heard]]
        ballots = [
            Ballot(verdict, weight, veto)
            for verdict, weight, veto in itertools.zip_longest(verdicts, vector.weights, vector.vetoes)
        ]
        results.append(tally(quorum, ballots))
    *before, last = results
    assert set(before) <= {"open"}
    assert vector.result == ("open" if last == "open" else f"{last} after {len(results)}")


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_in_the_machine(row: dict[str, str]) -> None:
    vector = _vector(row)
    people = [f"m{i}" for i in range(len(vector.weights))]
    flow = _flow(vector, people)
    everyone = Organisation({"li": Person("d"), **{user: Person("d") for user in people}}, {"d": None})
    move = start(flow, applicant="li", facts={}, directory=everyone, now=NOON)
    for number, (person, decision) in enumerate(zip(people, vector.decisions, strict=False), 1):
        assert _outcome(move.state) == "open"
        task = next(task for task in move.state.open_tasks if task.assignee == person or task.group == "voters")
        action = Decide(task.id, person, ANSWERS[decision], comment="因为")  # type: ignore[arg-type]
        move = act(flow, move.state, action, facts={}, directory=everyone, now=NOON + timedelta(minutes=number))
    outcome = _outcome(move.state)
    assert vector.result == (outcome if outcome == "open" else f"{outcome} after {len(vector.decisions)}")
    if vector.quorum["order"] == "sequential":
        heard = len(vector.decisions) + (outcome == "open")
        assert len(move.state.tasks) == heard, "who comes later has no Task yet"
    if outcome != "open":
        left = [task.status for task in move.state.tasks if task.answer is None]
        assert set(left) <= {"not_required"}, "nobody is left waiting"


def _flow(vector: Vector, people: list[str]) -> Flow:
    quorum = dict(vector.quorum)
    if quorum["rule"] == "weight":
        quorum["weights"] = [
            {"of": f"user:{user}", "weight": str(w)} for user, w in zip(people, vector.weights, strict=True)
        ]
        quorum["veto"] = [f"user:{user}" for user, veto in zip(people, vector.vetoes, strict=True) if veto]
    return compile_flow(
        {
            "steps": [
                {"id": "start", "type": "start"},
                {
                    "id": "vote",
                    "type": "approval",
                    "assign": [{"by": "user", "user": user} for user in people],
                    "on_empty": ["flow_admin"],
                    "on_reject": {"do": "end"},
                    "quorum": quorum,
                },
                {"id": "end", "type": "end"},
            ],
            "routes": [{"from": "start", "to": "vote"}, {"from": "vote", "to": "end"}],
        }
    )


def _outcome(state: State) -> str:
    return {"approved": "passed", "rejected": "rejected", "returned": "returned", "running": "open"}[state.status]


verdicts = st.sampled_from(["approve", "reject", "abstain"])
quorums = st.one_of(
    st.builds(Quorum, rule=st.just("any"), reject_when=st.sampled_from(["first", "all"])),
    st.builds(Quorum, rule=st.just("all"), wait_for_all=st.booleans()),
    st.builds(
        Quorum,
        rule=st.just("ratio"),
        ratio=st.sampled_from([Decimal("0.5"), Decimal("0.6"), Decimal("0.333")]),
        inclusive=st.booleans(),
        wait_for_all=st.booleans(),
    ),
    st.builds(Quorum, rule=st.just("count"), count=st.integers(1, 4), reject_count=st.none() | st.integers(1, 4)),
    st.builds(Quorum, rule=st.just("weight"), threshold=st.sampled_from([Decimal(50), Decimal(66)])),
)


@settings(max_examples=500, deadline=None)
@given(quorums, st.lists(st.tuples(verdicts, st.integers(1, 60)), min_size=1, max_size=6))
def test_settled_once_and_for_all(quorum: Quorum, voices: list[tuple[Verdict, int]]) -> None:
    """Whatever is said later, an outcome once certain stays; and when all have spoken there is one."""
    outcomes = []
    for heard in range(len(voices) + 1):
        ballots = [
            Ballot(verdict if index < heard else None, Decimal(weight))
            for index, (verdict, weight) in enumerate(voices)
        ]
        outcomes.append(tally(quorum, ballots))
    assert outcomes[-1] != "open"
    # The first decision decides an `any`, and a reject count is a race: for these nothing is heard after the end.
    if (quorum.rule, quorum.reject_when) != ("any", "first") and quorum.reject_count is None:
        assert len(set(outcomes) - {"open"}) == 1, "a settled outcome never turns"


@given(quorums, st.lists(st.just("approve"), min_size=4, max_size=6))
def test_everyone_for_it_passes(quorum: Quorum, voices: list[Verdict]) -> None:
    assert tally(quorum, [Ballot(voice) for voice in voices]) == "passed"
