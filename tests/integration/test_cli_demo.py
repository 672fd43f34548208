"""What `marquee demo` and its sisters say about a state directory, with real processes in the parts' place."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from marquee_cli.demo import chosen_ports
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, write_json
from marquee_cli.parts import INSIDE, Ports
from marquee_cli.ports import internal_ports
from marquee_cli.processes import Identity, identity_of, is_alive

pytestmark = pytest.mark.integration


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state")


@pytest.fixture
def sleeper() -> Iterator[Identity]:
    """A process that stands for a part."""
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        identity = identity_of(process.pid)
        assert identity is not None
        yield identity
        process.kill()


def marquee(home: Home, *arguments: str) -> "subprocess.CompletedProcess[str]":
    ports = internal_ports(["gateway", "frontend"], {})
    env = {**os.environ, "MARQUEE_HOME": str(home.root)}
    env |= {f"MARQUEE_{name.upper()}_PORT": str(port) for name, port in ports.items()}
    command = [sys.executable, "-m", "marquee_cli.main", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def note(identity: Identity | None, port: int, status: str = "up") -> dict[str, object]:
    return {
        "status": status,
        "identity": asdict(identity) if identity else None,
        "port": port,
        "restarts": 2,
        "code": None,
        "reason": "was killed by a cat",
    }


def test_a_second_start_in_a_directory_names_the_first_and_starts_nothing(home: Home) -> None:
    lock = home.lock()
    assert lock is not None

    second = marquee(home, "demo", "--detach")
    result = marquee(home, "status")
    os.close(lock)

    assert second.returncode == 1
    [line] = (second.stdout + second.stderr).splitlines()
    assert f"another `make demo` (pid {os.getpid()}) is starting in {home.root}" in line
    assert not home.data_set.exists() and not home.parts.exists()
    assert "is starting" in result.stdout


def test_a_lock_is_held_until_the_last_process_that_inherited_it_ends(home: Home) -> None:
    lock = home.lock()
    assert lock is not None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock]) as heir:
        os.close(lock)

        assert home.lock(limit_s=0) is None
        assert home.locked_by() == str(os.getpid())
        heir.kill()
    again = home.lock()
    assert again is not None
    os.close(again)
    assert home.locked_by() is None


def test_status_exits_with_1_when_nothing_is_running(home: Home) -> None:
    result = marquee(home, "status")

    assert (result.returncode, result.stdout.strip()) == (1, f"nothing is running in {home.root}")


def test_parts_without_a_supervisor_are_listed_by_status_and_ended_by_stop(home: Home, sleeper: Identity) -> None:
    parts = {"gateway": note(sleeper, 8123), "ranker": note(Identity(sleeper.pid, "earlier"), 8124)}
    write_json(home.state, {"phase": "serving", "supervisor": asdict(Identity(1, "never")), "parts": parts})

    result = marquee(home, "status")
    stopped = marquee(home, "stop")

    rows = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if line.startswith("│")}
    assert result.returncode == 3
    assert f" {sleeper.pid} " in rows["gateway"] and " 8123 " in rows["gateway"] and " running " in rows["gateway"]
    assert str(sleeper.pid) not in rows["ranker"] and " ended " in rows["ranker"]
    assert "running without supervision: 1 of 2 parts" in result.stdout
    assert stopped.stdout.startswith("stopped")
    assert not is_alive(sleeper)


def test_parts_without_a_supervisor_keep_their_ports_and_no_others(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = internal_ports(INSIDE, {})
    public = internal_ports(["gateway", "frontend"], {}, excluded=inside.values())
    for name, port in public.items():
        monkeypatch.setenv(f"MARQUEE_{name.upper()}_PORT", str(port))
    write_json(home.ports, inside)
    write_json(home.state, {"parts": {name: note(None, port) for name, port in {**inside, **public}.items()}})
    left = {"gateway", "frontend", *INSIDE} - {"gateway-metrics"}

    with ExitStack() as held:
        for port in (*inside.values(), *public.values()):
            held.enter_context(socket.create_server(("127.0.0.1", port)))

        assert chosen_ports(home, left) == Ports(inside, public["gateway"], public["frontend"])
        with pytest.raises(CommandFailed, match="MARQUEE_GATEWAY_PORT"):
            chosen_ports(home, left - {"gateway"})


def test_stopping_waits_for_the_supervisor_of_a_start_in_progress(home: Home, sleeper: Identity) -> None:
    lock = home.lock()
    assert lock is not None
    env = {**os.environ, "MARQUEE_HOME": str(home.root)}
    command = [sys.executable, "-m", "marquee_cli.main", "stop"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as stopping:
        with pytest.raises(subprocess.TimeoutExpired):
            stopping.wait(2)
        write_json(home.state, {"phase": "starting", "supervisor": asdict(sleeper), "parts": {}})

        output, _ = stopping.communicate(timeout=20)

    os.close(lock)
    assert output.startswith("stopped")
    deadline = time.monotonic() + 5
    while is_alive(sleeper):
        assert time.monotonic() < deadline
