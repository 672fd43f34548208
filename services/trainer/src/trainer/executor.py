"""Where the heavy parts of a training run: here, in processes of this machine (`processes.py`), or on a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import lightgbm as lgb
from threadpoolctl import threadpool_limits

from marquee.errors import Misconfigured
from trainer import lambdarank
from trainer.lambdarank import LambdaRankConfig
from trainer.lists import TrainingLists

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Pending(Protocol[T_co]):
    """A call that has been handed over."""

    def result(self) -> T_co:
        """What it returns; waits for it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Shared(Generic[T]):
    """What several calls read: handed over once, and passed to `submit` in place of the value."""

    value: T


class Executor(Protocol):
    """Runs pure functions of the trainer. Whatever it is, a call gives what it gives in this process.

    Attributes:
        side_by_side: whether a call that was handed over runs while this process goes on with work of its own.
    """

    side_by_side: bool

    def fitting(self, n_ratings: int) -> "Executor":
        """What a training on so many ratings runs on: this, or one that costs less."""
        ...

    def share(self, value: T) -> Shared[T]:
        """Hand over a value once for several calls."""
        ...

    def submit(self, function: Callable[..., T], *arguments: Any) -> Pending[T]:
        """Hand over a call of a module's function. It may run at once, or when its result is asked for.

        Args:
            arguments: values, or what `share` gave; the function is given the values.
        """
        ...

    def agrees(self, function: Callable[..., Any], *arguments: Any) -> bool:
        """Whether each of its processes returns what this process does."""
        ...

    def boost(self, lists: TrainingLists, config: LambdaRankConfig, *, n_trees: int, seed: int) -> lgb.Booster:
        """As `lambdarank.boost`, but of many rows the trees may differ a little."""
        ...


@dataclass(frozen=True, slots=True)
class _Deferred(Generic[T]):
    function: Callable[..., T]
    arguments: tuple[Any, ...]

    def result(self) -> T:
        return self.function(*(one.value if isinstance(one, Shared) else one for one in self.arguments))


class Here:
    """This process: each call runs when its result is asked for, so that one at a time takes memory."""

    side_by_side = False

    def fitting(self, n_ratings: int) -> Executor:
        return self

    def share(self, value: T) -> Shared[T]:
        return Shared(value)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Pending[T]:
        return _Deferred(function, arguments)

    def agrees(self, function: Callable[..., Any], *arguments: Any) -> bool:
        return True

    def boost(self, lists: TrainingLists, config: LambdaRankConfig, *, n_trees: int, seed: int) -> lgb.Booster:
        return lambdarank.boost(lists, config, n_trees=n_trees, seed=seed)


HERE = Here()


@contextmanager
def executor_at(
    address: str, *, wait_s: float, progress: Callable[[str], None], n_processes: int = 1
) -> Iterator[Executor]:
    """The cluster whose Dask scheduler is there; with an empty address this machine, which then never loads Dask.

    Sums have one thread meanwhile, as they have in each of several processes and in a cluster's workers: those of more
    threads differ in their last digits, and a bundle does not depend on where it was trained.

    Args:
        wait_s: how long to wait for the scheduler, and then for a worker.
        n_processes: of this machine; a cluster has its own.
    Raises:
        ClusterAway, ClusterDiffers: see `cluster.cluster`.
        Misconfigured: Dask is not installed, or the address is none.
    """
    with threadpool_limits(1, user_api="blas"):
        if not address and n_processes > 1:
            from trainer.processes import processes  # which imports this module

            with processes(n_processes, progress) as several:
                yield several
            return
        if not address:
            yield HERE
            return
        try:
            from trainer.cluster import cluster
        except ImportError as error:
            raise Misconfigured(f"to train on a cluster, install marquee-trainer[cluster]: {error}") from error
        progress(f"connecting to the Dask cluster at {address}")
        with cluster(address, wait_s=wait_s, progress=progress) as found:
            yield found
