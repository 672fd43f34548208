"""Every retrieval model, fitted on the ratings before one time and on nothing else, as arrays to be memory-mapped."""

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Literal, Self

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array
from marquee.retrieval import content, ease, item_knn, rp3beta, transitions
from marquee.retrieval.config import DEFAULTS, RetrievalConfig
from marquee.retrieval.interactions import Interactions, graded
from marquee.sparse import rows_of, transposed_product, unchecked_csr
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import Ratings


class Link(IntEnum):
    """The item-to-item models, in the order in which they are stacked."""

    EASE = 0
    EASE_ALL = 1
    ITEM_KNN = 2
    RP3BETA = 3
    TRANSITIONS = 4


_PARTS = ("indptr", "indices", "data")
_TERM_NAMES = "terms.names"


@dataclass(frozen=True, slots=True)
class FittedRetrieval:
    """Fitted retrieval; the movies are the rows of the catalogue it was fitted with, and newer ones after them.

    Attributes:
        links: (n_linked, len(Link) * n_linked) float32 CSR: row = movie in the history, column = link * n_linked +
            target movie. One matrix, so that one slice of its rows serves all models. A newer movie has no links.
        terms: (n_movies, n_terms) float32 CSR, tf-idf rows of length 1.
        as_of_ms: time of the last rating it was fitted on. config: what it was fitted with and must be queried with.
        term_names: (n_terms,) what the columns of `terms` stand for; empty in a bundle of an earlier release.
    """

    links: sparse.csr_array
    terms: sparse.csr_array
    as_of_ms: int
    config: RetrievalConfig
    term_names: tuple[content.Term, ...] = ()

    @property
    def n_movies(self) -> int:
        return int(self.terms.shape[0])

    @property
    def n_linked(self) -> int:
        """Movies that the item-to-item models know: all but those that are newer."""
        return int(self.links.shape[0])

    def link(self, which: Link) -> sparse.csr_array:
        """(n_linked, n_linked) weights of one model."""
        n = self.n_linked
        return self.links[:, which * n : (which + 1) * n]

    def links_of(self, rows: RowArray) -> sparse.csr_array:
        """(h, len(Link) * n_linked) CSR, the rows of `links` of these movies; of a newer one an empty row."""
        is_linked = rows < self.n_linked
        if is_linked.all():
            return rows_of(self.links, rows)
        found = rows_of(self.links, rows[is_linked])
        lengths = np.zeros(len(rows), found.indptr.dtype)
        lengths[is_linked] = np.diff(found.indptr)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(found.indptr.dtype)
        return unchecked_csr(found.data, found.indices, indptr, (len(rows), self.links.shape[1]))

    def updated(self, rows: RowArray, weights: sparse.csr_array) -> Self:
        """With these rows of `terms`; rows from n_movies on are newer movies.

        Args:
            rows: (m,) distinct; those from n_movies on without a gap. weights: (m, n_terms) CSR.
        """
        stacked = sparse.vstack([self.terms, weights], format="csr", dtype=np.float32)
        source = np.arange(max(self.n_movies, int(rows.max(initial=-1)) + 1))
        source[rows] = self.n_movies + np.arange(len(rows))
        return replace(self, terms=stacked[source])

    def save(self, folder: Path) -> list[Path]:
        """Write plain .npy files; gives their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {f"{name}.{part}": getattr(m, part) for name, m in self._matrices() for part in _PARTS}
        arrays |= {f"{name}.shape": np.array(m.shape, np.int64) for name, m in self._matrices()}
        arrays["as_of_ms"] = np.array(self.as_of_ms, np.int64)
        arrays[_TERM_NAMES] = np.frombuffer(json.dumps(self.term_names).encode(), np.uint8)
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        return [folder / f"{name}.npy" for name in arrays]

    @classmethod
    def load(cls, folder: Path, config: RetrievalConfig, *, is_mapped: bool = True) -> Self:
        """Read what `save` wrote; mapped arrays stay on disk until touched, and processes share them."""
        mode: Literal["r"] | None = "r" if is_mapped else None

        def matrix(name: str) -> sparse.csr_array:
            indptr, indices, data = (np.load(folder / f"{name}.{part}.npy", mmap_mode=mode) for part in _PARTS)
            shape = tuple(int(side) for side in np.load(folder / f"{name}.shape.npy"))
            return sparse.csr_array((data, indices, indptr), shape=shape, copy=False)

        as_of_ms = int(np.load(folder / "as_of_ms.npy"))
        return cls(matrix("links"), matrix("terms"), as_of_ms, config, _term_names(folder / f"{_TERM_NAMES}.npy"))

    def _matrices(self) -> tuple[tuple[str, sparse.csr_array], ...]:
        return ("links", self.links), ("terms", self.terms)


def _term_names(path: Path) -> tuple[content.Term, ...]:
    names = json.loads(np.load(path).tobytes()) if path.exists() else []
    return tuple((kind, name) for kind, name in names)


def fit_retrieval(
    ratings: Ratings,
    catalog: MovieTable,
    config: RetrievalConfig = DEFAULTS,
    *,
    terms: content.Terms | None = None,
) -> FittedRetrieval:
    """Fit all models on these ratings.

    Args:
        ratings: only those before the time of the queries.
        terms: the catalogue's content, if it has been computed already; with the same config.
    """
    data, of = Interactions.of(ratings, catalog, config), config.for_catalogue(len(catalog))
    stars = graded(data.rating, config) * np.sqrt(data.faded(of.ease.fading))
    models: dict[Link, sparse.csr_array] = {
        Link.EASE: ease.fit(data.matrix(stars), of.ease),
        Link.EASE_ALL: ease.fit(data.matrix(np.sqrt(data.faded(of.ease_all.fading))), of.ease_all),
        Link.ITEM_KNN: item_knn.fit(data.positives(of.item_knn.fading), of.item_knn),
        Link.RP3BETA: rp3beta.fit(data.positives(of.rp3beta.fading), of.rp3beta),
        Link.TRANSITIONS: transitions.fit(data, of.transitions),
    }
    as_of_ms = int(ratings.rated_at.max()) if len(ratings) else 0
    terms = content.fit(catalog, config.content) if terms is None else terms
    return FittedRetrieval(_stacked(models), terms.weights, as_of_ms, config, terms.names)


def _stacked(models: dict[Link, sparse.csr_array]) -> sparse.csr_array:
    stacked = sparse.hstack([models[link] for link in Link], format="csr", dtype=np.float32)
    stacked.sort_indices()
    # both index arrays of one type: with two, every slice converts all of the larger one first
    flat = (stacked.data, stacked.indices.astype(np.int32), stacked.indptr.astype(np.int32))
    return sparse.csr_array(flat, shape=stacked.shape)


def scores_of(links: sparse.csr_array, weights: Float32Array) -> Float32Array:
    """Sum over the given source rows, one column per query.

    Args:
        links: (h, m) rows of the history. weights: (h, q) float32.
    Returns:
        (q, m) float32, a view by columns: most of its rows are read at a few places only.
    """
    return transposed_product(links, weights).T
