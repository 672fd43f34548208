"""Measures what a training costs as the ratings grow: in one process, in several, or on a Dask cluster here; draws it.

    python ci/training_growth.py run --ratings 1000000 --workers 2 >> growth.jsonl
    python ci/training_growth.py run --ratings 5000000 --movies 20000 --processes 2
    python ci/training_growth.py draw growth.jsonl docs/images/training-growth.svg

Costs are processor time and peak memory, which other work on the machine changes little; the time by the clock is told
as well. The world is synthetic: 2,000 movies unless told otherwise, 100 ratings a user, no metadata. Set
OMP_NUM_THREADS=1 for one thread for sums, as a Dask worker has.
"""

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import active_children
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any

import numpy as np

from marquee.contracts.events import MovieListed
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from marquee_cli.machine import cpu_seconds, pss_bytes
from marquee_cli.open_loop.plot import Axis
from marquee_cli.synth_world import make_world, rate
from trainer.code_version import code_version
from trainer.config import TrainingConfig
from trainer.executor import HERE, Executor, executor_at
from trainer.pipeline import train

RATINGS_EACH = 100
STAGES = (("ranker", "windows"), ("verdict", "ranker"), ("similar movies", "judging"), ("retrieval", "similar movies"))
"""What a message begins with, and the stage that it ends."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="one training; prints one JSON line")
    one.add_argument("--ratings", type=int, required=True)
    one.add_argument("--movies", type=int, default=2_000)
    one.add_argument("--workers", type=int, default=0, help="of the cluster; 0: none")
    one.add_argument("--processes", type=int, default=1, help="without a cluster")
    one.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another hyper-parameter")
    drawing = commands.add_parser("draw", help="the measurements as a plot and, printed, as a table")
    drawing.add_argument("measured", type=Path)
    drawing.add_argument("picture", type=Path)
    args = parser.parse_args()
    if args.command == "run":
        sys.stdout.write(json.dumps(measured(args.ratings, args.movies, args.workers, args.processes, args.set)) + "\n")
    else:
        rows = [json.loads(line) for line in args.measured.read_text().splitlines()]
        args.picture.write_text(picture([row for row in rows if row.get("processes", 1) == 1]))
        sys.stdout.writelines(table(rows))
    return 0


def measured(
    n_ratings: int, n_movies: int, n_workers: int, n_processes: int, settings: Sequence[str] = ()
) -> dict[str, Any]:
    """Train once, with these hyper-parameters ("KEY=VALUE") and all others as usual."""
    config = TrainingConfig(seed=1).with_settings(settings)
    marks: dict[str, float] = {}
    with ExitStack() as stack:
        pids = [os.getpid()]
        executor: Executor = HERE
        if not n_workers:  # processes are forked before anything is computed
            executor = stack.enter_context(executor_at("", wait_s=0, progress=say, n_processes=n_processes))
            pids += [child.pid for child in active_children() if child.pid]
        ratings, catalog = world(n_ratings, n_movies)
        if n_workers:
            from distributed import LocalCluster

            local = stack.enter_context(LocalCluster(n_workers, threads_per_worker=1, dashboard_address=":0"))
            pids += [int(worker.pid) for worker in local.workers.values()]
            executor = stack.enter_context(executor_at(local.scheduler_address, wait_s=60, progress=say))
        before = [cpu_seconds(pid) for pid in pids]

        def progress(message: str) -> None:
            say(message)
            is_verdict = re.match(r"(passed|failed|undecided)", message)
            name = "verdict" if is_verdict else message
            for begins, stage in STAGES:
                if name.startswith(begins):
                    marks[stage] = sum(map(cpu_seconds, pids)) - sum(before)

        newest_ms, begun = int(ratings.rated_at.max()), perf_counter()
        together = stack.enter_context(most_together(pids))
        parts = train(ratings, catalog, as_of_ms=newest_ms, config=config, progress=progress, executor=executor)
        spent = [cpu_seconds(pid) - earlier for pid, earlier in zip(pids, before, strict=True)]
        marks["retrieval"] = sum(spent)
        wall_s = perf_counter() - begun
        peak = [peak_mb(pid) for pid in pids]
    ends = [0.0, *marks.values()]
    return {
        "ratings": n_ratings,
        "movies": n_movies,
        "workers": n_workers,
        "processes": n_processes,
        "settings": list(settings),
        "code": code_version(),
        "lists": parts.counts.get("lists", 0),
        "rows": parts.counts.get("rows", 0),
        "cpu_s": {name: round(ends[at + 1] - ends[at], 1) for at, name in enumerate(marks)},
        "wall_s": round(wall_s, 1),
        "together_peak_mb": together(),
        "trainer_cpu_s": round(spent[0], 1),
        "worker_cpu_s": [round(one, 1) for one in spent[1:]],
        "trainer_peak_mb": peak[0],
        "worker_peak_mb": peak[1:],
        "ndcg_at_10": parts.metrics.get("ndcg_at_10"),
    }


def world(n_ratings: int, n_movies: int) -> tuple[Ratings, MovieTable]:
    """Synthetic ratings and the movies they are of."""
    rng = np.random.default_rng(1)
    made = make_world(rng, users=n_ratings // RATINGS_EACH, movies=n_movies)
    rated = rate(rng, made, n_ratings)
    ratings = Ratings(
        (rated.user + 1).astype(np.int64),
        (rated.movie + 1).astype(np.int64),
        (rated.half_stars / 2).astype(np.float32),
        rated.at_s.astype(np.int64) * 1_000,
    )
    genres = [tuple(f"Genre {at}" for at in np.flatnonzero(row)) for row in made.genres]
    listed = [
        MovieListed(movie_id=at + 1, title=f"Movie {at + 1}", year=int(year), genres=genres[at])
        for at, year in enumerate(made.year)
    ]
    return ratings, MovieTable.build(listed, ())


def peak_mb(pid: int) -> int:
    """The most memory that a process has had at one time."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1_024 if found else 0


