"""Title search: an index of folded words with prefix, typo and year matching; the well-known movie first. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateway.titles import ARTICLES, without_article, words
from gateway.word_index import Rows, WordIndex
from marquee.arrays import FloatArray, IntArray
from marquee.contracts.ranking_fields import CardFields

EXACT, STARTS, WHOLE, YEAR = 4.0, 1.5, 0.5, 3.0
"""Bonus of each kind of match, added to log(1 + ratings), which is 5.8 for a title with 329 ratings.

A larger bonus lets a better match outrank a better-known movie more often."""

YEARS = range(1870, 2101)


@dataclass(frozen=True, slots=True)
class Matches:
    """Movies that a query found, each once, best first.

    Attributes:
        movie_id: (m,) int64. score: (m,) float64, descending.
    """

    movie_id: IntArray
    score: FloatArray

    @classmethod
    def of(cls, movie_id: IntArray, score: FloatArray) -> "Matches":
        """Of repeated movies the best score counts; ties by id."""
        order = np.lexsort((movie_id, -score))
        _, first = np.unique(movie_id[order], return_index=True)
        best = order[np.sort(first)]
        return cls(movie_id[best], score[best])


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """The titles of all movies, row by row; a movie with several titles has a row for each.

    Attributes:
        movie_id: (n,) int64. year: (n,) int64, 0 where unknown. titles: (n,) folded words, article included.
        joined: the titles' neighbouring words written as one: "walle", "spiderman".
    """

    movie_id: NDArray[np.int64]
    year: NDArray[np.int64]
    titles: tuple[tuple[str, ...], ...]
    index: WordIndex
    joined: WordIndex

    @classmethod
    def of(cls, cards: Iterable[CardFields], titles_of: Callable[[int], Iterable[str]] | None = None) -> "TitleIndex":
        """Index the cards' titles, or all that `titles_of` gives for a movie id; rows are in the order of the cards."""
        rows: dict[tuple[int, tuple[str, ...]], int] = {}
        for card in cards:
            for title in (card["title"],) if titles_of is None else titles_of(card["movie_id"]):
                rows.setdefault((card["movie_id"], words(title)), card["year"] or 0)
        titles = tuple(title for _, title in rows)
        ids = np.array([movie_id for movie_id, _ in rows], np.int64)
        return cls(
            ids,
            np.array(list(rows.values()), np.int64),
            titles,
            WordIndex.of(titles),
            WordIndex.of(map(_joined, titles)),
        )

    def matches(self, query_words: tuple[str, ...], counts: Mapping[int, float], *, is_typo: bool = False) -> Matches:
        """The movies of which one title matches, scored by how well and by how many people rated them.

        Args:
            query_words: as typed; the last one may be unfinished. Nothing matches no words.
            counts: ratings by movie id; a movie that is missing has none.
            is_typo: forgive typing errors, and articles that no title has.
        """
        if is_typo:
            query_words = tuple(word for word in query_words if word not in ARTICLES) or query_words
        rows = self._matching(query_words, is_typo=is_typo)
        ids = self.movie_id[rows]
        known = np.log1p(np.array([counts.get(movie_id, 0.0) for movie_id in ids.tolist()]))
        return Matches.of(ids, known + np.array([self._closeness(int(row), query_words) for row in rows]))

    def _matching(self, query_words: Sequence[str], *, is_typo: bool) -> Rows:
        """Rows in which every query word matches: by prefix if it is the last or has 3 letters, else as a whole."""
        rows: Rows | None = None
        for at, word in enumerate(query_words):
            is_last = at == len(query_words) - 1
            matches = self.index.rows_with(word, is_prefix=is_last or len(word) >= 3, is_typo=is_typo)
            if len(joined := self.joined.rows_with(word, is_prefix=is_typo, is_typo=False)):
                matches = np.union1d(matches, joined)
            if word.isdigit() and int(word) in YEARS:
                matches = np.union1d(matches, np.flatnonzero(self.year == int(word)))
            rows = matches if rows is None else np.intersect1d(rows, matches, assume_unique=True)
            if not len(rows):
                break
        return np.empty(0, np.intp) if rows is None else rows

    def _closeness(self, row: int, query_words: tuple[str, ...]) -> float:
        title = self.titles[row]
        bare, wanted = without_article(title), without_article(query_words)
        year = str(self.year[row])
        if len(query_words) > 1 and year in query_words and year not in title:
            wanted = tuple(word for word in wanted if word != year)
            return YEAR + self._likeness(bare, wanted)
        return self._likeness(bare, wanted)

    @staticmethod
    def _likeness(title: tuple[str, ...], wanted: tuple[str, ...]) -> float:
        if title == wanted:
            return EXACT + STARTS + WHOLE
        score = WHOLE if set(wanted) <= set(title) else 0.0
        return score + (STARTS if " ".join(title).startswith(" ".join(wanted)) else 0.0)


def _joined(title: tuple[str, ...]) -> tuple[str, ...]:
    """Every two neighbouring words as one, a leading article left out."""
    bare = without_article(title)
    return tuple(first + second for first, second in pairwise(bare))
