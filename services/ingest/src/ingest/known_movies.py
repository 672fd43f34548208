"""The ids of all listed movies, read from catalog.v1; a live rating of any other movie is refused."""

from collections.abc import Iterable

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from marquee.errors import Transient

log = structlog.get_logger()


class KnownMovies:
    """A growing set of movie ids, and whether it holds all that was listed when the service started."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._behind: dict[TopicPartition, int] | None = None

    def __contains__(self, movie_id: object) -> bool:
        return movie_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, movie_ids: Iterable[int]) -> None:
        self._ids.update(movie_ids)

    @property
    def is_complete(self) -> bool:
        return self._behind is not None and not self._behind

    def require_complete(self) -> None:
        """Raises: Transient while the catalogue of before the start is still being read."""
        if not self.is_complete:
            raise Transient("the movie catalogue is still being read")

    async def ping(self) -> str:
        self.require_complete()
        return f"{len(self)} movies"

    async def follow(self, consumer: AIOKafkaConsumer) -> None:
        """Read for ever. The consumer has no group and starts at the beginning."""
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(consumer.assignment())
        self._behind = {partition: end for partition, end in ends.items() if end > starts[partition]}
        while True:
            polled = await consumer.getmany(timeout_ms=500, max_records=5_000)
            for records in polled.values():
                self.add(movie_id for record in records if (movie_id := _movie_id(record.value)))
            for partition, end in list(self._behind.items()):
                if await consumer.position(partition) >= end:
                    del self._behind[partition]


def _movie_id(value: bytes | None) -> int | None:
    try:
        found = orjson.loads(value or b"").get("movie_id")
    except (orjson.JSONDecodeError, AttributeError):
        return None  # not ours to judge: the features service puts it on the dead-letter topic
    return found if isinstance(found, int) else None