@contextmanager
def most_together(pids: Sequence[int]) -> Iterator[Callable[[], int]]:
    """While it is open: gives the most memory, in MB, that the processes had together; what they share counts once."""
    most, is_over = 0, Event()

    def watch() -> None:
        nonlocal most
        while not is_over.wait(1.0):
            most = max(most, sum(map(pss_bytes, pids)))

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield lambda: most >> 20
    finally:
        is_over.set()
        watching.join()


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, FOOT = 430, 280, 60, 14, 34, 40, 56
Cost = Callable[[dict[str, Any]], float]
CPU_LINES: tuple[tuple[str, str, int, Cost], ...] = (
    ("one process", "#1d4ed8", 0, lambda row: sum(row["cpu_s"].values())),
    ("cluster, all processes", "#c2410c", 2, lambda row: sum(row["cpu_s"].values())),
    ("cluster, trainer + busier worker", "#15803d", 2, lambda row: row["trainer_cpu_s"] + max(row["worker_cpu_s"])),
)
MEMORY_LINES: tuple[tuple[str, str, int, Cost], ...] = (
    ("one process", "#1d4ed8", 0, lambda row: row["trainer_peak_mb"]),
    ("cluster, trainer", "#c2410c", 2, lambda row: row["trainer_peak_mb"]),
    ("cluster, larger worker", "#15803d", 2, lambda row: max(row["worker_peak_mb"])),
)
"""Name, colour, number of workers, and what is drawn of a measurement."""


