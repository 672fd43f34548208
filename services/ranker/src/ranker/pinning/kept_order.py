"""The whole order of a ranking, of which each page is a part, and the bytes that it is kept as."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import FloatArray, IntArray
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from ranker.pinning.bins import Codes
from ranker.pinning.packing import Arrays


@dataclass(frozen=True, slots=True)
class Modelled:
    """What the model scored, of each movie in the order.

    Attributes:
        rank: (len(Source), n) int8 rank from 0 among a source's best, -1 where the source did not choose the movie.
        x: (n, n_features) feature rows as bytes.
    """

    rank: NDArray[np.int8]
    x: Codes


@dataclass(frozen=True, slots=True)
class Accounted:
    """The parts of each score, where no model scored.

    Attributes:
        parts: (n, C) float64. sources: n lists of names.
    """

    parts: FloatArray
    sources: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """All movies of a ranking, best first unless reordered, with what the account of each score is made of.

    Attributes:
        rung: what ordered them. base: what every score starts from. codes: (C,) of the parts of a score.
        movie_id: (n,) int64; rows move when the catalogue gets newer movies. score: (n,) float64.
        muted: casefolded names that no reason may name.
    """

    rung: Rung
    base: float
    codes: tuple[ReasonCode, ...]
    movie_id: IntArray
    score: FloatArray
    of: Modelled | Accounted
    muted: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.movie_id)

    def header(self) -> dict[str, Any]:
        """What is not an array."""
        sources = self.of.sources if isinstance(self.of, Accounted) else None
        return {
            "order": self.rung,
            "base": self.base,
            "codes": self.codes,
            "sources": sources,
            "muted": sorted(self.muted),
        }

    def arrays(self) -> Arrays:
        """The arrays, by name."""
        own: dict[str, NDArray[Any]] = {"ranked": self.movie_id, "score": self.score}
        match self.of:
            case Modelled(rank, x):
                return {**own, "rank": rank, "x": x}
            case Accounted(parts, _):
                return {**own, "parts": parts}

    @classmethod
    def read(cls, header: dict[str, Any], arrays: Arrays) -> "KeptOrder":
        """What `header` and `arrays` gave.

        Raises:
            KeyError: another release gave it.
        """
        sources = header["sources"]
        return cls(
            Rung(header["order"]),
            header["base"],
            tuple(map(ReasonCode, header["codes"])),
            arrays["ranked"],
            arrays["score"],
            Modelled(arrays["rank"], arrays["x"]) if sources is None else Accounted(arrays["parts"], sources),
            frozenset(header["muted"]),
        )
