"""Counts ratings, users and movies at each hop: topics, Redis, Parquet. A script that also runs inside a container.

Reads MARQUEE_KAFKA__BOOTSTRAP, MARQUEE_REDIS__URL and MARQUEE_LOG_DIR; prints one JSON object.
"""

import asyncio
import json
from collections.abc import Sequence

from aiokafka import ConsumerRecord, TopicPartition
from redis.asyncio import Redis

from marquee.contracts.topics import CATALOG, RATINGS
from marquee.kafka.clients import open_consumer
from marquee.kafka.topic_view import TopicView
from marquee.settings import ServiceSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore

FIRST_VISITOR = 900_000_000
"""Users from here on were made by browser tests (support.visitors), and by no data set."""


async def topics(settings: ServiceSettings) -> tuple[dict[str, int], dict[str, int]]:
    """Different (user, movie) pairs that were not taken back, users and movies on the topics; the same of visitors."""
    pairs: set[tuple[int, int]] = set()
    movies: set[int] = set()

    def count(partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            if partition.topic == RATINGS.name:
                event = RATINGS.parse(record.value)
                for movie_id, stars in zip(event.movie_id, event.rating, strict=True):
                    (pairs.discard if stars is None else pairs.add)((event.user_id, movie_id))  # None takes it back
            else:
                movies.add(CATALOG.parse(record.value).movie_id)

    async with open_consumer(settings.kafka, [RATINGS, CATALOG], group=None) as consumer:
        await TopicView(consumer, count, what="the topics").read_to_end()
    visitors = {(user, movie) for user, movie in pairs if user >= FIRST_VISITOR}
    counted = {"ratings": len(pairs), "users": len({user for user, _ in pairs}), "movies": len(movies)}
    return counted, {"ratings": len(visitors), "users": len({user for user, _ in visitors})}


async def online(settings: ServiceSettings) -> dict[str, int]:
    """What Redis holds."""
    async with Redis.from_url(settings.redis.url) as redis:
        space = KeySpace(redis, settings.redis.space)
        users, ratings = await RatingStore(space).counts()
        return {
            "ratings": ratings,
            "users": users,
            "movies": await MovieStore(space, CATALOG).count(),
        }


def offline(settings: ServiceSettings) -> dict[str, int]:
    """What the Parquet log says; a movie that a user rated twice counts once, as it does in the other places."""
    log = EventLog(str(settings.log_dir))
    ratings = log.all_ratings()
    pairs = set(zip(ratings.user_id.tolist(), ratings.movie_id.tolist(), strict=True))
    return {"ratings": len(pairs), "users": len({user for user, _ in pairs}), "movies": len(log.listed())}


async def main() -> None:
    settings = ServiceSettings()
    counted, visitors = await topics(settings)
    found = {"topics": counted, "visitors": visitors, "redis": await online(settings), "parquet": offline(settings)}
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
