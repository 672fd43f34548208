"""`marquee stop`: ends the processes of one embedded run, and no others."""

import argparse
import os
import signal
from contextlib import suppress

from marquee_cli.home import Home, read_json
from marquee_cli.processes import Identity, end_all, is_alive, wait_for_end

LIMIT_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "MARQUEE_HOME says which run (default .marquee). Data and models stay for the next start."


def run(args: argparse.Namespace) -> int:
    """Stop the run of MARQUEE_HOME; nothing to stop is fine."""
    del args
    home = Home.from_environment()
    print(f"stopped, state kept in {home.root}" if stop(home) else f"nothing runs in {home.root}")
    return 0


def stop(home: Home) -> bool:
    """Ask the supervisor to stop all parts in order; end what a killed supervisor left. False if nothing ran.

    A process is ended only if pid and start time are the noted ones.
    """
    supervisor = home.running_supervisor()
    if supervisor is not None:
        with suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
        if not wait_for_end([supervisor], limit_s=LIMIT_S):
            end_all([supervisor])
    noted = read_json(home.state).get("parts", {}).values()
    left = [Identity(**part["identity"]) for part in noted if part.get("identity")]
    alive = [identity for identity in left if is_alive(identity)]
    end_all(alive)
    home.serving.unlink(missing_ok=True)
    return supervisor is not None or bool(alive)
