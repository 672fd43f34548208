"""Candidates: the union of the best movies of every source for one user, and the rank that each source gave them."""

from dataclasses import dataclass
from itertools import compress

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray, distinct
from marquee.retrieval.config import DEFAULTS
from marquee.retrieval.sources import Retrieved, Source
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

TIE = 1e-9
"""Weight of popularity, as a share of a source's best score: it decides between equal scores and next to no others."""
GROUP = 64
"""Scores of which only the best is looked at, to find out what a source's best are at least."""
FUSION = 20.0
"""Constant of reciprocal-rank fusion: the larger, the less a source's first movies stand out from its later ones."""
_NAMES = tuple(source.name.lower() for source in Source)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The union of the sources' best.

    Attributes:
        row: (m,) intp, ascending.
        rank: (len(Source), m) int64 from 0 within a source's best, -1 where the source did not choose the movie.
    """

    row: RowArray
    rank: IntArray

    def __len__(self) -> int:
        return len(self.row)

    @property
    def is_filler(self) -> BoolArray:
        """(m,) no source chose it; it fills up a list."""
        none: BoolArray = self.rank.max(axis=0) < 0
        return none

    def with_rows(self, rows: RowArray) -> "Candidates":
        """These and more movies, which no source chose; a row that is among them already stays as it is."""
        row = np.union1d(self.row, rows)
        rank = np.full((len(Source), len(row)), -1, np.int64)
        rank[:, np.searchsorted(row, self.row)] = self.rank
        return Candidates(row, rank)

    def sources(self, at: RowArray) -> tuple[tuple[str, ...], ...]:
        """For each of these candidates the names of the sources that chose it."""
        is_chosen = (self.rank[:, at] >= 0).T.tolist()
        return tuple(tuple(compress(_NAMES, each)) for each in is_chosen)


def choose(
    retrieved: Retrieved,
    movies: MovieState,
    left_out: RowArray,
    *,
    per_source: int = DEFAULTS.per_source,
    allowed: BoolArray | None = None,
    at_least: int = 0,
) -> Candidates:
    """Union of each source's best `per_source` among the movies that may be recommended.

    Args:
        left_out: rows that may not be chosen: the user rated them, or the request excludes them.
        allowed: (n,) bool, a filter; a movie that is not released yet is never chosen.
        at_least: fill up with the most popular others, which then have no source, while the catalogue has any.
    """
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[left_out] = False
    chosen = [_chosen(source, retrieved, movies, is_open, count=per_source) for source in Source]
    rows, count = np.concatenate(chosen), [len(each) for each in chosen]
    union = distinct(rows)
    if len(union) < at_least:
        is_open[union] = False
        others = first_open(movies.by_prior, is_open, count=at_least - len(union))
        union = np.sort(np.concatenate([union, others]))
    rank = np.full((len(Source), len(union)), -1, np.int64)
    rank[np.repeat(np.arange(len(Source)), count), union.searchsorted(rows)] = np.concatenate(
        list(map(np.arange, count))
    )
    return Candidates(union, rank)


def _chosen(source: Source, retrieved: Retrieved, movies: MovieState, is_open: BoolArray, *, count: int) -> RowArray:
    """Rows of a source's `best` among the open movies, best first."""
    match source:
        case Source.POPULAR:  # popularity is first of all what is popular: its order is that of the scores, too
            rows = first_scored(movies.by_prior, retrieved.popular, is_open, count=count)
            scores = retrieved.popular[rows]
        case Source.TRENDING:
            rows = first_scored(movies.by_decayed_fast, retrieved.trending, is_open, count=count)
            scores = retrieved.trending[rows]
        case Source.CONTENT:
            return best(np.where(is_open, retrieved.content, 0), movies.prior, count=count)
        case _:
            linked, scores = retrieved.linked(source)
            if len(linked) == len(is_open):
                return best(np.where(is_open, scores, 0), movies.prior, count=count)
            rows = linked.astype(np.intp)
            scores = np.where(is_open[rows], scores, 0)
    return rows[best(scores, movies.prior[rows], count=count)]


