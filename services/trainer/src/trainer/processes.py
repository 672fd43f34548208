"""Processes of this machine that share a training, if it is long enough to gain by it and small enough for memory."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Any, Generic, TypeVar

import lightgbm as lgb
from threadpoolctl import threadpool_limits

from trainer import lambdarank
from trainer.executor import HERE, Executor, Pending, Shared
from trainer.lambdarank import LambdaRankConfig
from trainer.lists import TrainingLists
from trainer.memory import free_gib, needed_gib

T = TypeVar("T")

MOST = 4
"""Processes at most, unless a number is set: with more the trees bind, which two of them grow."""
FROM_RATINGS = 10_000
"""With fewer a training takes seconds, and sending things about costs what it gains."""


def processes_of(wanted: int, cores: int) -> int:
    """How many processes there are to be; 0 are wanted: as many as there are cores, but no more than MOST."""
    return wanted or min(cores, MOST)


@contextmanager
def processes(
    n_processes: int, progress: Callable[[str], None], memory_gib: Callable[[], float] = free_gib
) -> Iterator[Executor]:
    """So many processes, which end with this block; this one alone where no others can be started.

    They are forked, so that they need not load the libraries again. Enter it before anything computes in threads.

    Args:
        memory_gib: what a training may take.
    """
    try:
        pool = ProcessPoolExecutor(n_processes, get_context("fork"), _begin)
        pool.submit(os.getpid).result()  # forks all of them
    except (OSError, BrokenProcessPool) as error:
        progress(f"one process trains, since no others can be started: {error}")
        yield HERE
        return
    try:
        yield Processes(pool, n_processes, progress, memory_gib)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Processes:
    """The executor that the processes are. If one of them dies, what is left of the training runs in this process."""

    side_by_side = True

    def __init__(
        self,
        pool: ProcessPoolExecutor,
        n_processes: int,
        progress: Callable[[str], None],
        memory_gib: Callable[[], float],
    ) -> None:
        self._pool: ProcessPoolExecutor | None = pool
        self._n_processes, self._progress, self._memory_gib = n_processes, progress, memory_gib

    def fitting(self, n_ratings: int) -> Executor:
        if n_ratings < FROM_RATINGS:
            return HERE
        needed, free = needed_gib(n_ratings, self._n_processes), self._memory_gib()
        if needed <= free:
            return self
        self._progress(
            f"one process trains: {self._n_processes} may take {needed:.1f} GiB, and {free:.1f} GiB of memory are free"
        )
        return HERE

    def share(self, value: T) -> Shared[T]:
        """Copied with each call that reads it."""
        return Shared(value)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Pending[T]:
        future: Future[T] | None = None
        if self._pool is not None:
            values = [one.value if isinstance(one, Shared) else one for one in arguments]
            try:
                future = self._pool.submit(function, *values)
            except BrokenProcessPool:
                self._lost()
        return _Elsewhere(future, HERE.submit(function, *arguments), self._lost)

    def agrees(self, function: Callable[..., Any], *arguments: Any) -> bool:
        """Always: they are of this machine and run this code."""
        return True

    def boost(self, lists: TrainingLists, config: LambdaRankConfig, *, n_trees: int, seed: int) -> lgb.Booster:
        """In this process, on one thread: the other cores are for the other processes."""
        return lambdarank.boost(lists, config, n_trees=n_trees, seed=seed, n_threads=1)

    def _lost(self) -> None:
        if self._pool is not None:
            self._pool = None
            self._progress("a process of this training died; the rest of it runs in one, and takes longer")


@dataclass(frozen=True, slots=True)
class _Elsewhere(Generic[T]):
    """A call of another process, and the same call for this one should that process die."""

    future: Future[T] | None
    here: Pending[T]
    lost: Callable[[], None]

    def result(self) -> T:
        if self.future is not None:
            try:
                return self.future.result()
            except BrokenProcessPool:
                self.lost()
        return self.here.result()


def _begin() -> None:
    """What a process does first: its sums have one thread, and it ends when the training does, for whatever reason."""
    threadpool_limits(1, user_api="blas")
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)
