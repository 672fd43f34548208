"""A made-up world with a known structure: movies with genres, quality and popularity; users whose tastes change.

Pure: a seed in, columns out. A good recommender can find in it: taste clusters by genre (users of a cluster rate its
genres more often and higher), a power law of popularity, movies that are most popular after their release, and users
who move from one cluster to another half-way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import FloatArray, IntArray

GENRES = (
    "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
    "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
CLUSTERS = 8
FIRST_S, LAST_S = 852_076_800, 1_546_300_800  # 1997-01-01 to 2019-01-01
YEAR_S = 31_556_952
ERAS = 11  # of two years each: within an era the set of released movies is constant
POPULARITY_EXPONENT = 0.9  # weight of the movie of rank r: r^-0.9
TASTE = 2.5  # how much more often a fully fitting movie is chosen: e^2.5 = 12 times
MAX_SHARE = 0.5  # of all movies that one user rates


@dataclass(frozen=True, slots=True)
class SyntheticWorld:
    """Movies and users before anybody has rated anything.

    Attributes:
        genres: (M, 18) bool. year: (M,). quality: (M,) stars. popularity: (M,) weights.
        fit: (CLUSTERS, M) from 0 to 1: how well a movie fits a cluster's taste.
        cluster: (U, 2) the cluster before and after the change. bias: (U,) stars. first_s, span_s: (U,) active time.
    """

    genres: NDArray[np.bool_]
    year: IntArray
    quality: FloatArray
    popularity: FloatArray
    fit: FloatArray
    cluster: IntArray
    bias: FloatArray
    first_s: IntArray
    span_s: IntArray


@dataclass(frozen=True, slots=True)
class Rated:
    """Ratings sorted by user, then movie; both count from 0. half_stars: 1 to 10. at_s: Unix seconds."""

    user: IntArray
    movie: IntArray
    half_stars: IntArray
    at_s: IntArray


def make_world(rng: np.random.Generator, *, users: int, movies: int) -> SyntheticWorld:
    """Draw movies and users."""
    base = rng.dirichlet(np.full(len(GENRES), 0.6))
    keys = np.log(base + 1e-3) + rng.gumbel(size=(movies, len(GENRES)))
    count = rng.integers(1, 4, movies)
    rank = (-keys).argsort(axis=1).argsort(axis=1)
    genres = rank < count[:, None]
    taste = rng.dirichlet(np.full(len(GENRES), 0.25), CLUSTERS)
    taste /= taste.max(axis=1, keepdims=True)
    fit = (taste @ genres.T) / genres.sum(axis=1)
    fit /= fit.max(axis=1, keepdims=True)
    weight = np.arange(1, movies + 1) ** -POPULARITY_EXPONENT
    first_s = rng.integers(FIRST_S, LAST_S - YEAR_S // 2, users)
    span_s = np.minimum(rng.lognormal(np.log(YEAR_S / 4), 1.5, users), LAST_S - first_s).astype(np.int64)
    return SyntheticWorld(
        genres=genres,
        year=2019 - np.minimum(rng.gamma(1.6, 11.0, movies), 95).astype(np.int64),
        quality=rng.normal(0, 0.45, movies),
        popularity=rng.permutation(weight),
        fit=fit,
        cluster=rng.integers(0, CLUSTERS, (users, 2)),
        bias=rng.normal(0, 0.35, users),
        first_s=first_s,
        span_s=span_s,
    )


def rate(rng: np.random.Generator, world: SyntheticWorld, ratings: int) -> Rated:
    """Draw exactly `ratings` ratings; no user rates a movie twice.

    Raises:
        ValueError: more ratings than half of all pairs, or fewer than one per user.
    """
    users, movies = len(world.bias), len(world.year)
    counts = _counts(rng, users, int(movies * MAX_SHARE), ratings)
    user = np.repeat(np.arange(users), counts)
    at_s, progress = _times(rng, world, user, counts)
    cluster = world.cluster[user, (progress > 0.5).astype(np.int64)]
    era = (at_s - FIRST_S) * ERAS // (LAST_S - FIRST_S + 1)
    movie = _distinct_movies(rng, world, user, cluster * ERAS + era)
    stars = 3.1 + world.bias[user] + world.quality[movie] + 1.6 * world.fit[cluster, movie]
    half_stars = np.clip(np.rint(2 * (stars + rng.normal(0, 0.75, ratings))), 1, 10).astype(np.int64)
    order = np.lexsort((movie, user))
    return Rated(user[order], movie[order], half_stars[order], at_s[order])


def _counts(rng: np.random.Generator, users: int, limit: int, ratings: int) -> IntArray:
    """Ratings per user: log-normal, at least 20 if there are enough, at most `limit`, summing to `ratings`."""
    if not users <= ratings <= users * limit:
        raise ValueError(f"{users:,} users can make {users:,} to {users * limit:,} ratings here, not {ratings:,}")
    least = max(1, min(20, ratings // (2 * users)))
    activity = rng.lognormal(0, 1.1, users)
    counts = np.clip((activity / activity.sum() * ratings).astype(np.int64), least, limit)
    while (missing := ratings - int(counts.sum())) != 0:
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(counts < limit if missing > 0 else counts > least)
        counts[rng.choice(free, min(abs(missing), len(free)), replace=False)] += step
    return np.asarray(counts, np.int64)


def _times(
    rng: np.random.Generator, world: SyntheticWorld, user: IntArray, counts: IntArray
) -> tuple[IntArray, FloatArray]:
    """Time of each rating, in sessions of about 30 with seconds between them; and the user's progress then, 0 to 1."""
    place = np.arange(len(user)) - np.repeat(np.cumsum(counts) - counts, counts)
    sessions = 1 + counts // 30
    first_session = np.cumsum(sessions) - sessions
    session = first_session[user] + place * sessions[user] // counts[user]
    progress = rng.random(int(sessions.sum()))[session]
    starts = np.flatnonzero(np.r_[True, session[1:] != session[:-1]])
    gap_s = rng.integers(4, 60, len(user))
    gap_s[starts] = 0
    since_s = np.cumsum(gap_s)
    lengths = np.diff(np.r_[starts, len(user)])
    since_s -= np.repeat(since_s[starts], lengths)
    at_s = world.first_s[user] + (progress * world.span_s[user]).astype(np.int64) + since_s
    return np.minimum(at_s, LAST_S), progress


