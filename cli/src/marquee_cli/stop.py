"""`marquee stop`: ends the processes of one embedded run, and no other process."""

import argparse
import os
import signal
import time
from contextlib import suppress

from marquee_cli.home import Home
from marquee_cli.processes import end_all, wait_for_end

LIMIT_S = 60.0
SUPERVISOR_LIMIT_S = 40.0  # before it registers, it ends what an earlier supervisor left


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "MARQUEE_HOME names the run (default .marquee). Data and models are kept for the next start."


def run(args: argparse.Namespace) -> int:
    """Stop the run in MARQUEE_HOME. Exit code 0, also if nothing is running."""
    del args
    home = Home.from_environment()
    _wait_for_supervisor(home)
    print(f"stopped; state kept in {home.root}" if stop(home) else f"nothing is running in {home.root}")
    return 0


def _wait_for_supervisor(home: Home) -> None:
    """If a start is under way, wait until it has its supervisor."""
    deadline = time.monotonic() + SUPERVISOR_LIMIT_S
    while home.running_supervisor() is None and home.locked_by() and time.monotonic() < deadline:
        time.sleep(0.05)


def stop(home: Home) -> bool:
    """Let the supervisor stop all parts in order, and end what a killed supervisor left. False if nothing was running.

    A process is ended only if both its pid and its start time are the noted ones.
    """
    supervisor = home.running_supervisor()
    if supervisor is not None:
        with suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
            os.kill(supervisor.pid, signal.SIGCONT)  # a stopped process does not handle SIGTERM
        if not wait_for_end([supervisor], limit_s=LIMIT_S):
            end_all([supervisor])
    left = list(home.live_parts().values())
    end_all(left)
    home.serving.unlink(missing_ok=True)
    home.parts.unlink(missing_ok=True)
    return supervisor is not None or bool(left)
