"""With a key TMDB is asked within its limits, each kind of answer ends as one event, a restart asks nothing again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from marquee.contracts.events import MetadataStatus
from marquee.settings import KafkaSettings
from support.enricher import answer_of, answered, coverage, list_movies, settings_of
from support.tmdb_server import (
    HANGS,
    MALFORMED,
    NOT_FOUND,
    SERVER_ERROR,
    Reply,
    TmdbServer,
    json_reply,
    recorded,
    too_many,
)
from support.wait import until

pytestmark = pytest.mark.integration


async def test_the_metadata_of_a_movie_that_tmdb_knows_is_published(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)) as client:
        found = await coverage(client)

    answer = await answer_of(kafka_settings)
    assert (answer.status, answer.title, answer.directors) == (MetadataStatus.FOUND, "Fight Club", ("David Fincher",))
    assert found == {"mode": "tmdb", "movies": 1, "found": 1, "not_found": 0, "unavailable": 0, "pending": 0}
    assert tmdb.requests[0].query["append_to_response"] == ["credits,keywords"]


async def test_a_recorded_answer_of_tmdb_is_published(
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
async def test_a_passing_failure_is_followed_by_a_successful_try(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, first: Reply
) -> None:
    tmdb.queued[550].append(first)
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND
    assert tmdb.requests_for(550) == 2


async def test_a_retry_after_of_a_second_is_waited_for(kafka_settings: KafkaSettings, tmdb: TmdbServer) -> None:
    tmdb.queued[550].append(too_many(retry_after="1"))
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert tmdb.requests[1].at - tmdb.requests[0].at >= 1.0


async def test_a_slow_answer_is_given_up_and_asked_for_again(kafka_settings: KafkaSettings, tmdb: TmdbServer) -> None:
    tmdb.queued[550].append(HANGS)
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_timeout_s=0.2)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND


@pytest.mark.parametrize(
    "always", [SERVER_ERROR, MALFORMED, too_many(retry_after="3600"), HANGS, json_reply([1]), json_reply({"id": 1})]
)
async def test_a_lasting_failure_makes_a_movie_unavailable_within_its_time(
    kafka_settings: KafkaSettings, tmdb: TmdbServer, always: Reply
) -> None:
    tmdb.movies[550] = always
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_timeout_s=0.3, tmdb_total_s=1.0)) as client:
        assert (await client.get("/livez")).status_code == 200

    assert (await answer_of(kafka_settings)).status is MetadataStatus.UNAVAILABLE


async def test_an_unavailable_movie_is_found_once_tmdb_is_back(kafka_settings: KafkaSettings, tmdb: TmdbServer) -> None:
    tmdb.everything = SERVER_ERROR
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb, tmdb_total_s=0.5, tmdb_recheck_s=0.5)) as client:
        assert (await coverage(client))["unavailable"] == 1
        tmdb.everything = None

        async def is_found() -> bool:
            return bool((await coverage(client))["found"] == 1)

        await until(is_found)

    assert (await answer_of(kafka_settings)).status is MetadataStatus.FOUND


async def test_a_movie_unknown_to_tmdb_is_remembered_across_a_restart(
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
    assert (tmdb.requests_for(7), tmdb.requests_for(550)) == (1, 1)


async def test_an_answer_older_than_six_months_is_asked_for_again(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, 550)
    long_ago = datetime.now(UTC) - timedelta(days=181)
    async with answered(settings_of(kafka_settings, tmdb), clock=lambda: long_ago):
        pass
    await list_movies(kafka_settings, 550)

    async with answered(settings_of(kafka_settings, tmdb)):

        async def is_asked_again() -> bool:
            return tmdb.requests_for(550) == 2

        await until(is_asked_again)


async def test_a_movie_without_a_tmdb_id_is_not_found_and_not_asked_for(
    kafka_settings: KafkaSettings, tmdb: TmdbServer
) -> None:
    await list_movies(kafka_settings, None)

    async with answered(settings_of(kafka_settings, tmdb)):
        pass

    assert (await answer_of(kafka_settings)).status is MetadataStatus.NOT_FOUND
    assert tmdb.requests == []


async def test_a_found_movie_keeps_its_metadata_while_tmdb_is_unavailable(
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
