"""Directors and actors: found by name as a person types it, with the movies of each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gateway.titles import words
from gateway.word_index import Rows, Starts, WordIndex
from gateway.word_list import Texts, WordList
from marquee.arrays import BoolArray, IntArray
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
class Lists:
    """Several lists of movie ids, one after the other; list i begins at starts[i]."""

    movie_id: IntArray
    starts: Starts

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Self:
        lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        return cls(np.array([movie for each in lists for movie in each], np.int64), np.r_[0, np.cumsum(lengths)])

    def __getitem__(self, at: int) -> tuple[int, ...]:
        return tuple(self.movie_id[self.starts[at] : self.starts[at + 1]].tolist())

    def of_each(self, which: Rows) -> tuple[IntArray, Rows]:
        """The movies of several lists, and beside each the list that it is from."""
        first = self.starts[which]
        lengths = self.starts[which + 1] - first
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.movie_id[np.repeat(first, lengths) + within], np.repeat(which, lengths)


@dataclass(frozen=True, slots=True)
class PeopleIndex:
    """Everybody whom the metadata names, sorted by folded name.

    Attributes:
        names: as most movies write them. folded: without case and accents.
        index: in which folded names a word occurs.
    """

    names: Texts
    folded: WordList
    index: WordIndex
    directed: Lists
    acted: Lists

    @classmethod
    def of(cls, names: Iterable[tuple[int, Names]]) -> Self:
        """Index the people of these movies; names that differ in case or accents only are one person."""
        written: dict[str, Counter[str]] = defaultdict(Counter)
        directed: dict[str, list[int]] = defaultdict(list)
        acted: dict[str, list[int]] = defaultdict(list)
        folded_of: dict[str, str] = {}
        for movie_id, known in names:
            for role, credited in ((directed, known.directors), (acted, known.cast)):
                for name in dict.fromkeys(credited):
                    key = folded_of.get(name)
                    if key is None:
                        key = folded_of[name] = " ".join(words(name))
                    written[key][name] += 1
                    role[key].append(movie_id)
        written.pop("", None)
        folded = sorted(written)
        return cls(
            Texts.of(written[key].most_common(1)[0][0] for key in folded),
            WordList.of(folded),
            WordIndex.of(tuple(key.split()) for key in folded),
            Lists.of([directed.get(key, ()) for key in folded]),
            Lists.of([acted.get(key, ()) for key in folded]),
        )

    def named(self, name: str) -> Credits | None:
        """The person of this whole name, compared without case and accents."""
        at = self.folded.place(" ".join(words(name)))
        return None if at < 0 else Credits(self.names[at], self.directed[at], self.acted[at])

    def with_word(self, word: str, *, is_last: bool, is_typo: bool = False) -> Rows:
        """People in whose names one word of a query occurs."""
        return self.index.rows_with(word, is_prefix=is_last and len(word) >= MIN_PREFIX, is_typo=is_typo)

    def is_whole(self, rows: Rows, query_words: Iterable[str]) -> BoolArray:
        """Whether all the words are whole words of each name; the rows are ascending."""
        whole = np.ones(len(rows), bool)
        for word in query_words:
            whole &= self.index.has(rows, word)
        return whole

    def movies_of(self, rows: Rows) -> tuple[IntArray, NDArray[np.int32]]:
        """The movies of these people, and beside each the person; a movie may occur several times."""
        directed, directors = self.directed.of_each(rows)
        acted, actors = self.acted.of_each(rows)
        return np.concatenate([directed, acted]), np.concatenate([directors, actors])
