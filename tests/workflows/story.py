"""Plays a golden path: a text file of acts, each followed by what the machine must answer, line by line."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.shared import ROOT
from tests.workflows.directory import COMPANY, Organisation
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
    compile_flow,
    replay,
    start,
)
from workflows import events as ev

HERE = Path(__file__).parent
NOON = datetime(2025, 11, 3, 4, 0, tzinfo=UTC)


def load(name: str) -> dict[str, Any]:
    """The body of a flow of the gallery, or of `tests/workflows/flows/`."""
    gallery = ROOT / "app" / "gallery" / "flows" / f"{name}.json"
    own = HERE / "flows" / f"{name}.json"
    document = json.loads((gallery if gallery.exists() else own).read_text(encoding="utf-8"))
    body: dict[str, Any] = document["body"]
    return body


def facts_of(text: str) -> dict[str, Any]:
    """Facts written as JSON; every number is a Decimal."""
    found: dict[str, Any] = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    return found


class Story:
    """One Case as it is played: the script's words become acts; events become lines."""

    def __init__(self) -> None:
        self.flow: Flow | None = None
        self.people: Organisation = COMPANY
        self.applicant = "li"
        self.facts: dict[str, Any] = {}
        self.state: State | None = None
        self.events: list[Event] = []
        self.now = NOON

    def say(self, line: str) -> list[str]:
        """Carry out one line of the script; the lines it is answered with."""
        word, _, rest = line.partition(" ")
        if word == "flow":
            self.flow = compile_flow(load(rest))
        elif word == "facts":
            self.facts = {**self.facts, **facts_of(rest)}
        elif word == "applicant":
            self.applicant = rest
        elif word == "leaves":
            self.people = self.people.without(*rest.split())
        elif word == "gives":
            person, *posts = rest.split()
            self.people = self.people.giving(person, *posts)
        else:
            return self._act(word, rest)
        return []

    def _act(self, word: str, rest: str) -> list[str]:
        assert self.flow is not None
        self.now += timedelta(minutes=1)
        try:
            if word == "submit":
                given: dict[str, Any] = {"facts": self.facts, "directory": self.people, "now": self.now}
                move = start(self.flow, applicant=self.applicant, **given)
            else:
                assert self.state is not None
                action = read_act(word, rest)
                move = act(self.flow, self.state, action, facts=self.facts, directory=self.people, now=self.now)
        except Refused as refused:
            return [f"refused {refused.kind} {refused.code}{_params(refused.params)}"]
        self.events += move.events
        self.state = move.state
        assert replay(self.flow, self.events) == self.state
        assert State.from_json(json.loads(json.dumps(self.state.to_json()))) == self.state
        return [line for event in move.events for line in tell(event)] + [f"= {summary(self.state)}"]


def read_act(word: str, rest: str) -> Act:
    """`fay return t2 to start direct changed limit "why"` and the like."""
    if word == "rated":
        return Rated(facts_of(rest))
    verb, *more = shlex.split(rest)
    if verb == "claim":
        return Claim(more[0], word)
    if verb == "unclaim":
        return Unclaim(more[0], word)
    if verb == "withdraw":
        return Withdraw(word)
    if verb == "retry":
        return Retry(word)
    if verb == "void":
        return Void(word, " ".join(more))
    options: dict[str, Any] = {}
    task = more.pop(0) if verb != "resubmit" else ""
    while more:
        token = more.pop(0)
        if token == "to":
            options["return_to"] = more.pop(0)
        elif token in ("direct", "replay"):
            options["resubmit"] = token
        elif token == "changed":
            options["changed"] = tuple(more.pop(0).split(","))
        elif token == "marks":
            options["marked"] = tuple(more.pop(0).split(","))
        else:
            options["comment"] = token
    if verb == "resubmit":
        return Resubmit(word, **options)
    return Decide(task, word, verb, **options)  # type: ignore[arg-type]


def _params(params: Mapping[str, Any]) -> str:
    return "".join(f" {key}={json.dumps(value)}" for key, value in params.items() if key != "at")


def summary(state: State) -> str:
    """The State in one line."""
    tasks = " ".join(f"{t.id}:{t.claimed_by or t.assignee or t.group}" for t in state.open_tasks)
    waiting = f" waiting {state.waiting}" if state.waiting else ""
    wanted = state.correction
    marks = f" to correct {wanted.step}:{','.join(wanted.fields)}" if wanted else ""
    return f"{state.status} round {state.round}{waiting}{f' [{tasks}]' if tasks else ''}{marks}"


def tell(event: Event) -> Iterator[str]:
    """An event in the words of the path files; leaving and routes without a condition go without saying."""
    match event:
        case ev.StepEntered():
            yield f"enter {event.step} {event.round}" + (" returned" if event.returned_to else "")
        case ev.StepLeft():
            if event.outcome != "passed":
                yield f"leave {event.step} {event.outcome}"
        case ev.RouteTaken():
            for condition in event.conditions:
                value = {True: "true", False: "false", None: "unknown"}[condition.value]
                why = "".join(f" {cause['code']} {cause['field']}" for cause in condition.causes)
                yield f"if {condition.when} -> {condition.target}: {value}{why}"
            if event.direct:
                yield f"direct {event.source} -> {event.target}"
        case ev.RatingWanted():
            yield f"rating wanted {' '.join(event.into)}"
        case ev.TaskOpened():
            who = event.assignee or f"post {event.group}" + (f" in {event.within}" if event.within else "")
            yield f"task {event.task} {event.step} {who} because {_why(event.why)}"
        case ev.DecisionMade():
            notes = f" as {','.join(event.authority)}" if event.authority else ""
            notes += f" auto as {event.same_as}" if event.auto else ""
            notes += f" changed {','.join(event.changed)}" if event.changed else ""
            yield f"{event.by} {event.answer} {event.task}{notes}"
        case ev.TaskClosed():
            yield f"close {event.task} {event.status}"
        case ev.CaseReturned():
            gone = f" superseded {','.join(event.superseded)}" if event.superseded else ""
            marks = f" marked {','.join(event.marked)}" if event.marked else ""
            yield f"returned {event.source} -> {event.target} {event.resubmit} by {event.reason}{gone}{marks}"
        case ev.Told():
            yield f"told {' '.join([*event.users, *(f'post:{post}' for post in event.posts)])}"
        case ev.CaseApproved():
            yield f"approved apply {event.apply} tier {event.tier}"
        case ev.CaseFailed():
            yield f"failed {event.code}{_params(event.params)}"
        case _:
            words = re.sub(r"(?<!^)([A-Z])", r" \1", type(event).__name__).lower()
            yield words


def _why(why: Mapping[str, Any]) -> str:
    return " ".join(
        f"({_why(value)})" if isinstance(value, Mapping) else str(value) for value in why.values()
    )


def play(text: str) -> str:
    """The script played again: its own lines, each with the lines it is answered with now."""
    story = Story()
    out: list[str] = []
    for line in text.splitlines():
        if line.startswith("  "):
            continue
        out.append(line)
        if line and not line.startswith("#"):
            out += [f"  {answer}" for answer in story.say(line)]
    return "\n".join(out) + "\n"
