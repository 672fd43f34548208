"""Every Redis key, built here only.

Keys of one shard share a prefix in braces, their hash tag on a cluster, where each shard is on one node. Sizes:
17 bytes per rating of a user, 16 bytes per movie that a user dismissed, 16 bytes per movie and week, one JSON event per
movie in each of the two catalogue topics, about 100 bytes per event id for a week, and 150 for a live rating's or
event's claim of it.
"""

from dataclasses import dataclass
from uuid import UUID

EVENT_ID_TTL_S = 7 * 86_400
"""How long a repeated event id is recognised by the store (the event log recognises it without a time limit)."""


@dataclass(frozen=True, slots=True)
class ShardKeys:
    """The keys of one partition of one topic, in one key space."""

    space: str
    topic: str
    shard: int

    @property
    def tag(self) -> str:
        return f"marquee:{{{self.space}.{self.topic}.{self.shard}}}"

    @property
    def meta(self) -> str:
        """Hash: offset (the next one to apply), users, ratings, dismissed (counts); epoch, another one each time the
        shard is filled from nothing; rebuild_to, the offset below which the shard lacks what it had before, while that
        is so."""
        return f"{self.tag}:meta"

    def user(self, user_id: int) -> str:
        """String, absent if empty: the packed history of a user (ratings.v1), or the movies that they have dismissed
        (activity.v1)."""
        return f"{self.tag}:user:{user_id}"

    @property
    def users(self) -> str:
        """Set: the ids of all users of whom the shard keeps something."""
        return f"{self.tag}:users"

    def event(self, event_id: UUID) -> str:
        """String with a TTL: the offset at which this event was applied."""
        return f"{self.tag}:event:{event_id}"

    @property
    def movies(self) -> str:
        """Hash by movie id: packed weekly counts (ratings.v1), or the newest event as JSON (catalogue topics)."""
        return f"{self.tag}:movies"

    @property
    def changed(self) -> str:
        """Sorted set of movie ids by the offset after their last change: what a cache has to read again."""
        return f"{self.tag}:changed"


@dataclass(frozen=True, slots=True)
class PinKeys:
    """The keys of rankings that are kept for their next pages, in one key space; the rankers' own."""

    space: str

    @property
    def tag(self) -> str:
        return f"marquee:{{{self.space}.pins}}"

    def pin(self, ranking_id: str) -> str:
        """String with a TTL: a pinned ranking."""
        return f"{self.tag}:pin:{ranking_id}"

    @property
    def ages(self) -> str:
        """Sorted set of "<ranking id>:<bytes>" by the Unix milliseconds at which each was pinned."""
        return f"{self.tag}:ages"

    @property
    def size(self) -> str:
        """Integer: the bytes of all pins in `ages`."""
        return f"{self.tag}:size"


def replicas(space: str, service: str) -> str:
    """Sorted set: the live replicas of a service by the time, in Unix seconds, at which their lease ends."""
    return f"marquee:{{{space}.{service}}}:replicas"


def arrivals(space: str) -> str:
    """Channel: a message says that ratings.v1 or activity.v1 has new records."""
    return f"marquee:{space}:arrivals"


def claim(space: str, event_id: UUID) -> str:
    """String with a TTL: a digest of the one live rating that this event id stands for. Of no shard; ingest's.

    All claims are in one slot of a cluster, so that one command can take many.
    """
    return f"marquee:{{{space}.claims}}:claim:{event_id}"
