"""Title search: an index of folded words with prefix, typo and year matching; the well-known movie first. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gateway.titles import ARTICLES, without_article, words
from marquee.contracts.ranking_fields import CardFields

Rows = NDArray[np.intp]

EXACT, STARTS, WHOLE, YEAR = 4.0, 1.5, 0.5, 3.0
"""Bonus of each kind of match, added to log(1 + ratings), which is 5.8 for a title with 329 ratings.

A larger bonus lets a better match outrank a better-known movie more often."""

MIN_TYPO_LENGTH = 4
LONG_WORD = 8
YEARS = range(1870, 2101)


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """The titles of all movies, row by row, and for each word the rows that contain it.

    Attributes:
        movie_id: (n,) int64. year: (n,) int64, 0 where unknown. titles: (n,) folded words, article included.
        vocabulary: all words, sorted; rows[i] are the rows with vocabulary[i], ascending.
    """

    movie_id: NDArray[np.int64]
    year: NDArray[np.int64]
    titles: tuple[tuple[str, ...], ...]
    vocabulary: tuple[str, ...]
    rows: tuple[Rows, ...]

    @classmethod
    def of(cls, cards: Iterable[CardFields]) -> "TitleIndex":
        """Index the cards' titles; rows are in the order of the cards."""
        cards = list(cards)
        titles = tuple(words(card["title"]) for card in cards)
        found: dict[str, list[int]] = defaultdict(list)
        for row, title in enumerate(titles):
            for word in dict.fromkeys(title):
                found[word].append(row)
        vocabulary = tuple(sorted(found))
        return cls(
            np.array([card["movie_id"] for card in cards], np.int64),
            np.array([card["year"] or 0 for card in cards], np.int64),
            titles,
            vocabulary,
            tuple(np.array(found[word], np.intp) for word in vocabulary),
        )

    def search(self, query: str, counts: Mapping[int, float]) -> list[int]:
        """Movie ids, best first; empty for a query without a word.

        Args:
            query: as typed; its last word may be unfinished.
            counts: ratings by movie id; a movie that is missing has none.
        """
        query_words = words(query)
        if not query_words:
            return []
        rows = self._matching(query_words, is_typo=False)
        if not len(rows):
            query_words = tuple(word for word in query_words if word not in ARTICLES) or query_words
            rows = self._matching(query_words, is_typo=True)
        ids = self.movie_id[rows]
        known = np.log1p(np.array([counts.get(movie_id, 0.0) for movie_id in ids.tolist()]))
        score = known + np.array([self._closeness(int(row), query_words) for row in rows])
        order = np.lexsort((ids, -score))
        return [int(movie_id) for movie_id in ids[order]]

    def _matching(self, query_words: Sequence[str], *, is_typo: bool) -> Rows:
        """Rows in which every query word matches: by prefix if it is the last or has 3 letters, else as a whole."""
        rows: Rows | None = None
        for at, word in enumerate(query_words):
            is_last = at == len(query_words) - 1
            matches = self._with_word(word, is_prefix=is_last or len(word) >= 3, is_typo=is_typo)
            if word.isdigit() and int(word) in YEARS:
                matches = np.union1d(matches, np.flatnonzero(self.year == int(word)))
            rows = matches if rows is None else np.intersect1d(rows, matches, assume_unique=True)
            if not len(rows):
                break
        return np.empty(0, np.intp) if rows is None else rows

    def _with_word(self, word: str, *, is_prefix: bool, is_typo: bool) -> Rows:
        start = bisect_left(self.vocabulary, word)
        if is_prefix:
            end = bisect_left(self.vocabulary, word + "\uffff")
        else:
            end = start + (start < len(self.vocabulary) and self.vocabulary[start] == word)
        found = list(self.rows[start:end])
        if is_typo and len(word) >= MIN_TYPO_LENGTH:
            allowed = 1 if len(word) < LONG_WORD else 2
            close = process.extract(word, self.vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=20)
            found += [self.rows[at] for _, _, at in close]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.intp)

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
