"""GET /v1/rankings/{ranking_id} from the gateway through the ranker to Redis: pages, refusals, impressions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream
from marquee.contracts.ranking_bodies import Ranking
from marquee.contracts.topics import CATALOG
from marquee.settings import RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore
from support.builders import a_movie, in_batches
from support.ranker_app import a_ranker, store, world_events
from support.running_app import started

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"


class Noted:
    """In place of the impressions."""

    def __init__(self) -> None:
        self.notes: list[tuple[int, bytes]] = []

    def note(self, user_id: int, body: bytes) -> None:
        self.notes.append((user_id, body))


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
async def gateway(space: KeySpace, redis_settings: RedisSettings, noted: Noted) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway in front of a ranker of the checkerboard."""
    await store(space, world_events())
    for movies in in_batches(CATALOG, [a_movie(movie_id=movie) for movie in range(1, 41)]):
        await MovieStore(space, CATALOG).apply(movies)
    app = create_app(GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10))
    async with a_ranker(space) as ranker, started(app) as state:
        wiring = replace(state["wiring"], ranker=Upstream("ranker", ranker.client, 10), impressions=noted)
        async with _client(app, {"wiring": wiring}) as client:
            yield client


@asynccontextmanager
async def _client(app: Callable[..., Awaitable[None]], state: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    async def with_state(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        scope["state"] = state
        await app(scope, receive, send)

    transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
        yield client


async def ranked(gateway: httpx.AsyncClient, **wishes: Any) -> dict[str, Any]:
    answer = await gateway.post("/v1/rank", json=wishes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("root", ["/v1", ""])
async def test_the_next_page_goes_on_where_the_first_one_ended(gateway: httpx.AsyncClient, root: str) -> None:
    whole, first = await ranked(gateway, user_id=1, k=20), await ranked(gateway, user_id=1, k=5)

    answer = await gateway.get(
        f"{root}/rankings/{first['ranking_id']}", params={"page_token": first["next_page_token"], "page_size": 3}
    )

    page = Ranking.model_validate_json(answer.content, strict=True, extra="forbid")
    assert [card.movie_id for card in page.items] == [card["movie_id"] for card in whole["items"][5:8]]
    assert [card.rank for card in page.items] == [6, 7, 8]
    assert page.ranking_id == first["ranking_id"]


async def test_the_public_is_not_told_in_a_header_whose_page_it_is(gateway: httpx.AsyncClient) -> None:
    first = await ranked(gateway, user_id=1, k=5)

    answer = await gateway.get(f"/v1/rankings/{first['ranking_id']}", params={"page_token": first["next_page_token"]})

    assert not [name for name in answer.headers if name.startswith("marquee")]
    assert "server-timing" in answer.headers


async def test_a_later_page_of_a_user_is_an_impression_too(gateway: httpx.AsyncClient, noted: Noted) -> None:
    for subject in ({"user_id": 1}, {"movie_id": 1}):
        first = await ranked(gateway, **subject, k=5)
        answer = await gateway.get(
            f"/v1/rankings/{first['ranking_id']}", params={"page_token": first["next_page_token"]}
        )
        assert answer.status_code == 200
        if "user_id" in subject:
            assert noted.notes[-1] == (1, answer.content)

    assert len(noted.notes) == 2  # the user's first page and second page


@pytest.mark.parametrize(
    ("ranking_id", "token", "status", "field"),
    [
        (None, "x" * 24, 422, "page_token"),
        (None, "", 422, "page_token"),
        (None, None, 422, "page_token"),
        (None, "x" * 65, 422, "page_token"),
        ("0" * 31, "own", 422, "ranking_id"),
        ("not a ranking", "own", 422, "ranking_id"),
        ("0" * 32, "own", 410, None),
    ],
)
async def test_a_page_that_is_none_is_a_problem_that_names_the_field(
    gateway: httpx.AsyncClient, ranking_id: str | None, token: str | None, status: int, field: str | None
) -> None:
    first = await ranked(gateway, user_id=1, k=5)
    own = first["next_page_token"]
    await gateway.get(f"/v1/rankings/{first['ranking_id']}", params={"page_token": own})  # once it is kept
    params = {} if token is None else {"page_token": own if token == "own" else token}

    answer = await gateway.get(f"/v1/rankings/{ranking_id or first['ranking_id']}", params=params)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == ([] if field is None else [field])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_without_a_ranker_a_page_is_503(space: KeySpace, redis_settings: RedisSettings) -> None:
    app = create_app(GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10))
    async with started(app) as state, _client(app, dict(state)) as gateway:
        answer = await gateway.get(f"/v1/rankings/{'0' * 32}", params={"page_token": "x" * 24})
        await asyncio.sleep(0)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
