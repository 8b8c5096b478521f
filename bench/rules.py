"""How fast a customer is rated: ours against plain Python and zen-engine on one workload, interleaved in one run.

python -m bench.rules [--rounds 3] [--seconds 1] [--batch 100000] [--out FILE] [--store]

Prints rates and their ratios and writes them as JSON. Every engine is checked before it is timed: total and grade of
300 customers against the loops of the reference, ours to the last digit. A ratio more than a fifth below the stored one
(bench/stored/rules.json) is reported and ends the command with 1; --store keeps the ratios of this run instead.
Peers are optional (bench/requirements.txt); without them only the ratios to plain Python are printed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple

from bench.reference_scorecard import GRADES, customers, exact, rate
from bench.scorecard_bodies import plain_function, scorecard_body, zen_graph
from rules import Scope, ScopeEntry, Scorecard, compile_formula, compile_scorecard
from rules import rate as rated

NOW = datetime(2026, 1, 15, tzinfo=UTC)
CHECKED, TIMED = 300, 10_000
STORED = Path(__file__).parent / "stored" / "rules.json"
SLACK = 0.8
OURS, TRACED, TREE = "ours", "ours, with trace", "ours, trace as a tree"
ZEN, ZEN_TRACED = "zen", "zen, with trace"


class Engine(NamedTuple):
    """One way to rate: what it is given, what it does, and how to read (total, grade) from its answer."""

    name: str
    given: list[Any]
    act: Callable[[Any], Any]
    read: Callable[[Any], tuple[Any, str]]


def ours(card: Scorecard, given: list[Any]) -> list[Engine]:
    def read(score: Any) -> tuple[Any, str]:
        return score.total, score.final_grade

    def tree(customer: Any) -> Any:
        score = rated(card, customer, NOW)
        return score, score.trace.to_json() if score.trace else None

    return [
        Engine(OURS, given, lambda customer: rated(card, customer, NOW, trace=False), read),
        Engine(TRACED, given, lambda customer: rated(card, customer, NOW), read),
        Engine(TREE, given, tree, lambda answer: read(answer[0])),
    ]


def plain(given: list[Any], decimals: list[Any]) -> list[Engine]:
    def same(answer: Any) -> tuple[Any, str]:
        return answer[0], answer[1]

    return [
        Engine("loops, float", given, rate, same),
        Engine("loops, Decimal", decimals, lambda customer: rate(customer, Decimal), same),
        Engine("written out, float", given, plain_function(float), same),
        Engine("written out, Decimal", decimals, plain_function(Decimal), same),
    ]


def zen(given: list[Any]) -> list[Engine]:
    """The peer on its static loader, which compiles once; none where it is not installed."""
    if importlib.util.find_spec("zen") is None:
        return []
    content = {"reference": zen_graph()}
    engine = importlib.import_module("zen").ZenEngine({"loader": {"type": "static", "content": content}})

    def read(answer: Any) -> tuple[Any, str]:
        return answer["result"]["total"], answer["result"]["grade"]

    return [
        Engine(ZEN, given, lambda customer: engine.evaluate("reference", customer), read),
        Engine(ZEN_TRACED, given, lambda customer: engine.evaluate("reference", customer, {"trace": True}), read),
    ]


def check(engine: Engine, wanted: list[tuple[Decimal, str]], to_the_digit: bool) -> None:
    """Refuses an engine that computes something else. In binary a total beside a cut may fall on its other side."""
    for customer, (total, grade) in zip(engine.given, wanted, strict=False):
        found, letter = engine.read(engine.act(customer))
        beside_cut = any(abs(float(total) - cut) < 1e-9 for cut, _ in GRADES)
        agrees = found == total if to_the_digit else abs(float(found) - float(total)) < 1e-9
        if not agrees or (letter != grade and (to_the_digit or not beside_cut)):
            raise SystemExit(f"{engine.name}: {found} {letter}, not {total} {grade}")


def per_second(engine: Engine, seconds: float) -> float:
    """Customers in a second of processor time, so that a busy neighbour does not enter the ratios."""
    act, count, given = engine.act, 0, engine.given
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for customer in given[count % TIMED : count % TIMED + 100]:
            act(customer)
        count += 100
    return count / spent


def measured(engines: list[Engine], rounds: int, seconds: float) -> dict[str, float]:
    best = dict.fromkeys((engine.name for engine in engines), 0.0)
    for _ in range(rounds):
        for engine in engines:
            best[engine.name] = max(best[engine.name], per_second(engine, seconds))
    return best


def ratios(rates: dict[str, float]) -> dict[str, float]:
    """What is kept and guarded: ours against each other engine of this run."""
    found = {f"{OURS} / {name}": rates[OURS] / rates[name] for name in rates if name.startswith(("loops", "written"))}
    if ZEN in rates:
        found[f"{OURS} / {ZEN}"] = rates[OURS] / rates[ZEN]
        found[f"{TRACED} / {ZEN_TRACED}"] = rates[TRACED] / rates[ZEN_TRACED]
        found[f"{TREE} / {ZEN_TRACED}"] = rates[TREE] / rates[ZEN_TRACED]
    return found


def batch(card: Scorecard, given: list[Any], count: int) -> dict[str, float]:
    """Seconds for a million customers, one after the other on one core, and how much memory grows meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    for at in range(count):
        rated(card, given[at % TIMED], NOW, trace=False)
    spent = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"seconds_a_million": spent / count * 1_000_000, "grown_kib": float(grown)}


