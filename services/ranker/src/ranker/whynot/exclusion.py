"""Exclusion: the rule that keeps a movie out of a person's whole order, and what the rule found."""

import numpy as np

from marquee.contracts.explain_bodies import Exclusion, FailedFilter, Rule
from marquee.contracts.rank_request import Filters, RankRequest
from marquee.state.filters import MovieFilter, ratings_share
from marquee.state.movie_state import MovieState
from ranker.online import KnownUser
from ranker.serving import Serving


def exclusion(serving: Serving, user: KnownUser, request: RankRequest, movie_id: int) -> Exclusion | None:
    """The first rule that keeps the movie from being a candidate; None if each lets it through.

    A movie that passes all of them and is in no order has been chosen by no source (`nearest.py`).
    """
    rated = np.flatnonzero(user.state.movie_id == movie_id)
    if len(rated):
        stars = float(user.state.rating[rated[0]])
        return Exclusion(rule=Rule.RATED, detail=f"You rated it ★{stars:g}; what is rated is not listed.", rating=stars)
    if movie_id in user.dismissed:
        return Exclusion(rule=Rule.DISMISSED, detail="You dismissed it.")
    if movie_id in request.exclude:
        return Exclusion(rule=Rule.EXCLUDED, detail="This request leaves it out.")
    row = int(serving.catalog.rows(np.array([movie_id], np.int64))[0])
    if row < 0:
        return Exclusion(
            rule=Rule.NOT_IN_MODEL, detail="It was listed after the model was trained; the ranker does not know it yet."
        )
    if not serving.movies.state.is_released[row]:
        return Exclusion(rule=Rule.NOT_RELEASED, detail="It is not released yet.")
    failed = failed_filters(request.filters, serving.movies.state, row)
    if failed:
        return Exclusion(rule=Rule.FILTER, detail=" ".join(map(_sentence, failed)), filters=failed)
    return None


def failed_filters(filters: Filters, state: MovieState, row: int) -> tuple[FailedFilter, ...]:
    """All conditions that the movie does not meet; each is judged by the rule that filters rankings."""
    catalog = state.catalog
    year, runtime = float(catalog.year[row]), float(catalog.runtime_min[row])
    genres = ", ".join(catalog.genre_names[at] for at in np.flatnonzero(catalog.genres[row]))
    values = {"genres": genres or None, "year_min": _whole(year), "year_max": _whole(year)}
    values |= {"runtime_max": _whole(runtime), "ratings_share_max": f"{ratings_share(state.count)[row]:.3g}"}
    failed = []
    for name, value in values.items():
        mask = MovieFilter.of(Filters.model_construct(**{name: getattr(filters, name)})).mask(state)
        if mask is not None and not mask[row]:
            failed.append(FailedFilter(name=name, wanted=_wanted(filters, name), value=value))
    return tuple(failed)


_NOUN = {
    "genres": "genres",
    "year_min": "year",
    "year_max": "year",
    "runtime_max": "length in minutes",
    "ratings_share_max": "number of ratings, as a share of the most rated movie's,",
}
_BOUND = {"genres": "one of", "year_min": "at least"}
"""How the wanted value bounds the movie's; at most, where nothing else stands here."""


def _sentence(failed: FailedFilter) -> str:
    noun = _NOUN[failed.name]
    is_value = f"is {failed.value}" if failed.value is not None else "is unknown"
    verb = is_value.replace("is", "are", 1) if failed.name == "genres" else is_value
    return f"Its {noun} {verb}; the filter wants {_BOUND.get(failed.name, 'at most')} {failed.wanted}."


def _wanted(filters: Filters, name: str) -> str:
    given = getattr(filters, name)
    return ", ".join(given) if name == "genres" else str(given)


def _whole(value: float) -> str | None:
    return f"{value:g}" if np.isfinite(value) else None
