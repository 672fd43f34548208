"""What `marquee demo` decides before it starts anything, and what its sisters say meanwhile."""

import json
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

from marquee_cli.demo import chosen_data, chosen_ports, sample_users
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, write_json
from marquee_cli.parts import INSIDE, Ports, all_parts
from marquee_cli.ports import PortBusy, internal_ports, public_ports, require_free
from marquee_cli.processes import Identity, identity_of, is_alive
from marquee_cli.supervisor import Part


def test_given_nothing_noted_when_no_data_is_named_then_it_is_the_default() -> None:
    assert chosen_data("", noted=None, is_fresh=False) == "ml-latest-small"


def test_given_a_filled_state_directory_when_no_data_is_named_then_it_is_used_again() -> None:
    assert chosen_data("", noted="/data/mine", is_fresh=False) == "/data/mine"


def test_given_a_filled_state_directory_when_other_data_is_named_then_it_is_refused_unless_fresh() -> None:
    with pytest.raises(CommandFailed, match="holds ml-1m"):
        chosen_data("ml-100k", noted="ml-1m", is_fresh=False)
    assert chosen_data("ml-100k", noted="ml-1m", is_fresh=True) == "ml-100k"


def test_given_a_directory_then_it_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)

    assert chosen_data("mine", noted=None, is_fresh=False) == str((tmp_path / "mine").resolve())


def test_given_a_name_that_is_neither_directory_nor_data_set_then_both_are_said() -> None:
    with pytest.raises(CommandFailed, match="neither a directory nor one of ml-latest-small"):
        chosen_data("ml-latest-smal", noted=None, is_fresh=False)


def test_given_a_ratings_file_then_its_first_user_is_a_sample_user(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\r\n77,1,4.0,964982703\r\n")

    assert sample_users(str(tmp_path))[-1] == 77


def test_given_a_taken_port_then_the_error_names_it_and_the_variable_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortBusy, match=rf"port {port} is in use.*set MARQUEE_GATEWAY_PORT"):
            require_free({"MARQUEE_GATEWAY_PORT": port})


def test_given_remembered_ports_then_free_ones_are_kept_and_taken_ones_replaced() -> None:
    remembered = internal_ports(["a", "b"], {})
    with socket.create_server(("127.0.0.1", remembered["b"])):
        again = internal_ports(["a", "b"], remembered)

    assert again["a"] == remembered["a"]
    assert again["b"] != remembered["b"]


def test_given_ports_of_our_own_parts_then_they_count_as_free_and_those_about_to_be_taken_do_not() -> None:
    remembered = internal_ports(["a", "b"], {})
    with socket.create_server(("127.0.0.1", remembered["a"])):
        again = internal_ports(["a", "b"], remembered, ours={remembered["a"]}, excluded={remembered["b"]})

    assert again["a"] == remembered["a"]
    assert again["b"] not in remembered.values()


def test_given_one_port_for_both_then_the_error_names_both_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_GATEWAY_PORT", "3000")
    monkeypatch.delenv("MARQUEE_FRONTEND_PORT", raising=False)

    with pytest.raises(PortBusy, match="MARQUEE_GATEWAY_PORT and MARQUEE_FRONTEND_PORT are both 3000"):
        public_ports()


def test_given_secrets_in_the_environment_then_no_part_is_described_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_API_KEY", "my-key")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/my-path")
    monkeypatch.setenv("MARQUEE_REDIS__PASSWORD", "my-password")

    described = json.dumps([asdict(part) for part in described_parts(tmp_path)])

    assert "MARQUEE_KAFKA__BOOTSTRAP" in described
    assert "my-" not in described


def test_given_another_key_then_the_services_count_as_different_ones_and_the_stores_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMDB_API_KEY", raising=False)
    before = {part.name: part.fingerprint for part in described_parts(tmp_path)}
    monkeypatch.setenv("SHLVL", "7")
    monkeypatch.setenv("TMDB_API_KEY", "")
    assert {part.name: part.fingerprint for part in described_parts(tmp_path)} == before

    monkeypatch.setenv("TMDB_API_KEY", "another")

    after = {part.name: part.fingerprint for part in described_parts(tmp_path)}
    assert {name for name in before if before[name] == after[name]} == {"kafka", "redis"}


def described_parts(root: Path) -> list[Part]:
    inside = {name: 20_000 + number for number, name in enumerate(INSIDE)}
    return all_parts(Home(root), Ports(inside, gateway=8000, frontend=3000), data="ml-1m", node=None)


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


def test_given_another_start_in_the_same_directory_then_one_line_names_it_and_nothing_is_started(home: Home) -> None:
    lock = home.lock()
    assert lock is not None

    second = marquee(home, "demo", "--detach")
    asked = marquee(home, "status")
    os.close(lock)

    assert second.returncode == 1
    [line] = (second.stdout + second.stderr).splitlines()
    assert f"another `make demo` (pid {os.getpid()}) is starting in {home.root}" in line
    assert not home.data_set.exists() and not home.parts.exists()
    assert "is starting" in asked.stdout


def test_given_a_lock_then_its_heirs_hold_it_too_and_the_last_one_frees_it(home: Home) -> None:
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


def test_given_nothing_then_status_says_so_with_1(home: Home) -> None:
    asked = marquee(home, "status")

    assert (asked.returncode, asked.stdout.strip()) == (1, f"nothing is running in {home.root}")


def test_given_parts_without_a_supervisor_then_status_names_those_that_run_with_3_and_stop_ends_them(
    home: Home, sleeper: Identity
) -> None:
    parts = {"gateway": note(sleeper, 8123), "ranker": note(Identity(sleeper.pid, "earlier"), 8124)}
    write_json(home.state, {"phase": "serving", "supervisor": asdict(Identity(1, "never")), "parts": parts})

    asked = marquee(home, "status")
    stopped = marquee(home, "stop")

    rows = {line.split("│")[1].strip(): line for line in asked.stdout.splitlines() if line.startswith("│")}
    assert asked.returncode == 3
    assert f" {sleeper.pid} " in rows["gateway"] and " 8123 " in rows["gateway"] and " running " in rows["gateway"]
    assert str(sleeper.pid) not in rows["ranker"] and " ended " in rows["ranker"]
    assert "running without supervision: 1 of 2 parts" in asked.stdout
    assert stopped.stdout.startswith("stopped")
    assert not is_alive(sleeper)


def test_given_parts_without_a_supervisor_then_they_keep_all_their_ports_and_a_stranger_s_port_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_given_a_start_without_a_supervisor_yet_when_stopping_then_the_supervisor_is_waited_for(
    home: Home, sleeper: Identity
) -> None:
    lock = home.lock()
    assert lock is not None
    env = {**os.environ, "MARQUEE_HOME": str(home.root)}
    command = [sys.executable, "-m", "marquee_cli.main", "stop"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as stopping:
        with pytest.raises(subprocess.TimeoutExpired):
            stopping.wait(2)
        write_json(home.state, {"phase": "starting", "supervisor": asdict(sleeper), "parts": {}})

        said, _ = stopping.communicate(timeout=20)

    os.close(lock)
    assert said.startswith("stopped")
    deadline = time.monotonic() + 5
    while is_alive(sleeper):
        assert time.monotonic() < deadline
