"""`marquee chaos`: injects random faults into a system of its own under steady traffic, and checks every promise."""

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from marquee_cli.chaos import report, under_load
from marquee_cli.chaos.compose import Compose
from marquee_cli.chaos.embedded import Embedded
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook, Json
from marquee_cli.chaos.plan import UNDER_LOAD, Fault, Round, catalogue, make_plan, one_at_a_time
from marquee_cli.chaos.report import Result, markdown, summary
from marquee_cli.chaos.rounds import Chaos, Limits
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home
from marquee_cli.machine import machine
from marquee_cli.steps import a_console
from marquee_cli.synth import write
from marquee_cli.synth_world import make_world, rate

SIZE = {"users": 300, "movies": 1_500}
RATINGS = 30_000
FIRST_LOOK_S = 120.0
REMEMBERED_USERS = 60
"""Known users under load: each is ranked for once before each fault, so that the ranker remembers them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faults", type=int, default=200, help="number of faults (%(default)s)")
    parser.add_argument("--seed", type=int, help="the same seed gives the same plan (default: a new one, printed)")
    parser.add_argument("--minutes", type=float, default=120.0, help="start no round after this time (%(default)s)")
    parser.add_argument("--stop-s", type=float, default=15.0, help="how long a SIGSTOP lasts (%(default)s)")
    parser.add_argument("--settle-s", type=float, default=60.0, help="time to recover after each round (%(default)s)")
    parser.add_argument("--digest-every", type=int, default=10, help="rounds between clean replays (%(default)s)")
    parser.add_argument("--ratings-per-s", type=float, default=20.0, help="ratings sent per second (%(default)s)")
    parser.add_argument("--rankings-per-s", type=float, default=5.0, help="rankings requested per second (%(default)s)")
    parser.add_argument("--data", default="", help="MovieLens directory or data set name (default: made up)")
    parser.add_argument("--attach", action="store_true", help="break the run in MARQUEE_HOME; its data may be lost")
    parser.add_argument("--compose", default="", help="break this Compose project instead; needs --gateway")
    parser.add_argument("--gateway", default="", help="the address of that project's gateway")
    parser.add_argument("--out", type=Path, help="directory for chaos.json and chaos.md (default: a new one)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="print the table of an earlier chaos.json")
    parser.add_argument("--only", action="append", default=[], metavar="FAULT", help="inject only this one; repeatable")
    parser.add_argument("--without", action="append", default=[], metavar="FAULT", help="omit this fault; repeatable")
    parser.add_argument(
        "--under-load",
        type=int,
        metavar="TIMES",
        help="inject these instead, one at a time: "
        + ", ".join(fault.name for fault in UNDER_LOAD)
        + "; measures how long rankings take meanwhile, at 10 rankings/s and 5 ratings/s",
    )
    parser.add_argument("--plan", action="store_true", help="print the plan and exit")


def run(args: argparse.Namespace) -> int:
    """Exit code 0: every invariant held. 1: one was broken; the evidence is in chaos.json."""
    console = a_console()
    if args.markdown:
        earlier = Result.of(json.loads(args.markdown.read_text()))
        print(markdown(earlier, *_rows(earlier)), end="")
        return 0
    seed = random.SystemRandom().randrange(1_000_000) if args.seed is None else args.seed
    if args.under_load:
        args.ratings_per_s, args.rankings_per_s = 5.0, 10.0
        plan = one_at_a_time(_faults(args, catalogue(UNDER_LOAD, is_embedded=not args.compose)), args.under_load)
    else:
        plan = make_plan(seed, args.faults, _faults(args, catalogue(is_embedded=not args.compose)))
    console.print(f"seed {seed}: {sum(len(each.faults) for each in plan)} faults in {len(plan)} rounds", markup=False)
    if args.plan:
        for number, each in enumerate(plan, 1):
            print(f"{number:4d}  {each.name}")
        return 0
    out = args.out or Path(tempfile.mkdtemp(prefix="marquee-chaos-"))
    result = Result(_about(args, seed))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # the same orderly end
    with ExitStack() as stack:
        system = _system(args, stack, console)
        try:
            asyncio.run(_break(system, plan, args, seed, result, console))
        finally:
            out.mkdir(parents=True, exist_ok=True)
            (out / "chaos.json").write_text(json.dumps(result.as_json(), indent=1) + "\n")
            (out / "chaos.md").write_text(markdown(result, *_rows(result)))
    console.print(_table(result))
    console.print(f"all faults and evidence: {out / 'chaos.json'}", markup=False)
    console.print(summary(result), markup=False)
    return 0 if result.is_good else 1


def _faults(args: argparse.Namespace, every: Sequence[Fault]) -> list[Fault]:
    """The faults to inject: all of these, minus the omitted ones.

    Raises:
        CommandFailed: an option names an unknown fault, or no fault remains.
    """
    if unknown := {*args.only, *args.without} - {fault.name for fault in every}:
        raise CommandFailed(
            f"no such fault: {', '.join(sorted(unknown))}; the faults are {', '.join(f.name for f in every)}"
        )
    left = [fault for fault in every if fault.name not in args.without and (not args.only or fault.name in args.only)]
    if not left:
        raise CommandFailed("--only and --without leave no fault")
    return left


def _about(args: argparse.Namespace, seed: int) -> Json:
    found = machine()
    return {
        "seed": seed,
        "form": "Docker Compose, Apache Kafka" if args.compose else "embedded",
        "data": args.data or f"{RATINGS:,} made-up ratings",
        "machine": f"{found['cores']} cores of {found['cpu']}, {found['memory']}",
        "ratings_per_s": args.ratings_per_s,
        "rankings_per_s": args.rankings_per_s,
        "stop_s": args.stop_s,
        "is_under_load": bool(args.under_load),
        "began_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _system(args: argparse.Namespace, stack: ExitStack, console: Console) -> Embedded | Compose:
    if args.compose:
        if not args.gateway:
            raise CommandFailed("--compose needs --gateway, e.g. http://127.0.0.1:8000")
        return Compose(("docker", "compose", "-p", args.compose), args.compose, args.gateway)
    if args.attach:
        return Embedded.attached(Home.from_environment())
    room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-chaos-home-")))
    began = time.monotonic()
    system = Embedded.started(room / "home", args.data or str(made_up(room / "data")))
    console.print(f"started in {time.monotonic() - began:.0f} s, state in {system.home.root}", markup=False)
    return system


def made_up(out: Path) -> Path:
    """Write a small made-up data set, the same one each time."""
    import numpy as np

    rng = np.random.default_rng(11)
    world = make_world(rng, **SIZE)
    rated = rate(rng, world, RATINGS)
    out.mkdir(parents=True)
    write(out, world, rated)
    return out


async def _break(
    system: Embedded | Compose, plan: list[Round], args: argparse.Namespace, seed: int, result: Result, console: Console
) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    try:
        load = await ready_load(system, seed, args.ratings_per_s, args.rankings_per_s)
        limits = Limits(args.stop_s, args.settle_s, args.digest_every, args.minutes, bool(args.under_load))
        if args.under_load:
            load.known = dict(islice(load.known.items(), REMEMBERED_USERS))
        await Chaos.on(system, load, limits, say, result).run(plan)
    finally:
        await system.close()


async def ready_load(system: Embedded | Compose, seed: int, ratings_per_s: float, rankings_per_s: float) -> Load:
    """Clients that know the system's users and movies, once everything is loaded.

    Raises:
        CommandFailed: the system has no user with a long history, is not at rest, or cannot be read.
    """
    deadline = time.monotonic() + FIRST_LOOK_S
    while True:
        try:
            looked = await system.looking.ask("look", add=[], forget=[])
            if not sum(looked["lag"].values()):
                begun = await system.looking.ask("begin", limit_s=60)
                break
        except CannotLook as error:
            looked = {"lag": str(error)}
        if time.monotonic() > deadline:
            raise CommandFailed(f"the system is not at rest: {looked['lag']}")
        await asyncio.sleep(0.5)
    known = {int(user): frozenset(movies) for user, movies in begun["users"].items()}
    if not known:
        raise CommandFailed("the system has no user with 20 ratings")
    return Load(
        gateway=system.gateway,
        known=known,
        movies=begun["movies"],
        seed=seed,
        run=int(time.time()),
        ratings_per_s=ratings_per_s,
        rankings_per_s=rankings_per_s,
    )


def _rows(result: Result) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """The columns and rows of a run's table."""
    of = under_load if result.about.get("is_under_load") else report
    return of.COLUMNS, of.rows(result.faults)


def _table(result: Result) -> Table:
    table = Table(title="after each fault", title_justify="left", caption="a round counts for each of its faults")
    columns, rows = _rows(result)
    for column in columns:
        table.add_column(column, justify="left" if column == "fault" else "right")
    for row in rows:
        table.add_row(*row)
    return table
