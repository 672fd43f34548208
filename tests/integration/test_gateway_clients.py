"""Who a client is, on real sockets: by its address, by what a trusted proxy says of it, or by its key."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.service_process import ServiceProcess, service_process

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
READER = "a-reader-of-movies"


@contextmanager
def gateway(redis_address: str, log: Path, **settings: str) -> Iterator[ServiceProcess]:
    """One that lets each client ask three times, and then once in a thousand seconds."""
    rates = {"MARQUEE_RATE_PER_S": "0.001", "MARQUEE_RATE_BURST": "3"}
    stores = {"MARQUEE_REDIS__URL": redis_address, "MARQUEE_REDIS__SPACE": "clients"}
    upstreams = {"MARQUEE_RANKER_URL": NOBODY, "MARQUEE_INGEST_URL": NOBODY}
    with service_process("gateway", log, **rates, **stores, **upstreams, **settings) as started:
        yield started


def statuses(process: ServiceProcess, **headers: list[str]) -> list[int]:
    """Of one request after the other, with these headers."""
    names = {name.replace("_", "-"): values for name, values in headers.items()}
    count = len(next(iter(names.values())))
    sent = [{name: values[at] for name, values in names.items()} for at in range(count)]
    return [httpx.get(f"{process.url}/v1/nothing", headers=each, timeout=30).status_code for each in sent]


def test_a_malformed_key_ends_the_start_with_one_line_that_does_not_repeat_it() -> None:
    env = {**os.environ, "MARQUEE_API_KEYS": "write:hunter2"}
    ended = subprocess.run([sys.executable, "-m", "gateway.main"], env=env, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "gateway: MARQUEE_API_KEYS: entry 1 has neither a key of 16 characters nor sha256: and 64 digits"
    ]


def test_nobody_becomes_another_by_saying_so(redis_address: str, tmp_path: Path) -> None:
    with gateway(
        redis_address, tmp_path / "log", MARQUEE_TRUSTED_PROXIES="10.9.8.7", MARQUEE_OPEN_TO="read"
    ) as process:
        assert statuses(process, x_forwarded_for=[f"192.0.2.{at}" for at in range(5)]) == [404, 404, 404, 429, 429]
        assert httpx.get(f"{process.url}/livez").status_code == 200


def test_a_trusted_proxy_says_who_asks_and_a_key_counts_for_itself(redis_address: str, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"# of the page\nread:{READER}\n")
    settings = {"MARQUEE_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1", "MARQUEE_API_KEYS_FILE": str(keys)}
    with gateway(redis_address, tmp_path / "log", **settings, MARQUEE_OPEN_TO="read") as process:
        asked = ["192.0.2.1"] * 4 + ["192.0.2.2", "192.0.2.2, 10.1.1.1", "198.51.100.1, 192.0.2.1", "nonsense"]
        assert statuses(process, x_forwarded_for=asked) == [404, 404, 404, 429, 404, 404, 429, 404]

        assert statuses(process, x_api_key=[READER] * 4) == [404, 404, 404, 429]
        assert statuses(process, x_api_key=["a guess"]) == [401]
        assert httpx.post(f"{process.url}/v1/nothing").status_code == 401


def test_what_its_own_proxy_says_is_believed_and_opens_nothing_more(redis_address: str, tmp_path: Path) -> None:
    own = {"MARQUEE_OWN_PROXY": "10.0.0.0/8,127.0.0.0/8"}
    asked = ["192.0.2.1"] * 4 + ["10.0.0.7", "192.0.2.2"]
    with gateway(redis_address, tmp_path / "log", **own) as process:
        assert statuses(process, x_forwarded_for=asked) == [404, 404, 404, 429, 404, 404]
        assert httpx.post(f"{process.url}/v1/nothing").status_code == 404, "on loopback everything is open"

    with gateway(redis_address, tmp_path / "log", **own, MARQUEE_PUBLISHED_ON="0.0.0.0") as process:
        assert statuses(process, x_forwarded_for=["192.0.2.1"]) == [401]
    with gateway(redis_address, tmp_path / "log", **own, MARQUEE_TRUSTED_PROXIES="192.0.2.9") as process:
        assert statuses(process, x_forwarded_for=["192.0.2.1"]) == [401]
