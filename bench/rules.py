"""How fast a customer is rated: ours against plain Python and peers on one workload, interleaved in one run.

python -m bench.rules [--rounds 3] [--seconds 1] [--batch 200000] [--out FILE] [--store]

Prints rates and their ratios and writes them as JSON. Every engine is checked before it is timed: total and grade of
300 customers against the loops of the reference, ours to the last digit. A ratio more than a fifth below the stored one
(bench/stored/rules.json) is reported and ends the command with 1; --store keeps the ratios of this run instead.
Peers are optional (bench/requirements.txt); without them only the ratios to plain Python are printed. All times are of
the processor, so that a busy neighbour enters as little as possible.
"""

from __future__ import annotations

import argparse
import json
import time
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

from bench.reference_scorecard import GRADES, customers, exact, rate
from bench.rules_engines import NOW, OURS, TRACED, TREE, ZEN, ZEN_TRACED, Engine, ours, peers, plain
from bench.rules_sizes import TIMED, apart, batch, compiling, impact, vectorised
from bench.scorecard_bodies import scorecard_body
from rules import Scorecard, compile_scorecard
from rules import rate as rated

CHECKED = 300
PORTFOLIO = 100_000
STORED = Path(__file__).parent / "stored" / "rules.json"
SLACK = 0.8
WHATIF = "what-if / ours"
# The bars of the specification. Ratios of one run hold on any machine; seconds are those of the machine at hand.
AT_LEAST = {f"{OURS} / {ZEN}": 5, f"{TRACED} / {ZEN_TRACED}": 5, f"{TREE} / {ZEN_TRACED}": 5, WHATIF: 10}
AT_MOST = {
    "a million customers, seconds": 10, "impact of a draft on 100,000, seconds": 3, "compile, milliseconds": 150,
    "check of a formula, milliseconds": 20, "trace, bytes": 8192, "memory over ten times the customers, times": 1.05,
}  # fmt: skip


def check(engine: Engine, wanted: list[tuple[Decimal, str]]) -> None:
    """Refuses an engine that computes something else. In binary a total beside a cut may fall on its other side."""
    for customer, (total, grade) in zip(engine.given, wanted, strict=False):
        found, letter = engine.read(engine.act(customer))
        beside_cut = any(abs(float(total) - cut) < 1e-9 for cut, _ in GRADES)
        agrees = found == total if engine.exact else abs(float(found) - float(total)) < 1e-9
        if not agrees or (letter != grade and (engine.exact or not beside_cut)):
            raise SystemExit(f"{engine.name}: {found} {letter}, not {total} {grade}")


def per_second(engine: Engine, seconds: float) -> float:
    """Customers in a second of processor time."""
    act, count, given = engine.act, 0, engine.given
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for customer in given[count % TIMED : count % TIMED + 100]:
            act(customer)
        count += 100
    return count / spent


def measured(engines: list[Engine], rounds: int, seconds: float) -> dict[str, float]:
    """The best of the rounds; in each round every engine has its turn."""
    best = dict.fromkeys((engine.name for engine in engines), 0.0)
    for _ in range(rounds):
        for engine in engines:
            best[engine.name] = max(best[engine.name], per_second(engine, seconds))
    return best


def ratios(rates: dict[str, float]) -> dict[str, float]:
    """Ours against each other engine of this run, traced against traced."""
    own = (OURS, TRACED, TREE, ZEN_TRACED)
    found = {f"{OURS} / {name}": rates[OURS] / rate for name, rate in rates.items() if name not in own}
    if ZEN_TRACED in rates:
        found |= {f"{name} / {ZEN_TRACED}": rates[name] / rates[ZEN_TRACED] for name in (TRACED, TREE)}
    return found


def fallen(now: dict[str, float]) -> list[str]:
    """Ratios that lie more than a fifth below the stored ones."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))["ratios"] if STORED.exists() else {}
    return [
        f"{name}: {now[name]:.2f}, stored {before:.2f}"
        for name, before in stored.items()
        if name in now and now[name] < SLACK * before
    ]


def sizes(card: Scorecard, customer: Any, count: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds, milliseconds, bytes; and how much faster what-if is than the exact function."""
    few, many = apart(batch, count // 10), apart(batch, count)
    compiled, fast, changed = apart(compiling), apart(vectorised, PORTFOLIO), apart(impact, PORTFOLIO)
    trace = rated(card, customer, NOW).trace
    tree = {} if trace is None else trace.to_json()
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    found = {
        "a million customers, seconds": many["seconds_a_million"],
        "impact of a draft on 100,000, seconds": changed["seconds"],
        "compile, milliseconds": compiled["scorecard_ms"],
        "first rating with its plan, milliseconds": compiled["first_rating_ms"],
        "check of a formula, milliseconds": compiled["formula_ms"],
        "trace, bytes": float(len(text.encode())),
        "memory over ten times the customers, times": many["peak_mib"] / few["peak_mib"],
        "peak memory of the batch, MiB": many["peak_mib"],
        "peak memory of 100,000 what-if, MiB": changed["peak_mib"],
        "rated exactly by what-if, percent": fast["exact_share"] * 100,
    }
    return found, {WHATIF: fast["ratio"]}


def report(rates: dict[str, float], found: dict[str, float], other: dict[str, float]) -> list[str]:
    """Prints everything; the ratios below their bar."""
    for name, value in rates.items():
        print(f"{name:24}{value:10,.0f} a second")
    missed = []
    for name, value in found.items():
        low = name in AT_LEAST and value < AT_LEAST[name]
        missed += [f"{name} {value:.2f}"] if low else []
        print(f"{name:44}{value:8.2f}{f'   at least {AT_LEAST[name]}' if name in AT_LEAST else ''}{'  MISSED' * low}")
    if ZEN not in rates:
        print("zen-engine is not installed (bench/requirements.txt): no ratio to it")
    for name, value in other.items():
        high = name in AT_MOST and value > AT_MOST[name]
        print(f"{name:44}{value:8.2f}{f'   at most {AT_MOST[name]}' if name in AT_MOST else ''}{'  MISSED' * high}")
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=200_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--store", action="store_true")
    options = parser.parse_args()
    given = customers(TIMED)
    decimals = [exact(customer) for customer in given]
    card = compile_scorecard(scorecard_body())
    with localcontext(Context(prec=34)):
        wanted = [rate(customer, Decimal) for customer in decimals[:CHECKED]]
        engines = [*plain(given, decimals), *ours(card, decimals), *peers(given)]
        for engine in engines:
            check(engine, wanted)
        rates = measured(engines, options.rounds, options.seconds)
    other, more = sizes(card, decimals[0], options.batch)
    found = ratios(rates) | more
    missed = report(rates, found, other)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    written = {"rates": rates, "ratios": found, "sizes": other}
    options.out.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.store:
        kept = {"ratios": {name: round(value, 2) for name, value in found.items()}}
        kept["sizes"] = {name: round(value, 2) for name, value in other.items()}
        STORED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return
    low = fallen(found)
    if low or missed:
        raise SystemExit("\n".join([*(f"slower than stored: {each}" for each in low),
                                    *(f"below its bar: {each}" for each in missed)]))  # fmt: skip


if __name__ == "__main__":
    main()
