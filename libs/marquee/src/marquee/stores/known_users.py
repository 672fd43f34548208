"""All that a ranking needs of one user, read from the online store in one round trip."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from marquee.contracts.topics import ACTIVITY, RATINGS, shard_of
from marquee.stores.dismissals import StoredDismissals
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.online import StoredUser, queue_user


@dataclass(frozen=True, slots=True)
class ReadUser:
    """A user's history and dismissed movies, each with the condition of its shard.

    Attributes:
        applied_offset: every rating of the user that the log holds before it is in the history.
        version: of everything of the user that a ranking depends on; equal only if that is equal.
    """

    ratings: StoredUser
    dismissals: StoredDismissals
    applied_offset: int
    version: bytes

    @property
    def is_rebuilding(self) -> bool:
        """One of the two lacks what it had before."""
        return self.ratings.is_rebuilding or self.dismissals.is_rebuilding


@dataclass(frozen=True, slots=True)
class UserReader:
    """Reads users as they stand, also while their shards are being filled again."""

    space: KeySpace

    async def read(self, user_id: int) -> ReadUser:
        """One user; one nobody has seen has neither ratings nor dismissed movies.

        Raises:
            Transient: Redis is unavailable.
        """
        shard = shard_of(user_id)
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            pipe.hget(self.space.keys(RATINGS.name, shard).meta, "offset")  # before the history, which may be newer
            for topic in (RATINGS, ACTIVITY):
                queue_user(pipe, self.space.keys(topic.name, shard), user_id)
            offset, history, ratings, dismissed, activity = await pipe.execute()
        return ReadUser(
            StoredUser.of(history, ratings),
            StoredDismissals.of(dismissed, activity),
            applied_offset=int(offset or 0),
            version=_version((history, dismissed, *ratings, *activity)),
        )


def _version(values: Iterable[bytes | None]) -> bytes:
    """A digest of what was read, whose parts cannot be mistaken for each other's."""
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        digest.update(b"-" if value is None else b"%d:" % len(value))
        digest.update(value or b"")
    return digest.digest()
