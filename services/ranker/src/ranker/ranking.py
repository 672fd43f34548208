"""Ranking: a user's state or a movie in, an ordered list with the account of each score out. No store, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.explanation.attribution import contributions
from marquee.explanation.trees import Trees
from marquee.features.context import RankContext
from marquee.features.describe import Described, described
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.candidates import Candidates
from marquee.retrieval.history import History
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import UserState
from ranker import retrieval_order
from ranker.cold import popular_and_diverse, popularity
from ranker.scoring import RankerModel, Scorer


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What the model scored.

    Attributes:
        context: the user and all candidates. x: (k, n_features) float32, the rows of the ranked movies.
    """

    context: RankContext
    x: Float32Array


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first k movies and the account of their scores, best first unless reordered.

    Attributes:
        row: (k,) intp catalogue rows. movie_id: (k,) int64. score: (k,) float64.
        base: what every score starts from. contribution: (k, C) float64; base + row sum = score.
        codes: (C,) what each column of contribution stands for.
        sources: (k,) names of the retrieval sources that found a movie, none for a filler.
        history: the user's ratings of catalogue movies; empty on the cold and similar rungs.
        muted: casefolded names of what the request does without, which no reason may name.
        model_input: None where no model scored.
    """

    rung: Rung
    row: RowArray
    movie_id: IntArray
    score: FloatArray
    base: float
    contribution: FloatArray
    codes: tuple[ReasonCode, ...]
    sources: tuple[tuple[str, ...], ...]
    history: History
    model_input: ModelInput | None = None
    muted: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.row)

    def take(self, at: RowArray) -> Self:
        """The movies at these places, in this order."""
        model_input = self.model_input
        return replace(
            self,
            row=self.row[at],
            movie_id=self.movie_id[at],
            score=self.score[at],
            contribution=self.contribution[at],
            sources=tuple(self.sources[place] for place in at.tolist()),
            model_input=None if model_input is None else replace(model_input, x=model_input.x[at]),
        )


@dataclass(frozen=True, slots=True)
class Order:
    """Every movie that could be ranked, best first. What a place rests on is computed when the place is taken.

    The cold list and movies similar to one choose among all movies: of them an order has as many as were asked for.

    Attributes:
        row: (m,) intp catalogue rows. movie_id: (m,) int64. score: (m,) float64, by which they are sorted, but for
            movies that no source found and that only fill up a long list: they come last, the most popular first.
        known: the candidates described, None on the cold and similar rungs.
    """

    rung: Rung
    row: RowArray
    movie_id: IntArray
    score: FloatArray
    known: Described | None
    _ranked: Callable[[RowArray], Ranked]
    _whole: Callable[[], "Order"] | None = None

    def __len__(self) -> int:
        return len(self.row)

    def take(self, at: RowArray) -> Ranked:
        """The movies at these places, in this order, with the account of their scores."""
        return self._ranked(at)

    def whole(self) -> "Order":
        """This order with what was left to be computed until it is wanted; it begins with this one."""
        return self if self._whole is None else self._whole()

    def first(self, k: int) -> Ranked:
        """The first k movies, fewer only where there are no more."""
        return self._ranked(np.arange(min(k, len(self))))


def order_for_user(
    model: RankerModel,
    movies: MovieFeatures,
    user: UserState,
    *,
    at_least: int = 0,
    exclude: Sequence[int] = (),
    allowed: BoolArray | None = None,
) -> Order:
    """Order the movies the user has not rated.

    Args:
        movies: the state of the bundle's catalogue.
        at_least: how many movies to fill up to with popular ones; the cold list has one more, which shows
            that a longer one would go on.
        exclude: movie ids to leave out besides the rated ones.
        allowed: (n_movies,) bool, a filter over the catalogue's rows.
    Returns:
        All candidates, so that the order for a smaller `at_least` is the beginning of the order for a larger one. A
        user without ratings of known movies gets the cold list.
    """
    bundle = model.bundle
    excluded = rows_of(bundle.catalog, exclude)
    known = described(bundle.retrieval, movies, user, excluded_rows=excluded, allowed=allowed, at_least=at_least)
    if known is None:
        return _cold(movies.state, excluded, k=at_least + 1, allowed=allowed)
    return order_of(model, movies.state, known)


def order_of(model: RankerModel, movies: MovieState, known: Described) -> Order:
    """Order a user's candidates, by the model if there is one."""
    if model.scorer is None or model.bundle.trees is None:
        return _in_retrieval_order(movies, known)
    return _by_model(model.scorer, model.bundle.trees, model.codes, movies, known)


