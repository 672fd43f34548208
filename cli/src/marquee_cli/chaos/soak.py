"""`marquee soak`: sends ratings at a steady rate for a long time and records memory, restarts, trainings and lag."""

import argparse
import asyncio
import json
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from marquee_cli.chaos.command import made_up, ready_load
from marquee_cli.chaos.embedded import Embedded
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, read_json
from marquee_cli.machine import machine
from marquee_cli.steps import a_console

SAMPLE_EVERY_S = 10.0
WARM_UP_S = 300.0
MOST_GROWTH = 0.10
STORES = ("kafka", "redis")
"""These hold every rating in memory, so they grow with the accepted ratings; the table shows by how much."""
DRAIN_S = 30.0
MIB = 2**20


@dataclass(slots=True)
class Sample:
    """One sample: seconds since the start, resident bytes per part, records not yet applied, restarts per part."""

    at_s: float
    memory: dict[str, int]
    lag: int | None
    restarts: dict[str, int]
    trained_at: str | None


@dataclass(slots=True)
class Soak:
    """The result of a soak run."""

    about: dict[str, Any]
    samples: list[Sample] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the run (%(default)s)")
    parser.add_argument("--rate", type=float, default=25.0, help="ratings sent per second (%(default)s)")
    parser.add_argument("--rankings-per-s", type=float, default=5.0, help="rankings requested per second (%(default)s)")
    parser.add_argument("--data", default="", help="MovieLens directory or data set name (default: made up)")
    parser.add_argument("--attach", action="store_true", help="use the run in MARQUEE_HOME instead of starting one")
    parser.add_argument("--out", type=Path, help="directory for soak.json (default: a new one)")


def run(args: argparse.Namespace) -> int:
    """Exit code 0: no restart, a model was trained, memory stayed flat, every rating was applied once. Else 1."""
    console = a_console()
    out = args.out or Path(tempfile.mkdtemp(prefix="marquee-soak-"))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with ExitStack() as stack:
        if args.attach:
            system = Embedded.attached(Home.from_environment())
        else:
            room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-soak-home-")))
            system = Embedded.started(room / "home", args.data or str(made_up(room / "data")))
        soak = asyncio.run(_soaked(system, args, console))
    out.mkdir(parents=True, exist_ok=True)
    (out / "soak.json").write_text(json.dumps(asdict(soak), indent=1) + "\n")
    console.print(memory_table(soak.samples, warm_up_s=min(WARM_UP_S, args.minutes * 15)))
    console.print(f"all samples: {out / 'soak.json'}", markup=False)
    console.print(summary(soak), markup=False)
    return 1 if soak.broken else 0


async def _soaked(system: Embedded, args: argparse.Namespace, console: Console) -> Soak:
    found = machine()
    soak = Soak({"minutes": args.minutes, "rate": args.rate, "data": args.data, "cores": found["cores"]})
    try:
        load = await ready_load(system, 0, args.rate, args.rankings_per_s)
        driving = asyncio.create_task(load.drive())
        try:
            await _sample(system, args.minutes * 60, soak, console)
            await load.drain(DRAIN_S)
            await _judge(system, load, soak, args.minutes)
        finally:
            driving.cancel()
            with suppress(asyncio.CancelledError):
                await driving
    finally:
        await system.close()
    return soak


