"""Many texts in few arrays: as they come, or sorted and found by bisection and by likeness."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from marquee.arrays import IntArray

LAST = "\U0010ffff"
"""Sorts after every character of a word."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as UTF-8, one after the other: each takes its letters and 4 bytes, not the 60 and more of a Python string.

    Attributes:
        starts: (n + 1,) where each begins in `text`, and where the last one ends.
    """

    text: bytes
    starts: NDArray[np.uint32]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        encoded = [text.encode() for text in texts]
        starts = np.zeros(len(encoded) + 1, np.uint32)
        np.cumsum([len(text) for text in encoded], out=starts[1:])
        return cls(b"".join(encoded), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> str:
        return self.text[self.starts[at] : self.starts[at + 1]].decode()


@dataclass(frozen=True, slots=True)
class WordList:
    """Distinct words, ascending.

    Attributes:
        letters: (n,) a set of 64 bits: bit c % 64 for each character c that occurs. lengths: (n,) characters, 255 at
            most.
    """

    words: Texts
    letters: NDArray[np.uint64]
    lengths: NDArray[np.uint8]

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """Words in any order, also repeated; none of them is empty."""
        ordered = sorted(set(words))
        lengths = np.array([len(word) for word in ordered], np.intp)
        return cls(Texts.of(ordered), _letters(ordered, lengths), np.minimum(lengths, 255).astype(np.uint8))

    def __len__(self) -> int:
        return len(self.words)

    def place(self, word: str) -> int:
        """Where a word is; -1 if it is not there."""
        at = bisect_left(self.words, word)
        return at if at < len(self) and self.words[at] == word else -1

    def beginning_with(self, prefix: str) -> tuple[int, int]:
        """First and one past the last of the words that begin with it."""
        first = bisect_left(self.words, prefix)
        return first, bisect_left(self.words, prefix + LAST, first)

    def near(self, word: str, *, most: int) -> IntArray:
        """Places of the other words that at most so many typing errors make of it, ascending.

        A typing error is a letter too much, too few, wrong, or swapped with its neighbour. One changes the set of
        letters in two bits at most, by which nearly all words are ruled out before any is compared.
        """
        letters = _letters([word], np.array([len(word)]))
        is_like = np.bitwise_count(self.letters ^ letters) <= 2 * most
        is_like &= np.abs(self.lengths.astype(np.intp) - len(word)) <= most
        places = np.flatnonzero(is_like)
        like = [self.words[at] for at in places.tolist()]
        found = process.extract(word, like, scorer=OSA.distance, score_cutoff=most, limit=None)
        return np.sort(places[[at for _, distance, at in found if distance]])

    def near_beginnings(self, word: str) -> IntArray:
        """Places of the longer words with the same first letter that begin with it but for one error, ascending."""
        first, end = self.beginning_with(word[0])
        extra = np.bitwise_count(_letters([word], np.array([len(word)])) & ~self.letters[first:end])
        places = first + np.flatnonzero((extra <= 1) & (self.lengths[first:end] > len(word)))
        longer = [self.words[at] for at in places.tolist()]
        found: set[int] = set()
        for length in (len(word) - 1, len(word)):
            begun = [other[:length] for other in longer]
            found |= {at for *_, at in process.extract(word, begun, scorer=OSA.distance, score_cutoff=1, limit=None)}
        return places[sorted(found)]


def _letters(words: list[str], lengths: IntArray) -> NDArray[np.uint64]:
    """Which characters occur in each word."""
    if not words:
        return np.empty(0, np.uint64)
    characters = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    bits = np.uint64(1) << (characters % np.uint32(64)).astype(np.uint64)
    return np.bitwise_or.reduceat(bits, np.cumsum(lengths) - lengths)
