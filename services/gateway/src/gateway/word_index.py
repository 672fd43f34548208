"""An inverted index: in which rows of a list of short texts a word occurs, as a whole, as a beginning or mistyped."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

Rows = NDArray[np.intp]

MIN_TYPO_LENGTH = 4
LONG_WORD = 8
"""Words of this length may have two typing errors, shorter ones one."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """All words of the texts, sorted; rows[i] are the texts with vocabulary[i], ascending."""

    vocabulary: tuple[str, ...]
    rows: tuple[Rows, ...]

    @classmethod
    def of(cls, texts: Iterable[tuple[str, ...]]) -> "WordIndex":
        """Index texts that are split into words; rows count from 0 in their order."""
        found: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            for word in dict.fromkeys(text):
                found[word].append(row)
        vocabulary = tuple(sorted(found))
        return cls(vocabulary, tuple(np.array(found[word], np.intp) for word in vocabulary))

    def rows_with(self, word: str, *, is_prefix: bool, is_typo: bool) -> Rows:
        """Rows of the texts that contain the word, ascending.

        Args:
            is_prefix: words that begin with it count too. is_typo: so do words that differ by a typing error.
        """
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
