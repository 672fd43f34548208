"""How the gateway speaks HTTP: hosts, methods, request ids, what it keeps to itself, and its page without a network."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from redis.asyncio import Redis

from marquee.contracts.keys import ShardKeys
from marquee.contracts.topics import RATINGS, shard_of
from marquee_cli.embedded import free_port
from support.service_process import NOBODY, ServiceProcess, lone_gateway

pytestmark = pytest.mark.integration

SPACE = "speaks"
A_RATING = {"event_id": "0b5c2f6e-8d4e-4a7e-9c55-0a9d5f4f3a10", "user_id": 1, "movie_id": 603, "rating": 4.5}
METRICS_PORT = free_port()


@pytest.fixture(scope="module")
def process(redis_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with lone_gateway(
        tmp_path_factory.mktemp("gateway"),
        redis_address,
        SPACE,
        MARQUEE_METRICS_PORT=str(METRICS_PORT),
        MARQUEE_ALLOWED_HOSTS="movies.example, films.example",
    ) as started:
        yield started


@pytest.fixture
async def gateway(process: ServiceProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
        yield client


def logged(process: ServiceProcess, request_id: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    return [line for line in lines if line.get("request_id") == request_id]


async def test_a_bug_is_answered_and_logged_under_its_request_id(
    gateway: httpx.AsyncClient, process: ServiceProcess, redis: Redis
) -> None:
    keys = ShardKeys(SPACE, RATINGS.name, shard_of(7))
    await redis.set(keys.user(7), b"no history")  # what nobody foresaw: bytes that are not a packed history

    answer = await gateway.get("/v1/users/7", headers={"x-request-id": "bug-1"})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "bug-1"
    (line,) = logged(process, "bug-1")
    assert line["event"] == "request_failed"
    assert "Traceback" in str(line["exception"])
    assert process.log.read_text().count("Traceback") == 1
    after = await gateway.get("/v1/users/8")
    assert (after.status_code, after.headers["x-request-id"] == "bug-1") == (200, False)


async def test_what_is_unavailable_is_named_to_the_public_and_addressed_in_the_log(
    gateway: httpx.AsyncClient, process: ServiceProcess
) -> None:
    answer = await gateway.post("/v1/ratings", json={"ratings": [A_RATING]}, headers={"x-request-id": "away-1"})
    ready = await gateway.get("/readyz")

    assert (answer.status_code, ready.status_code) == (503, 503)
    assert "ingest" in answer.json()["detail"]
    assert ready.json()["dependencies"]["ingest"]["ok"] is False
    for text in (answer.text, ready.text):
        assert "127.0.0.1" not in text
        assert "://" not in text
    (line,) = logged(process, "away-1")
    assert NOBODY in str(line["error"])


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example"])
async def test_a_foreign_host_is_refused(gateway: httpx.AsyncClient, host: str) -> None:
    answer = await gateway.get("/v1/users/1", headers={"host": host})

    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert "is_known" not in answer.text
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:3000", "127.0.0.1", "[::1]:8000", "gateway:8000", "movies.example", "FILMS.example"],
)
async def test_our_own_hosts_are_answered(gateway: httpx.AsyncClient, host: str) -> None:
    assert (await gateway.get("/v1/users/1", headers={"host": host})).status_code == 200


async def test_a_trailing_slash_is_not_found_and_redirects_nowhere(gateway: httpx.AsyncClient) -> None:
    for path in ("/v1/rank/", "/v1/users/1/", "/docs/"):
        answer = await gateway.get(path)

        assert answer.status_code == 404
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/v1/users/1", "/v1/search?q=a", "/v1/movies/999", "/v1/movies/x", "/livez", "/version", "/openapi.json"]
)
async def test_head_has_the_status_and_headers_of_get_and_no_body(gateway: httpx.AsyncClient, path: str) -> None:
    head, get = await gateway.head(path), await gateway.get(path)

    assert head.status_code == get.status_code
    assert head.content == b""
    for name in ("content-type", "content-length"):
        # a problem repeats its request id, but every id has 32 characters
        assert head.headers[name] == get.headers[name]


async def test_a_method_that_a_route_lacks_is_refused_with_those_it_has(gateway: httpx.AsyncClient) -> None:
    for method, path, allowed in (
        ("OPTIONS", "/v1/users/1", {"GET", "HEAD"}),
        ("DELETE", "/v1/movies/1", {"GET", "HEAD"}),
        ("HEAD", "/v1/rank", {"POST"}),
        ("OPTIONS", "/v1/ratings", {"POST"}),
    ):
        answer = await gateway.request(method, path)

        assert answer.status_code == 405
        assert set(re.split(r", *", answer.headers["allow"])) == allowed


async def test_metrics_are_served_inside_and_not_to_the_public(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/metrics")).status_code == 404

    async with httpx.AsyncClient() as inside:
        metrics = await inside.get(f"http://127.0.0.1:{METRICS_PORT}/metrics")

    assert metrics.status_code == 200
    assert 'marquee_request_seconds_count{method="GET",route=' in metrics.text


async def test_the_page_of_the_api_needs_no_other_server(gateway: httpx.AsyncClient) -> None:
    page = await gateway.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.status_code == 200
    assert len(named) >= 4
    for address in named:
        assert not urlsplit(address).netloc
        assert (await gateway.get(address)).status_code == 200, address
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "://" not in policy
    start = (await gateway.get("/docs/start.js")).text
    (document,) = re.findall(r'"url": "([^"]+)"', start)
    assert (await gateway.get(document)).json()["paths"]["/v1/rank"]


async def test_files_beside_the_page_cannot_be_reached(gateway: httpx.AsyncClient) -> None:
    for name in ("__init__.py", "..%2Fmain.py", "%2Fetc%2Fpasswd"):
        assert (await gateway.get(f"/docs/{name}")).status_code == 404


async def test_errors_are_documented_as_they_are_sent(gateway: httpx.AsyncClient) -> None:
    document = (await gateway.get("/openapi.json")).json()
    sent = {
        ("/v1/rank", "post", "400"): await gateway.post(
            "/v1/rank", content="[" * 50_000, headers={"content-type": "application/json"}
        ),
        ("/v1/rank", "post", "404"): await gateway.post("/v1/rank", json={"movie_id": 999}),
        ("/v1/rank", "post", "413"): await gateway.post("/v1/rank", content=b" " * 70_000),
        ("/v1/rank", "post", "422"): await gateway.post("/v1/rank", json={}),
        ("/v1/rank", "post", "421"): await gateway.post("/v1/rank", json={}, headers={"host": "evil.example"}),
        ("/v1/ratings", "post", "503"): await gateway.post("/v1/ratings", json={"ratings": [A_RATING]}),
        ("/v1/search", "get", "422"): await gateway.get("/v1/search"),
        ("/v1/movies/{movie_id}", "get", "404"): await gateway.get("/v1/movies/999"),
        ("/v1/movies/{movie_id}/similar", "get", "404"): await gateway.get("/v1/movies/999/similar"),
        ("/v1/users/{user_id}", "get", "422"): await gateway.get("/v1/users/x"),
    }

    for (path, method, status), answer in sent.items():
        assert str(answer.status_code) == status, (path, answer.text)
        documented = document["paths"][path][method]["responses"][status]["content"]
        assert list(documented) == [answer.headers["content-type"]]
    assert "HTTPValidationError" not in json.dumps(document)


async def test_calls_to_other_services_leave_no_line_in_the_log(
    gateway: httpx.AsyncClient, process: ServiceProcess
) -> None:
    await gateway.post("/v1/ratings", json={"ratings": [A_RATING]})

    assert "HTTP Request" not in process.log.read_text()
