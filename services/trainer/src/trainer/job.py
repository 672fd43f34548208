"""One training in a process of its own, so that its memory goes when it ends. Progress goes out as JSON lines.

python -m trainer.job --log-dir DIR --model-dir DIR --version V --seed N
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from marquee.bundle import BundleRefused
from marquee.catalog import Catalog
from marquee.event_log import EventLog
from marquee.features.item_block import stream_now_ms
from marquee.item_stats import ItemStats
from trainer.pipeline import CannotTrain, train


def tell(kind: str, **fields: object) -> None:
    """One line for the service that started us."""
    print(json.dumps({"kind": kind, **fields}), flush=True)  # noqa: T201 — the protocol of this process


def run(log_dir: str, model_dir: Path, *, version: str, seed: int, created_at: datetime) -> None:
    """Read the log, train, gate, write the bundle."""
    started = time.perf_counter()
    log = EventLog(log_dir)
    tell("progress", message="reading the event log")
    rows = log.rows("ratings.v1")
    ratings = log.ratings()
    catalog = Catalog.build(log.listed(), log.enriched())
    tell("progress", message=f"{len(ratings):,} ratings of {len(catalog):,} movies")
    newest_ms = int(ratings.rated_at.max()) if len(ratings) else 0
    model = train(
        ratings, catalog, as_of_ms=newest_ms, seed=seed, progress=lambda message: tell("progress", message=message)
    )
    model.parts.counts["log_rows"] = rows
    model.metrics["training_s"] = round(time.perf_counter() - started, 2)
    model.metrics["stream_now_ms"] = float(stream_now_ms(ItemStats.of(ratings)))
    path = model.write(model_dir, version=version, created_at=created_at)
    tell("done", version=version, location=path.name, metrics=model.metrics, log_rows=rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="trainer.job", description=__doc__)
    parser.add_argument("--log-dir", required=True)
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()
    try:
        run(args.log_dir, args.model_dir, version=args.version, seed=args.seed, created_at=datetime.now(UTC))
    except (CannotTrain, BundleRefused, OSError) as error:
        tell("failed", error=str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
