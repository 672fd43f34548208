"""With a key TMDB is asked within its limits, each kind of answer ends as one event, a restart asks nothing again."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from enricher.main import create_app
from enricher.settings import EnricherSettings
from marquee.events import MetadataStatus, MovieEnriched
from marquee.kafka import ensure_topics
from marquee.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee.topics import CATALOG, METADATA
from support.builders import a_movie
from support.running_app import running
from support.tmdb_server import (
    FIGHT_CLUB,
    HANGS,
    KEY_REFUSED,
    MALFORMED,
    NOT_FOUND,
    SERVER_ERROR,
    Reply,
    TmdbServer,
    json_reply,
    recorded,
    running_tmdb,
    too_many,
)
from support.topic_reader import events_on
from support.wait import until

pytestmark = pytest.mark.integration
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def tmdb() -> Iterator[TmdbServer]:
    with running_tmdb() as server:
        server.movies[550] = json_reply(FIGHT_CLUB)
        yield server


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


async def test_given_a_movie_tmdb_knows_then_its_metadata_is_published(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)) as client:
        found = await coverage(client)

    answer = await answer_of(kafka_settings)
    assert (answer.status, answer.title, answer.directors) == (MetadataStatus.FOUND, "Fight Club", ("David Fincher",))
    assert found == {"mode": "tmdb", "movies": 1, "found": 1, "not_found": 0, "unavailable": 0, "pending": 0}
    assert tmdb.requests[0].query["append_to_response"] == ["credits,keywords"]


async def test_given_a_recorded_answer_then_it_is_published(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, data_dir: Path
) -> None:
    tmdb.movies[87421] = json_reply(recorded(data_dir, 87421))
    await list_movies(kafka_settings, 87421)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    answer = await answer_of(kafka_settings)
    assert (answer.title, answer.release_year) == ("Riddick", 2013)
    assert answer.popularity == pytest.approx(93.4917224393659)


@pytest.mark.parametrize(
    "first",
    [
        too_many(),
        too_many(retry_after="0"),
        too_many(retry_after="1"),
        too_many(retry_after=format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)),
        SERVER_ERROR,
        Reply(503),
    ],
    ids=["429", "429-retry-after-0", "429-retry-after-1", "429-retry-after-date", "500", "503"],
)
async def test_given_a_passing_failure_then_the_next_try_is_taken(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, first: Reply
) -> None:
    tmdb.queued[550].append(first)
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND
    assert tmdb.asked(550) == 2


async def test_given_a_retry_after_of_a_second_then_it_is_waited_for(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    tmdb.queued[550].append(too_many(retry_after="1"))
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert tmdb.requests[1].at - tmdb.requests[0].at >= 1.0


async def test_given_a_slow_answer_then_it_is_given_up_and_asked_for_again(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    tmdb.queued[550].append(HANGS)
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_timeout_s=0.2)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND


@pytest.mark.parametrize(
    "always", [SERVER_ERROR, MALFORMED, too_many(retry_after="3600"), HANGS, json_reply([1]), json_reply({"id": 1})]
)
async def test_given_a_lasting_failure_then_the_movie_is_unavailable_within_its_time(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, always: Reply
) -> None:
    tmdb.movies[550] = always
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_timeout_s=0.3, tmdb_total_s=1.0)) as client:
        assert (await client.get("/livez")).status_code == 200

    assert (await answer_of(kafka_settings)).status is MetadataStatus.UNAVAILABLE


async def test_given_an_unavailable_movie_when_tmdb_is_back_then_it_is_found_by_itself(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    tmdb.everything = SERVER_ERROR
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_total_s=0.5, tmdb_recheck_s=0.5)) as client:
        assert (await coverage(client))["unavailable"] == 1
        tmdb.everything = None

        async def is_found() -> bool:
            return bool((await coverage(client))["found"] == 1)

        await until(is_found)

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND


async def test_given_a_movie_tmdb_does_not_know_then_that_is_remembered_over_a_restart(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    tmdb.movies[7] = NOT_FOUND
    await list_movies(kafka_settings, 7)
    async with answered(settings_of(kafka_settings, tmdb)):
        pass
    await list_movies(kafka_settings, 7, 550)

    async with answered(settings_of(kafka_settings, tmdb), movies=2):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.NOT_FOUND
    assert (tmdb.asked(7), tmdb.asked(550)) == (1, 1)


async def test_given_an_answer_older_than_six_months_when_listed_again_then_it_is_asked_for_again(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, 550)
    long_ago = datetime.now(UTC) - timedelta(days=181)
    async with answered(settings_of(kafka_settings, tmdb), clock=lambda: long_ago):
        pass
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):

        async def is_asked_again() -> bool:
            return tmdb.asked(550) == 2

        await until(is_asked_again)


async def test_given_no_tmdb_id_then_the_movie_is_not_found_and_nobody_is_asked(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, None)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.NOT_FOUND
    assert tmdb.requests == []


async def test_given_a_refused_key_then_it_is_said_once_and_tried_rarely_and_the_service_stays_up(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, capsys: pytest.CaptureFixture[str]
) -> None:
    tmdb.everything = KEY_REFUSED
    await list_movies(kafka_settings, *range(500, 560))

    async with answered(settings_of(kafka_settings, tmdb, tmdb_concurrency=4), movies=60) as client:
        ready = (await client.get("/readyz")).json()
        assert (await coverage(client))["unavailable"] == 60
        assert (await client.get("/livez")).status_code == 200

    assert "refused the key" in ready["dependencies"]["tmdb"]["detail"]
    assert ready["dependencies"]["tmdb"]["ok"] is False
    assert capsys.readouterr().out.count("tmdb_key_refused") == 1
    assert len(tmdb.requests) <= 4


async def test_given_a_movie_that_was_found_when_tmdb_is_away_then_what_was_found_stays(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, 550)
    long_ago = datetime.now(UTC) - timedelta(days=181)
    async with answered(settings_of(kafka_settings, tmdb), clock=lambda: long_ago):
        pass
    tmdb.everything = SERVER_ERROR
    await list_movies(kafka_settings, 550, 551)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_total_s=0.5), movies=2):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND


@pytest.mark.parametrize("key", [KEY, "eyJhbGciOiJIUzI1NiJ9.secret.part"], ids=["v3", "v4"])
async def test_given_a_key_then_it_goes_where_its_kind_belongs_and_never_into_a_log(
    kafka_settings: KafkaSettings,
    tmdb: TmdbServer,
    key: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    tmdb.queued[550].extend([SERVER_ERROR, KEY_REFUSED])
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, TMDB_API_KEY=SecretStr(key), tmdb_recheck_s=0.2)) as client:

        async def is_found() -> bool:
            return bool((await coverage(client))["found"] == 1)

        await until(is_found)

    request = tmdb.requests[0]
    if key == KEY:
        assert (request.query["api_key"], request.authorization) == ([key], None)
    else:
        assert ("api_key" in request.query, request.authorization) == (False, f"Bearer {key}")
    said = capsys.readouterr()
    assert key not in caplog.text + said.out + said.err


async def test_given_many_movies_then_rate_and_concurrency_stay_below_their_limits(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    tmdb.everything = NOT_FOUND
    await list_movies(kafka_settings, *range(1, 41))

    async with answered(settings_of(kafka_settings, tmdb, tmdb_rate_per_s=40, tmdb_concurrency=3), movies=40):
        pass

    times = [request.at for request in tmdb.requests]
    assert len(times) == 40
    assert times[-1] - times[0] >= (40 - 5 - 1) / 40
    assert tmdb.most_at_once <= 3
