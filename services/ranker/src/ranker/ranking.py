"""Ranking: a user's state in, an ordered list with its account out. Pure: no store, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.explanation.attribution import contributions
from marquee.features.context import RankContext
from marquee.features.describe import Described, described
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.history import History
from marquee.retrieval.similar import PARTS, similar
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from marquee.state.ratings import UserState
from ranker.cold import popular_and_diverse
from ranker.retrieval_order import FAMILIES, fused
from ranker.scoring import RankerModel


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first k, best first; scores never rise.

    Attributes:
        row: (k,) intp catalogue rows. movie_id: (k,) int64. score: (k,) float64.
        base: what every score starts from. contribution: (k, F) float64 by family; base + row sum = score.
        families: (F,) names of the columns. sources: (k,) names of the retrieval sources, none for a filler.
        features: (k, f) float32 of the returned movies, empty where no model scored.
        history: the user's ratings, empty on the cold rung.
        context: what the scores were computed of, None where no model scored.
        n_candidates: how many were scored. rung: "personal", "retrieval_order" or "cold".
    """

    row: RowArray
    movie_id: IntArray
    score: FloatArray
    base: float
    contribution: FloatArray
    families: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...]
    features: Float32Array
    history: History
    context: RankContext | None
    n_candidates: int
    rung: str

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class RankedSimilar:
    """The k most similar, best first. parts: (k, P) float64, adding up to the score; part_names: (P,)."""

    row: RowArray
    movie_id: IntArray
    score: FloatArray
    parts: FloatArray
    part_names: tuple[str, ...]


def rank_user(
    model: RankerModel,
    movies: MovieFeatures,
    user: UserState,
    *,
    k: int,
    exclude: Sequence[int] = (),
    allowed: BoolArray | None = None,
) -> Ranked:
    """Rank movies the user has not rated.

    Args:
        movies: the state of the bundle's catalogue.
        exclude: movie ids to leave out besides the rated ones.
        allowed: (n_movies,) bool, a filter over the catalogue's rows.
    Returns:
        k movies, fewer only where the catalogue has no more. A user without ratings of known movies gets the cold list.
    """
    bundle = model.bundle
    excluded = bundle.catalog.rows(np.asarray(exclude, np.int64))
    excluded = excluded[excluded >= 0]
    known = described(bundle.snapshot, movies, user, excluded_rows=excluded, allowed=allowed, at_least=k)
    if known is None:
        return _cold(movies.state, excluded, k=k, allowed=allowed)
    if model.scorer is None or bundle.trees is None:
        return _unscored(movies.state, known, k=k)
    x, candidates = known.x, known.candidates
    score = model.scorer(x).astype(np.float64)
    best = _best(score, movies.state, candidates.row, k)
    return Ranked(
        row=candidates.row[best],
        movie_id=bundle.catalog.movie_id[candidates.row[best]],
        score=score[best],
        base=bundle.trees.base,
        contribution=contributions(bundle.trees, x[best]),
        families=bundle.trees.families,
        sources=tuple(candidates.sources(int(at)) for at in best),
        features=x[best],
        history=known.history,
        context=known.context,
        n_candidates=len(candidates),
        rung="personal",
    )


def rank_similar(
    model: RankerModel,
    movies: MovieState,
    movie_id: int,
    *,
    k: int,
    exclude: Sequence[int] = (),
    allowed: BoolArray | None = None,
) -> RankedSimilar:
    """Rank the movies most similar to one.

    Raises:
        KeyError: the bundle's catalogue does not have the movie.
    """
    catalog = model.bundle.catalog
    seed = int(catalog.rows(np.array([movie_id], np.int64))[0])
    if seed < 0:
        raise KeyError(movie_id)
    is_open = np.ones(len(catalog), bool) if allowed is None else allowed.copy()
    excluded = catalog.rows(np.asarray(exclude, np.int64))
    is_open[excluded[excluded >= 0]] = False
    found = similar(model.bundle.snapshot, movies, seed, k=k, allowed=is_open)
    return RankedSimilar(found.row, catalog.movie_id[found.row], found.score, found.parts, PARTS)


def _best(score: FloatArray, movies: MovieState, rows: RowArray, k: int) -> RowArray:
    """Positions of the k highest scores, best first; ties by popularity."""
    order: RowArray = np.lexsort((-movies.prior[rows], -score))
    return order[:k]


def _cold(movies: MovieState, excluded: RowArray, *, k: int, allowed: BoolArray | None) -> Ranked:
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[excluded] = False
    rows, score = popular_and_diverse(movies, is_open, k=k)
    return _plain(
        movies,
        rows=rows,
        score=score,
        parts=score[:, None],
        families=(ReasonCode.POPULAR.value,),
        sources=(("popular",),) * len(rows),
        history=History.empty(),
        n_candidates=int(is_open.sum()),
        rung="cold",
    )


def _unscored(movies: MovieState, known: Described, *, k: int) -> Ranked:
    candidates = known.candidates
    parts = fused(candidates, movies)
    score = parts.sum(axis=1)
    best = _best(score, movies, candidates.row, k)
    return _plain(
        movies,
        rows=candidates.row[best],
        score=score[best],
        parts=parts[best],
        families=FAMILIES,
        sources=tuple(candidates.sources(int(at)) for at in best),
        history=known.history,
        n_candidates=len(candidates),
        rung="retrieval_order",
    )


def _plain(
    movies: MovieState,
    *,
    rows: RowArray,
    score: FloatArray,
    parts: FloatArray,
    families: tuple[str, ...],
    sources: tuple[tuple[str, ...], ...],
    history: History,
    rung: str,
    n_candidates: int,
) -> Ranked:
    nothing = np.empty((len(rows), 0), np.float32)
    ids = movies.catalog.movie_id[rows]
    return Ranked(rows, ids, score, 0.0, parts, families, sources, nothing, history, None, n_candidates, rung)