def order_by_popularity(movies: MovieState, rows: RowArray) -> Order:
    """Order these movies for somebody of whom nothing is known."""
    score = popularity(movies, rows)
    best = np.argsort(-score, kind="stable")
    return _as_popular(movies, rows[best], score[best])


def rank_user(
    model: RankerModel,
    movies: MovieFeatures,
    user: UserState,
    *,
    k: int,
    exclude: Sequence[int] = (),
    allowed: BoolArray | None = None,
) -> Ranked:
    """The first k movies of the user's order, fewer only where the catalogue has no more."""
    return order_for_user(model, movies, user, at_least=k, exclude=exclude, allowed=allowed).first(k)


def rows_of(catalog: MovieTable, movie_ids: Sequence[int]) -> RowArray:
    """Rows of the movies that the catalogue has."""
    rows = catalog.rows(np.asarray(movie_ids, np.int64))
    return rows[rows >= 0]


def _best_first(score: FloatArray, movies: MovieState, candidates: Candidates) -> RowArray:
    """Positions of the candidates by score; ties by popularity.

    What no source found comes last, by popularity alone: how many such movies there are depends on how long a list was
    asked for, and a list has to be the beginning of every longer one.
    """
    prior, is_filler = movies.prior[candidates.row], candidates.is_filler
    order: RowArray = np.lexsort((-prior, -np.where(is_filler, prior, score), is_filler))
    return order


def _by_model(
    scorer: Scorer, trees: Trees, codes: tuple[ReasonCode, ...], movies: MovieState, known: Described
) -> Order:
    candidates, x = known.candidates, known.x
    score = scorer(x).astype(np.float64)
    best = _best_first(score, movies, candidates)
    movie_id = movies.catalog.movie_id[candidates.row[best]]

    def ranked(places: RowArray) -> Ranked:
        at = best[places]
        return Ranked(
            rung=Rung.PERSONAL,
            row=candidates.row[at],
            movie_id=movie_id[places],
            score=score[at],
            base=trees.base,
            contribution=contributions(trees, x[at]),
            codes=codes,
            sources=candidates.sources(at),
            history=known.history,
            model_input=ModelInput(known.context, x[at]),
        )

    return Order(Rung.PERSONAL, candidates.row[best], movie_id, score[best], known, ranked)


def _cold(movies: MovieState, excluded: RowArray, *, k: int, allowed: BoolArray | None) -> Order:
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[excluded] = False
    return _as_popular(movies, *popular_and_diverse(movies, is_open, k=k))


def _as_popular(movies: MovieState, rows: RowArray, score: FloatArray) -> Order:
    listed = Ranked(
        rung=Rung.COLD,
        row=rows,
        movie_id=movies.catalog.movie_id[rows],
        score=score,
        base=0.0,
        contribution=score[:, None],
        codes=(ReasonCode.POPULAR,),
        sources=(("popular",),) * len(rows),
        history=History.empty(),
    )
    return Order(Rung.COLD, rows, listed.movie_id, score, None, listed.take)


def _in_retrieval_order(movies: MovieState, known: Described) -> Order:
    candidates = known.candidates
    account = retrieval_order.fused(candidates, movies)
    score = account.sum(axis=1)
    best = _best_first(score, movies, candidates)
    rows = candidates.row[best]
    listed = Ranked(
        rung=Rung.RETRIEVAL,
        row=rows,
        movie_id=movies.catalog.movie_id[rows],
        score=score[best],
        base=0.0,
        contribution=account[best],
        codes=retrieval_order.CODES,
        sources=candidates.sources(best),
        history=known.history,
    )
    return Order(Rung.RETRIEVAL, rows, listed.movie_id, listed.score, known, listed.take)
