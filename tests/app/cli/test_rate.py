"""`flask rate` on files: the worked example to the digit, and every kind of bad line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.rate import rate_command
from tests.shared import shared_path

Rate = Callable[..., tuple[Result, list[dict[str, Any]]]]


@pytest.fixture
def rate(tmp_path: Path) -> Rate:
    def run(lines: list[Any], *options: str) -> tuple[Result, list[dict[str, Any]]]:
        path = tmp_path / "customers.jsonl"
        written = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
        path.write_bytes(b"\n".join(written) + b"\n")
        result = CliRunner().invoke(rate_command, [*options, str(path)])
        return result, [json.loads(line) for line in result.stdout.splitlines()]

    return run


def has_han(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def customers() -> list[dict[str, Any]]:
    text = shared_path("data/seed_worked_example.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["customers"]
    return found


def test_the_worked_example_comes_out_to_the_digit(rate: Rate) -> None:
    cases = customers()
    result, out = rate([{name: case[name] for name in ("id", "variant", "inputs")} for case in cases])
    assert result.exit_code == 0
    for case, line in zip(cases, out, strict=True):
        assert {name: line.get(name) for name in case["expected"]} == case["expected"], case["id"]


def test_other_weights_of_the_same_customers(rate: Rate) -> None:
    wanted = [
        ({"id": case["id"], "variant": variant, "inputs": case["inputs"]}, expected)
        for case in customers()
        for variant, expected in case["expected_other_variants"].items()
    ]
    result, out = rate([line for line, _ in wanted])
    assert result.exit_code == 0
    assert len(out) == len(wanted) >= 7
    for line, (_, expected) in zip(out, wanted, strict=True):
        assert {name: line[name] for name in expected} == expected


def test_the_trace_adds_up(rate: Rate) -> None:
    case = customers()[0]
    _, (line,) = rate([{name: case[name] for name in ("id", "variant", "inputs")}], "--trace")
    assert line["trace"]["contributions"] == case["trace"]["contributions"]
    assert line["trace"]["need"] == case["trace"]["need"]
    assert line["trace"]["tnw_cap"] == case["trace"]["tnw_cap"]
    assert "score" in line["trace"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"not json", "rate.not_json"),
        (b"[1, 2]", "customer.not_an_object"),
        (b'{"id": "a", "id": "b"}', "rate.repeated_member"),
        (b'{"id": "a", "inputs": {"indicators": {"FIN_DEBT": 0.4}}}', "fact.float_given"),
        (b'{"id": "a", "inputs": {"indicators": {"FIN_DEBT": "NaN"}}}', "fact.not_a_number"),
        (b'{"id": "a", "inputs": {"indicators": {"FIN_DEBT": true}}}', "fact.type"),
        (b'{"id": "a", "inputs": {"indicators": {"FOO": "1"}}}', "customer.unknown_member"),
        (b'{"id": "a", "inputs": {"facts": {"max_dpd": 1' + b"0" * 60 + b"}}}", "rate.number_too_long"),
        (b'{"id": "a", "inputs": {"facts": {"max_dpd": "' + b"9" * 60 + b'"}}}', "fact.too_large"),
        (b'{"id": "a", "variant": "XXX", "inputs": {}}', "scorecard.unknown_variant"),
        (b'{"id": "a", "limit": "5"}', "customer.unknown_member"),
        (b"\xff\xfe\x00", "rate.not_utf8"),
        (b"[" * 100_000, "rate.too_deep"),
        (b'{"id": "' + b"x" * (1024 * 1024) + b'"}', "rate.line_too_long"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_rated(rate: Rate, bad: bytes, code: str) -> None:
    good = {"id": "good", "variant": "STD", "inputs": {}}
    result, out = rate([good, bad, good])
    assert result.exit_code == 1
    assert [line["id"] for line in (out[0], out[2])] == ["good", "good"]
    assert out[1]["line"] == 2
    assert code in [problem["code"] for problem in out[1]["problems"]]
    assert all(has_han(problem["message"]) for problem in out[1]["problems"]), out[1]
    assert result.stderr == "已评级 2 行，1 行有问题：见输出中带 problems 的行\n"
    _, english = rate([bad], "--lang", "en")
    assert not any(has_han(problem["message"]) for problem in english[0]["problems"]), english


def test_an_absent_member_is_unknown(rate: Rate) -> None:
    result, (line,) = rate([{"id": "E"}])
    assert result.exit_code == 0
    assert (line["total_score"], line["final_grade"], line["limit"]) == (None, None, None)
    assert line["decision"] == "manual"


def test_a_scorecard_of_ones_own(rate: Rate, tmp_path: Path) -> None:
    broken = tmp_path / "own.json"
    broken.write_text('{"facts": []}', "utf-8")
    result, _ = rate([{"id": "E"}], "--scorecard-file", str(broken))
    assert result.exit_code == 1
    assert "dimensions" in result.output


def test_more_processes_write_the_same_lines(rate: Rate) -> None:
    case = customers()[0]
    lines: list[Any] = [{"id": f"C{number}", "inputs": case["inputs"]} for number in range(1_100)]
    lines[3], lines[700] = b"{", {"id": "C700", "inputs": {"facts": {"max_dpd": 0.5}}}
    options = ("--at", "2026-01-31T00:00:00+00:00")
    alone, out = rate(lines, *options)
    together, again = rate(lines, *options, "--workers", "2")
    assert (alone.exit_code, together.exit_code) == (1, 1)
    assert again == out
    assert [line["line"] for line in out if "problems" in line] == [4, 701]
