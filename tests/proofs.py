"""Proofs by many examples: a slice in each run; `make long` tries the whole, and tells how many of which seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

SLICE, WHOLE = 300, 20_000
SLICES = [pytest.param(SLICE, id="slice"), pytest.param(WHOLE, id="whole", marks=pytest.mark.long)]
"""How many examples a property is tried on: in each run, and in the long one."""
TOLD = "tried"
"""The property of a test's report that its proof is told under."""


@dataclass
class Proof:
    """What one test tries. The default run draws the same each time (seed None); the long one names its seed.

    `make long` of the same code with ``--hypothesis-seed=SEED`` tries the same again.
    """

    seed: int | str | None
    tried: int = 0
    what: str = "examples"
    began: float = field(default_factory=monotonic)

    def over(self, examples: int, *parts: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], None]:
        """Tries the decorated function at once, on so many draws of its parts."""

        def begin(holds: Callable[..., None]) -> None:
            def tried(drawn: tuple[Any, ...]) -> None:
                holds(*drawn)
                self.tried += 1  # an example that makes no sense leaves before

            tried.__name__ = holds.__name__
            whole = {} if self.seed is None else {"database": None}
            held = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), **whole)
            test = held(given(st.tuples(*parts))(tried))
            (test if self.seed is None else seed(self.seed)(test))()

        return begin

    def told(self) -> str:
        return f"{self.tried:,} {self.what} tried of seed {self.seed} in {monotonic() - self.began:.0f} s"


def drawn_seed(config: pytest.Config) -> int | None:
    """A new one for each proof of a long run unless one is given; none in a default run."""
    if not config.getoption("--run-long"):
        return None
    given_seed = config.getoption("--hypothesis-seed")
    return SystemRandom().getrandbits(32) if given_seed is None else int(given_seed)


class Telling:
    """Writes what each proof of a long run tried as soon as it ends, at the process that holds the terminal."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        for name, value in report.user_properties if report.when == "teardown" else ():
            if name == TOLD and terminal is not None:
                terminal.ensure_newline()
                terminal.write_line(f"{report.nodeid}: {value}")
