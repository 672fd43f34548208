"""Movies similar to one: by the model of similar movies where the bundle has one, by the weighted sum elsewhere."""

from collections.abc import Callable, Sequence

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.explanation.attribution import contributions
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import History
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.retrieval.similar import PARTS, SimilarMovies, weighted_sum
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from ranker.near import Near
from ranker.ranking import Order, Ranked, rows_of
from ranker.scoring import RankerModel, TreeModel

_CODE_OF_PART = {
    "item_knn": ReasonCode.CO_RATED,
    "ease": ReasonCode.CO_RATED,
    "content": ReasonCode.SAME_CONTENT,
    "popular": ReasonCode.POPULAR,
}
_SIMILAR_CODES = tuple(dict.fromkeys(_CODE_OF_PART[name] for name in PARTS))
_SOURCES = (*(link.name.lower() for link in Link), "content")


def _every_choice_of(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """By the sum of their bits, the first name's the lowest, which names are meant."""
    return tuple(tuple(name for at, name in enumerate(names) if which & 1 << at) for which in range(1 << len(names)))


_PARTS_IN, _SOURCES_IN = _every_choice_of(PARTS), _every_choice_of(_SOURCES)


def order_similar(
    model: RankerModel,
    movies: MovieFeatures,
    movie_id: int,
    *,
    k: int,
    exclude: Sequence[int] = (),
    allowed: BoolArray | None = None,
    content: float | None = None,
    at_once: int | None = None,
) -> Order:
    """The k movies most similar to one.

    A model orders its candidates. Where they are fewer than k, the others follow in the order of the weighted sum, and
    with its parts; so the order for a smaller k is the beginning of the order for a larger one.

    Args:
        content: how much the story counts against the fans, from 0 to 1; None for the usual mix. Of a model's score it
            weighs the parts: the fans' counts 2 (1 - content) times, the story's 2 content times.
        at_once: with so many candidates what follows them is computed when `Order.whole` asks for it; None for k.
    Raises:
        KeyError: the bundle's catalogue does not have the movie.
    """
    catalog = model.bundle.catalog
    seed = int(catalog.rows(np.array([movie_id], np.int64))[0])
    if seed < 0:
        raise KeyError(movie_id)
    is_open = movies.state.is_released.copy() if allowed is None else movies.state.is_released & allowed
    is_open[rows_of(catalog, exclude)] = False
    near = model.near.of(model.bundle.retrieval, seed)
    if model.similar is None:
        return _by_sum(near.neighbourhood, movies.state, is_open, k=k, content=content)
    return _by_model(
        model.similar, near, movies, is_open, k=k, at_once=k if at_once is None else at_once, content=content
    )


def rank_similar(
    model: RankerModel, movies: MovieFeatures, movie_id: int, *, k: int, exclude: Sequence[int] = ()
) -> Ranked:
    """Rank the k movies most similar to one.

    Raises:
        KeyError: the bundle's catalogue does not have the movie.
    """
    return order_similar(model, movies, movie_id, k=k, exclude=exclude).first(k)


def _by_model(
    model: TreeModel,
    of: Near,
    movies: MovieFeatures,
    is_open: BoolArray,
    *,
    k: int,
    at_once: int,
    content: float | None,
) -> Order:
    near = of.neighbourhood
    state, per_source, base = movies.state, near.retrieval.config.similar.per_source, model.trees.base
    found = near.candidates(state, is_open, per_source=per_source)
    x, weight = of.features(movies, found), _weight_of_parts(model.codes, content)
    score = model.scorer(x).astype(np.float64) if content is None else base + contributions(model.trees, x) @ weight
    best = np.lexsort((-state.prior[found], -score))[:k]
    x, score, n_found = x[best], score[best], len(best)

    def with_others(others: SimilarMovies, whole: Callable[[], Order] | None = None) -> Order:
        row, scores = np.concatenate([found[best], others.row]), np.concatenate([score, base + others.score])
        movie_id = state.catalog.movie_id[row]

        def ranked(places: RowArray) -> Ranked:
            is_found = places < n_found
            account = np.empty((len(places), len(model.codes)))
            account[is_found] = contributions(model.trees, x[places[is_found]]) * weight
            account[~is_found] = _account(others.parts[places[~is_found] - n_found], model.codes)
            return Ranked(
                rung=Rung.SIMILAR,
                row=row[places],
                movie_id=movie_id[places],
                score=scores[places],
                base=base,
                contribution=account,
                codes=model.codes,
                sources=_sources(near, row[places], is_found, per_source=per_source),
                history=History.empty(),
            )

        return Order(Rung.SIMILAR, row, movie_id, scores, None, ranked, whole)

    def whole() -> Order:
        return with_others(_others(near, state, is_open, found, k=k, content=content))

    return with_others(_NO_OTHERS, whole) if at_once <= n_found < k else whole()


_NO_OTHERS = SimilarMovies(np.empty(0, np.intp), np.empty(0), np.empty((0, len(PARTS))))


def _others(
    near: Neighbourhood, movies: MovieState, is_open: BoolArray, found: RowArray, *, k: int, content: float | None
) -> SimilarMovies:
    """What fills a list up to k: the first movies by the weighted sum that are no candidates."""
    if len(found) >= k:
        return _NO_OTHERS
    is_open = is_open.copy()
    is_open[found] = False
    return weighted_sum(near, movies, k=k - len(found), allowed=is_open, content=content)


def _account(parts: FloatArray, codes: tuple[ReasonCode, ...]) -> FloatArray:
    """(m, len(codes)) the parts of a weighted sum, (m, len(PARTS)), by what they stand for."""
    account = np.zeros((len(parts), len(codes)))
    for part, name in enumerate(PARTS):
        account[:, codes.index(_CODE_OF_PART[name])] += parts[:, part]
    return account


def _weight_of_parts(codes: tuple[ReasonCode, ...], content: float | None) -> FloatArray:
    """How often each part of a score counts; every part once without a wish and at 0.5, the others always."""
    share = 0.5 if content is None else content
    of_code = {ReasonCode.CO_RATED: 2 * (1 - share), ReasonCode.SAME_CONTENT: 2 * share}
    return np.array([of_code.get(code, 1.0) for code in codes])


def _sources(
    near: Neighbourhood, rows: RowArray, is_candidate: BoolArray, *, per_source: int
) -> tuple[tuple[str, ...], ...]:
    """The names of the sources that relate each movie to the one; none for a movie that only fills up a list."""
    rank = np.stack([linked.of(rows)[1] for linked in near.linked])
    is_said = np.concatenate([(rank >= 0) & (rank < per_source), near.story[rows][None] > 0]) & is_candidate
    return _named(is_said.T, _SOURCES_IN)


def _named(is_meant: BoolArray, choices: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """For each row of is_meant, (m, len(names)), which of the names are."""
    which: IntArray = is_meant @ (1 << np.arange(is_meant.shape[1]))
    return tuple(choices[each] for each in which.tolist())


def _by_sum(near: Neighbourhood, movies: MovieState, is_open: BoolArray, *, k: int, content: float | None) -> Order:
    """In the order of the weighted sum; both collaborative parts are accounted for as one."""
    found = weighted_sum(near, movies, k=k, allowed=is_open, content=content)
    ids = movies.catalog.movie_id[found.row]

    def ranked(places: RowArray) -> Ranked:
        parts = found.parts[places]
        return Ranked(
            rung=Rung.SIMILAR,
            row=found.row[places],
            movie_id=ids[places],
            score=found.score[places],
            base=0.0,
            contribution=_account(parts, _SIMILAR_CODES),
            codes=_SIMILAR_CODES,
            sources=_named(parts > 0, _PARTS_IN),
            history=History.empty(),
        )

    return Order(Rung.SIMILAR, found.row, ids, found.score, None, ranked)
