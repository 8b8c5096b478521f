"""`flask rate`: rate customers from a file of JSON lines, without server or database, one line in and one line out."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import click

from app import gallery
from app.edge.locale import LANGUAGES, problem_sentence, translate
from config import Settings
from credit import Policy, assess, compile_policy
from rules import Invalid, Problem, Scorecard, compile_scorecard

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
@click.argument("file", type=click.File("rb"))
def rate_command(
    key: str,
    scorecard_file: TextIO | None,
    policy_file: TextIO | None,
    trace: bool,
    moment: str | None,
    lang: str | None,
    file: Any,
) -> None:
    """Rate one customer a line of FILE ("-" for standard input): {"id", "variant", "inputs"}.

    Writes one line each: the id and every number of the outcome as decimal strings, or {"line", "id", "problems"}
    where the line is bad. The rest is rated all the same; the exit status is 1 when any line was bad.
    """
    scorecard, policy = _model(key, scorecard_file, policy_file)
    now, tag = _moment(moment), lang or Settings.load().locale
    rated = bad = 0
    for number, raw in enumerate(file, 1):
        if not raw.strip():
            continue
        out = _line(number, raw, scorecard, policy, now, trace, tag)
        rated, bad = (rated, bad + 1) if "problems" in out else (rated + 1, bad)
        click.echo(json.dumps(out, ensure_ascii=False, separators=(",", ":")))
    if bad:
        click.echo(translate(tag, "rate.some_bad", {"rated": rated, "bad": bad}), err=True)
    sys.exit(1 if bad else 0)


def _line(
    number: int, raw: bytes, scorecard: Scorecard, policy: Policy, now: datetime, trace: bool, tag: str
) -> dict[str, Any]:
    customer: Any = None
    try:
        customer = read_line(raw)
        return assess(scorecard, policy, customer, now, trace=trace).to_json(trace)
    except Invalid as invalid:
        problems = list(invalid.problems)
    except BadLine as error:
        problems = [error.problem]
    key = customer.get("id") if isinstance(customer, dict) else None
    known = key if isinstance(key, str) else None
    told = [{**problem.to_json(), "message": problem_sentence(tag, problem)} for problem in problems]
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


def _model(key: str, scorecard_file: TextIO | None, policy_file: TextIO | None) -> tuple[Scorecard, Policy]:
    if key not in SCORECARDS and scorecard_file is None:
        raise click.BadParameter(f"no scorecard {key!r}; known: {', '.join(SCORECARDS)}", param_hint="--scorecard")
    names = SCORECARDS.get(key, SCORECARDS["customer_rating"])
    bodies = [
        _body(given) if given is not None else gallery.read(name)["body"]
        for given, name in zip((scorecard_file, policy_file), names, strict=True)
    ]
    try:
        return compile_scorecard(bodies[0]), compile_policy(bodies[1])
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
