"""`marquee bench`: the figures of the budget table, measured through the gateway of a running system."""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from marquee_cli.bench_figures import Figure, Running
from marquee_cli.bench_load import Before, about_run, measure_load, written
from marquee_cli.bench_parts import idle, loop_pause, memory, reports
from marquee_cli.bench_profile import stage_table, stages_of_run
from marquee_cli.bench_report import sections
from marquee_cli.bench_requests import figures_at, known_users, reflected
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, read_json
from marquee_cli.load import Call, Client
from marquee_cli.open_loop.curves import Plan
from marquee_cli.parts import HOST
from marquee_cli.ports import internal_ports
from marquee_cli.steps import a_console

PROFILED = 50
"""Users whose rankings `--profile` takes apart."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", default="", help="data set for the system that it starts when none is running")
    parser.add_argument(
        "--out", type=Path, help="the JSON file, or with --load the folder (default: bench.json, bench in MARQUEE_HOME)"
    )
    parser.add_argument("--requests", type=int, default=400, help="one-client requests of each kind (%(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each closed loop (%(default)s)")
    parser.add_argument(
        "--load",
        action="store_true",
        help="also send requests at constant rates, each higher than the last, until the system does not keep up; "
        "write a page, a plot and a JSON file named by date and commit",
    )
    parser.add_argument("--runs", type=int, default=3, help="with --load: of everything (%(default)s)")
    parser.add_argument("--step-s", type=float, default=4.0, help="with --load: seconds per rate (%(default)s)")
    parser.add_argument(
        "--limit-ms",
        type=float,
        default=40.0,
        help="with --load: 99th percentile up to which the system keeps up (%(default)s)",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help=f"print the processor time of each stage of a ranking instead, of {PROFILED} users, and nothing else",
    )
    parser.add_argument(
        "--at",
        default="",
        help="the address of any system, e.g. http://localhost:8000; prints what can be measured there",
    )
    parser.epilog = "Measures the run in MARQUEE_HOME, or starts one of its own and stops it afterwards."


def run(args: argparse.Namespace) -> int:
    """Measure, print the tables, write the files.

    Raises:
        CommandFailed: the plan measures nothing, or there is no system to measure.
    """
    if min(args.runs, args.step_s, args.limit_ms) <= 0:
        raise CommandFailed("--runs, --step-s and --limit-ms must be positive")
    console = a_console()
    if args.at:
        if args.load or args.profile or args.out:
            raise CommandFailed("--at goes with --data, --requests and --seconds only")
        _told(console, figures_at(args.at, args.data, requests=args.requests, seconds=args.seconds))
        return 0
    home = Home.from_environment()
    before = Before.now()
    with running_system(console, home, args.data) as running:
        if args.profile:
            console.print(_profile(running))
        elif args.load:
            plan = Plan(runs=args.runs, step_s=args.step_s, limit_ms=args.limit_ms)
            _load(console, running, plan, before, args)
        else:
            figures = _figures(console, running, args)
            about = about_run(running, before)
            console.print(figure_table(figures, about))
            out = args.out or home.root / "bench.json"
            out.parent.mkdir(parents=True, exist_ok=True)
            content = {"machine": about, "figures": [asdict(figure) for figure in figures]}
            out.write_text(json.dumps(content, indent=1) + "\n")
            console.print(f"written to {out}", markup=False)
    return 0


def _figures(console: Console, running: Running, args: argparse.Namespace) -> list[Figure]:
    """Those of one client and of the whole system, each told as it is measured."""

    def each() -> Iterator[Figure]:
        yield from reports(running)  # first: `features` reports its newest busy stretch, and live ratings follow below
        yield from figures_at(running.url(), running.data, requests=args.requests, seconds=args.seconds)
        yield loop_pause(running)
        yield reflected(running.url())
        yield from memory(running.pids)
        yield from idle(running.pids)

    return _told(console, each())


def _told(console: Console, figures: Iterable[Figure]) -> list[Figure]:
    told = []
    for figure in figures:
        console.print(f"  {figure.what}: {figure.value}", markup=False)
        told.append(figure)
    return told


def _load(console: Console, running: Running, plan: Plan, before: Before, args: argparse.Namespace) -> None:
    """The figures and the load curves of all runs."""

    def say(line: str) -> None:
        console.print(f"  {line}", markup=False)

    measured = measure_load(running, plan, say, lambda: _figures(console, running, args))
    summary, *rest = sections(measured, plan)
    for section in (*rest, summary):  # the summary last, where it is seen
        console.print(section.as_table())
    folder = args.out or Home.from_environment().root / "bench"
    for path in written(folder, about_run(running, before), measured, plan):
        console.print(f"written to {path}", markup=False)


def _profile(running: Running) -> Table:
    """The stages of rankings of the running system's users, ranked again in this process."""
    users = known_users(running.data, random.Random(1))[:PROFILED]
    with Client(running.url()) as client:
        version = client.json(Call("/v1/rank", {"user_id": users[0], "k": 1}))["model_version"]
    redis_url = f"redis://{HOST}:{running.ports['redis']}/0"
    found = asyncio.run(stages_of_run(running.models, version, redis_url, users))
    return stage_table(found, f"median of {len(users)} users, model {version}")


def figure_table(figures: list[Figure], about: dict[str, str]) -> Table:
    """The figures beside their budgets, the machine as the title."""
    title = f"{about['data']} on {about['cores']} cores of {about['cpu']}, {about['memory']}, Python {about['python']}"
    table = Table(title=title, title_justify="left", caption="The load generator runs on the same cores.")
    for column in ("what", "measured", "budget", ""):
        table.add_column(column)
    for figure in figures:
        verdict = {True: "met", False: "missed", None: ""}[figure.is_met]
        table.add_row(figure.what, figure.value, figure.budget, verdict)
    return table


@contextmanager
def running_system(console: Console, home: Home, data: str) -> Iterator[Running]:
    """The run in the state directory, or a detached one in a temporary directory that is removed afterwards."""
    if home.running_supervisor():
        console.print(f"measuring the run in {home.root}", markup=False)
        yield _running(home)
        return
    marquee = [sys.executable, "-m", "marquee_cli.main"]
    with tempfile.TemporaryDirectory(prefix="marquee-bench-") as room:
        ports = internal_ports(["gateway", "frontend"], {})
        env = {**os.environ, "MARQUEE_HOME": room}
        env |= {f"MARQUEE_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        try:
            started = subprocess.run(
                [*marquee, "demo", "--detach", *(["--data", data] if data else [])], env=env, check=False
            )
            if started.returncode:
                raise CommandFailed("the system to measure did not start")
            yield _running(Home(Path(room)))
        finally:
            subprocess.run([*marquee, "stop"], env=env, check=False, stdout=subprocess.DEVNULL)


def _running(home: Home) -> Running:
    state = read_json(home.state)
    if not home.serving.exists():
        raise CommandFailed(f"the run in {home.root} does not serve personal rankings yet; see `make status`")
    ports = {name: part["port"] for name, part in state["parts"].items() if part["port"]}
    pids = {name: part["identity"]["pid"] for name, part in state["parts"].items() if part["identity"]}
    supervisor = home.running_supervisor()
    if supervisor is not None:
        pids["supervisor"] = supervisor.pid
    return Running(ports, pids, read_json(home.data_set).get("data", ""), home.root / "models")