def picture(rows: Sequence[dict[str, Any]]) -> str:
    """The whole SVG, on white: processor time and memory over the number of ratings, both axes logarithmic."""
    panels = [
        f"<g transform='translate({WIDTH * at} 0)'>{''.join(_panel(rows, title, unit, lines))}</g>"
        for at, (title, unit, lines) in enumerate(
            (("Processor time", "s", CPU_LINES), ("Peak memory", "MB", MEMORY_LINES))
        )
    ]
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {2 * WIDTH} {HEIGHT + FOOT}' role='img' "
    head += "font-family='system-ui, sans-serif' font-size='12' fill='#27272a'>"
    title = "Cost of a training over the number of ratings"
    back = f"<rect width='{2 * WIDTH}' height='{HEIGHT + FOOT}' fill='#fff'/>"
    return "\n".join([head, f"<title>{title}</title>", back, *panels, "</svg>\n"])


def _panel(
    rows: Sequence[dict[str, Any]], title: str, unit: str, lines: Sequence[tuple[str, str, int, Cost]]
) -> Iterator[str]:
    drawn = [(name, colour, _points(rows, workers, cost)) for name, colour, workers, cost in lines]
    values = [y for _, _, points in drawn for _, y in points]
    sizes = sorted({row["ratings"] for row in rows})
    across = Axis(sizes[0] / 1.2, sizes[-1] * 1.2, LEFT, WIDTH - RIGHT)
    up = Axis(10 ** math.floor(math.log10(min(values))), max(values) * 1.3, HEIGHT - BOTTOM, TOP)
    yield f"<text x='{LEFT}' y='20' font-weight='600'>{title}, {unit}</text>"
    for value in sizes:
        yield f"<path d='M{across.at(value)} {TOP}V{HEIGHT - BOTTOM}' stroke='#d4d4d8'/>"
        yield f"<text x='{across.at(value)}' y='{HEIGHT - BOTTOM + 16}' text-anchor='middle'>{value:,}</text>"
    for value in up.ticks():
        yield f"<path d='M{LEFT} {up.at(value)}H{WIDTH - RIGHT}' stroke='#d4d4d8'/>"
        yield f"<text x='{LEFT - 6}' y='{up.at(value) + 4}' text-anchor='end'>{value:,g}</text>"
    yield f"<text x='{WIDTH - RIGHT}' y='{HEIGHT - 8}' text-anchor='end'>ratings</text>"
    for number, (name, colour, points) in enumerate(drawn):
        path = "L".join(f"{across.at(x)} {up.at(y)}" for x, y in points)
        yield f"<path d='M{path}' fill='none' stroke='{colour}' stroke-width='1.8'/>"
        yield from (f"<circle cx='{across.at(x)}' cy='{up.at(y)}' r='3' fill='{colour}'/>" for x, y in points)
        yield f"<text x='{LEFT}' y='{HEIGHT + 10 + 15 * number}' fill='{colour}' font-weight='600'>{name}</text>"


def _points(rows: Sequence[dict[str, Any]], workers: int, cost: Cost) -> list[tuple[int, float]]:
    return sorted((row["ratings"], cost(row)) for row in rows if row["workers"] == workers)


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Markdown: what each training cost, by stage."""
    stages = list(dict.fromkeys(name for row in rows for name in row["cpu_s"]))
    names = [
        "ratings",
        "workers",
        "lists",
        *(f"{name}, s" for name in stages),
        "all, s",
        "trainer; workers, s",
        "peak, MB",
    ]
    yield f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
    for row in sorted(rows, key=lambda row: (row["ratings"], row["workers"])):
        costs = [row["cpu_s"].get(stage, 0.0) for stage in stages]
        shares = "; ".join(f"{one:g}" for one in (row["trainer_cpu_s"], *row["worker_cpu_s"]))
        peaks = "; ".join(f"{one:,}" for one in (row["trainer_peak_mb"], *row["worker_peak_mb"]))
        cells = [f"{row['ratings']:,}", row["workers"] or "none", f"{row['lists']:,}"]
        cells += [*(f"{cost:g}" for cost in costs), f"{sum(costs):.0f}", shares, peaks]
        yield f"| {' | '.join(map(str, cells))} |\n"


def say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
