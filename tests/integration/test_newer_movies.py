"""A movie listed after the training is ranked by the running ranker as soon as the store has it; the job says what a
model knows."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import BaseModel
from redis.asyncio import Redis

from marquee.bundle import read_manifest
from marquee.contracts.batches import Batch
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA, RATINGS, shard_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.newer_movies import NewerMovies
from marquee.stores.online import MovieStore
from marquee.stores.rows import MovieRows
from marquee.stores.shards import set_back
from support.builders import a_movie, an_enriched, chunks, delivered, ends_of, in_batches
from support.ranker_process import ranker_process
from support.trainings import ENOUGH, a_training
from support.wait import until
from support.worlds import DIRECTORS, EPOCH, checkerboard
from trainer import job

pytestmark = pytest.mark.integration

NEW = 1_000
OLD_LISTED = [
    a_movie(movie_id=m, title=f"Movie {m}", year=1990 + m % 10, genres=[f"Genre{m % 2}"]) for m in range(1, 41)
]
KNOWN = {CATALOG.name: ends_of(CATALOG, OLD_LISTED), METADATA.name: (0,) * 8}


async def store(space: KeySpace, listed: list[MovieListed], enriched: list[MovieEnriched]) -> None:
    """What the topics would deliver from their beginning."""
    for batch in in_batches(CATALOG, listed):
        await MovieStore(space, CATALOG).apply(batch)
    for batch in in_batches(METADATA, enriched):
        await MovieStore(space, METADATA).apply(batch)


async def test_a_movie_listed_after_the_training_is_ranked_without_another_one(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    listed = a_movie(movie_id=NEW, title="New", year=1995, genres=["Genre1"])
    enriched = an_enriched(movie_id=NEW, directors=(DIRECTORS[1],), keywords=("keyword 1",))
    model = replace(a_training(ENOUGH), known=KNOWN)
    async with (
        ranker_process(kafka_settings, tmp_path, model, MARQUEE_REFRESH_S="0.1") as ranker,
        httpx.AsyncClient(base_url=ranker.service.url, timeout=30) as client,
    ):
        await until(lambda: answers(client, {"movie_id": 1, "k": 5}), limit_s=60)
        assert (await client.post("/v1/rank", json={"movie_id": NEW, "k": 5})).status_code == 404

        async with Redis.from_url(ranker.redis.url) as redis:
            await store(KeySpace(redis, ranker.redis.space), [*OLD_LISTED, listed], [enriched])
        await until(lambda: answers(client, {"movie_id": NEW, "k": 5}))

        similar = (await client.post("/v1/rank", json={"movie_id": NEW, "k": 5})).json()
        mine = (await client.post("/v1/rank", json={"user_id": 1, "k": 40})).json()
        theirs = (await client.post("/v1/rank", json={"user_id": 2, "k": 40})).json()
    assert {movie["movie_id"] % 2 for movie in similar["items"]} == {1}
    assert place(mine, NEW) < place(theirs, NEW)  # user 1 likes odd movies' kind, user 2 the other


async def answers(client: httpx.AsyncClient, body: dict[str, int]) -> bool:
    """Whether there is a list; for a moment a new movie has a card, and no movie is known to be like it."""
    answer = await client.post("/v1/rank", json=body)
    return answer.status_code == 200 and bool(answer.json()["items"])


def place(answer: dict[str, list[dict[str, int]]], movie_id: int) -> int:
    return [movie["movie_id"] for movie in answer["items"]].index(movie_id)


async def test_only_what_came_after_the_known_offsets_is_newer(redis_settings: RedisSettings) -> None:
    async with Redis.from_url(redis_settings.url) as redis:
        space = KeySpace(redis, redis_settings.space)
        newer, unsaid = NewerMovies(space, KNOWN), NewerMovies(space, {})
        assert not await newer.refresh()

        await store(space, OLD_LISTED, [])
        assert not await newer.refresh()

        await store(space, [*OLD_LISTED, a_movie(movie_id=NEW)], [an_enriched(movie_id=3, directors=("Somebody",))])
        assert await newer.refresh()
        assert newer.table().movie_id.tolist() == [3, NEW]
        assert newer.table().titles == ("Movie 3", "Heat")
        assert newer.table().directors == (("Somebody",), ())
        assert not await newer.refresh()
        assert not await unsaid.refresh()


async def test_more_newer_movies_than_fit_are_left_to_the_next_training(
    redis_settings: RedisSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marquee.stores.newer_movies.AT_MOST", 5)
    async with Redis.from_url(redis_settings.url) as redis:
        space = KeySpace(redis, redis_settings.space)
        newer = NewerMovies(space, KNOWN)
        more = [*OLD_LISTED, *(a_movie(movie_id=NEW + at) for at in range(9))]

        await store(space, more, [])
        assert await newer.refresh()
        assert len(newer) == 5

        kept = newer.table().movie_id.tolist()
        assert kept == [NEW + at for at in range(4, 9)]
        await store(space, more, [an_enriched(movie_id=kept[0], directors=("Somebody",))])
        assert await newer.refresh()
        assert newer.table().movie_id.tolist() == kept
        assert newer.table().directors[0] == ("Somebody",)


def in_shard(shard: int, above: int) -> int:
    """The smallest movie id above one that is kept in this shard."""
    return next(movie for movie in range(above + 1, above + 10_000) if shard_of(movie) == shard)


async def test_a_shard_that_is_read_again_from_an_earlier_offset_hides_no_movie(redis_settings: RedisSettings) -> None:
    async with Redis.from_url(redis_settings.url) as redis:
        space = KeySpace(redis, redis_settings.space)
        newer, shard = NewerMovies(space, KNOWN), shard_of(NEW)
        end = KNOWN[CATALOG.name][shard]
        first, second, instead = (a_movie(movie_id=in_shard(shard, NEW + 100 * at)) for at in range(3))
        await store(space, OLD_LISTED, [])
        await store(space, [*OLD_LISTED, first, second], [])
        assert await newer.refresh()

        await set_back(space, (CATALOG.name, shard), end + 1)
        rows = MovieRows.of(Batch(CATALOG, shard, end + 1, end + 2, delivered([instead], first_offset=end + 1)))
        await MovieStore(space, CATALOG).apply(rows)

        assert await newer.refresh()
        assert instead.movie_id in newer.table().movie_id


async def test_nothing_is_read_while_a_shard_is_being_filled_again(redis_settings: RedisSettings) -> None:
    async with Redis.from_url(redis_settings.url) as redis:
        space = KeySpace(redis, redis_settings.space)
        newer, meta = NewerMovies(space, KNOWN), space.keys(METADATA.name, shard_of(3)).meta
        await store(space, OLD_LISTED, [])
        await store(space, [*OLD_LISTED, a_movie(movie_id=NEW)], [])
        await redis.hset(meta, "rebuild_to", 7)
        assert not await newer.refresh()

        await redis.hdel(meta, "rebuild_to")
        assert await newer.refresh()
        assert newer.table().movie_id.tolist() == [NEW]


async def test_a_movie_that_this_release_cannot_read_is_left_out(redis_settings: RedisSettings) -> None:
    async with Redis.from_url(redis_settings.url) as redis:
        space = KeySpace(redis, redis_settings.space)
        newer = NewerMovies(space, KNOWN)
        await store(space, OLD_LISTED, [])
        await store(space, [*OLD_LISTED, *(a_movie(movie_id=NEW + at) for at in range(3))], [])
        await redis.hset(space.keys(CATALOG.name, shard_of(NEW)).movies, str(NEW), b"{}")

        assert await newer.refresh()

        assert newer.table().movie_id.tolist() == [NEW + 1, NEW + 2]


def test_the_training_says_up_to_where_it_knows_the_movies(tmp_path: Path) -> None:
    log, sent, enriched = EventLog(str(tmp_path / "log")), list[BaseModel](), an_enriched(movie_id=7)
    rated = in_batches(RATINGS, chunks(checkerboard(n_users=6)))
    for batch in [*rated, *in_batches(CATALOG, OLD_LISTED), *in_batches(METADATA, [enriched])]:
        log.append(batch)

    at = EPOCH.replace(year=2030)
    job.run(str(tmp_path / "log"), tmp_path, version="v1", seed=0, champion=None, created_at=at, send=sent.append)

    known = read_manifest(tmp_path / "v1").known
    assert known == {CATALOG.name: ends_of(CATALOG, OLD_LISTED), METADATA.name: ends_of(METADATA, [enriched])}
