"""What compose.yaml and the Dockerfiles promise, read from the files."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from marquee.contracts.service_bodies import Problem
from marquee_cli.chaos.load import is_by_the_proxy
from marquee_cli.embedded import free_port, start_kafka, start_redis
from marquee_cli.parts import SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
ALL = ("kafka", "redis", *SERVICES, "proxy", "frontend")
BASES = {"python:3.11-slim-bookworm", "node:22-bookworm-slim"}
PROXY = ROOT / "proxy"
DOCKERFILES = [ROOT / "services" / name / "Dockerfile" for name in SERVICES] + [ROOT / "frontend" / "Dockerfile"]


def test_compose_has_the_broker_redis_six_services_the_proxy_and_the_page() -> None:
    assert tuple(COMPOSE["services"]) == ALL
    assert COMPOSE["services"]["kafka"]["image"] == "apache/kafka:4.1.1"
    assert COMPOSE["services"]["redis"]["image"] == "redis:8-bookworm"


@pytest.mark.parametrize("name", ALL)
def test_every_service_has_a_healthcheck_a_memory_limit_and_few_rights(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["healthcheck"]["test"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service.get("read_only", False) is (name != "kafka")  # its start script writes beside itself
    waits_for = service.get("depends_on", {}).values()
    assert all(condition == {"condition": "service_healthy"} for condition in waits_for)
    assert waits_for or name in ("kafka", "redis", "proxy")


def test_only_the_proxy_and_the_page_are_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert set(published) == {"proxy", "frontend"}
    assert all(port.startswith("${MARQUEE_BIND:-127.0.0.1}:") for ports in published.values() for port in ports)


def test_the_api_limits_each_client_and_knows_where_it_is_published() -> None:
    environment = COMPOSE["services"]["gateway"]["environment"]

    assert environment["MARQUEE_RATE_PER_S"] == "${MARQUEE_RATE_PER_S:-50}"
    assert environment["MARQUEE_RATE_BURST"] == "${MARQUEE_RATE_BURST:-200}"
    assert environment["MARQUEE_PUBLISHED_ON"] == "${MARQUEE_BIND:-127.0.0.1}"


def test_whatever_may_be_several_is_asked_through_the_proxy() -> None:
    services = COMPOSE["services"]

    assert services["gateway"]["environment"]["MARQUEE_RANKER_URL"].startswith("http://proxy:8005")
    assert services["frontend"]["environment"]["MARQUEE_GATEWAY_URL"] == "http://proxy:8000"
    for name in ("gateway", "ranker"):
        assert services[name]["environment"]["MARQUEE_ALLOWED_HOSTS"].split(",")[0] == "proxy"
        assert not services[name].keys() & {"ports", "container_name"}, "there may be only one with these"


def test_the_gateway_believes_the_proxy_alone_and_the_proxy_whom_it_is_told() -> None:
    gateway, proxy = (COMPOSE["services"][name]["environment"] for name in ("gateway", "proxy"))
    believed = [ip_network(network) for network in gateway["MARQUEE_OWN_PROXY"].split(",")]

    assert all(network.is_private for network in believed)
    assert gateway["MARQUEE_TRUSTED_PROXIES"] == proxy["MARQUEE_TRUSTED_PROXIES"] == "${MARQUEE_TRUSTED_PROXIES:-}"
    assert "http-request set-header X-Forwarded-For %[var(txn.client)]" in (PROXY / "haproxy.cfg").read_text()


def test_the_proxy_is_a_debian_package_and_not_root() -> None:
    text = (PROXY / "Dockerfile").read_text()

    assert [line for line in text.splitlines() if line.startswith("FROM ")] == ["FROM debian:bookworm-slim"]
    assert "apt-get install -y -qq --no-install-recommends haproxy" in text
    assert "USER 10001:10001" in text
    assert "--mount" not in text
    assert "<<" not in text


def test_the_proxys_own_answers_are_problems_and_known_as_its_own() -> None:
    texts = re.findall(
        r"^    http-error status (\d+) .*? string '(.*?)'", (PROXY / "haproxy.cfg").read_text(), re.MULTILINE
    )

    assert [int(status) for status, _ in texts] == [502, 503, 504]
    for status, text in texts:
        assert Problem.model_validate_json(text).status == int(status)
        assert is_by_the_proxy(httpx.Response(int(status), text=text))
    assert not is_by_the_proxy(httpx.Response(503, text='{"code":"unavailable"}'))


def test_every_named_volume_is_declared_and_used() -> None:
    used = {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith("${")
    }
    from ingest.datasets import NAMED

    assert set(COMPOSE["volumes"]) == used | set(NAMED)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_every_dockerfile_is_multi_stage_non_root_and_needs_no_buildkit(
    dockerfile: Path,
) -> None:
    text = dockerfile.read_text()
    stages = [line.split() for line in text.splitlines() if line.startswith("FROM ")]
    names = {stage[3] for stage in stages if len(stage) > 3}

    assert len(stages) >= 2
    assert {stage[1] for stage in stages} - names <= BASES
    assert "USER 10001:10001" in text
    assert "--mount" not in text
    assert "<<" not in text


def test_the_six_services_share_the_text_of_the_first_stage() -> None:
    mark = "# --- the same up to here ---"
    texts = [path.read_text() for path in DOCKERFILES if path.parent.name != "frontend"]

    assert len({text.partition(mark)[0] for text in texts}) == 1
    assert all(mark in text for text in texts)


HTTP = """
import http.server, sys
class Alive(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/livez", "/api/healthz") else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Alive).serve_forever()
"""


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def a_server(name: str, port: int, room: Path, closing: ExitStack) -> subprocess.Popen[bytes]:
    """What stands for the container's service, on this port."""
    if name in ("kafka", "redis"):
        start = start_kafka if name == "kafka" else start_redis
        child = start(room / "data", port=port, log=room / "log")
        closing.callback(child.stop)
        return child.process
    process = subprocess.Popen([sys.executable, "-c", HTTP, str(port)])
    closing.callback(process.wait)
    closing.callback(process.kill)
    return process


def a_check(name: str, port: int, pid: int, room: Path) -> Callable[[], bool]:
    """The healthcheck as Docker runs it, but on this port, and with an eye on this process only, which it may kill."""
    published = {"kafka": "9092", "proxy": "9464", "frontend": "3000"}.get(name)
    kill, killed = "kill -9 -1", f"kill -9 {pid}"
    every_process = "/proc/[0-9]*/status"  # of the container, in which there are no others
    command: list[str] = [part.replace("$$", "$") for part in COMPOSE["services"][name]["healthcheck"]["test"][1:]]
    assert [part.count(kill) for part in command].count(1) == sum(part.count("kill") for part in command) == 1
    for before, after in [
        (kill, killed),
        (every_process, f"/proc/{pid}/status"),
        ("/dev/shm/health", str(room / "health")),
        ("/app/bin/python", sys.executable),
        ("redis-cli ping", f"{sys.executable} -c 'import redis; print(redis.Redis(port={port}).ping() and \"PONG\")'"),
        *([(published, str(port))] if published else []),
    ]:
        command = [part.replace(before, after) for part in command]
    assert not any(kill in part or every_process in part for part in command)
    env = {**os.environ, "MARQUEE_PORT": str(port)}
    return lambda: subprocess.run(command, env=env, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("name", ["kafka", "redis", "gateway", "proxy", "frontend"])
def test_five_misses_in_a_row_end_a_stopped_service(name: str, tmp_path: Path, closing: ExitStack) -> None:
    port = free_port()
    server = a_server(name, port, tmp_path, closing)
    check = a_check(name, port, server.pid, tmp_path)
    deadline = time.monotonic() + 30
    while not check():
        assert time.monotonic() < deadline
    seen = tmp_path / "health"
    seen.write_text("....")
    assert check()
    assert seen.read_text() == "", "an answer starts the count again"

    server.send_signal(signal.SIGSTOP)
    assert not check()
    assert seen.read_text() == "."
    seen.write_text("....")
    assert not check()
    assert server.poll() is None
    assert not check()

    assert server.wait(10) == -signal.SIGKILL
    assert not seen.exists()


def test_only_thirty_misses_end_a_service_that_is_running_and_slow(tmp_path: Path, closing: ExitStack) -> None:
    """A busy machine is no hang: nothing in the container is stopped."""
    server = a_server("gateway", free_port(), tmp_path, closing)
    check = a_check("gateway", free_port(), server.pid, tmp_path)
    seen = tmp_path / "health"

    seen.write_text("." * 8)
    assert not check()
    assert server.poll() is None
    assert seen.read_text() == "." * 9

    seen.write_text("." * 30)
    assert not check()
    assert server.wait(10) == -signal.SIGKILL


def test_a_service_that_has_not_answered_yet_is_never_ended(tmp_path: Path, closing: ExitStack) -> None:
    server = a_server("gateway", free_port(), tmp_path, closing)
    check = a_check("gateway", free_port(), server.pid, tmp_path)

    assert [check() for _ in range(8)] == [False] * 8

    assert server.poll() is None