def compiling() -> dict[str, float]:
    """Milliseconds: the reference Scorecard cold, and the check of one formula of 500 characters over 500 names."""
    body = scorecard_body()
    start = time.process_time()
    compile_scorecard(body)
    card = time.process_time() - start
    scope = Scope({f"字段 {at}": ScopeEntry("number") for at in range(500)})
    text = ""
    while len(text) < 480:
        text += f"字段 {len(text) % 500} * 2 + "
    start = time.process_time()
    for _ in range(20):
        compile_formula(text + "1", scope)
    return {"scorecard_ms": card * 1000, "formula_ms": (time.process_time() - start) / 20 * 1000}


def fallen(now: dict[str, float]) -> list[str]:
    """Ratios that lie more than a fifth below the stored ones."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))["ratios"] if STORED.exists() else {}
    return [
        f"{name}: {now[name]:.2f}, stored {before:.2f}"
        for name, before in stored.items()
        if name in now and now[name] < SLACK * before
    ]


def report(card: Scorecard, given: list[Any], options: argparse.Namespace, engines: list[Engine]) -> dict[str, Any]:
    rates = measured(engines, options.rounds, options.seconds)
    found: dict[str, Any] = {"rates": rates, "ratios": ratios(rates), "batch": batch(card, given, options.batch)}
    trace = rated(card, given[0], NOW).trace
    size = len(json.dumps(trace.to_json(), ensure_ascii=False, separators=(",", ":")).encode()) if trace else 0
    found["compile"] = compiling()
    found["trace_bytes"] = size
    for name, value in rates.items():
        print(f"{name:24}{value:10,.0f} a second")
    for name, value in found["ratios"].items():
        print(f"{name:44}{value:8.2f}")
    if ZEN not in rates:
        print("zen-engine is not installed (bench/requirements.txt): no ratio to it")
    print(f"1,000,000 customers: {found['batch']['seconds_a_million']:.1f} s on one core, memory grows by "
          f"{found['batch']['grown_kib']:.0f} KiB over {options.batch}")  # fmt: skip
    card_ms, formula_ms = found["compile"].values()
    print(f"compile: scorecard {card_ms:.0f} ms, formula {formula_ms:.1f} ms; trace {size} bytes")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--store", action="store_true")
    options = parser.parse_args()
    given = customers(TIMED)
    decimals = [exact(customer) for customer in given]
    card = compile_scorecard(scorecard_body())
    with localcontext(Context(prec=34)):
        wanted = [rate(customer, Decimal) for customer in decimals[:CHECKED]]
        own, others, peers = ours(card, decimals), plain(given, decimals), zen(given)
        for engine in (*own, *others, *peers):
            check(engine, wanted, to_the_digit=engine in own or "Decimal" in engine.name)
        found = report(card, decimals, options, [*others, *own, *peers])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.store:
        kept = {"ratios": {name: round(value, 2) for name, value in found["ratios"].items()}}
        STORED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return
    low = fallen(found["ratios"])
    if low:
        raise SystemExit("slower than stored: " + "; ".join(low))


if __name__ == "__main__":
    main()
