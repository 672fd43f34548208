"""A training on a Dask cluster: its windows and the retrieval to serve side by side, each by the code of this process.

The trainer alone needs the model folder, and keeps what has to be decided on the ranker: the number of trees, the
verdict, the bundle. Workers get the ratings once and send back lists, and the ranker of similar movies. Imported only
where a cluster is set.
"""

from asyncio import CancelledError
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import lightgbm as lgb
from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError

from marquee.errors import Misconfigured, Transient
from trainer import lambdarank
from trainer.cluster_boost import boost_on
from trainer.code_version import code_identity
from trainer.executor import Executor, Pending, Shared
from trainer.lambdarank import LambdaRankConfig
from trainer.lists import TrainingLists

T = TypeVar("T")

TRIES = 4
"""So often a call is sent whose data is lost with the worker that had it. Dask itself repeats other calls as often."""
_AWAY = (KilledWorker, CancelledError, FutureCancelled, TimeoutError, OSError)
"""What Dask raises when a call has lost worker after worker, or the scheduler is gone."""


class ClusterAway(Transient):
    """No scheduler, no worker, or all lost on the way; the same training may succeed later."""


class ClusterDiffers(Misconfigured):
    """A worker has other code than this process, so that what it returned would be of another training."""


@contextmanager
def cluster(address: str, *, wait_s: float, progress: Callable[[str], None]) -> Iterator["Cluster"]:
    """A connection to the cluster whose scheduler is at `address`, such as "tcp://scheduler:8786".

    Args:
        wait_s: how long to wait for the scheduler, and then for a worker.
    Raises:
        ClusterAway: no answer within that time, or no worker.
        ClusterDiffers: a worker has other code.
        Misconfigured: the address is none.
    """
    try:
        client = Client(address, timeout=wait_s, set_as_default=False, name="marquee-trainer")
    except (OSError, TimeoutError) as error:
        raise ClusterAway(f"no Dask scheduler answered at {address} within {wait_s:g} s") from error
    except ValueError as error:
        raise Misconfigured(f"{address!r} is no address of a Dask scheduler: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=wait_s)
        except TimeoutError as error:
            raise ClusterAway(f"the Dask scheduler at {address} had no worker within {wait_s:g} s") from error
        for theirs in client.run(code_identity, on_error="return").values():
            _same(address, code_identity(), theirs)
        found = Cluster(client, address, wait_s, progress)
        progress(f"a cluster of {len(found.workers)} workers at {address}")
        yield found


class Cluster:
    """The executor that a cluster is. What a worker did that dies, another one does, or the one that replaces it.

    Args:
        wait_s: how long to wait for a worker when all have died.
    Attributes:
        boost_from_rows: of fewer rows the trees grow in this process, and are the same to the byte.
        side_by_side: no: the trainer's machine may be a small one, with room for one thing at a time.
    """

    side_by_side = False

    def __init__(self, client: Client, address: str, wait_s: float, progress: Callable[[str], None]) -> None:
        self.boost_from_rows = lambdarank.MANY_ROWS
        self._client = client
        self._address = address
        self._wait_s = wait_s
        self._progress = progress
        self._sent: dict[Shared[Any], Future] = {}

    @property
    def workers(self) -> list[str]:
        """The addresses of the workers that are there now."""
        with _named_when_away(self._address):
            return sorted(self._client.scheduler_info(n_workers=-1)["workers"])

    def fitting(self, n_ratings: int) -> Executor:
        return self

    def share(self, value: T) -> Shared[T]:
        """Sent with the first call that reads it; workers then have it from each other."""
        return Shared(value)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Pending[T]:
        begin = partial(self._begin, function, arguments)
        return _Remote(self._address, begin, begin())

    def agrees(self, function: Callable[..., Any], *arguments: Any) -> bool:
        here = function(*arguments)
        with _named_when_away(self._address):
            return all(found == here for found in self._client.run(function, *arguments, on_error="return").values())

    def boost(self, lists: TrainingLists, config: LambdaRankConfig, *, n_trees: int, seed: int) -> lgb.Booster:
        """By `lightgbm.dask` if there are many rows and several workers; here if not, or if they lose each other."""
        workers = self.workers
        if len(lists.features) >= self.boost_from_rows and len(workers) > 1:
            try:
                return boost_on(self._client, workers, lists, config, n_trees=n_trees, seed=seed)
            except (lgb.basic.LightGBMError, *_AWAY) as error:
                self._progress(f"the workers lost each other, and the trees grow in the trainer's process: {error}")
        return lambdarank.boost(lists, config, n_trees=n_trees, seed=seed)

    def _begin(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future:
        """Send the call off, with what it reads if no worker has that any more."""
        with _named_when_away(self._address):
            self._client.wait_for_workers(1, timeout=self._wait_s)
            handles = [self._handle(one) if isinstance(one, Shared) else one for one in arguments]
            return self._client.submit(_on_same_code, self._address, code_identity(), function, *handles, pure=False)

    def _handle(self, shared: Shared[Any]) -> Future:
        sent = self._sent.get(shared)
        if sent is None or sent.status != "finished":
            sent = self._sent[shared] = self._client.scatter(shared.value, hash=False)
        return sent


@dataclass(slots=True)
class _Remote(Generic[T]):
    address: str
    begin: Callable[[], Future]
    future: Future

    def result(self) -> T:
        """What the call returns, which the workers then forget.

        Raises:
            ClusterAway: the cluster does not answer, or has lost worker after worker.
        """
        with _named_when_away(self.address):
            for _ in range(TRIES - 1):
                try:
                    return self._taken()
                except FutureCancelledError:
                    self.future = self.begin()
            return self._taken()

    def _taken(self) -> T:
        found: T = self.future.result()
        self.future.release()
        return found


@contextmanager
def _named_when_away(address: str) -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise ClusterAway(f"the Dask cluster at {address} was lost: {str(error) or type(error).__name__}") from error


def _on_same_code(address: str, expected: str, function: Callable[..., T], *arguments: Any) -> T:
    """Runs on a worker, which may have joined after the others were asked for their code."""
    _same(address, expected, code_identity())
    return function(*arguments)


def _same(address: str, ours: str, theirs: object) -> None:
    if theirs != ours:
        raise ClusterDiffers(f"a worker of the Dask cluster at {address} has {theirs}; this trainer has {ours}")
