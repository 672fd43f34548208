"""The ids of all listed movies, read from catalog.v1; a live rating of any other movie is refused."""

from collections.abc import Iterable, Sequence

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from marquee.kafka.topic_view import TopicView


class KnownMovies:
    """A growing set of movie ids."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def __contains__(self, movie_id: object) -> bool:
        return movie_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, movie_ids: Iterable[int]) -> None:
        self._ids.update(movie_ids)

    def read_from(self, consumer: AIOKafkaConsumer) -> TopicView:
        """A view that adds every movie on catalog.v1. The consumer has no group and starts at the beginning."""
        return TopicView(
            consumer, self._add_listed, what="the movie catalogue", describe=lambda: f"{len(self._ids)} movies"
        )

    def _add_listed(self, _: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        self.add(movie_id for record in records if (movie_id := _movie_id(record.value)))


def _movie_id(value: bytes | None) -> int | None:
    try:
        found = orjson.loads(value or b"").get("movie_id")
    except (orjson.JSONDecodeError, AttributeError):
        return None  # the features service puts it on the dead-letter topic
    return found if isinstance(found, int) else None
