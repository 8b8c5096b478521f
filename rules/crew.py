"""Work over chunks in worker processes: results in the order given, memory bound, a lost process made good."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any, TypeVar

CHUNK = 500
AHEAD = 2
"""Chunks a worker has before it: one at work, one waiting, so that neither it nor the reader stands idle."""
TRIES = 3

Item = TypeVar("Item")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
Setting = TypeVar("Setting")


class WorkersLost(RuntimeError):
    """Worker processes ended by force at the same chunk (counted from 0) each time; all before it were given."""

    def __init__(self, chunk: int) -> None:
        super().__init__(f"worker processes ended {TRIES} times over while at chunk {chunk}")
        self.chunk = chunk


def cut(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Lists of `size` items, the last with what is left; read as they are taken."""
    if size < 1:
        raise ValueError("a chunk holds at least 1")
    source = iter(items)
    while found := list(islice(source, size)):
        yield found


def over_chunks(
    step: Callable[[Setting, Chunk], Result], setting: Setting, chunks: Iterable[Chunk], workers: int = 1
) -> Iterator[Result]:
    """``step(setting, chunk)`` of each chunk, in their order.

    step     a function of a module
    setting  goes to each worker once, pickled; chunks and results travel pickled too
    workers  1: all is done in this process, as it is where there is one chunk, or where this process is itself a
             worker that may have no children

    At most AHEAD chunks a worker are held at a time. An exception of `step` is raised here. A worker that is lost
    (killed, out of memory) takes its unfinished chunks with it: they are done again by new workers, and nothing is
    lost or given twice; losing them TRIES times at the same chunk raises WorkersLost.
    """
    if workers < 1:
        raise ValueError("there is at least 1 worker")
    source = iter(chunks)
    first = list(islice(source, 2))
    if workers == 1 or len(first) < 2 or multiprocessing.current_process().daemon:
        for each in chain(first, source):
            yield step(setting, each)
        return
    crew = _Crew(step, setting, workers)
    try:
        yield from crew.run(chain(first, source))
    finally:
        crew.end()


class _Crew:
    """The processes at work and the chunks they hold, oldest first."""

    def __init__(self, step: Any, setting: Any, workers: int) -> None:
        self.beginning = (step, setting)
        self.workers = workers
        self.held: deque[tuple[Any, Future[Any]]] = deque()
        self.pool = self.hire()

    def hire(self) -> ProcessPoolExecutor:
        # Spawned, not forked: a fork of a process with threads may hold a lock that nobody will ever release.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, context, _begin, self.beginning)

    def end(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def run(self, chunks: Iterator[Any]) -> Iterator[Any]:
        done = tries = 0
        for each in islice(chunks, self.workers * AHEAD):
            self.held.append((each, self.submit(each)))
        while self.held:
            try:
                result = self.held[0][1].result()
            except BrokenProcessPool:
                tries += 1
                if tries == TRIES:
                    raise WorkersLost(done) from None
                self.again()
                continue
            tries, done = 0, done + 1
            self.held.popleft()
            for each in islice(chunks, 1):
                self.held.append((each, self.submit(each)))
            yield result

    def submit(self, chunk: Any) -> Future[Any]:
        try:
            return self.pool.submit(_step, chunk)
        except BrokenProcessPool as broken:  # told when this chunk's turn comes
            future: Future[Any] = Future()
            future.set_exception(broken)
            return future

    def again(self) -> None:
        """New workers for every chunk without a result; finished ones keep theirs."""
        self.end()
        self.pool = self.hire()
        for place, (chunk, future) in enumerate(self.held):
            if future.cancelled() or isinstance(future.exception(), BrokenProcessPool):
                self.held[place] = (chunk, self.submit(chunk))


_own: list[Any] = []
"""A worker process's own: its step and its setting."""


def _begin(step: Any, setting: Any) -> None:
    _own[:] = [step, setting]
    # A chunk's results are many objects that live until they are sent: looking for rings among them finds none.
    gc.freeze()
    gc.set_threshold(100_000)


def _step(chunk: Any) -> Any:
    step, setting = _own
    return step(setting, chunk)
