"""One training in a process of its own, so that its memory is freed when it ends. It reports as JSON lines.

python -m trainer.job --log-dir DIR --model-dir DIR --version V --seed N [--processes N | --cluster ADDRESS]
"""

import argparse
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from marquee.bundle import BundleRefused
from marquee.contracts.events import MetadataStatus
from marquee.contracts.topics import CATALOG, METADATA, Topic
from marquee.errors import Misconfigured, Transient
from marquee.state.item_stats import ItemStats
from marquee.state.logical_time import LogicalTime
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from marquee.stores.event_log import EventLog
from trainer.champion import Champion
from trainer.child import Done, Failed, Progress
from trainer.config import TrainingConfig
from trainer.executor import HERE, Executor, executor_at
from trainer.export_onnx import OnnxDiffers
from trainer.log_ratings import logged_ratings
from trainer.pipeline import CannotTrain, train
from trainer.processes import processes_of

Send = Callable[[BaseModel], None]

AHEAD_MS = 86_400_000
"""How far somebody's clock may be ahead of ours; a rating from later than that is not learned from."""


def protocol() -> Send:
    """Reserve standard output for our messages; whatever a library prints there goes to standard error."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(message: BaseModel) -> None:
        out.write(message.model_dump_json() + "\n")
        out.flush()

    return send


def end_with_parent() -> None:
    """End this process when its parent ends, for whatever reason: the parent holds our standard input open."""

    def wait() -> None:
        while os.read(0, 4_096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def telling(send: Send) -> Callable[[str], None]:
    """Send messages as progress."""
    return lambda message: send(Progress(message=message))


def run(
    log_dir: str,
    model_dir: Path,
    *,
    version: str,
    seed: int,
    champion: Path | None,
    created_at: datetime,
    send: Send,
    executor: Executor = HERE,
) -> None:
    """Read the log, train, judge, write the bundle; a refused one too, so that one can look at it."""
    started = time.perf_counter()
    location = log_dir if "://" in log_dir else str(Path(log_dir).absolute())
    log = EventLog(location)
    send(Progress(message="reading the event log"))
    try:
        known = {topic.name: ends_of(log, topic) for topic in (CATALOG, METADATA)}  # before it is read: no later
        rows, ratings = log.rows("ratings.v1"), logged_ratings(location, executor)
        listed, enriched = log.listed(), log.enriched()
    except ValueError as error:  # of a file that is no Parquet, or of a record that is no event
        raise CannotTrain(f"the event log cannot be read: {error}") from error
    catalog = MovieTable.build(listed, enriched)
    send(Progress(message=f"{len(ratings):,} ratings of {len(catalog):,} movies"))
    config = TrainingConfig(seed=seed)
    ratings = of_the_past(ratings, now_ms=int(created_at.timestamp() * 1_000), least=config.gate.ratings_used)
    newest_ms = int(ratings.rated_at.max(initial=0))
    parts = train(
        ratings,
        catalog,
        as_of_ms=newest_ms,
        config=config,
        progress=telling(send),
        champion=None if champion is None else Champion.opened(champion),
        executor=executor.fitting(len(ratings)),
    )
    found = {movie.movie_id for movie in enriched if movie.status is MetadataStatus.FOUND}
    counts = {"log_rows": rows, "enriched_movies": len(found & {movie.movie_id for movie in listed})}
    year_now = LogicalTime.of(ItemStats.of(ratings)).year_now
    metrics = {"training_s": round(time.perf_counter() - started, 2), "year_now": year_now}
    counts, metrics = {**parts.counts, **counts}, finite({**parts.metrics, **metrics})
    parts = replace(parts, counts=counts, metrics=metrics, known=known)
    path = parts.write(model_dir, version=version, created_at=created_at)
    send(Done(location=path.name, metrics=dict(parts.metrics)))


def ends_of(log: EventLog, topic: Topic[Any]) -> tuple[int, ...]:
    """The offset after the last record of each partition that the log holds."""
    return tuple(log.next_offset(topic.name, partition) for partition in range(topic.partitions))


def of_the_past(ratings: Ratings, *, now_ms: int, least: float) -> Ratings:
    """The ratings without those of a time that has not come: of somebody whose clock is ahead.

    Raises:
        CannotTrain: they are less than this share of all.
    """
    is_past = ratings.rated_at <= now_ms + AHEAD_MS
    n_future = len(ratings) - int(is_past.sum())
    if n_future > (1 - least) * len(ratings):
        raise CannotTrain(f"{n_future:,} of {len(ratings):,} ratings are of the future: a clock is ahead")
    return ratings.take(is_past)


def finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics that have a value: a mean over no lists is NaN, which neither the manifest nor the event can hold."""
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


NICENESS = 10
"""Larger yields more to the services: on a busy machine a training takes longer, and no ranking does."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="trainer.job", description=__doc__)
    parser.add_argument("--log-dir", required=True)
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--champion", type=Path, help="the bundle that serves, with which the new model is compared")
    parser.add_argument("--processes", type=int, default=0, help="of this machine; 0: one per core, four at most")
    parser.add_argument("--cluster", default="", help="the Dask scheduler of the cluster to train on")
    parser.add_argument("--cluster-wait-s", type=float, default=60.0, help="how long to wait for it and for a worker")
    parser.add_argument("--ends-with-its-parent", action="store_true", help="end once standard input is closed")
    args = parser.parse_args()
    send = protocol()
    os.nice(NICENESS)
    if args.ends_with_its_parent:
        end_with_parent()
    n_processes = processes_of(args.processes, cores=len(os.sched_getaffinity(0)))
    try:
        now = datetime.now(UTC)
        with executor_at(
            args.cluster, wait_s=args.cluster_wait_s, progress=telling(send), n_processes=n_processes
        ) as executor:
            run(
                args.log_dir,
                args.model_dir,
                version=args.version,
                seed=args.seed,
                champion=args.champion,
                created_at=now,
                send=send,
                executor=executor,
            )
    except (CannotTrain, OnnxDiffers, BundleRefused, Misconfigured, Transient, OSError) as error:
        send(Failed(error=str(error), is_passing=isinstance(error, OSError | Transient)))
        sys.exit(1)


if __name__ == "__main__":
    main()
