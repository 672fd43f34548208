"""Directors and actors: found by name as a person types it, with the movies of each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.titles import words
from gateway.word_index import WordIndex
from marquee.stores.cards import Names

MIN_PREFIX = 3
"""Letters of an unfinished last word from which people are looked for."""


@dataclass(frozen=True, slots=True)
class Credits:
    """One person's movies, in the order of the cards. The same name is the same person: TMDB's ids are not kept."""

    name: str
    directed: tuple[int, ...]
    acted: tuple[int, ...]

    @property
    def movies(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((*self.directed, *self.acted)))


@dataclass(frozen=True, slots=True)
class PeopleIndex:
    """Everybody whom the metadata names.

    Attributes:
        people: sorted by folded name. folded: their names' words. place: folded name to position.
    """

    people: tuple[Credits, ...]
    folded: tuple[tuple[str, ...], ...]
    place: Mapping[tuple[str, ...], int]
    index: WordIndex

    @classmethod
    def of(cls, names: Iterable[tuple[int, Names]]) -> "PeopleIndex":
        """Index the people of these movies; names that differ in case or accents only are one person."""
        written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        directed: dict[tuple[str, ...], list[int]] = defaultdict(list)
        acted: dict[tuple[str, ...], list[int]] = defaultdict(list)
        folded_of: dict[str, tuple[str, ...]] = {}
        for movie_id, known in names:
            for role, credited in ((directed, known.directors), (acted, known.cast)):
                for name in dict.fromkeys(credited):
                    key = folded_of.setdefault(name, words(name))
                    written[key][name] += 1
                    role[key].append(movie_id)
        written.pop((), None)
        folded = tuple(sorted(written))
        people = tuple(
            Credits(written[key].most_common(1)[0][0], tuple(directed[key]), tuple(acted[key])) for key in folded
        )
        return cls(people, folded, {key: at for at, key in enumerate(folded)}, WordIndex.of(folded))

    def named(self, name: str) -> Credits | None:
        """The person of this whole name, compared without case and accents."""
        at = self.place.get(words(name))
        return None if at is None else self.people[at]

    def search(self, query_words: Sequence[str], *, is_typo: bool = False) -> list[tuple[Credits, bool]]:
        """People in whose names every word occurs, the last one perhaps unfinished; with whether they all are whole."""
        rows: set[int] | None = None
        for at, word in enumerate(query_words):
            is_prefix = at == len(query_words) - 1 and len(word) >= MIN_PREFIX
            matching = set(self.index.rows_with(word, is_prefix=is_prefix, is_typo=is_typo).tolist())
            rows = matching if rows is None else rows & matching
            if not rows:
                return []
        return [(self.people[row], set(query_words) <= set(self.folded[row])) for row in sorted(rows or ())]
