"""Ratings through the features service in a test: made, sent, and looked for in both stores."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from features.main import create_app
from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.arrays import Int32Array, IntArray
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS
from marquee.kafka.clients import open_producer, topic_name
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from support.builders import NOON_MS, a_rating
from support.running_app import started
from support.topic_reader import events_on


@asynccontextmanager
async def running(settings: FeaturesSettings) -> AsyncIterator[Wiring]:
    """The features service in this process."""
    async with started(create_app(settings)) as state:
        yield state["wiring"]


def ratings_of(users: Iterable[int], movies: Sequence[int] = (1, 2, 3), *, at_ms: int = NOON_MS) -> list[MoviesRated]:
    """One event for each user and movie, at distinct times."""
    pairs = [(user, movie) for user in users for movie in movies]
    return [
        a_rating(user_id=user, movie_id=movie, rating=(user + movie) % 10 / 2 + 0.5, rated_at_ms=at_ms + 1_000 * at)
        for at, (user, movie) in enumerate(pairs)
    ]


async def send(settings: KafkaSettings, events: Sequence[MoviesRated]) -> None:
    """Publish with a producer of its own, as a client that knows nothing of what was before."""
    async with open_producer(settings) as producer:
        name = topic_name(settings, RATINGS.name)
        sent = [await producer.send(name, e.model_dump_json().encode(), key=RATINGS.key_of(e)) for e in events]
        await asyncio.gather(*sent)


async def empty(space: KeySpace) -> None:
    """What FLUSHALL does, for this test's keys alone: in one step, since a running service fills the store at once."""
    keys = [key async for key in space.redis.scan_iter(f"marquee:{{{space.name}.*", count=5_000)]
    await space.redis.delete(*keys)


async def histories(space: KeySpace, users: Iterable[int]) -> dict[int, dict[int, float]]:
    """Stars by movie of each user, as Redis has them."""
    store = RatingStore(space)
    found = {}
    for user in users:
        state = (await store.stored_user(user)).state
        found[user] = dict(zip(state.movie_id.tolist(), state.rating.tolist(), strict=True))
    return found


def expected(events: Iterable[MoviesRated]) -> dict[int, dict[int, float]]:
    """What each user's history has to be after these events, each a different user and movie, without withdrawals."""
    wanted: dict[int, dict[int, float]] = {}
    for event in events:
        stars = [given for given in event.rating if given is not None]
        wanted.setdefault(event.user_id, {}).update(zip(event.movie_id, stars, strict=True))
    return wanted


def logged(log_dir: str) -> Counter[tuple[int, int]]:
    """How often the offline log counts each user and movie."""
    found = EventLog(log_dir).all_ratings()
    return Counter(zip(found.user_id.tolist(), found.movie_id.tolist(), strict=True))


async def on_topic(settings: KafkaSettings) -> Counter[UUID]:
    """How often each event id is on the topic."""
    return Counter(event.event_id for event in await events_on(settings, RATINGS))


def movie_counts(events: Iterable[MoviesRated]) -> Mapping[int, int]:
    """Ratings of each movie."""
    return Counter(int(movie) for event in events for movie in event.movie_id)


def stored_counts(movie_id: IntArray, n: Int32Array) -> Mapping[int, int]:
    """The same from the columns of item statistics."""
    found: Counter[int] = Counter()
    for movie, count in zip(movie_id.tolist(), n.tolist(), strict=True):
        found[movie] += count
    return found
