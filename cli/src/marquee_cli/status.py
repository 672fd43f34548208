"""`marquee status`: what is running, where, and how far it has got."""

import argparse
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, read_json
from marquee_cli.steps import a_console
from marquee_cli.watching import Watching

UNSUPERVISED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "MARQUEE_HOME names the run (default .marquee). Exit code 0: running, 1: nothing is running, "
        "3: the supervisor was killed and its parts are still running."
    )


def run(args: argparse.Namespace) -> int:
    """Print one row per part. Exit code 1 if nothing is running, UNSUPERVISED if only the supervisor is dead."""
    del args
    home, console = Home.from_environment(), a_console()
    left = home.live_parts()
    is_supervised = home.running_supervisor() is not None
    if not is_supervised and (starter := home.locked_by()):
        console.print(f"`make demo` (pid {starter}) is starting in {home.root}")
        return 0
    if not is_supervised and not left:
        console.print(f"nothing is running in {home.root}")
        return 1
    state = read_json(home.state)
    phase = state["phase"] if is_supervised else "not supervised"
    table = Table(title=f"{phase}, state in {home.root}", title_justify="left")
    for column in ("part", "status", "port", "pid", "restarts", "last restart because it"):
        table.add_column(column)
    for name, part in state["parts"].items():
        status = _status(part) if is_supervised else ("running" if name in left else "ended")
        pid = part["identity"]["pid"] if part["identity"] and (is_supervised or name in left) else ""
        reason = part.get("reason") if part["restarts"] else ""
        table.add_row(name, status, str(part["port"] or ""), str(pid), str(part["restarts"]), reason)
    console.print(table)
    if not is_supervised:
        console.print(
            f"running without supervision: {len(left)} of {len(state['parts'])} parts; the supervisor was killed. "
            "`make demo` takes them over, `make demo-down` stops them."
        )
        return UNSUPERVISED
    watching = Watching(lambda service: f"http://127.0.0.1:{state['parts'][service]['port']}", users=())
    for title, probe in (
        ("data set", watching.load),
        ("metadata", watching.metadata),
        ("features", watching.state),
        ("model", watching.training),
    ):
        try:
            console.print(f"{title}: {probe().text}", markup=False)
        except CommandFailed as error:
            console.print(f"{title}: {error}", markup=False)
    return 0


def _status(part: Mapping[str, Any]) -> str:
    misses = part.get("misses", 0)
    return f"{part['status']} ({misses} health checks missed)" if misses > 1 else str(part["status"])
