"""Links into one movie: how much each other movie's rating speaks for it, by the retrieval models and by content."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import Float32Array, FloatArray
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.retrieval.history import History, Query
from marquee.state.movie_table import RowArray

SCORES = (
    (Link.EASE, Query.TASTE),
    (Link.ITEM_KNN, Query.TASTE),
    (Link.RP3BETA, Query.TASTE),
    (Link.TRANSITIONS, Query.LAST),
)
"""The scores that a rated movie adds to, and with which weight of its rating."""
CONTENT = 0.5
"""What content counts beside one of these scores; it reaches movies that few have rated."""
NEIGHBOURS = 150
"""How many movies are looked at as possible sources of a link, the strongest ones."""


@dataclass(frozen=True, slots=True)
class Links:
    """What rated movies add to the scores of one movie.

    Attributes:
        of_model: (h, len(SCORES)) float32. content: (h,) float32, the cosine of what both movies are made of.
    """

    of_model: Float32Array
    content: Float32Array

    def strength(self) -> FloatArray:
        """(h,) each movie's links as shares of the strongest, summed: what a new rating of 5 would add, roughly."""
        total: FloatArray = _of_strongest(self.of_model).sum(axis=1) + CONTENT * _of_strongest(self.content)
        return total

    def parts(self, history: History) -> FloatArray:
        """(h,) what each rating has added, as shares of all, summed; negative where it has lowered the scores.

        Args:
            history: the h ratings of which these are the links.
        """
        weights = history.weights()
        added = self.of_model * weights[:, [query for _, query in SCORES]]
        content = self.content * weights[:, Query.TASTE]
        total: FloatArray = _of_all(added).sum(axis=1) + CONTENT * _of_all(content)
        return total


def links_into(retrieval: FittedRetrieval, rows: RowArray, target: int) -> Links:
    """The links from movies to one, all as catalogue rows."""
    n, links = retrieval.n_linked, retrieval.links_of(rows)
    found = np.flatnonzero(links.indices % n == target)
    source = np.searchsorted(links.indptr, found, side="right") - 1
    dense = np.zeros((len(rows), len(Link)), np.float32)
    dense[source, links.indices[found] // n] = links.data[found]
    content = np.asarray((retrieval.terms[rows] @ retrieval.terms[[target]].T).todense(), np.float32).reshape(-1)
    return Links(dense[:, [link for link, _ in SCORES]], content)


def neighbours(retrieval: FittedRetrieval, target: int) -> RowArray:
    """Rows of the movies closest to one: where its own links lead, and those of similar content."""
    n, own = retrieval.n_linked, retrieval.links_of(np.array([target]))
    weight = np.zeros(retrieval.n_movies)
    for link in Link:
        mine = own.indices // n == link
        data = np.maximum(own.data[mine], 0)
        weight[own.indices[mine] % n] += data / max(float(data.max(initial=0)), 1e-9)
    similar = np.asarray((retrieval.terms @ retrieval.terms[[target]].T).todense()).reshape(-1)
    weight += CONTENT * similar / max(float(similar.max(initial=0)), 1e-9)
    weight[target] = 0
    best = np.argsort(-weight, kind="stable")[:NEIGHBOURS]
    return best[weight[best] > 0]


def _of_strongest(values: Float32Array) -> FloatArray:
    """Each column as shares of its largest value."""
    return values / _or_one(values.max(axis=0, initial=0))


def _of_all(values: Float32Array) -> FloatArray:
    """Each column as shares of the sum of its positive values."""
    return values / _or_one(np.maximum(values, 0).sum(axis=0))


def _or_one(whole: Float32Array) -> FloatArray:
    return np.where(whole > 0, whole, 1).astype(np.float64)