def _distinct_movies(rng: np.random.Generator, world: SyntheticWorld, user: IntArray, cell: IntArray) -> IntArray:
    """Draw a movie for every rating from its cell (cluster and era), again if the user already has that movie."""
    tables = _tables(world)
    movie = np.empty(len(user), np.int64)
    todo = np.arange(len(user))
    taken = np.empty(0, np.int64)  # accepted pairs, ascending
    for _ in range(30):
        movie[todo] = _draw(rng, tables, cell[todo])
        pairs, first = np.unique((user[todo] << 32) | movie[todo], return_index=True)
        is_new = ~np.isin(pairs, taken, assume_unique=True)
        taken = np.sort(np.concatenate([taken, pairs[is_new]]))
        todo = np.setdiff1d(todo, todo[first[is_new]], assume_unique=True)
        if not len(todo):
            return movie
    for who in np.unique(user[todo]):  # the most active users: draw the rest from the movies they have not rated
        rows = np.flatnonzero(user == who)
        again = np.intersect1d(rows, todo)
        unrated = np.setdiff1d(np.arange(len(world.year)), movie[np.setdiff1d(rows, again)])
        movie[again] = rng.choice(unrated, len(again), replace=False)
    return movie


def _tables(world: SyntheticWorld) -> FloatArray:
    """(CLUSTERS * ERAS, M) cumulative probabilities."""
    era_year = 1997 + 2 * np.arange(ERAS)
    age = era_year[:, None] + 1 - world.year[None, :]
    fresh = np.where(age >= 0, 1 + 3 * np.exp(-np.maximum(age, 0) / 2.5), 1e-9)  # not released yet: practically never
    wanted = world.popularity * np.exp(TASTE * world.fit)
    cells = (wanted[:, None, :] * fresh[None, :, :]).reshape(CLUSTERS * ERAS, -1)
    summed = np.cumsum(cells, axis=1)
    return np.asarray(summed / summed[:, -1:], np.float64)


def _draw(rng: np.random.Generator, tables: FloatArray, cell: IntArray) -> IntArray:
    chance = rng.random(len(cell))
    drawn = np.empty(len(cell), np.int64)
    order = np.argsort(cell, kind="stable")
    edges = np.searchsorted(cell[order], np.arange(len(tables) + 1))
    for at, table in enumerate(tables):
        rows = order[edges[at] : edges[at + 1]]
        drawn[rows] = np.searchsorted(table, chance[rows], side="right")
    return np.asarray(np.minimum(drawn, tables.shape[1] - 1), np.int64)