def first_open(order: RowArray, is_open: BoolArray, *, count: int) -> RowArray:
    """The first `count` open rows of an order, fewer only where it has no more; little more of it is looked at."""
    looked_at = 4 * count
    while True:
        rows = order[:looked_at]
        rows = rows[is_open[rows]]
        if len(rows) >= count or looked_at >= len(order):
            return rows[:count]
        looked_at *= 4


def first_scored(order: RowArray, scores: Float32Array, is_open: BoolArray, *, count: int) -> RowArray:
    """The open rows among which the `best` are, without a look at most of the others.

    Args:
        order: all rows by their score, the highest first.
    """
    looked_at = 4 * count
    while True:
        rows = order[:looked_at]
        rows = rows[is_open[rows]]
        if looked_at >= len(order):
            return rows
        left = float(scores[order[looked_at]])
        if left <= 0 or (len(rows) >= count and left < float(scores[rows[count - 1]]) - TIE * float(scores[rows[0]])):
            return rows
        looked_at *= 4


def best(scores: Float32Array, prior: FloatArray, *, count: int) -> RowArray:
    """Positions of the `count` highest scores above 0, best first; ties by popularity.

    Args:
        scores: (m,) of one source. prior: (m,) the movies' popularity in [0, 1), `MovieState.prior`.
    Returns:
        Fewer than `count` where fewer score above 0.
    """
    tie = TIE * float(scores.max(initial=0))
    least = max(reached(scores, count) - tie, 0)  # of lower scores popularity makes none one of the best
    at = np.flatnonzero(scores > np.nextafter(np.float32(least), np.float32(0)))
    value = scores[at].astype(np.float64)
    value += prior[at] * tie
    if len(at) > count:
        kept = np.argpartition(-value, count - 1)[:count]
        at, value = at[kept], value[kept]
    return at[np.argsort(-value, kind="stable")]


def reached(scores: Float32Array | FloatArray, count: int) -> float:
    """A score that at least `count` of the scores reach, 0 if there are too few to tell.

    It is the lowest of the best groups' own best: to look for it costs one pass, and few scores are then left to sort.
    With fewer groups than wanted it is the lowest of the best scores themselves.
    """
    groups = len(scores) // GROUP
    if groups < count:
        return float(np.partition(scores, -count)[-count]) if len(scores) >= count else 0.0
    best_of_each = scores[: groups * GROUP].reshape(GROUP, groups).max(axis=0)
    return float(np.partition(best_of_each, groups - count)[groups - count])


def rank_among(scores: Float32Array, prior: FloatArray, which: RowArray, place: RowArray, *, count: int) -> IntArray:
    """Rank from 0 of single movies among a source's `best`, -1 for those that are not of them.

    Args:
        scores: (t, s, m) of s sources, in t sets. prior: (m,) the movies' popularity.
        which, place: (p,) the set and the movie whose rank is wanted.
    Returns:
        (s, p) int64.
    """
    if not len(which):
        return np.empty((scores.shape[1], 0), np.int64)
    value = scores.astype(np.float64)
    value += prior * (TIE * value.max(axis=-1, keepdims=True))
    theirs = value[which, :, place][:, :, None]
    is_above = (value[which] > theirs).view(np.uint8)
    rank = is_above.sum(axis=-1, dtype=np.int32)  # faster than to count what is not 0
    is_chosen = (scores[which, :, place] > 0) & (rank < count)
    return np.where(is_chosen, rank, -1).T.astype(np.int64)


def reciprocal_rank(rank: IntArray) -> FloatArray:
    """1 / (FUSION + rank), 0 for a rank of -1; the sum over sources is reciprocal-rank fusion (Cormack et al. 2009)."""
    return np.where(rank >= 0, 1 / (FUSION + rank), 0)
