"""Muting: ranking as if a belief about the user were none. `subjects.py` applies it to every order.

A muted code is a family of features: its part is left out of every score, and the movies are sorted again.

A muted genre or person is taken out of the world that taste is computed in, as if no movie had it: out of the genres
that `taste_genre` compares, and out of the tf-idf terms behind `taste_content` and the content source, whose rows are
scaled to length 1 again. What follows from other people's ratings alone stays: it is no belief in a genre or person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse

from marquee.arrays import BoolArray, Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.fitted import FittedRetrieval
from marquee.state.movie_table import RowArray
from ranker.ranking import Order, Ranked
from ranker.serving import Serving

_CODES = frozenset(code.value for code in ReasonCode)
_KINDS = frozenset({"genre", "director", "cast"})
"""The terms that can be muted by name; a keyword cannot."""


@dataclass(frozen=True, slots=True)
class Muted:
    """What a request does without.

    Attributes:
        names: all of it, casefolded: codes, genres and people. A name that the model does not know changes nothing.
        codes: those of the names that are reason codes.
    """

    names: frozenset[str]
    codes: frozenset[ReasonCode]

    @classmethod
    def of(cls, mute: Iterable[str]) -> Self:
        names = frozenset(name.casefold() for name in mute)
        return cls(names, frozenset(map(ReasonCode, names & _CODES)))

    def __bool__(self) -> bool:
        return bool(self.names)

    def world(self, serving: Serving) -> Serving:
        """The same model and movies, as if no movie had a muted genre or person."""
        bundle = serving.model.bundle
        retrieval = _without_terms(bundle.retrieval, self.names)
        model = replace(serving.model, bundle=replace(bundle, retrieval=retrieval))
        return replace(serving, model=model, movies=_without_genres(serving.movies, self.names))

    def order(self, order: Order) -> Order:
        """The same movies without the muted codes' part of their scores, best first; fillers stay at the end.

        The account has no column for a muted code.
        """
        if not self.codes & set(order.first(1).codes):
            return Order(
                order.rung,
                order.row,
                order.movie_id,
                order.score,
                order.known,
                lambda places: self._named(order, places),
            )
        every = self._without_codes(order.first(len(order)))
        is_filler = np.array([not sources for sources in every.sources], bool)
        best = np.lexsort(
            (-np.where(is_filler, 0, every.score), is_filler)
        )  # stable: ties and fillers keep their order
        every = every.take(best)
        return Order(every.rung, every.row, every.movie_id, every.score, order.known, every.take)

    def _named(self, order: Order, places: RowArray) -> Ranked:
        return replace(order.take(places), muted=self.names)

    def _without_codes(self, ranked: Ranked) -> Ranked:
        kept = [at for at, code in enumerate(ranked.codes) if code not in self.codes]
        contribution = ranked.contribution[:, kept]
        return replace(
            ranked,
            score=ranked.base + contribution.sum(axis=1),
            contribution=contribution,
            codes=tuple(ranked.codes[at] for at in kept),
            muted=self.names,
        )


def _without_genres(movies: MovieFeatures, names: frozenset[str]) -> MovieFeatures:
    state = movies.state
    muted = np.array([name.casefold() in names for name in state.catalog.genre_names], bool)
    if not muted.any():
        return movies
    return replace(movies, state=replace(state, genres=np.where(muted, np.float32(0), state.genres)))


def _without_terms(retrieval: FittedRetrieval, names: frozenset[str]) -> FittedRetrieval:
    """Its terms but for the named genres and people; a bundle that does not name its terms keeps them all."""
    muted = np.array([kind in _KINDS and name.casefold() in names for kind, name in retrieval.term_names], bool)
    if not muted.any():
        return retrieval
    return replace(retrieval, terms=_scaled_without(retrieval.terms, muted))


def _scaled_without(terms: sparse.csr_array, muted: BoolArray) -> sparse.csr_array:
    """Rows of length 1, or 0, without the muted columns; (n_movies, n_terms), of the same sparsity."""
    weight = np.where(muted[terms.indices], np.float32(0), terms.data)
    row = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))
    left = np.sqrt(np.bincount(row, weights=weight.astype(np.float64) ** 2, minlength=terms.shape[0]))
    scale: Float32Array = (1 / np.where(left > 0, left, 1)).astype(np.float32)
    return sparse.csr_array((weight * scale[row], terms.indices, terms.indptr), shape=terms.shape)
