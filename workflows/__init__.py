"""Who decides: flow definitions, and the machine that moves a Case. Pure; time, people and facts are arguments."""

from workflows.acts import Act, Claim, Decide, Rated, Refused, Resubmit, Retry, Unclaim, Void, Withdraw
from workflows.assign import Directory, reason
from workflows.compile import compile_flow
from workflows.decide import answers_of, return_targets
from workflows.diff import Change, diff
from workflows.engine import Move, act, start, stuck
from workflows.events import Event, event_from_json, event_to_json
from workflows.lint import check_fields, lint
from workflows.model import Flow
from workflows.predict import Stop, foresee, path, predict
from workflows.replay import replay
from workflows.state import Member, Run, State, Task

__all__ = [
    "Act",
    "Change",
    "Claim",
    "Decide",
    "Directory",
    "Event",
    "Flow",
    "Member",
    "Move",
    "Rated",
    "Refused",
    "Resubmit",
    "Retry",
    "Run",
    "State",
    "Stop",
    "Task",
    "Unclaim",
    "Void",
    "Withdraw",
    "act",
    "answers_of",
    "check_fields",
    "compile_flow",
    "diff",
    "event_from_json",
    "event_to_json",
    "foresee",
    "lint",
    "path",
    "predict",
    "reason",
    "replay",
    "return_targets",
    "start",
    "stuck",
]
