"""Three rankers and two gateways behind the one address of the proxy; the stack has one of each before and after."""

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid4

import httpx
import pytest

from support.compose_stack import ANSWER_LIMIT_S, asked_in, compose, is_personal, kill

REPLICA_LIMIT_S = 240.0
RANKINGS_PER_S = 10
RUNGS = {"personal", "stale", "cold", "popular"}  # on a busy machine a read may be late, which is said
HANDLED = re.compile(r'haproxy_server_loadbalanced_total\{proxy="(\w+)",server="(\w+)"\} (\d+)')
READY = re.compile(r'haproxy_server_status\{proxy="(\w+)",server="\w+",state="UP"\} 1')

Server = tuple[str, str]
"""Of the proxy's: the kind, and which of them."""


def scale(*, rankers: int, gateways: int, **environment: str) -> None:
    """Have this many, started with these settings, and wait until the proxy has found them."""
    counts = ["--scale", f"ranker={rankers}", "--scale", f"gateway={gateways}"]
    up = ["up", "-d", "--no-build", "--no-deps", "--wait", "--wait-timeout", "240", *counts]
    compose(*up, "ranker", "gateway", "proxy", must_succeed=False, **environment)  # "unhealthy": a busy machine is slow
    wait_until_ready(rankers=rankers, gateways=gateways)


def proxy_metrics() -> str:
    ask = "exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /metrics?scope=server HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    return compose("exec", "-T", "proxy", "bash", "-c", ask, must_succeed=False)


def handled() -> Mapping[Server, int]:
    return {(kind, server): int(count) for kind, server, count in HANDLED.findall(proxy_metrics())}


def handled_since(before: Mapping[Server, int], kind: str) -> list[int]:
    """How many requests each server of this kind got, without those that got none."""
    after = handled()
    counts = [after[server] - before.get(server, 0) for server in after if server[0] == kind]
    return [count for count in counts if count]


def wait_until_ready(*, rankers: int, gateways: int) -> None:
    deadline = time.monotonic() + REPLICA_LIMIT_S
    while (found := Counter(READY.findall(proxy_metrics())))["rankers"] != rankers or found["gateways"] != gateways:
        assert time.monotonic() < deadline, f"ready after {REPLICA_LIMIT_S:.0f} s: {found}"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    scale(rankers=3, gateways=2)
    yield os.environ["MARQUEE_E2E_GATEWAY"]
    scale(rankers=1, gateways=1)


@pytest.fixture
def http(gateway: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway, timeout=ANSWER_LIMIT_S) as client:
        yield client


@pytest.mark.timeout(900)
def test_every_replica_gets_requests(http: httpx.Client) -> None:
    before = handled()

    answers = [http.post("/v1/rank", json={"user_id": user_id, "k": 5}) for user_id in range(1, 31)]

    assert {answer.status_code for answer in answers} == {200}
    assert len(handled_since(before, "rankers")) == 3
    assert len(handled_since(before, "gateways")) == 2


@pytest.mark.timeout(900)
def test_what_one_gateway_accepts_counts_at_the_other(http: httpx.Client) -> None:
    user_id = int(time.time())
    movies = [item["movie_id"] for item in http.post("/v1/rank", json={"user_id": user_id, "k": 3}).json()["items"]]
    ratings = [
        {"event_id": str(uuid4()), "user_id": user_id, "movie_id": movie_id, "rating": 4.5} for movie_id in movies
    ]

    [(status, accepted)] = asked_in("gateway", 1, "http://localhost:8000/v1/ratings", [{"ratings": ratings}])
    rank = {"user_id": user_id, "k": 25, "after": accepted["receipts"]}
    answers = asked_in("gateway", 2, "http://localhost:8000/v1/rank", [rank])
    while not answers[-1][1]["meta"]["freshness"]["applied"]:
        answers += asked_in("gateway", 2, "http://localhost:8000/v1/rank", [rank])
        assert len(answers) < 30

    assert status == 202
    assert {status for status, _ in answers} == {200}
    assert {item["movie_id"] for item in answers[-1][1]["items"]}.isdisjoint(movies)
    assert [
        asked_in("gateway", at, f"http://localhost:8000/v1/users/{user_id}/ratings/{movies[0]}", [None])[0][0]
        for at in (1, 2)
    ] == [200, 200]


