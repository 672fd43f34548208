"""An inverted index: in which rows of a list of short texts a word occurs, as a whole, as a beginning or mistyped."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gateway.word_list import WordList
from marquee.arrays import BoolArray

Rows = NDArray[np.int32]
Starts = NDArray[np.int64]
"""(n + 1,) where each of n parts begins in a longer array, and where the last one ends."""

MIN_TYPO_LENGTH, MIN_UNFINISHED = 4, 6
LONG_WORD = 8
"""Words of this length may have two typing errors if one is not enough, shorter ones and unfinished ones one."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """All words of the texts, where each of them occurs, and the texts as the places of their words.

    Attributes:
        rows: of each word the rows with it, ascending; those of word i begin at row_starts[i].
        places: of each text the places of its words in the vocabulary; those of text i begin at text_starts[i].
    """

    vocabulary: WordList
    rows: Rows
    row_starts: Starts
    places: NDArray[np.int32]
    text_starts: Starts

    @classmethod
    def of(cls, texts: Iterable[tuple[str, ...]]) -> Self:
        """Index texts that are split into words; rows count from 0 in their order."""
        split = list(texts)
        lengths = np.fromiter(map(len, split), np.int64, len(split))
        met: dict[str, int] = {}
        flat = np.fromiter((met.setdefault(word, len(met)) for word in chain.from_iterable(split)), np.int32)
        place_of = np.empty(len(met), np.int32)
        place_of[[met[word] for word in sorted(met)]] = np.arange(len(met), dtype=np.int32)
        places = place_of[flat]
        pairs = np.unique((places.astype(np.int64) << 32) | np.repeat(np.arange(len(split)), lengths))
        return cls(
            vocabulary=WordList.of(met),
            rows=(pairs & 0xFFFF_FFFF).astype(np.int32),
            row_starts=np.searchsorted(pairs >> 32, np.arange(len(met) + 1)),
            places=places,
            text_starts=np.r_[0, np.cumsum(lengths)],
        )

    def has(self, rows: Rows, word: str) -> BoolArray:
        """Which of the rows, ascending, contain the word as a whole."""
        place = self.vocabulary.place(word)
        return among(rows, self._rows_of(place, place + 1) if place >= 0 else self.rows[:0])

    def rows_with(self, word: str, *, is_prefix: bool = False, is_typo: bool = False) -> Rows:
        """Rows of the texts that contain the word, ascending.

        Args:
            is_prefix: words that begin with it count too. is_typo: so do words that differ by a typing error and, with
                `is_prefix` and if it is long enough, words that begin with it but for one.
        """
        if is_prefix:
            first, end = self.vocabulary.beginning_with(word)
        else:
            first = max(self.vocabulary.place(word), 0)
            end = first + (self.vocabulary.place(word) >= 0)
        found = [self._rows_of(first, end)]
        if is_typo and len(word) >= MIN_TYPO_LENGTH:
            near = self.vocabulary.near(word, most=1).tolist()
            if not near and len(word) >= LONG_WORD and end == first:
                near = self.vocabulary.near(word, most=2).tolist()
            if is_prefix and len(word) >= MIN_UNFINISHED:
                near += self.vocabulary.near_beginnings(word).tolist()
            found += [self._rows_of(at, at + 1) for at in near]
        elif end - first <= 1:
            return found[0]
        return np.unique(np.concatenate(found))

    def _rows_of(self, first: int, end: int) -> Rows:
        return self.rows[self.row_starts[first] : self.row_starts[end]]


def in_all(query_words: Sequence[str], with_word: Callable[[str, bool], Rows]) -> Rows:
    """Rows that every word of a query matches, ascending; none for no words.

    Args:
        with_word: the rows that match one word, ascending, given whether it is the last, which may be unfinished.
    """
    last = len(query_words) - 1
    rows: Rows | None = None
    for at in sorted(range(len(query_words)), key=lambda at: -len(query_words[at])):  # long words are rare ones
        matching = with_word(query_words[at], at == last)
        rows = matching if rows is None else rows[among(rows, matching)]
        if not len(rows):
            break
    return np.empty(0, np.int32) if rows is None else rows


def among(rows: Rows, others: Rows) -> BoolArray:
    """Which of the rows are among the others; both are ascending."""
    if not len(others):
        return np.zeros(len(rows), bool)
    at = np.searchsorted(others, rows)
    return np.asarray(others[np.minimum(at, len(others) - 1)] == rows)
