"""The enricher with a TMDB of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from enricher.main import create_app
from enricher.settings import EnricherSettings
from marquee.contracts.events import MovieEnriched
from marquee.contracts.topics import CATALOG, METADATA
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from support.builders import a_movie
from support.running_app import running
from support.tmdb_server import TmdbServer
from support.topic_reader import events_on
from support.wait import until

KEY = "0123456789abcdef0123456789abcdef"


def settings_of(kafka: KafkaSettings, tmdb: TmdbServer, **changes: Any) -> EnricherSettings:
    usual: dict[str, Any] = {"kafka": kafka, "TMDB_API_KEY": SecretStr(KEY), "tmdb_url": tmdb.url, "wait_s": 20}
    return EnricherSettings(**(usual | {"tmdb_timeout_s": 5, "tmdb_total_s": 15} | changes))


async def list_movies(kafka: KafkaSettings, *tmdb_ids: int | None) -> None:
    """Movie ids count from 1, in the order of the TMDB ids."""
    await ensure_topics(kafka, (CATALOG, METADATA), wait_s=20)
    movies = [a_movie(movie_id=at).model_copy(update={"tmdb_id": tmdb_id}) for at, tmdb_id in enumerate(tmdb_ids, 1)]
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, movie) for movie in movies])


async def coverage(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.get("/v1/coverage")).json())


@asynccontextmanager
async def answered(settings: EnricherSettings, movies: int = 1, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The service, when all of so many movies have an answer."""
    async with running(create_app(settings, **options)) as client:

        async def all_answered() -> bool:
            found = await coverage(client)
            return bool(found["movies"] == movies and found["pending"] == 0)

        await until(all_answered)
        yield client


async def answer_of(kafka: KafkaSettings, movie_id: int = 1) -> MovieEnriched:
    """The newest one."""
    return [event for event in await events_on(kafka, METADATA) if event.movie_id == movie_id][-1]
