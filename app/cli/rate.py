"""`flask rate`: rate customers from a file of JSON lines, without server or database, one line in and one line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, TextIO

import click

from app import gallery
from app.edge.locale import LANGUAGES, problem_sentence, translate
from config import Settings
from credit import Policy, assess, compile_policy
from rules import Invalid, Problem, Scorecard, compile_scorecard
from rules.crew import WorkersLost, cut, over_chunks

LONGEST_LINE = 1024 * 1024
SCORECARDS = {"customer_rating": ("scorecards/customer_rating", "policies/customer_credit")}


class BadLine(Exception):
    """A line that cannot be read at all."""

    def __init__(self, code: str, **params: Any) -> None:
        self.problem = Problem(code, "", params)
        super().__init__(code)


@click.command("rate")
@click.option("--scorecard", "key", default="customer_rating", show_default=True, help="key of a gallery scorecard")
@click.option("--scorecard-file", type=click.File(encoding="utf-8"), help="a scorecard of your own, as JSON")
@click.option("--policy-file", type=click.File(encoding="utf-8"), help="a policy of your own, as JSON")
@click.option("--trace", is_flag=True, help="add the whole trace to each line")
@click.option("--at", "moment", default=None, help="the moment formulas see, ISO 8601 (default: now)")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="language of messages (default: CREDENCE_LOCALE)")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="processes that rate")
@click.argument("file", type=click.File("rb"))
def rate_command(
    key: str,
    scorecard_file: TextIO | None,
    policy_file: TextIO | None,
    trace: bool,
    moment: str | None,
    lang: str | None,
    workers: int,
    file: Any,
) -> None:
    """Rate one customer a line of FILE ("-" for standard input): {"id", "variant", "inputs"}.

    Writes one line each: the id and every number of the outcome as decimal strings, or {"line", "id", "problems"}
    where the line is bad. The rest is rated all the same; the exit status is 1 when any line was bad.
    """
    bodies = _bodies(key, scorecard_file, policy_file)
    rater = Rater(*bodies, _moment(moment), trace, lang or Settings.load().locale)
    _check(rater)
    rated = bad = 0
    lines = ((number, raw) for number, raw in enumerate(file, 1) if raw.strip())
    try:
        for found in over_chunks(rate_lines, rater, cut(lines), workers):
            rated, bad = rated + len(found.lines) - found.bad, bad + found.bad
            for text in found.lines:
                click.echo(text)
    except WorkersLost as lost:
        raise click.ClickException(f"{lost}; the first {rated + bad} customers are rated, no others") from None
    if bad:
        click.echo(translate(rater.tag, "rate.some_bad", {"rated": rated, "bad": bad}), err=True)
    sys.exit(1 if bad else 0)


@dataclass(frozen=True)
class Rater:
    """What rates a line, here or in a worker process: the bodies travel, and each process compiles them once."""

    scorecard_body: dict[str, Any]
    policy_body: dict[str, Any]
    now: datetime
    trace: bool
    tag: str

    @cached_property
    def model(self) -> tuple[Scorecard, Policy]:
        return compile_scorecard(self.scorecard_body), compile_policy(self.policy_body)

    def __reduce__(self) -> tuple[Any, ...]:
        return Rater, (self.scorecard_body, self.policy_body, self.now, self.trace, self.tag)


class Rated(NamedTuple):
    """A chunk of lines as they are written, and how many of them are bad."""

    lines: list[str]
    bad: int


def rate_lines(rater: Rater, lines: Sequence[tuple[int, bytes]]) -> Rated:
    """Rates numbered lines; each has its own outcome, good or bad."""
    made = [_line(number, raw, rater) for number, raw in lines]
    texts = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in made]
    return Rated(texts, sum("problems" in each for each in made))


def _line(number: int, raw: bytes, rater: Rater) -> dict[str, Any]:
    customer: Any = None
    try:
        customer = read_line(raw)
        return assess(*rater.model, customer, rater.now, trace=rater.trace).to_json(rater.trace)
    except Invalid as invalid:
        problems = list(invalid.problems)
    except BadLine as error:
        problems = [error.problem]
    key = customer.get("id") if isinstance(customer, dict) else None
    known = key if isinstance(key, str) else None
    told = [{**problem.to_json(), "message": problem_sentence(rater.tag, problem)} for problem in problems]
    return {"line": number, "id": known, "problems": told}


def read_line(raw: bytes) -> Any:
    """One JSON document; numbers with a fraction stay floats so that the reader of facts names the place."""
    if len(raw) > LONGEST_LINE:
        raise BadLine("rate.line_too_long", max=LONGEST_LINE)
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_members, parse_int=_whole)
    except UnicodeDecodeError:
        raise BadLine("rate.not_utf8") from None
    except json.JSONDecodeError as error:
        raise BadLine("rate.not_json", column=error.colno) from None
    except RecursionError:
        raise BadLine("rate.too_deep") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadLine("rate.repeated_member", name=name[:80])
        found[name] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > 40:
        raise BadLine("rate.number_too_long", digits=len(digits))
    return int(digits)


def _bodies(
    key: str, scorecard_file: TextIO | None, policy_file: TextIO | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    if key not in SCORECARDS and scorecard_file is None:
        raise click.BadParameter(f"no scorecard {key!r}; known: {', '.join(SCORECARDS)}", param_hint="--scorecard")
    names = SCORECARDS.get(key, SCORECARDS["customer_rating"])
    scorecard, policy = (
        _body(given) if given is not None else gallery.read(name)["body"]
        for given, name in zip((scorecard_file, policy_file), names, strict=True)
    )
    return scorecard, policy


def _check(rater: Rater) -> None:
    """Compiles what will rate, so that a definition at fault is told before the first line."""
    try:
        _ = rater.model
    except Invalid as invalid:
        lines = "\n".join(f"  {p.path or '/'}: {p.code} {dict(p.params)}" for p in invalid.problems)
        raise click.ClickException(f"The definition cannot be used:\n{lines}") from None


def _body(file: TextIO) -> dict[str, Any]:
    try:
        found = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise click.ClickException(f"{file.name} must hold an object")
    body: dict[str, Any] = found.get("body", found)  # an envelope or a bare body
    return body


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an ISO 8601 moment", param_hint="--at") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


commands = [rate_command]
