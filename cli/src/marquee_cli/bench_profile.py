"""`marquee bench --profile`: the processor time of each stage of one ranking, in this process, on the model in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import thread_time

import numpy as np
import orjson
from redis.asyncio import Redis
from rich.table import Table

from marquee.bundle import load_bundle
from marquee.contracts.rank_request import RankRequest
from marquee.explanation.attribution import contributions
from marquee.features.context import RankContext
from marquee.features.vector import features
from marquee.retrieval.candidates import choose
from marquee.retrieval.history import History
from marquee.retrieval.sources import retrieve
from ranker.answers import CardOf, FirstPage, user_answer
from ranker.online import KnownUser, Online
from ranker.pinning.bins import Bins
from ranker.pinning.whole import kept_order
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.settings import RankerSettings
from ranker.stopwatch import Stopwatch

ROUNDS = 5
"""Times that each user is ranked for; a stage's figure is the median over all of them."""


@dataclass(slots=True)
class _Laps:
    """Milliseconds of processor time by stage, of this thread."""

    ms: dict[str, list[float]]
    _last: float = 0.0

    def start(self) -> None:
        self._last = thread_time()

    def end(self, stage: str) -> None:
        now = thread_time()
        self.ms.setdefault(stage, []).append((now - self._last) * 1_000)
        self._last = thread_time()

    def add(self, stage: str, ms: float) -> None:
        self.ms.setdefault(stage, []).append(ms)


def stages(serving: Serving, users: Iterable[KnownUser], card_of: CardOf, *, k: int = 25) -> dict[str, float]:
    """Median milliseconds of processor time of each stage of a user's ranking with reasons, and of all of it.

    Args:
        users: those without a rating of a known movie are left out, as no model ranks for them.
    Raises:
        ValueError: the bundle has no model.
    """
    scorer, trees = serving.model.scorer, serving.model.bundle.trees
    if scorer is None or trees is None:
        raise ValueError("the bundle has no model")
    bins = Bins.of(trees, len(serving.model.bundle.manifest.features))
    laps = _Laps({})
    for user in users:
        for _ in range(ROUNDS):
            if _ranked_by_hand(serving, user, laps, k):
                _answered(serving, user, card_of, laps, bins, k)
    return {stage: median(ms) for stage, ms in laps.ms.items()}


def _ranked_by_hand(serving: Serving, user: KnownUser, laps: _Laps, k: int) -> bool:
    """The stages up to the account of the scores; False for a user whom no model ranks for."""
    bundle, state = serving.model.bundle, serving.movies.state
    assert serving.model.scorer is not None  # noqa: S101  # stages() has refused it
    assert bundle.trees is not None  # noqa: S101  # as above
    laps.start()
    history = History.of(user.state, state.catalog, bundle.retrieval.config)
    if not len(history):
        return False
    laps.end("history")
    retrieved = retrieve(bundle.retrieval, state, history)
    laps.end("retrieve")
    candidates = choose(retrieved, state, history.row, per_source=bundle.retrieval.config.per_source, at_least=k)
    laps.end("choose")
    x = features(RankContext(bundle.retrieval, serving.movies, history, retrieved, candidates))
    laps.end("features")
    score = serving.model.scorer(x)
    laps.end("onnxruntime")
    best = np.argsort(-score, kind="stable")[:k]
    laps.start()
    contributions(bundle.trees, x[best])
    laps.end("attribution")
    return True


def _answered(serving: Serving, user: KnownUser, card_of: CardOf, laps: _Laps, bins: Bins, k: int) -> None:
    """The rest, as the ranker itself laps it, and the whole answer."""
    request, pages = RankRequest(user_id=1, k=k), list[FirstPage]()
    began, watch = thread_time(), Stopwatch(thread_time)
    answer = user_answer(serving, user, request, card_of, watch, ranking_id="0" * 32, keep=pages.append)
    laps.add("citations", watch.ms["cite"])
    laps.add("facts and phrasing", watch.ms["explain"])
    laps.start()
    orjson.dumps(answer)
    laps.end("serialisation")
    laps.add("all, with reasons", (thread_time() - began) * 1_000)
    began = thread_time()
    plain = RankRequest(user_id=1, k=k, explain=False)
    orjson.dumps(user_answer(serving, user, plain, card_of, Stopwatch(thread_time), ranking_id="0" * 32))
    laps.add("all, without reasons", (thread_time() - began) * 1_000)
    for page in pages:
        laps.start()
        kept_order(page, request, serving, bins)
        laps.end("order for next pages, after the answer")


async def stages_of_run(models: Path, version: str, redis_url: str, users: Sequence[int]) -> dict[str, float]:
    """The same of a running system: its model in use, its counts, cards and users.

    Raises:
        BundleRefused: the model's bundle is no longer there.
        ValueError: the bundle has no model.
    """
    redis = Redis.from_url(redis_url)
    try:
        online = Online.of(RankerSettings(), redis)
        await online.refresh()
        serving = Serving.of(RankerModel.of(load_bundle(models / version)), online.stats.stats())
        return stages(serving, [await online.user(user) for user in users], online.cards.get)
    finally:
        await redis.aclose()


def stage_table(found: Mapping[str, float], about: str) -> Table:
    """The stages, in the order in which a ranking goes through them."""
    table = Table(title=f"Processor time of one ranking, k=25, {about}", title_justify="left")
    table.add_column("stage")
    table.add_column("ms", justify="right")
    for stage, ms in found.items():
        table.add_row(stage, f"{ms:.2f}")
    return table