async def _sample(system: Embedded, seconds: float, soak: Soak, console: Console) -> None:
    began, printed_minutes = time.monotonic(), 0
    while (at_s := time.monotonic() - began) < seconds:
        lag, trained_at = None, None
        with suppress(CannotLook):
            lag = sum((await system.looking.ask("lag"))["lag"].values())
            training = (await system.looking.ask("get", url=system.url("trainer") + "/v1/training"))["body"]
            trained_at = training.get("ended_at") if training.get("phase") == "done" else None
        parts = read_json(system.home.state).get("parts", {})
        restarts = {name: part["restarts"] for name, part in parts.items() if part["port"]}
        memory = dict(await system.memory())
        soak.samples.append(Sample(round(at_s, 1), memory, lag, restarts, trained_at))
        if at_s // 60 > printed_minutes:
            printed_minutes = int(at_s // 60)
            total_mib = sum(memory.values()) / MIB
            console.print(f"{printed_minutes} min: {total_mib:,.0f} MiB in total, lag {lag}", markup=False)
        await asyncio.sleep(max(0.0, SAMPLE_EVERY_S - (time.monotonic() - began - at_s)))


async def _judge(system: Embedded, load: Load, soak: Soak, minutes: float) -> None:
    ledger, samples = load.ledger, soak.samples
    accepted = [(sent.event_id, sent.user_id, sent.movie_id) for sent in ledger.accepted]
    try:
        deadline = time.monotonic() + DRAIN_S
        await system.looking.ask("look", add=accepted, forget=[], limit_s=60)
        unclear = [(sent.event_id, sent.user_id, sent.movie_id) for sent in ledger.open.values()]
        while True:
            checked = await system.looking.ask("check", unclear=unclear, limit_s=120)
            lost = {*checked["not_in_history"], *checked["not_in_log"], *checked["not_on_topic"]}
            if not lost or time.monotonic() > deadline:
                break
    except CannotLook as error:
        raise CommandFailed(f"the stores cannot be read: {error}") from error
    trained = trainings(samples)
    restarted = {part: n - samples[0].restarts.get(part, 0) for part, n in samples[-1].restarts.items()}
    restarted = {part: n for part, n in restarted.items() if n}
    grown = growth(samples, warm_up_s=min(WARM_UP_S, minutes * 15))
    errors = sum(request.outcome != "200" for request in ledger.rankings)
    soak.totals = {
        "accepted": len(ledger.accepted),
        "lost": len(lost),
        "wrong_counts": len(checked["wrong_counts"]),
        "trainings": trained,
        "restarts": restarted,
        "lag_max": max((sample.lag for sample in samples if sample.lag is not None), default=None),
        "growth": {part: round(share, 3) for part, share in grown.items()},
        "rankings": len(ledger.rankings),
        "rankings_failed": errors,
        "retried": sum(sent.attempts > 1 for sent in ledger.ratings),
    }
    soak.broken = [
        *([f"{len(lost)} accepted ratings are missing"] if lost else []),
        *(["movies' counts differ from the histories"] if checked["wrong_counts"] else []),
        *([f"restarted: {restarted}"] if restarted else []),
        *(["no model was trained during the traffic"] if not trained else []),
        *(
            [
                f"{part} grew by {share:.0%}"
                for part, share in grown.items()
                if share > MOST_GROWTH and part not in STORES
            ]
        ),
        *([f"{errors} rankings failed"] if errors else []),
    ]


def trainings(samples: Sequence[Sample]) -> int:
    """Number of models finished between the first and the last sample."""
    ends = [sample.trained_at for sample in samples if sample.trained_at]
    return len(set(ends) - {samples[0].trained_at} if samples else set())


def growth(samples: Sequence[Sample], *, warm_up_s: float) -> dict[str, float]:
    """Growth of each part's resident memory from the warm-up to the end, as a share (medians over a tenth)."""
    after = [sample for sample in samples if sample.at_s >= warm_up_s]
    width = max(3, len(samples) // 10)
    grown = {}
    for part in sorted({part for sample in after for part in sample.memory}):
        sizes = [sample.memory[part] for sample in after if part in sample.memory]
        if len(sizes) >= 2:
            grown[part] = float(np.median(sizes[-width:]) / np.median(sizes[:width]) - 1)
    return grown


def memory_table(samples: Sequence[Sample], *, warm_up_s: float) -> Table:
    """One row per part: resident memory after the warm-up and at the end, growth, slope."""
    table = Table(title="resident memory", title_justify="left")
    for column in ("part", "after warm-up MiB", "at the end MiB", "growth", "MiB per hour"):
        table.add_column(column, justify="left" if column == "part" else "right")
    after = [sample for sample in samples if sample.at_s >= warm_up_s]
    for part, share in growth(samples, warm_up_s=warm_up_s).items():
        pairs = [(sample.at_s, sample.memory[part] / MIB) for sample in after if part in sample.memory]
        at, size = (np.array(column) for column in zip(*pairs, strict=True))
        slope = float(np.polyfit(at, size, 1)[0]) * 3_600
        table.add_row(part, f"{size[0]:.0f}", f"{size[-1]:.0f}", f"{share:+.1%}", f"{slope:+.1f}")
    return table


def summary(soak: Soak) -> str:
    """The run in one line."""
    totals = soak.totals
    verdict = "; ".join(soak.broken) or "every part stayed up, memory flat"
    return (
        f"soak: {soak.about['minutes']:g} min at {soak.about['rate']:g} ratings/s, {totals['accepted']:,} accepted, "
        f"{totals['lost']} lost, {totals['trainings']} trainings, lag at most {totals['lag_max']}; {verdict}"
    )
