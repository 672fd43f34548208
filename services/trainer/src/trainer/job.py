"""One training in a process of its own, so that its memory goes when it ends. Progress goes out as JSON lines.

python -m trainer.job --log-dir DIR --model-dir DIR --version V --seed N
"""

import argparse
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from marquee.bundle import BundleRefused
from marquee.contracts.events import MetadataStatus
from marquee.state.item_stats import ItemStats
from marquee.state.logical_time import LogicalTime
from marquee.state.movie_table import MovieTable
from marquee.stores.event_log import EventLog
from trainer.child import Done, Failed, Progress
from trainer.pipeline import CannotTrain, train

Tell = Callable[[BaseModel], None]


def protocol() -> Tell:
    """Keep standard output for our messages alone; what any library prints there goes to standard error."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(message: BaseModel) -> None:
        out.write(message.model_dump_json() + "\n")
        out.flush()

    return tell


def end_with_parent() -> None:
    """End this process when the one that started it does, however that ends: it holds our standard input open."""

    def wait() -> None:
        while os.read(0, 4_096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def run(log_dir: str, model_dir: Path, *, version: str, seed: int, created_at: datetime, tell: Tell) -> None:
    """Read the log, train, gate, write the bundle."""
    started = time.perf_counter()
    log = EventLog(log_dir)
    tell(Progress(message="reading the event log"))
    rows = log.rows("ratings.v1")
    ratings = log.ratings()
    listed, enriched = log.listed(), log.enriched()
    catalog = MovieTable.build(listed, enriched)
    tell(Progress(message=f"{len(ratings):,} ratings of {len(catalog):,} movies"))
    newest_ms = int(ratings.rated_at.max()) if len(ratings) else 0
    model = train(
        ratings,
        catalog,
        as_of_ms=newest_ms,
        seed=seed,
        progress=lambda message: tell(Progress(message=message)),
    )
    found = {movie.movie_id for movie in enriched if movie.status is MetadataStatus.FOUND}
    model.parts.counts["log_rows"] = rows
    model.parts.counts["enriched_movies"] = len(found & {movie.movie_id for movie in listed})
    model.metrics["training_s"] = round(time.perf_counter() - started, 2)
    model.metrics["year_now"] = LogicalTime.of(ItemStats.of(ratings)).year_now
    for name in [name for name, value in model.metrics.items() if not math.isfinite(value)]:
        del model.metrics[name]  # a measure over no lists at all: neither the manifest nor the event can say it
    path = model.write(model_dir, version=version, created_at=created_at)
    tell(Done(location=path.name, metrics=model.metrics))


NICENESS = 10
"""Whoever serves goes first: a training on a busy machine takes longer, and no ranking does."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="trainer.job", description=__doc__)
    parser.add_argument("--log-dir", required=True)
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--ends-with-its-parent", action="store_true", help="end once standard input is closed")
    args = parser.parse_args()
    tell = protocol()
    os.nice(NICENESS)
    if args.ends_with_its_parent:
        end_with_parent()
    try:
        now = datetime.now(UTC)
        run(args.log_dir, args.model_dir, version=args.version, seed=args.seed, created_at=now, tell=tell)
    except (CannotTrain, BundleRefused, OSError) as error:
        tell(Failed(error=str(error), is_passing=isinstance(error, OSError)))
        sys.exit(1)


if __name__ == "__main__":
    main()
