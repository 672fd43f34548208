"""Title search: an index of folded words with prefix, typo and year matching; the well-known movie first. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateway.titles import ARTICLES, SAME_NUMBER, without_article, words
from gateway.word_index import Rows, WordIndex
from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.ranking_fields import CardFields

EXACT, STARTS, WHOLE, YEAR = 4.0, 1.5, 0.5, 3.0
"""Bonus of each kind of match, added to log(1 + ratings), which is 5.8 for a title with 329 ratings.

A larger bonus lets a better match outrank a better-known movie more often."""

YEARS = range(1870, 2101)

RatingsOf = Callable[[IntArray], FloatArray]
"""How many people rated each of these movies."""


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """The titles of all movies, row by row; a movie with several titles has a row for each, one after the other.

    Attributes:
        movie_id: (n,) int64, ascending. year: (n,) int16, 0 where unknown.
        index: the titles' words, a leading article included. joined: neighbouring words written as one: "walle",
            "spiderman".
        bare: (n,) where each title without a leading article begins in index.places.
    """

    movie_id: NDArray[np.int64]
    year: NDArray[np.int16]
    index: WordIndex
    joined: WordIndex
    bare: NDArray[np.int64]

    @classmethod
    def of(cls, cards: Iterable[CardFields], titles_of: Callable[[int], Iterable[str]] | None = None) -> "TitleIndex":
        """Index the cards' titles, or all that `titles_of` gives for a movie id."""
        rows: dict[tuple[int, tuple[str, ...]], int] = {}
        for card in sorted(cards, key=lambda card: card["movie_id"]):
            for title in (card["title"],) if titles_of is None else titles_of(card["movie_id"]):
                rows.setdefault((card["movie_id"], words(title)), card["year"] or 0)
        titles = [title for _, title in rows]
        bare = [without_article(title) for title in titles]
        index = WordIndex.of(titles)
        lengths = np.fromiter(map(len, bare), np.int64, len(bare))
        return cls(
            movie_id=np.array([movie_id for movie_id, _ in rows], np.int64),
            year=np.fromiter(rows.values(), np.int16, len(rows)),
            index=index,
            joined=WordIndex.of(tuple(first + second for first, second in pairwise(title)) for title in titles),
            bare=index.text_starts[1:] - lengths,
        )

    def with_word(self, word: str, *, is_last: bool, is_typo: bool = False) -> Rows:
        """Rows that one word of a query matches: a title's word, two of them in one, a number, or the year.

        Args:
            is_last: the word may be unfinished; others match beginnings too if they have 3 letters and are no articles.
            is_typo: forgive typing errors.
        """
        is_prefix = is_last or (len(word) >= 3 and word not in ARTICLES)
        found = [self.index.rows_with(word, is_prefix=is_prefix, is_typo=is_typo)]
        found.append(self.joined.rows_with(word, is_prefix=is_typo, is_typo=is_typo))
        if same := SAME_NUMBER.get(word):
            found.append(self.index.rows_with(same))
        if word.isdecimal() and int(word) in YEARS:
            found.append(np.flatnonzero(self.year == int(word)).astype(np.int32))
        found = [rows for rows in found if len(rows)] or found[:1]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found))

    def closeness(self, rows: Rows, query_words: tuple[str, ...]) -> FloatArray:
        """How well each of the rows, ascending, matches the whole query."""
        if not len(rows):
            return np.zeros(0)
        wanted = without_article(query_words)
        close = self._likeness(rows, wanted)
        for word in dict.fromkeys(query_words) if len(query_words) > 1 else ():
            if word.isdecimal() and int(word) in YEARS:
                is_dated = (self.year[rows] == int(word)) & ~self.index.has(rows, word)
                others = tuple(other for other in wanted if other != word)
                close[is_dated] = YEAR + self._likeness(rows[is_dated], others)
        return close

    def _likeness(self, rows: Rows, wanted: tuple[str, ...]) -> FloatArray:
        is_whole = np.ones(len(rows), bool)
        for word in wanted:
            is_whole &= self._has(rows, word)
        starts, is_all = self._starting(rows, wanted)
        likeness: FloatArray = is_whole * WHOLE + starts * STARTS
        likeness[is_all] = EXACT + STARTS + WHOLE
        return likeness

    def _has(self, rows: Rows, word: str) -> BoolArray:
        same = SAME_NUMBER.get(word)
        return self.index.has(rows, word) | self.index.has(rows, same) if same else self.index.has(rows, word)

    def _starting(self, rows: Rows, wanted: tuple[str, ...]) -> tuple[BoolArray, BoolArray]:
        """Which titles begin with the wanted words, the last one perhaps unfinished; and which consist of them."""
        begins, ends = self.bare[rows], self.index.text_starts[1:][rows]
        is_start = ends - begins >= len(wanted)
        is_equal = ends - begins == len(wanted)
        for at, word in enumerate(wanted):
            place = self.index.places[np.minimum(begins + at, len(self.index.places) - 1)]
            is_word = (place == self.index.vocabulary.place(word)) | self._is_same_number(place, word)
            is_equal &= is_word
            if at == len(wanted) - 1:
                first, end = self.index.vocabulary.beginning_with(word)
                is_word |= (first <= place) & (place < end)
            is_start &= is_word
        if len(wanted) == 1:
            for skipped in (np.zeros(len(rows), np.int64), begins - self.index.text_starts[:-1][rows]):
                is_joined = self._joined_after(rows, skipped, wanted[0])
                is_start |= is_joined
                is_equal |= is_joined & (ends - self.index.text_starts[:-1][rows] - skipped == 2)
        return is_start, is_equal

    def _is_same_number(self, place: NDArray[np.int32], word: str) -> BoolArray:
        same = SAME_NUMBER.get(word)
        return place == self.index.vocabulary.place(same) if same else np.zeros(len(place), bool)

    def _joined_after(self, rows: Rows, skipped: IntArray, word: str) -> BoolArray:
        """Whether a title's next two words, after so many, are this one: "walle" and WALL·E, "diehard" and Die Hard."""
        if not len(self.joined.places) or (wanted := self.joined.vocabulary.place(word)) < 0:
            return np.zeros(len(rows), bool)
        at, ends = self.joined.text_starts[:-1][rows] + skipped, self.joined.text_starts[1:][rows]
        pair = self.joined.places[np.minimum(at, len(self.joined.places) - 1)]
        return np.asarray((at < ends) & (pair == wanted))
