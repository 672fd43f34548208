"""Rankings that no cache can answer, all of the same size and work."""

import time
from collections.abc import Iterable, Iterator
from itertools import count, cycle

from marquee_cli.load import Call


def unused_ids() -> Iterator[int]:
    """Ids of no movie: microseconds since 1970, so that they are not those of an earlier call either, whose rankings
    may still be kept.
    """
    return count(time.time_ns() // 1_000)


def computed(subject: str, ids: Iterable[int], unused: Iterator[int], *, k: int) -> Iterator[Call]:
    """Endless rankings for users (`user_id`) or movies (`movie_id`), each in turn.

    Each leaves out one more movie, and that one does not exist: no request is like another, and every list is the one
    without it.
    """
    return (Call("/v1/rank", {subject: each, "k": k, "exclude": [next(unused)]}) for each in cycle(ids))
