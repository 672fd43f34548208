"""Parts of the lists that are measured by themselves: by whose list it is, and by what is to be found."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.state.movie_state import MovieState

TAIL_SHARE = 0.2
"""Share of all ratings that the tail movies have together. Larger: more movies are in the tail."""


def user_slices(is_newcomer: BoolArray, history: IntArray, mean_rating: FloatArray) -> dict[str, BoolArray]:
    """Slices by whose list it is; active and mild are those above the median of these very lists.

    Args:
        is_newcomer: (l,). history: (l,) how many ratings were known. mean_rating: (l,) of the known ratings.
    Returns:
        (l,) bool by name. Without a list, empty ones.
    """
    is_active, is_mild = _is_above_median(history), _is_above_median(mean_rating)
    return {
        "known users": ~is_newcomer,
        "newcomers": is_newcomer,
        "active users": is_active,
        "less active users": ~is_active,
        "harsh raters": ~is_mild,
        "mild raters": is_mild,
    }


def _is_above_median(values: IntArray | FloatArray) -> BoolArray:
    above: BoolArray = np.asarray(values > np.median(values)) if len(values) else np.zeros(0, bool)
    return above


def movie_slices(movies: MovieState) -> dict[str, BoolArray]:
    """Slices by what is to be found: (n,) bool by name over the catalogue's rows.

    - *tail movies*: the least rated ones, which have TAIL_SHARE of all ratings together, and those without a rating;
      *head movies* are all others.
    - a genre: the movies that have it, possibly with others. A decade: the movies of these years.
    """
    catalog = movies.catalog
    is_tail = _is_tail(movies.count)
    found = {"tail movies": is_tail, "head movies": ~is_tail}
    found |= {f"genre {name}": catalog.genres[:, at] for at, name in enumerate(catalog.genre_names)}
    decade = np.floor(catalog.year / 10) * 10
    found |= {f"the {int(first)}s": decade == first for first in np.unique(decade[np.isfinite(decade)])}
    return found


def _is_tail(count: FloatArray) -> BoolArray:
    """(n,) bool. Movies that are rated equally often are all in the tail or all outside, so that no order decides."""
    times, n_movies = np.unique(count, return_counts=True)
    fits = np.cumsum(times * n_movies) <= TAIL_SHARE * count.sum()
    is_tail: BoolArray = np.isin(count, times[fits])
    return is_tail
