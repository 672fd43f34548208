"""Search: the smallest set of changes that moves a movie across the end of the list.

All single changes are tried first, then pairs and triples of those that came closest, in the order of the sum of
their verified margins. A set is only taken once all its parts were tried and were not enough, so that it is minimal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Protocol

from ranker.whynot.trials import Changes, Outcome

PROMISING = 7
"""Single changes that larger sets are made of, those that came closest."""
PER_SIZE = 14
"""Sets of one size that are tried."""

Members = tuple[int, ...]


class Tries(Protocol):
    """Tells where the movie would stand, so many times."""

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be tried."""

    def outcome(self, changes: Changes) -> Outcome | None:
        """Where the movie would stand with changed ratings; None if nothing more may be tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """Changes that are enough, and where the movie stands after them: from 1, None outside of the whole order."""

    changes: Changes
    rank: int | None


@dataclass(slots=True)
class Search:
    """One search for one movie.

    Args:
        singles: changes of one rating each, the most promising first.
        k: length of the list. into: whether the movie is to come in, or to go out.
        largest: how many changes may be made at once.
    """

    singles: Sequence[Changes]
    allowance: Tries
    k: int
    into: bool
    largest: int
    _outcomes: dict[Members, Outcome] = field(default_factory=dict)

    def smallest(self) -> Found | None:
        """The first set found that is enough, of no more changes than needed; None if none of the tried ones is."""
        for size in range(1, self.largest + 1):
            for members in self._sets(size):
                if self._is_enough(members):
                    return self._minimal(members)
                if self.allowance.is_spent:
                    return None
        return None

    def _sets(self, size: int) -> Iterator[Members]:
        if size == 1:
            yield from ((at,) for at in range(len(self.singles)))
            return
        closest = sorted((at for (at,) in self._tried(1)), key=lambda at: self._short((at,)))[:PROMISING]
        sets = [m for m in combinations(sorted(closest), size) if self._is_possible(m)]
        sets.sort(key=lambda members: sum(self._short((at,)) for at in members))
        yield from sets[:PER_SIZE]

    def _tried(self, size: int) -> list[Members]:
        return [members for members in self._outcomes if len(members) == size]

    def _short(self, members: Members) -> float:
        """How far from being enough the set was found to be; smaller is closer."""
        margin = self._outcomes[members].margin
        return -margin if self.into else margin

    def _is_possible(self, members: Members) -> bool:
        return len(self._changes(members)) == len(members)  # not two changes of one rating

    def _changes(self, members: Members) -> Changes:
        return {movie: stars for at in members for movie, stars in self.singles[at].items()}

    def _is_enough(self, members: Members) -> bool:
        """Whether the set is enough; a set that may not be tried any more is not."""
        if members not in self._outcomes:
            outcome = self.allowance.outcome(self._changes(members))
            if outcome is None:
                return False
            self._outcomes[members] = outcome
        rank = self._outcomes[members].rank
        return (rank is not None and rank <= self.k) is self.into

    def _minimal(self, members: Members) -> Found | None:
        """The set, or the smallest part of it that is enough; None if not all parts may be tried any more."""
        for size in range(1, len(members)):
            for part in combinations(members, size):
                if self._is_enough(part):
                    return Found(self._changes(part), self._outcomes[part].rank)
                if part not in self._outcomes:
                    return None
        return Found(self._changes(members), self._outcomes[members].rank)
