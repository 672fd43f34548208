"""The supervisor on small real processes: order, failure before serving, restart afterwards, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from marquee_cli.home import Home, read_json, write_json
from marquee_cli.ports import internal_ports
from marquee_cli.processes import Identity, is_alive
from marquee_cli.stop import stop
from marquee_cli.supervisor import Part

SERVER = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def a_server(name: str, port: int, *, after: tuple[str, ...] = ()) -> Part:
    return Part(name, [sys.executable, "-c", SERVER, str(port)], dict(os.environ), port=port, health="/", after=after)


def a_job(name: str, code: int) -> Part:
    return Part(name, [sys.executable, "-c", f"print('job says'); raise SystemExit({code})"], dict(os.environ))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(home: Home) -> Iterator[Start]:
    """Starts a supervisor over the given parts; whatever still runs is stopped after the test."""
    with ExitStack() as stack:

        def starting(*parts: Part, detached: bool = True) -> subprocess.Popen[bytes]:
            write_json(home.parts, {"parts": [asdict(part) for part in parts]})
            command = [sys.executable, "-m", "marquee_cli.supervisor", str(home.root)]
            command += [] if detached else ["--ends-with-starter"]
            process = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE))
            stack.callback(stop, home)
            return process

        yield starting


def until(claim: Callable[[], bool], *, limit_s: float = 20.0) -> None:
    deadline = time.monotonic() + limit_s
    while not claim():
        assert time.monotonic() < deadline, "not true in time"
        time.sleep(0.05)


def status(home: Home, part: str) -> str:
    return str(read_json(home.state).get("parts", {}).get(part, {}).get("status"))


def identities(home: Home) -> list[Identity]:
    noted = read_json(home.state)["parts"].values()
    return [Identity(**part["identity"]) for part in noted if part["identity"]]


def test_given_a_part_that_needs_a_job_when_the_job_is_done_then_it_starts_and_all_ends_on_stop(
    home: Home, start: Start
) -> None:
    ports = internal_ports(["a"], {})
    supervisor = start(a_server("a", ports["a"], after=("build",)), a_job("build", 0))
    until(lambda: status(home, "a") == "up")
    running = identities(home)

    assert stop(home)

    assert supervisor.wait(10) == 0
    assert running and not any(map(is_alive, running))
    assert not stop(home), "a second stop finds nothing"


def test_given_a_part_that_ends_before_serving_then_all_stops_and_the_part_is_named(home: Home, start: Start) -> None:
    ports = internal_ports(["a"], {})

    supervisor = start(a_server("a", ports["a"]), a_job("build", 3))

    assert supervisor.wait(20) == 1
    assert read_json(home.state)["failure"] == {"part": "build", "why": "ended with code 3"}
    assert "job says" in home.log_of("build").read_text()
    assert not identities(home)


def test_given_a_serving_run_when_a_part_is_killed_then_it_is_started_again(home: Home, start: Start) -> None:
    ports = internal_ports(["a"], {})
    start(a_server("a", ports["a"]))
    until(lambda: status(home, "a") == "up")
    home.serving.touch()
    first = identities(home)[0]

    os.kill(first.pid, signal.SIGKILL)

    until(lambda: status(home, "a") == "up" and identities(home) != [first])
    assert read_json(home.state)["parts"]["a"]["restarts"] == 1


@pytest.mark.parametrize(
    ("detached", "is_serving", "lives_on"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_given_a_starter_that_goes_away_then_only_a_detached_serving_run_lives_on(
    home: Home, start: Start, detached: bool, is_serving: bool, lives_on: bool
) -> None:
    ports = internal_ports(["a"], {})
    supervisor = start(a_server("a", ports["a"]), detached=detached)
    until(lambda: status(home, "a") == "up")
    if is_serving:
        home.serving.touch()

    assert supervisor.stdin is not None
    supervisor.stdin.close()

    if lives_on:
        with pytest.raises(subprocess.TimeoutExpired):
            supervisor.wait(1)
    else:
        supervisor.wait(10)
        assert not identities(home)


def test_given_a_recycled_pid_when_stopping_then_the_stranger_is_left_alone(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as stranger:
        note = {"identity": asdict(Identity(stranger.pid, "another start"))}
        write_json(home.state, {"supervisor": note["identity"], "parts": {"a": note}})

        assert not stop(home)

        assert stranger.poll() is None
        stranger.kill()
