"""Requests that are refused early: by key and role, by rate, and by what is in hand; and what is never refused."""

import asyncio
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, lists
from prometheus_client import REGISTRY
from pydantic import SecretStr

from gateway.guards import InFlight
from gateway.main import create_app
from gateway.roles import Role, keys_from, role_without_key
from gateway.route_kinds import Kind, kind_of
from gateway.settings import GatewaySettings
from gateway.token_buckets import TokenBuckets, client_of
from marquee.errors import Misconfigured

READER, WRITER, ADMIN = "reader-key-0123456789", "writer-key-0123456789", "admin-key-0123456789"
KEYS = SecretStr(f"read:{READER}, write:sha256:{hashlib.sha256(WRITER.encode()).hexdigest()},admin:{ADMIN}")
OPEN_ROUTES = ("/livez", "/openapi.json", "/docs")


def asking(settings: GatewaySettings, address: str = "10.0.0.1") -> httpx.AsyncClient:
    """A client of a gateway that was not started: /v1/nothing is 404 for whoever may ask."""
    transport = httpx.ASGITransport(app=create_app(settings), client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


ALLOWED = [
    # (key, method, path, status)
    (None, "GET", "/v1/nothing", 401),
    (READER, "GET", "/v1/nothing", 404),
    (READER, "HEAD", "/v1/nothing", 404),
    (READER, "POST", "/v1/nothing", 403),
    (READER, "DELETE", "/v1/nothing", 403),
    (WRITER, "POST", "/v1/nothing", 404),
    (WRITER, "POST", "/v1/train", 403),
    (None, "GET", "/v1/models", 401),
    (READER, "GET", "/v1/models/nothing/at/all", 404),
    (WRITER, "POST", "/v1/models/v1/promote", 403),
    (WRITER, "POST", "/models/v1/rollback", 403),
    (WRITER, "DELETE", "/v1/models/v1", 403),
    (ADMIN, "POST", "/v1/models/v1/nothing", 404),
    (ADMIN, "POST", "/nothing", 404),
    ("reader-key-012345678", "GET", "/v1/nothing", 401),
    ("", "GET", "/v1/nothing", 401),
    ("x" * 20_000, "GET", "/v1/nothing", 401),
]


@pytest.mark.parametrize(("key", "method", "path", "status"), ALLOWED)
async def test_away_from_loopback_a_key_decides(key: str | None, method: str, path: str, status: int) -> None:
    async with asking(GatewaySettings(host="0.0.0.0", api_keys=KEYS)) as client:
        answer = await client.request(method, path, headers={} if key is None else {"x-api-key": key})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert key in (None, "") or key not in answer.text
    assert method == "HEAD" or answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_two_keys_are_none_and_a_wrong_one_is_wrong_where_none_is_needed() -> None:
    async with asking(GatewaySettings(api_keys=KEYS)) as client:
        twice = [("x-api-key", WRITER), ("x-api-key", ADMIN)]

        assert (await client.get("/v1/nothing", headers=twice)).status_code == 401
        assert (await client.get("/v1/nothing", headers={"x-api-key": "a guess"})).status_code == 401


async def test_on_loopback_reading_and_rating_are_open_and_administration_is_not() -> None:
    async with asking(GatewaySettings()) as client:
        for method, path, status in (
            ("GET", "/v1/nothing", 404),
            ("POST", "/nothing", 404),
            ("GET", "/v1/models/nothing/at/all", 404),
            ("POST", "/v1/models/v1/promote", 401),
        ):
            assert (await client.request(method, path)).status_code == status


@pytest.mark.parametrize("settings", [GatewaySettings(host="0.0.0.0"), GatewaySettings(rate_per_s=0.001, rate_burst=1)])
async def test_health_and_documents_are_open_to_everybody_at_any_rate(settings: GatewaySettings) -> None:
    async with asking(settings) as client:
        for path in OPEN_ROUTES * 2:
            assert (await client.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("address", "role"),
    [("127.0.0.1", Role.WRITE), ("::1", Role.WRITE), ("localhost", Role.WRITE), ("0.0.0.0", Role.NONE),
     ("::", Role.NONE), ("192.168.1.5", Role.NONE), ("example.org", Role.NONE), ("", Role.NONE)],
)  # fmt: skip
def test_what_is_open_by_default_depends_on_the_address(address: str, role: Role) -> None:
    assert role_without_key("", address) is role
    assert role_without_key("read", address) is Role.READ
    assert role_without_key("", address, is_behind_proxy=True) is Role.NONE, "strangers come from this machine then"


@pytest.mark.parametrize(
    "entry", ["hunter2-hunter2-hunter2", "root:hunter2-hunter2-hunter2", "read:hunter2", "read:", "read:sha256:hunter2",
              f"read:{READER},write:{READER}"],
)  # fmt: skip
def test_a_malformed_key_stops_the_start_and_is_not_repeated(entry: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# ours\n\n" + entry.replace(",", "\n"))

    for given_keys, given_file in ((entry, None), ("", file)):
        with pytest.raises(Misconfigured, match="MARQUEE_API_KEYS") as raised:
            keys_from(given_keys, given_file, without=Role.NONE)
        assert "hunter2" not in str(raised.value)
    with pytest.raises(Misconfigured, match="cannot read"):
        keys_from("", tmp_path / "missing", without=Role.NONE)


async def test_who_asks_too_often_waits_and_others_do_not() -> None:
    settings = GatewaySettings(rate_per_s=0.01, rate_burst=3, api_keys=KEYS)
    app = create_app(settings)

    async def statuses(address: str, key: str | None, times: int) -> list[int]:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        headers = {} if key is None else {"x-api-key": key}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            answers = [await client.get("/v1/nothing") for _ in range(times)]
        assert all(0 < int(each.headers["retry-after"]) <= 100 for each in answers if each.status_code == 429)
        return [each.status_code for each in answers]

    assert await statuses("10.0.0.1", None, 4) == [404, 404, 404, 429]
    assert await statuses("10.0.0.2", None, 1) == [404]
    assert await statuses("2001:db8::1", None, 3) == [404] * 3
    assert await statuses("2001:db8::ffff:2", None, 1) == [429], "the same network of 64 bits"
    assert await statuses("10.0.0.1", READER, 4) == [404, 404, 404, 429], "a key has a bucket of its own"
    assert await statuses("10.0.0.3", READER, 1) == [429], "from wherever it comes"
    assert await statuses("10.0.0.4", "a guess", 4) == [401, 401, 401, 429], "guessing keys is asking, too"


async def test_unless_it_is_set_there_is_no_limit_of_rates() -> None:
    settings = GatewaySettings()
    async with asking(settings) as client:
        answers = [(await client.get("/v1/nothing")).status_code for _ in range(2 * settings.rate_burst)]

    assert set(answers) == {404}


@given(lists(floats(0, 5), max_size=60), floats(0.1, 10), integers(1, 10))
def test_no_stretch_of_time_has_more_than_the_burst_and_the_rate(gaps: list[float], rate: float, burst: int) -> None:
    buckets, now, taken = TokenBuckets(rate, burst), 100.0, list[float]()
    for gap in gaps:
        now += gap
        wait = buckets.wait_of("a", now)
        assert wait >= 0
        if not wait:
            taken.append(now)

    for at, start in enumerate(taken):
        for count, end in enumerate(taken[at:], start=1):
            assert count <= burst + rate * (end - start) + 1e-6


def test_a_flood_of_addresses_takes_no_more_memory_than_its_limit() -> None:
    buckets = TokenBuckets(1, 1, max_clients=10)
    for at in range(1_000):
        buckets.wait_of(client_of(f"10.0.{at // 250}.{at % 250}"), 0.0)

    assert len(buckets) == 10
    assert client_of("::ffff:10.0.0.1") == client_of("10.0.0.1")
    assert len(client_of("no address" * 100)) <= 64


class Held:
    """An app whose requests stay in hand until they are let go."""

    def __init__(self) -> None:
        self.let_go, self.arrived = asyncio.Event(), asyncio.Semaphore(0)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith("/livez"):
            return
        self.arrived.release()
        await self.let_go.wait()
        raise ValueError("also a failure gives the place back")


async def test_one_too_many_is_refused_at_once_and_other_kinds_are_served() -> None:
    held, sent = Held(), list[Any]()
    guard = InFlight(held, {Kind.RANK: 2, Kind.READ: 1})

    async def ask(method: str, path: str) -> None:
        scope = {"type": "http", "method": method, "path": path, "headers": []}

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            raise AssertionError("there is no body")

        await guard(scope, receive, send)

    def in_hand(kind: str) -> float | None:
        return REGISTRY.get_sample_value("marquee_gateway_in_flight", {"kind": kind})

    before = in_hand("rank") or 0
    first = [asyncio.create_task(ask("POST", path)) for path in ("/v1/rank", "/rank")]
    first.append(asyncio.create_task(ask("GET", "/v1/search")))
    for _ in first:
        await held.arrived.acquire()
    assert in_hand("rank") == before + 2
    for method, path in (
        ("POST", "/v1/explain"),
        ("GET", "/movies/1/similar"),
        ("GET", "/v1/rankings/a"),
        ("GET", "/search"),
    ):
        sent.clear()
        await ask(method, path)
        assert sent[0]["status"] == 503
        assert (b"retry-after", b"1") in sent[0]["headers"]
    await ask("GET", "/livez")
    first[0].cancel()
    held.let_go.set()
    await asyncio.gather(*first, return_exceptions=True)

    assert in_hand("rank") == before
    assert guard.in_hand == {Kind.RANK: 0, Kind.READ: 0}
    assert REGISTRY.get_sample_value("marquee_gateway_in_flight_limit", {"kind": "rank"}) == 2


async def asked(guard: InFlight, path: str, sent: list[Any]) -> None:
    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("there is no body")

    await guard({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send)


async def test_requests_that_wait_for_nothing_are_limited_too() -> None:
    async def at_once(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    guard, sent = InFlight(at_once, {Kind.READ: 3}), list[Any]()

    await asyncio.gather(*(asked(guard, "/search", sent) for _ in range(20)))

    assert Counter(message["status"] for message in sent if "status" in message) == {200: 3, 503: 17}
    assert guard.in_hand == {Kind.READ: 0}


async def test_an_answer_that_is_read_slowly_holds_no_place() -> None:
    is_begun, is_read = asyncio.Event(), asyncio.Event()

    async def read_slowly(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        is_begun.set()
        await is_read.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    guard, sent = InFlight(read_slowly, {Kind.RANK: 1}), list[Any]()
    slow = asyncio.create_task(asked(guard, "/movies/1/similar", sent))
    await is_begun.wait()
    assert guard.in_hand == {Kind.RANK: 0}
    is_read.set()
    await slow

    assert guard.in_hand == {Kind.RANK: 0}, "it is given back once"


def test_a_theme_may_be_called_similar() -> None:
    assert kind_of("GET", "/v1/themes/a/similar") is Kind.READ
    assert kind_of("GET", "/v1/movies/1/similar") is Kind.RANK
