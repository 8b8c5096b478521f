"""Decision tables: how long the static checks take on 500 rows over six ranges, and what the index saves.

    python -m bench.tables [--rows 500] [--seed 7]

Shapes: `split` cuts the space again and again (no gap, no overlap), `hole` is that less one row, `grid` three inputs
cut evenly, `cascade` a first-hit table of nested thresholds, `boxes` random overlapping boxes with a row for the rest.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules import DecisionTable, compile_table
from rules.table_checks import static_problems

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOP = 1_000
WIDTH = 6

Box = list[tuple[int, int]]


def split(chance: random.Random, rows: int) -> list[Box]:
    """The whole space cut into boxes, each time one of them across one input."""
    boxes: list[Box] = [[(0, TOP)] * WIDTH]
    while len(boxes) < rows:
        at = chance.randrange(len(boxes))
        axis = chance.randrange(WIDTH)
        low, high = boxes[at][axis]
        if high - low < 2:
            continue
        cut = chance.randrange(low + 1, high)
        below, above = list(boxes[at]), list(boxes[at])
        below[axis], above[axis] = (low, cut), (cut, high)
        boxes[at : at + 1] = [below, above]
    return boxes


def grid(_chance: random.Random, rows: int) -> list[Box]:
    parts = round(rows ** (1 / 3))
    step = TOP // parts
    sides = [(at * step, TOP if at == parts - 1 else (at + 1) * step) for at in range(parts)]
    return [[a, b, c] + [(0, TOP)] * (WIDTH - 3) for a in sides for b in sides for c in sides][:rows]


def cascade(chance: random.Random, rows: int) -> list[Box]:
    """Each row asks for a little less than the one before."""
    return [[(TOP - 1 - at * TOP // rows, TOP)] * WIDTH for at in range(rows - 1)] + [[(0, TOP)] * WIDTH]


def boxes(chance: random.Random, rows: int) -> list[Box]:
    made: list[Box] = []
    while len(made) < rows - 1:
        lows = [chance.randrange(TOP) for _ in range(WIDTH)]
        made.append([(low, chance.randrange(low + 1, TOP + 1)) for low in lows])
    return [*made, [(0, TOP)] * WIDTH]


def lattice(chance: random.Random, rows: int) -> list[Box]:
    """Overlapping boxes on few edges, with no row for the rest: much is covered many times, some of it not at all."""
    step = TOP // 4
    ends = [(low * step, high * step) for low in range(4) for high in range(low + 2, 5)]
    return [[chance.choice(ends) for _ in range(WIDTH)] for _ in range(rows)]


SHAPES: dict[str, tuple[str, Callable[[random.Random, int], list[Box]]]] = {
    "split": ("U", split), "hole": ("U", lambda chance, rows: split(chance, rows + 1)[:-1]), "grid": ("U", grid),
    "split first": ("F", split), "cascade": ("F", cascade), "boxes": ("F", boxes), "lattice": ("F", lattice),
    "equal": ("A", boxes),
}  # fmt: skip


def body(policy: str, made: list[Box]) -> dict[str, Any]:
    names = [f"x{at}" for at in range(WIDTH)]
    return {
        "facts": [{"key": name, "type": "number"} for name in names],
        "hit_policy": policy, "outputs": [{"key": "out", "type": "number"}],
        "inputs": [{"key": name, "value": name, "type": "number", "allowed": [f"[0..{TOP})"]} for name in names],
        "rows": [
            {"id": f"r{at}", "when": ["-" if side == (0, TOP) else f"[{side[0]}..{side[1]})" for side in box],
             "then": ["1" if policy == "A" else str(at)]}
            for at, box in enumerate(made)
        ],
    }  # fmt: skip


def best(work: Callable[[], Any], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    print(f"{'shape':12} {'policy':6} {'rows':>5} {'compile ms':>10} {'checks ms':>9} {'findings':>8} {'decide µs':>9}")
    slowest = 0.0
    for name, (policy, shape) in SHAPES.items():
        chance = random.Random(args.seed)
        made = body(policy, shape(chance, args.rows))
        compiled = best(lambda made=made: compile_table(made, analyse=False), 1)
        table: DecisionTable = compile_table(made, analyse=False)
        checks = best(lambda table=table: static_problems(table), 3)
        found = static_problems(table)
        customers = [{f"x{at}": Decimal(chance.randrange(TOP)) for at in range(WIDTH)} for _ in range(200)]
        decide = best(lambda table=table, facts=customers: [table.decide(each, NOW) for each in facts]) / len(customers)
        slowest = max(slowest, checks)
        print(f"{name:12} {policy:6} {len(made['rows']):5} {compiled * 1e3:10.0f} {checks * 1e3:9.1f} {len(found):8} "
              f"{decide * 1e6:9.1f}")  # fmt: skip
    print(f"slowest checks {slowest * 1e3:.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
