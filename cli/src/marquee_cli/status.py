"""`marquee status`: what runs, where, and how far it is."""

import argparse

from rich.table import Table

from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, read_json
from marquee_cli.steps import a_console
from marquee_cli.watching import Watching


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "MARQUEE_HOME says which run (default .marquee)."


def run(args: argparse.Namespace) -> int:
    """Print one row for each part; exit code 1 when nothing runs."""
    del args
    home, console = Home.from_environment(), a_console()
    if home.running_supervisor() is None:
        console.print(f"nothing runs in {home.root}")
        return 1
    state = read_json(home.state)
    table = Table(title=f"{state['phase']}, state in {home.root}", title_justify="left")
    for column in ("part", "status", "port", "pid", "restarts"):
        table.add_column(column)
    for name, part in state["parts"].items():
        pid = part["identity"]["pid"] if part["identity"] else ""
        table.add_row(name, part["status"], str(part["port"] or ""), str(pid), str(part["restarts"]))
    console.print(table)
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
