"""The topics: name, event, key, partitions and cleanup, each stated once; and how a record finds its partition."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from aiokafka.partitioner import murmur2
from pydantic import ValidationError

from marquee.contracts.events import Event, ModelChanged, MovieEnriched, MovieListed, MoviesRated, UserActed
from marquee.contracts.serving_reports import ServingReported
from marquee.errors import InvalidEvent

PARTITIONS = 8
"""Shards of every keyed topic and of the store behind it. Changing it means new topics and new stores."""

MAX_RECORD_BYTES = 900_000
"""Below every broker's default limit of 1 MiB: larger records are refused before they are sent."""

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Topic(Generic[E]):
    """One family of facts."""

    name: str
    event: type[E]
    key: str  # the event's field whose order matters
    partitions: int = PARTITIONS
    is_compacted: bool = False
    is_time_limited: bool = False  # the broker removes records after a number of days (KafkaSettings.activity_days)
    keeps_ms: int | None = None  # the same after this time, which is the topic's own

    @property
    def dead_letters(self) -> str:
        return f"{self.name}.dlq"

    def key_of(self, event: E) -> bytes:
        return str(getattr(event, self.key)).encode()

    def parse(self, value: bytes | None) -> E:
        """Read one record.

        Raises:
            InvalidEvent: the bytes are not this topic's event; `reason` is empty_value, not_json or schema.
        """
        if not value:
            raise InvalidEvent("empty_value", "the record has no value")
        try:
            return self.event.model_validate_json(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            reason = "not_json" if first["type"] == "json_invalid" else "schema"
            where = ".".join(str(part) for part in first["loc"])
            raise InvalidEvent(reason, f"{where}: {first['msg']}" if where else first["msg"]) from None


CATALOG = Topic("catalog.v1", MovieListed, "movie_id", is_compacted=True)
METADATA = Topic("metadata.v1", MovieEnriched, "movie_id", is_compacted=True)
RATINGS = Topic("ratings.v1", MoviesRated, "user_id")
ACTIVITY = Topic("activity.v1", UserActed, "user_id", is_time_limited=True)
MODELS = Topic("models.v1", ModelChanged, "model", partitions=1, is_compacted=True)
SERVING = Topic("serving.v1", ServingReported, "process", partitions=1, keeps_ms=3_600_000)
"""Only the newest reports matter, and a process that ended is forgotten; compaction would keep one of each for ever."""


@lru_cache(maxsize=16_384)  # murmur2 is written in Python: 2 µs, as much as all else that is done to send a record
def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """The partition that Kafka's default partitioner (murmur2) gives a key; readers find a user's shard by it."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def shard_of(record_id: int) -> int:
    """The shard of a user or movie id."""
    return partition_of(str(record_id).encode())
