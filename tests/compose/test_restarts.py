"""After any one service was restarted, or hung, the stack ranks again by itself."""

import os
import subprocess
import time

import pytest

from support.compose_stack import COMPOSE, is_personal

SERVICES = ("kafka", "redis", "ingest", "enricher", "features", "trainer", "ranker", "gateway", "proxy", "frontend")
LIMIT_S = 120.0
HANG_LIMIT_S = LIMIT_S + 60  # five checks without an answer come first


def health(service: str) -> str:
    command = [*COMPOSE, "ps", "--format", "{{.Health}}", service]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
def test_the_stack_ranks_again_by_itself_after_any_service_restarts(service: str) -> None:
    gateway = os.environ["MARQUEE_E2E_GATEWAY"]
    subprocess.run([*COMPOSE, "restart", service], check=True, capture_output=True)

    deadline = time.monotonic() + LIMIT_S
    while not (is_personal(gateway) and health(service) == "healthy"):
        assert time.monotonic() < deadline, f"no personal ranking {LIMIT_S:.0f} s after a restart of {service}"
        time.sleep(0.5)


def restarts(service: str) -> int:
    container = subprocess.run([*COMPOSE, "ps", "-q", service], capture_output=True, text=True, check=True).stdout
    command = ["docker", "inspect", "-f", "{{.RestartCount}}", container.strip()]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.timeout(300)
def test_a_hung_service_is_restarted_by_its_healthcheck() -> None:
    gateway = os.environ["MARQUEE_E2E_GATEWAY"]
    before = restarts("ranker")
    subprocess.run([*COMPOSE, "exec", "-T", "ranker", "sh", "-c", "kill -STOP -1"], check=True, capture_output=True)

    deadline = time.monotonic() + HANG_LIMIT_S
    while not (restarts("ranker") > before and is_personal(gateway) and health("ranker") == "healthy"):
        assert time.monotonic() < deadline, f"no personal ranking {HANG_LIMIT_S:.0f} s after the ranker hung"
        time.sleep(0.5)
