"""The supervisor on small real processes: order, failure before serving, restart afterwards, hung parts, taking over
what an earlier supervisor left, nothing left behind.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from marquee_cli.home import Home, read_json, write_json
from marquee_cli.parts import INSIDE, Ports, all_parts
from marquee_cli.ports import internal_ports
from marquee_cli.processes import Identity, identity_of, is_alive
from marquee_cli.stop import stop
from marquee_cli.supervisor import Part

pytestmark = pytest.mark.integration

SERVER = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def a_server(name: str, port: int, *, after: tuple[str, ...] = (), fingerprint: str = "") -> Part:
    command = [sys.executable, "-c", SERVER, str(port)]
    return Part(name, command, {}, port=port, health="/", after=after, patience=2, fingerprint=fingerprint)


def a_job(name: str, code: int) -> Part:
    return Part(name, [sys.executable, "-c", f"print('job says'); raise SystemExit({code})"], {})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


SECRET = "not-for-the-disk"

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(home: Home) -> Iterator[Start]:
    """Starts a supervisor over the given parts; whatever still runs is stopped after the test."""
    with ExitStack() as stack:

        def starting(*parts: Part, detached: bool = True) -> subprocess.Popen[bytes]:
            write_json(home.parts, {"parts": [asdict(part) for part in parts]})
            command = [sys.executable, "-m", "marquee_cli.supervisor", str(home.root)]
            command += [] if detached else ["--ends-with-starter"]
            env = {**os.environ, "A_SECRET": SECRET}
            process = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, env=env))
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


def test_a_part_starts_after_the_job_it_needs_and_ends_on_stop(home: Home, start: Start) -> None:
    ports = internal_ports(["a"], {})
    supervisor = start(a_server("a", ports["a"], after=("build",)), a_job("build", 0))
    until(lambda: status(home, "a") == "up")
    running = identities(home)

    assert stop(home)

    assert supervisor.wait(10) == 0
    assert running and not any(map(is_alive, running))
    assert not stop(home), "a second stop finds nothing"


def test_a_part_that_ends_before_serving_stops_the_run_and_is_named(home: Home, start: Start) -> None:
    ports = internal_ports(["a"], {})

    supervisor = start(a_server("a", ports["a"]), a_job("build", 3))

    assert supervisor.wait(20) == 1
    assert read_json(home.state)["failure"] == {"part": "build", "why": "ended with code 3"}
    assert "job says" in home.log_of("build").read_text()
    assert not identities(home)


def test_a_killed_part_of_a_serving_run_is_restarted(home: Home, start: Start) -> None:
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
def test_only_a_detached_serving_run_outlives_its_starter(
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


def environment_of(identity: Identity) -> str:
    return Path(f"/proc/{identity.pid}/environ").read_text()


def part_note(home: Home, part: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(home.state)["parts"][part]
    return found


def serving(home: Home, *names: str) -> dict[str, Identity]:
    """Wait until all are up, and say that the run serves; their identities."""
    until(lambda: all(status(home, name) == "up" for name in names))
    home.serving.touch()
    return {name: Identity(**part_note(home, name)["identity"]) for name in names}


def test_a_stopped_part_alone_is_killed_and_restarted(home: Home, start: Start) -> None:
    ports = internal_ports(["a", "b"], {})
    start(a_server("a", ports["a"]), a_server("b", ports["b"]))
    before = serving(home, "a", "b")

    os.kill(before["a"].pid, signal.SIGSTOP)

    until(lambda: part_note(home, "a")["restarts"] == 1 and status(home, "a") == "up")
    assert not is_alive(before["a"])
    assert part_note(home, "a")["reason"] == "did not answer 2 times in a row and was killed"
    assert is_alive(before["b"]) and part_note(home, "b")["restarts"] == 0


def test_a_killed_part_is_restarted_before_a_hung_one(home: Home, start: Start) -> None:
    ports = internal_ports(["a", "b"], {})
    start(replace(a_server("a", ports["a"]), patience=1_000), a_server("b", ports["b"]))
    before = serving(home, "a", "b")
    os.kill(before["a"].pid, signal.SIGSTOP)
    until(lambda: part_note(home, "a")["misses"] > 0)

    os.kill(before["b"].pid, signal.SIGKILL)

    until(lambda: part_note(home, "b")["restarts"] == 1 and status(home, "b") == "up")
    assert is_alive(before["a"])


def test_nothing_is_killed_after_the_machine_was_suspended(home: Home, start: Start) -> None:
    ports = internal_ports(["a"], {})
    supervisor = start(a_server("a", ports["a"]))
    part = serving(home, "a")["a"]

    for pid in (part.pid, supervisor.pid):
        os.kill(pid, signal.SIGSTOP)
    suspended = time.monotonic()
    until(lambda: time.monotonic() - suspended > 5)  # more than the part may miss
    for pid in (supervisor.pid, part.pid):
        os.kill(pid, signal.SIGCONT)

    before = answered(home, "a")
    until(lambda: answered(home, "a") >= before + 3)
    assert is_alive(part) and part_note(home, "a")["restarts"] == 0


def answered(home: Home, part: str) -> int:
    return home.log_of(part).read_text().count('"GET / ')


def test_the_next_supervisor_takes_over_the_parts_of_a_killed_one(home: Home, start: Start) -> None:
    ports = internal_ports(["a", "b"], {})
    parts = [a_server(name, ports[name], fingerprint="same") for name in ("a", "b")]
    first = start(*parts)
    before = serving(home, "a", "b")
    first.kill()
    first.wait()
    os.kill(before["b"].pid, signal.SIGKILL)

    start(*parts)

    until(lambda: home.running_supervisor() is not None and status(home, "b") == "up")
    assert Identity(**part_note(home, "a")["identity"]) == before["a"]
    assert is_alive(before["a"])
    os.kill(before["a"].pid, signal.SIGKILL)
    until(lambda: part_note(home, "a")["restarts"] == 1 and status(home, "a") == "up")
    assert SECRET in environment_of(Identity(**part_note(home, "a")["identity"]))


def test_a_taken_over_part_that_must_run_differently_is_restarted(home: Home, start: Start) -> None:
    port = internal_ports(["a"], {})["a"]
    first = start(a_server("a", port, fingerprint="old"), a_server("gone", internal_ports(["gone"], {})["gone"]))
    before = serving(home, "a", "gone")
    first.kill()
    first.wait()

    start(a_server("a", port, fingerprint="new"))

    until(lambda: home.running_supervisor() is not None and status(home, "a") == "up")
    assert not any(map(is_alive, before.values()))


def test_a_stopped_supervisor_and_its_part_end_soon(home: Home, start: Start) -> None:
    supervisor = start(a_server("a", internal_ports(["a"], {})["a"]))
    part = serving(home, "a")["a"]
    for pid in (supervisor.pid, part.pid):
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()

    assert stop(home)

    assert time.monotonic() - started < 10
    assert not is_alive(part)


def test_the_child_processes_of_a_killed_part_end_with_it(home: Home, start: Start) -> None:
    port = internal_ports(["a"], {})["a"]
    child = "import subprocess, sys; print('child', subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1).pid)"
    start(replace(a_server("a", port), command=[sys.executable, "-uc", child + SERVER, str(port)]))
    part = serving(home, "a")["a"]
    [pid] = [int(line.split()[1]) for line in home.log_of("a").read_text().splitlines() if line.startswith("child")]
    orphan = identity_of(pid)
    assert orphan is not None

    os.kill(part.pid, signal.SIGKILL)

    until(lambda: not is_alive(orphan))


def test_the_notes_of_a_run_hold_no_environment_and_are_private(home: Home, start: Start) -> None:
    start(a_server("a", internal_ports(["a"], {})["a"]))
    part = serving(home, "a")["a"]

    notes = [path for path in home.root.rglob("*") if path.is_file() and path != home.serving]

    assert SECRET in environment_of(part)
    assert {home.parts, home.state} <= set(notes)
    assert not any(SECRET in path.read_text() for path in notes)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home.parts, home.state))
    stop(home)
    assert not home.parts.exists()


@pytest.mark.parametrize("data", [b"", b'{"topics":[["rat', bytes(100)], ids=["empty", "half", "zeros"])
def test_broker_data_that_cannot_be_read_fails_with_what_to_do(home: Home, start: Start, data: bytes) -> None:
    ports = Ports(internal_ports(INSIDE, {}), gateway=1, frontend=2)
    [kafka] = [part for part in all_parts(home, ports, data="", node=None) if part.name == "kafka"]
    (home.root / "kafka" / "kafka.json").write_bytes(data)

    assert start(kafka).wait(30) == 1

    why = read_json(home.state)["failure"]["why"]
    assert why.startswith("ended with code 1: its data cannot be read; remove ")
    assert str(home.root / "kafka") in why
    assert "FRESH=1" in why


def test_stopping_spares_a_stranger_that_has_a_parts_old_pid(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as stranger:
        note = {"identity": asdict(Identity(stranger.pid, "another start"))}
        write_json(home.state, {"supervisor": note["identity"], "parts": {"a": note}})

        assert not stop(home)

        assert stranger.poll() is None
        stranger.kill()
