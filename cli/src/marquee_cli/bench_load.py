"""`marquee bench --load`: the load curves of a running system, shown and written as a page, a plot and a file."""

import os
import random
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from marquee_cli.bench_figures import Figure, Running
from marquee_cli.bench_report import Measured, document, markdown, sections
from marquee_cli.bench_requests import K, known_movies, known_users
from marquee_cli.machine import machine
from marquee_cli.open_loop.curves import RECOVER_S, Curve, Plan, curve_steps
from marquee_cli.open_loop.kinds import Kind, all_kinds
from marquee_cli.open_loop.own_cost import own_cost
from marquee_cli.open_loop.plot import picture
from marquee_cli.open_loop.steps import Step


@dataclass(frozen=True, slots=True)
class Before:
    """What is known before anything runs: the machine's load is then that of others."""

    load: str
    commit: str

    @classmethod
    def now(cls) -> "Before":
        load = " ".join(f"{each:.2f}" for each in os.getloadavg())
        return cls(load, commit_of(Path(__file__).parent))


def measure_load(
    running: Running, plan: Plan, say: Callable[[str], None], figures: Callable[[], list[Figure]]
) -> Measured:
    """Every figure and every curve, and then the next run: what the machine does meanwhile does not meet one alone.

    Args:
        say: is told of the progress, line by line.
        figures: measures those of one client.
    """
    say("the generator against a server that only answers")
    own = own_cost(seconds=plan.step_s, limit_ms=plan.limit_ms)
    users = known_users(running.data, random.Random(1))
    kinds = list(all_kinds(users, known_movies(running.url()), random.Random(1), k=K))
    measured = Measured([], [Curve(kind.name, kind.what) for kind in kinds], own)
    for run in range(1, plan.runs + 1):
        measured.figures.append(figures())
        for kind, curve in zip(kinds, measured.curves, strict=True):
            time.sleep(RECOVER_S)
            curve.runs.append([])
            for step in curve_steps(running.url(), kind, plan):
                say(line_of(kind, run, step))
                curve.runs[-1].append(step)
    return measured


def line_of(kind: Kind, run: int, step: Step) -> str:
    """Progress: what a step has just met."""
    late = f", sent {step.late_p99_ms:.1f} ms late" if step.is_late else ""
    figures = f"{step.good_share:.1%} good, p50 {step.p50_ms:.1f}, p99 {step.p99_ms:.1f} ms"
    return f"run {run}: {kind.name} at {step.rate_per_s:,.0f}/s: {figures}{late}"


def about_run(running: Running, before: Before) -> dict[str, str]:
    """What was measured, where, when and how; no path of this machine."""
    return {
        "commit": before.commit,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": f"`{command_line(sys.argv[1:])}`",
        "data": Path(running.data).name,
        **machine(),
        "load_before": f"{before.load} (mean number of running processes over 1, 5 and 15 minutes)",
        "niceness": str(os.nice(0)),
    }


def command_line(arguments: Sequence[str]) -> str:
    """As it would be typed beside the files that it names: of a whole path the last part is kept."""
    return shlex.join(["marquee", *(Path(each).name if Path(each).is_absolute() else each for each in arguments)])


def written(folder: Path, about: dict[str, str], measured: Measured, plan: Plan) -> list[Path]:
    """`<date>-<commit>` as a page, its plot and a file with every step of every run."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{about['measured_at'][:10]}-{about['commit']}"
    page, plot, data = (folder / f"{name}.{ending}" for ending in ("md", "svg", "json"))
    title = f"Marquee at {about['commit']}: latency in ms by rate, {about['cores']} cores"
    page.write_text(markdown(about, list(sections(measured, plan)), plan, picture=plot.name), encoding="utf-8")
    plot.write_text(picture(measured.curves, limit_ms=plan.limit_ms, title=title), encoding="utf-8")
    data.write_bytes(orjson.dumps(document(about, measured, plan), option=orjson.OPT_INDENT_2) + b"\n")
    return [page, plot, data]


def commit_of(folder: Path) -> str:
    """The commit that is checked out there, `-changed` if tracked files differ from it; `unknown` outside of Git."""
    git = ["git", "-C", str(folder)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode:
        return "unknown"
    changes = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("-changed" if changes.stdout.strip() else "")
