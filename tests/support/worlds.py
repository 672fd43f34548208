"""Worlds whose right answer is known by construction."""

from datetime import UTC, datetime

import numpy as np

from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState

DAY_MS = 86_400_000
START_MS = 1_000_000_000_000
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
DIRECTORS = ("Joe Johnston", "John Lasseter")
"""Of even and of odd movies: as in the real data, from which the API document's examples are taken."""


def a_catalog(n_movies: int = 40, *, colours: int = 2, with_people: bool = False) -> MovieTable:
    """Movies 1..n; movie m has the genre and, if wanted, the director and keyword of colour m % colours."""
    listed = [
        MovieListed(movie_id=m, title=f"Movie {m}", year=1990 + m % 10, genres=(f"Genre{m % colours}",))
        for m in range(1, n_movies + 1)
    ]
    enriched = [
        MovieEnriched(
            movie_id=m,
            status=MetadataStatus.FOUND,
            runtime_min=90 + m % colours * 30,
            directors=(DIRECTORS[m % colours % 2],),
            keywords=(f"keyword {m % colours}",),
            fetched_at=EPOCH,
        )
        for m in range(1, n_movies + 1)
    ]
    return MovieTable.build(listed, enriched if with_people else ())


def checkerboard(n_users: int = 60, n_movies: int = 40, *, each: int = 16, seed: int = 0) -> Ratings:
    """Users 1..n rate mostly movies of their own colour 5 stars, and a few of the other 2 stars, one a day.

    User u and movie m are of colour u % 2 and m % 2: whoever liked odd movies wants odd movies.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(1, n_users + 1):
        own = np.arange(1 if user % 2 else 2, n_movies + 1, 2)
        other = np.arange(2 if user % 2 else 1, n_movies + 1, 2)
        movies = np.concatenate([rng.choice(own, each * 3 // 4, False), rng.choice(other, each // 4, False)])
        rng.shuffle(movies)
        first = int(rng.integers(0, 200))
        for at, movie in enumerate(movies):
            stars = 5.0 if movie % 2 == user % 2 else 2.0
            rows.append((user, int(movie), stars, START_MS + (first + at) * DAY_MS + user))
    users, movie_ids, stars_given, times = zip(*rows, strict=True)
    return Ratings(
        np.array(users, np.int64),
        np.array(movie_ids, np.int64),
        np.array(stars_given, np.float32),
        np.array(times, np.int64),
    )


def movies_of(ratings: Ratings, catalog: MovieTable) -> MovieFeatures:
    """The movies' state and features, from these ratings and as of the last of them."""
    return MovieFeatures.of(ItemStats.of(ratings), catalog)


def a_user(*rated: tuple[int, float], at_ms: int = START_MS) -> UserState:
    """A user who rated these (movie_id, stars), one a minute, the last one newest."""
    return UserState.of(
        np.array([movie for movie, _ in rated], np.int64),
        np.array([stars for _, stars in rated], np.float32),
        np.array([at_ms + 60_000 * at for at in range(len(rated))], np.int64),
    )


def state_of(ratings: Ratings, user_id: int) -> UserState:
    """One user's history in these ratings."""
    mine = ratings.take(ratings.user_id == user_id)
    return UserState.of(mine.movie_id, mine.rating, mine.rated_at)
