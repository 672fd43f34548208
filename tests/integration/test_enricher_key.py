"""The TMDB key: sent where its kind belongs, never logged; a refused one is reported once. And the limits are kept."""

import logging
import time

import pytest
from pydantic import SecretStr

from marquee.settings import KafkaSettings
from support.enricher import KEY, answered, coverage, list_movies, settings_of
from support.tmdb_server import KEY_REFUSED, NOT_FOUND, SERVER_ERROR, TmdbServer
from support.wait import until

pytestmark = pytest.mark.integration


async def test_a_refused_key_is_logged_once_and_rarely_tried_again(
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


@pytest.mark.parametrize("key", [KEY, "eyJhbGciOiJIUzI1NiJ9.secret.part"], ids=["v3", "v4"])
async def test_a_key_is_sent_where_its_kind_belongs_and_never_logged(
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
    output = capsys.readouterr()
    assert key not in caplog.text + output.out + output.err


async def test_rate_and_concurrency_stay_below_their_limits(kafka_settings: KafkaSettings, tmdb: TmdbServer) -> None:
    """By a clock that starts before the first request is sent: a request that arrives late cannot shorten it."""
    tmdb.everything = NOT_FOUND
    movies, rate, burst = 40, 20, 5
    await list_movies(kafka_settings, 1)
    async with answered(settings_of(kafka_settings, tmdb, tmdb_rate_per_s=rate, tmdb_concurrency=3)) as client:
        tmdb.requests.clear()
        began = time.monotonic()
        await list_movies(kafka_settings, *range(1, movies + 2))

        async def all_answered() -> bool:
            return bool((await coverage(client))["not_found"] == movies + 1)

        await until(all_answered)

    assert len(tmdb.requests) == movies
    assert tmdb.requests[-1].at - began >= (movies - burst - 1) / rate
    assert tmdb.most_at_once <= 3