@pytest.mark.timeout(900)
def test_pages_are_of_one_order_whichever_replicas_answer(http: httpx.Client) -> None:
    before = handled()
    first = http.post("/v1/rank", json={"user_id": 123, "k": 10}).json()

    items, token = first["items"], first["next_page_token"]
    for _ in range(9):
        answer = http.get(f"/v1/rankings/{first['ranking_id']}", params={"page_token": token, "k": 10})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        token = answer.json()["next_page_token"]

    assert [item["rank"] for item in items] == list(range(1, 101))
    assert len({item["movie_id"] for item in items}) == 100
    assert len(handled_since(before, "rankers")) > 1


class Asking:
    """Rankings at a steady rate, each on a thread and a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url, self.outcomes = url, Counter[str]()
        self._threads: list[threading.Thread] = []
        self._noting = threading.Lock()

    def for_s(self, seconds: float) -> None:
        for at in range(int(seconds * RANKINGS_PER_S)):
            thread = threading.Thread(target=self._ask, args=(1 + at % 300,))
            thread.start()
            self._threads.append(thread)
            time.sleep(1 / RANKINGS_PER_S)

    def outcome(self) -> Counter[str]:
        for thread in self._threads:
            thread.join()
        return self.outcomes

    def _ask(self, user_id: int) -> None:
        try:
            answer = httpx.post(f"{self.url}/v1/rank", json={"user_id": user_id, "k": 10}, timeout=ANSWER_LIMIT_S)
            outcome = answer.json()["meta"]["rung"] if answer.status_code == 200 else f"{answer.status_code}"
        except httpx.HTTPError as error:
            outcome = repr(error)
        with self._noting:
            self.outcomes[outcome] += 1


@pytest.mark.timeout(900)
def test_no_ranking_fails_when_a_ranker_and_a_gateway_are_killed(gateway: str) -> None:
    asking = Asking(gateway)
    asking.for_s(1)
    for service in ("ranker", "gateway"):
        kill(service, 2)
        asking.for_s(3)
    outcome = asking.outcome()

    assert set(outcome) <= RUNGS, outcome
    wait_until_ready(rankers=3, gateways=2)
    deadline = time.monotonic() + REPLICA_LIMIT_S
    while not is_personal(gateway):
        assert time.monotonic() < deadline, outcome
        time.sleep(0.5)


def accepted(statuses: Sequence[int]) -> int:
    """How many requests came before the first that was one too many."""
    assert set(statuses) <= {404, 429}, statuses
    return statuses.count(404)


@pytest.mark.timeout(900)
def test_each_client_is_judged_by_its_own_address(gateway: str) -> None:
    burst, gateways = 4, 2
    inside = compose("exec", "-T", "enricher", "hostname", "-i").strip()
    strict = {"MARQUEE_RATE_PER_S": "0.0001", "MARQUEE_RATE_BURST": str(burst), "MARQUEE_TRUSTED_PROXIES": inside}
    scale(rankers=3, gateways=gateways, **strict, MARQUEE_OPEN_TO="read")

    def through_a_proxy(forwarded_for: str, times: int = 20) -> list[int]:
        """Asked by the one container that is a trusted proxy."""
        url, headers = "http://proxy:8000/v1/nothing", {"x_forwarded_for": forwarded_for}
        return [status for status, _ in asked_in("enricher", 1, url, [None] * times, **headers)]

    def of_a_stranger(times: int) -> list[int]:
        """Who claims to be somebody else each time."""
        claims = [{"x-forwarded-for": f"192.0.2.{at}"} for at in range(times)]
        return [httpx.get(f"{gateway}/v1/nothing", headers=claim, timeout=30).status_code for claim in claims]

    try:
        assert accepted(of_a_stranger(20)) == burst * gateways
        assert accepted(through_a_proxy("198.51.100.1")) == burst * gateways
        assert accepted(through_a_proxy("192.0.2.77, 198.51.100.1")) == 0, "the last is whom the proxy has seen"
        assert accepted(through_a_proxy(f"192.0.2.77, 198.51.100.2, {inside}")) == burst * gateways
        assert accepted(through_a_proxy("198.51.100.2")) == 0, "through two proxies it was the same client"
        [(status, problem)] = asked_in("enricher", 1, "http://proxy:8000/v1/ratings", [{}], x_forwarded_for="::1")
        assert (status, problem["code"]) == (401, "key_required")
    finally:
        scale(rankers=3, gateways=gateways)
