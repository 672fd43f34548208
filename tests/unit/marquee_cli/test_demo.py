"""What `marquee demo` decides before it starts anything, and what its sisters say meanwhile."""

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path

import pytest

from marquee_cli.demo import chosen_data, sample_users
from marquee_cli.failures import CommandFailed
from marquee_cli.health import ASK_EVERY_S, ASK_TIMEOUT_S
from marquee_cli.home import Home
from marquee_cli.parts import INSIDE, Ports, all_parts
from marquee_cli.ports import PortBusy, internal_ports, public_ports, require_free
from marquee_cli.supervisor import TICK_S, Part, pause_s

CATCHING_UP_S = 2.0
"""Of `features`, which tries again after growing pauses, once Redis is back."""


def test_without_a_name_the_default_data_set_is_used() -> None:
    assert chosen_data("", noted=None, is_fresh=False) == "ml-latest-small"


def test_a_filled_state_directory_is_used_again() -> None:
    assert chosen_data("", noted="/data/mine", is_fresh=False) == "/data/mine"


def test_other_data_for_a_filled_state_directory_is_refused_unless_fresh() -> None:
    with pytest.raises(CommandFailed, match="holds ml-1m"):
        chosen_data("ml-100k", noted="ml-1m", is_fresh=False)
    assert chosen_data("ml-100k", noted="ml-1m", is_fresh=True) == "ml-100k"


def test_a_data_directory_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)

    assert chosen_data("mine", noted=None, is_fresh=False) == str((tmp_path / "mine").resolve())


def test_an_unknown_data_name_is_refused_as_neither_directory_nor_data_set() -> None:
    with pytest.raises(CommandFailed, match="neither a directory nor one of ml-latest-small"):
        chosen_data("ml-latest-smal", noted=None, is_fresh=False)


def test_the_first_user_of_a_ratings_file_is_a_sample_user(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\r\n77,1,4.0,964982703\r\n")

    assert sample_users(str(tmp_path))[-1] == 77


def test_a_taken_port_is_reported_with_the_variable_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortBusy, match=rf"port {port} is in use.*set MARQUEE_GATEWAY_PORT"):
            require_free({"MARQUEE_GATEWAY_PORT": port})


def test_remembered_ports_are_kept_if_free_and_replaced_if_taken() -> None:
    remembered = internal_ports(["a", "b"], {})
    with socket.create_server(("127.0.0.1", remembered["b"])):
        again = internal_ports(["a", "b"], remembered)

    assert again["a"] == remembered["a"]
    assert again["b"] != remembered["b"]


def test_ports_of_our_own_parts_count_as_free_and_excluded_ones_do_not() -> None:
    remembered = internal_ports(["a", "b"], {})
    with socket.create_server(("127.0.0.1", remembered["a"])):
        again = internal_ports(["a", "b"], remembered, ours={remembered["a"]}, excluded={remembered["b"]})

    assert again["a"] == remembered["a"]
    assert again["b"] not in remembered.values()


def test_one_port_for_both_is_reported_with_both_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_GATEWAY_PORT", "3000")
    monkeypatch.delenv("MARQUEE_FRONTEND_PORT", raising=False)

    with pytest.raises(PortBusy, match="MARQUEE_GATEWAY_PORT and MARQUEE_FRONTEND_PORT are both 3000"):
        public_ports()


def test_no_part_is_described_with_secrets_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMDB_API_KEY", "my-key")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/my-path")
    monkeypatch.setenv("MARQUEE_REDIS__PASSWORD", "my-password")

    described = json.dumps([asdict(part) for part in described_parts(tmp_path)])

    assert "MARQUEE_KAFKA__BOOTSTRAP" in described
    assert "my-" not in described


def test_another_key_changes_the_fingerprint_of_services_and_not_of_stores(
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


def test_a_redis_that_hangs_is_started_again_soon_enough_for_all_to_be_well_within_10_s(tmp_path: Path) -> None:
    [redis] = [part for part in described_parts(tmp_path) if part.name == "redis"]

    until_killed_s = ASK_EVERY_S + redis.patience * (ASK_TIMEOUT_S + TICK_S)

    assert until_killed_s + pause_s(0, was_up=True) < 10 - CATCHING_UP_S


def described_parts(root: Path) -> list[Part]:
    inside = {name: 20_000 + number for number, name in enumerate(INSIDE)}
    return all_parts(Home(root), Ports(inside, gateway=8000, frontend=3000), data="ml-1m", node=None)
