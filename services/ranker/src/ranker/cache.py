"""Rankings that were answered, as bytes ready to be sent again while nothing that they follow from has changed.

Nothing expires early and nothing is guessed: an answer is sent again only if the user's record in Redis, read for this
very request, the movies' state, the model, the cards and the whole request are those that it was computed from.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import orjson
from prometheus_client import Counter, Gauge

from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_fields import RankingFields, RankMetaFields, StagesFields
from ranker.online import KnownUser
from ranker.serving import Serving

LOOKED_UP = Counter("marquee_ranking_cache_total", "Rankings that could be in the cache: hit, miss", ["had"])
KEPT_BYTES = Gauge("marquee_ranking_cache_bytes", "Of the rankings in the cache", multiprocess_mode="livesum")

OLDEST_S = 10 * 60
"""The age up to which a ranking is sent again: its next pages, kept for 30 minutes, can then be asked for some more."""
PIN_TRUSTED_S = 5.0
"""How long after a ranking was made, or its pin was seen in Redis, its next pages are taken to be there."""
OVERHEAD_BYTES = 3_000
"""Of an entry besides its bytes: the account of how it came about, as Python objects."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer follows from, besides the request; equal bases and requests give equal answers.

    Attributes:
        serving: which model and movies' state. cards: which titles and details. users: each one's record.
    """

    serving: int
    cards: int
    users: tuple[bytes, ...]

    @classmethod
    def of(cls, serving: Serving, cards: int, users: Sequence[KnownUser]) -> Self | None:
        """None if a user's state is not known to be current, or is nobody's: guests are never kept."""
        versions = tuple(user.version for user in users if user.version is not None and user.missing is None)
        return cls(serving.generation, cards, versions) if len(versions) == len(users) else None


@dataclass(frozen=True, slots=True)
class Encoded:
    """An answer as bytes, but for the part that says how it came about.

    Attributes:
        head: everything before that part. page_token: of the next page.
        is_whole: it has a next page if there is more to show.
        movies: how many it shows.
    """

    ranking_id: str
    page_token: str | None
    head: bytes
    meta: RankMetaFields
    is_whole: bool
    movies: int = 0

    @classmethod
    def of(cls, answer: RankingFields, *, is_whole: bool) -> Self:
        head = orjson.dumps({name: value for name, value in answer.items() if name != "meta"})
        movies = len(answer["items"])
        return cls(
            answer["ranking_id"], answer["next_page_token"], head[:-1] + b',"meta":', answer["meta"], is_whole, movies
        )

    def body(self) -> bytes:
        return self.head + orjson.dumps(self.meta) + b"}"

    def again(self, users: Sequence[KnownUser], applied: bool | None, timings_ms: dict[str, float]) -> bytes:
        """The body of a later answer to the same request: what is said of the moment is said of this one."""
        stages: StagesFields = {**self.meta["stages"]}
        if "applied_offset" in stages and (offset := users[0].applied_offset) is not None:
            stages["applied_offset"] = offset
        freshness = {**self.meta["freshness"]}
        freshness.pop("applied", None)
        if applied is not None:
            freshness["applied"] = applied
        meta = {**self.meta, "freshness": freshness, "stages": stages, "timings_ms": timings_ms, "cached": True}
        return self.head + orjson.dumps(meta) + b"}"


@dataclass(slots=True)
class Kept:
    """An answer in the cache.

    Attributes:
        made_at, pin_seen_at: on the cache's user's clock.
    """

    basis: Basis
    answer: Encoded
    made_at: float
    pin_seen_at: float

    @property
    def size(self) -> int:
        return len(self.answer.head) + OVERHEAD_BYTES


def key_of(request: RankRequest) -> bytes:
    """The whole request, but for what it waits for: that is over when the ranking is made."""
    return request.model_dump_json(exclude={"after"}).encode()


class RankingCache:
    """The answers that were given last, one per request.

    Args:
        limit_bytes: of all together; those that were not asked for the longest go first. 0 keeps nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._size = limit_bytes, 0
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of all answers."""
        return self._size

    def get(self, key: bytes, basis: Basis, now: float) -> Kept | None:
        """The answer to a request, if it still follows from the same; another one is forgotten."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.basis != basis or now - kept.made_at > OLDEST_S:
            self.forget(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def put(self, key: bytes, basis: Basis, answer: Encoded, now: float) -> None:
        """Keep an answer in place of an earlier one."""
        self.forget(key)
        kept = Kept(basis, answer, made_at=now, pin_seen_at=now)
        self._kept[key] = kept
        self._size += kept.size + len(key)
        while self._size > self._limit:
            self.forget(next(iter(self._kept)))
        KEPT_BYTES.set(self._size)

    def forget(self, key: bytes) -> None:
        """Drop the answer to a request, if there is one."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= kept.size + len(key)
