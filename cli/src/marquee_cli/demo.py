"""`marquee demo`: the whole system embedded on this machine, from nothing to the first personal ranking."""

import argparse
import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from ingest.datasets import DEFAULT, NAMED
from marquee_cli.failures import CommandFailed
from marquee_cli.home import STATE_OF_A_DATA_SET, Home, read_json, write_json
from marquee_cli.node import installed_node
from marquee_cli.parts import INSIDE, ROOT, SERVICES, Ports, all_parts
from marquee_cli.ports import PortBusy, internal_ports, public_ports, require_free
from marquee_cli.processes import end_all, last_lines, spawn
from marquee_cli.sample import ranking_table
from marquee_cli.setup import VENV
from marquee_cli.steps import Progress, Steps, a_console, wait
from marquee_cli.stop import SUPERVISOR_LIMIT_S, stop
from marquee_cli.watching import Watching

SAMPLE_USERS = (123, 1)
LIMIT_S = 3_600.0


class SupervisorGone(CommandFailed):
    """The supervisor was killed while this command watched it; the parts are still running."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", default="", help=f"a directory of MovieLens files, or one of {', '.join(NAMED)}")
    parser.add_argument("--detach", action="store_true", help="return when the first personal ranking is served")
    parser.add_argument("--fresh", action="store_true", help="delete the data and models of earlier runs first")
    parser.add_argument("--limit-s", type=float, default=LIMIT_S, help="seconds after which to give up (%(default).0f)")
    parser.epilog = (
        "MARQUEE_HOME sets the state directory (default .marquee), MARQUEE_GATEWAY_PORT (8000) and "
        "MARQUEE_FRONTEND_PORT (3000) the ports. For posters and details set MARQUEE_TMDB_SNAPSHOT to a TMDB file or "
        "TMDB_API_KEY to a key."
    )


def run(args: argparse.Namespace) -> int:
    """Start everything, or take over what a killed supervisor left; then leave it running or watch it."""
    console, home = a_console(), Home.from_environment()
    lock = home.lock()
    try:
        if lock is None or home.running_supervisor():
            return _report_other(console, home)
        return _run(console, home, args, lock)
    finally:
        if lock is not None:
            os.close(lock)


def _run(console: Console, home: Home, args: argparse.Namespace, lock: int) -> int:
    data = chosen_data(args.data, noted=read_json(home.data_set).get("data"), is_fresh=args.fresh)
    if args.fresh:
        _forget(home)
    left = home.live_parts()
    ports = chosen_ports(home, left)
    home.serving.unlink(missing_ok=True)
    write_json(home.data_set, {"data": data})
    console.print(f"Marquee, embedded: data set {data}, state in {home.root}", markup=False)
    if left:
        console.print(f"{len(left)} parts are running without a supervisor; taking them over")
    try:
        supervisor = _start_supervisor(home, ports, data, ends_with_starter=not args.detach, lock=lock)
        _until_first_ranking(console, home, ports, sample_users(data), limit_s=args.limit_s)
        if args.detach:
            console.print("It keeps running in the background; `make demo-down` stops it.")
            return 0
        console.print("Press Ctrl-C to stop it.")
        return _watch(console, home, supervisor)
    except SupervisorGone:
        raise
    except (KeyboardInterrupt, CommandFailed, TimeoutError) as error:
        if isinstance(error, KeyboardInterrupt):
            console.print("\nstopping ...")
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave half of it running
        stop(home)
        if isinstance(error, KeyboardInterrupt):
            return 130
        raise CommandFailed(str(error)) from error


def chosen_data(wanted: str, *, noted: str | None, is_fresh: bool) -> str:
    """The data set to run with: a name, or the absolute path of a directory.

    Args:
        wanted: as typed; empty means the data set of the last run, or the default if there was none.
        noted: the data set that filled the state directory, if any.
    Raises:
        CommandFailed: there is no such data set, or the state directory holds a different one.
    """
    if not wanted:
        return DEFAULT if is_fresh or noted is None else noted
    if wanted not in NAMED:
        directory = Path(wanted).expanduser().resolve()
        if not directory.is_dir():
            raise CommandFailed(f"{wanted} is neither a directory nor one of {', '.join(NAMED)}")
        wanted = str(directory)
    if noted not in (None, wanted) and not is_fresh:
        raise CommandFailed(
            f"the state directory holds {noted}; set another MARQUEE_HOME for {wanted}, or start over with FRESH=1"
        )
    return wanted


def sample_users(data: str) -> tuple[int, ...]:
    """Users to show a first ranking for: ids that the named sets have, and the first user in the file, if any."""
    ratings = Path(data) / "ratings.csv"
    if not ratings.is_file():
        return SAMPLE_USERS
    with ratings.open(encoding="utf-8", errors="replace", newline="") as source:
        for _, row in zip(range(1_000), csv.reader(source), strict=False):
            if row and row[0].isdigit():
                return (*SAMPLE_USERS, int(row[0]))
    return SAMPLE_USERS


def chosen_ports(home: Home, left: Collection[str]) -> Ports:
    """A port for every part. Parts in `left` are running without a supervisor and keep their ports.

    Raises:
        CommandFailed: a public port is taken.
    """
    noted, remembered = read_json(home.state).get("parts", {}), read_json(home.ports)
    ours = {noted[name]["port"] for name in left}
    ours |= {port for name, port in remembered.items() if name.partition("-")[0] in left}  # a part's second port
    try:
        public = public_ports()
        require_free({variable: port for variable, port in public.items() if port not in ours})
    except PortBusy as error:
        raise CommandFailed(str(error)) from error
    inside = internal_ports(INSIDE, remembered, ours=ours, excluded=public.values())
    write_json(home.ports, inside)
    return Ports(inside, public["MARQUEE_GATEWAY_PORT"], public["MARQUEE_FRONTEND_PORT"])


def _forget(home: Home) -> None:
    """End what a killed supervisor left running, and delete everything derived from the data set."""
    end_all(list(home.live_parts().values()))
    for name in STATE_OF_A_DATA_SET:
        path = home.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _start_supervisor(
    home: Home, ports: Ports, data: str, *, ends_with_starter: bool, lock: int
) -> subprocess.Popen[bytes]:
    """Start the supervisor with a copy of the lock, which it holds until it ends."""
    parts = all_parts(home, ports, data=data, node=installed_node(VENV))
    write_json(home.parts, {"parts": [asdict(part) for part in parts]})
    command = [sys.executable, "-m", "marquee_cli.supervisor", str(home.root)]
    command += ["--ends-with-starter"] if ends_with_starter else []
    log = home.log_of("supervisor")
    supervisor = spawn(command, env=dict(os.environ), log=log, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=(lock,))
    deadline = time.monotonic() + SUPERVISOR_LIMIT_S
    while not home.running_supervisor():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise CommandFailed(f"the supervisor did not start: {' | '.join(last_lines(log, 3))}")
        time.sleep(0.05)
    return supervisor


def _until_first_ranking(console: Console, home: Home, ports: Ports, users: tuple[int, ...], *, limit_s: float) -> None:
    """Follow the start step by step.

    Raises:
        CommandFailed: a part ended, the data could not be loaded, or the training failed.
        TimeoutError: the first ranking did not come within limit_s.
    """
    began = time.monotonic()
    watching = Watching(ports.url, users)
    has_page = "frontend" in read_json(home.state).get("parts", {})

    def check() -> None:
        if failed := read_json(home.state).get("failure"):
            log = home.log_of(failed["part"])
            tail = "\n  ".join(last_lines(log))
            raise CommandFailed(f"{failed['part']} {failed['why']}; the end of {log}:\n  {tail}")
        if home.running_supervisor() is None:
            if read_json(home.state).get("phase") == "stopped":
                raise CommandFailed("another command stopped it before it was ready")
            raise CommandFailed(f"the supervisor ended; see {home.log_of('supervisor')}")

    follow: list[tuple[str, Callable[[], Progress]]] = [
        ("broker and Valkey", lambda: _up(home, ("kafka", "redis"))),
        ("services", lambda: _up(home, SERVICES)),
        ("data set read and published", watching.load),
        ("movie metadata", watching.metadata),
        ("features", watching.state),
        ("model", watching.training),
        *([("page", lambda: _up(home, ("frontend",)))] if has_page else []),
        ("first personal ranking", watching.ranking),
    ]
    steps = Steps(console, total=len(follow))
    for title, probe in follow:
        with steps.step(title) as step:
            wait(step, probe, check=check, limit_s=limit_s - (time.monotonic() - began))
    home.serving.touch()
    assert watching.found is not None  # noqa: S101  # the last step ended with it
    console.print(ranking_table(watching.found))
    console.print(f"Ready after {time.monotonic() - began:.0f} s.")
    console.print(f"  page  {ports.url('frontend')}" if has_page else "  page  none: it needs Node.js 20 or newer")
    console.print(f"  API   {ports.url('gateway')}  (try /docs)")


def _up(home: Home, names: tuple[str, ...]) -> Progress:
    parts = read_json(home.state).get("parts", {})
    missing = [name for name in names if parts.get(name, {}).get("status") != "up"]
    return Progress(f"waiting for {', '.join(missing)}" if missing else "up", is_done=not missing)


def _watch(console: Console, home: Home, supervisor: subprocess.Popen[bytes]) -> int:
    """Report restarted parts until the supervisor ends; returns its exit code.

    Raises:
        SupervisorGone: it was killed, and parts are still running.
    """
    reported = {name: part["restarts"] for name, part in read_json(home.state).get("parts", {}).items()}
    while supervisor.poll() is None:
        for name, part in read_json(home.state).get("parts", {}).items():
            if part["restarts"] > reported.get(name, 0):
                reported[name] = part["restarts"]
                console.print(f"{name} {part['reason']}; restarting it, see {home.log_of(name)}", markup=False)
        time.sleep(0.5)
    if left := home.live_parts():
        raise SupervisorGone(
            f"the supervisor was killed; {len(left)} parts are still running. "
            "`make demo` takes them over, `make demo-down` stops them"
        )
    return supervisor.returncode


def _report_other(console: Console, home: Home) -> int:
    """Report the run that already holds this state directory; exit code 0.

    Raises:
        CommandFailed: it is starting or stopping.
    """
    state = read_json(home.state)
    if home.running_supervisor() and home.serving.exists() and state["phase"] != "stopping":
        gateway = state["parts"]["gateway"]["port"]
        console.print(
            f"already running: API http://127.0.0.1:{gateway}, state in {home.root}; `make demo-down` stops it"
        )
        return 0
    what = "stopping" if home.running_supervisor() and state["phase"] == "stopping" else "starting"
    raise CommandFailed(
        f"another `make demo` (pid {home.locked_by() or '?'}) is {what} in {home.root}; "
        "`make status` shows its progress; set another MARQUEE_HOME to run a second system beside it"
    )
