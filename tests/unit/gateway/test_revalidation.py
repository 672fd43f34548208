"""An answer that the client has is not sent again; the stages of the whole way are in one header."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response

from gateway.revalidation import Revalidation, can_be_kept
from gateway.stages import ServerTiming, Waits, waiting

ANSWERS: dict[str, Response] = {
    "/v1/movies/1": PlainTextResponse("one", headers={"server-timing": "rank;dur=1"}),
    "/movies/2": PlainTextResponse("two"),
    "/v1/movies/3": PlainTextResponse("the card alone", headers={"cache-control": "no-store"}),
    "/v1/movies/4": PlainTextResponse("none", 404),
    "/v1/movies/1/similar": PlainTextResponse("a ranking"),
    "/v1/users/1": PlainTextResponse("a user"),
}


async def answering(scope: Any, receive: Any, send: Any) -> None:
    with waiting("redis"):
        await asyncio.sleep(0.002)
    await ANSWERS[scope["path"]](scope, receive, send)


async def get(path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=ServerTiming(Revalidation(answering)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        return await client.get(path)


async def test_the_same_again_is_a_304_and_anything_else_is_sent_whole() -> None:
    first = await get("/v1/movies/1")
    tag = first.headers["etag"]

    for having in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await get("/v1/movies/1", **{"if-none-match": having})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"] == "private, no-cache"
        assert "content-length" not in again.headers
    for having in (
        '"of-another-model"',
        (await get("/movies/2")).headers["etag"],
        tag.strip('"'),
        "",
        ",,",
        '"' * 5_000,
    ):
        again = await get("/v1/movies/1", **{"if-none-match": having})
        assert (again.status_code, again.text) == (200, "one")


@pytest.mark.parametrize("path", ["/v1/movies/3", "/v1/movies/4", "/v1/movies/1/similar", "/v1/users/1"])
async def test_errors_rankings_and_what_is_not_to_be_kept_have_no_tag(path: str) -> None:
    answer = await get(path, **{"if-none-match": "*"})

    assert "etag" not in answer.headers
    assert answer.content == ANSWERS[path].body


async def test_the_stages_are_those_of_the_gateway_and_then_those_of_the_ranker() -> None:
    answer = await get("/v1/movies/1")

    assert re.fullmatch(r"gateway;dur=[\d.]+, redis;dur=[\d.]+, rank;dur=1", answer.headers["server-timing"])
    redis_ms = float(re.findall(r"redis;dur=([\d.]+)", answer.headers["server-timing"])[0])
    assert redis_ms >= 2


def test_waits_at_the_same_time_count_once() -> None:
    now = [0.0]
    waits = Waits(clock=lambda: now[0])

    with waits.waiting("redis"):
        now[0] += 1
        with waits.waiting("redis"), waits.waiting("ranker"):
            now[0] += 2
        now[0] += 3
    now[0] += 10
    with waits.waiting("ranker"):
        now[0] += 4

    assert waits.seconds == {"redis": 6, "ranker": 6}
    assert waits.all_s == 10


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/v1/movies/1", True),
        ("/v1/people/Sigourney%20Weaver", True),
        ("/v1/themes/similar", True),
        ("/search", True),
        ("/v1/movies/1/similar", False),
        ("/v1/users/1", False),
    ],
)
def test_details_people_themes_and_search_can_be_kept(path: str, is_kept: bool) -> None:
    assert can_be_kept("GET", path) is is_kept
    assert not can_be_kept("POST", path)
