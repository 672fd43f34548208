"""Entering: the smallest change found that brings a movie into the list, such as one more rating ("Heat 5").

A counterfactual explanation in the sense of ACCENT (Tran, Ghazimatin and Saha Roy, SIGIR 2021), here also with ratings
that are added or raised; each is verified by ranking again instead of being estimated by influence functions.
"""

from collections.abc import Collection, Sequence

import numpy as np

from marquee.retrieval.history import History
from marquee.retrieval.interactions import graded
from marquee.state.movie_table import RowArray
from ranker.serving import Serving
from ranker.whynot.links import links_into, neighbours
from ranker.whynot.search import Found, Search
from ranker.whynot.trials import Allowance, Changes

BEST = 5.0
ADDED, RAISED, REMOVED = 14, 3, 2
"""How many changes of each kind are proposed, at most."""
LARGEST = 2
"""Changes made at once, at most."""


def would_enter(serving: Serving, allowance: Allowance, *, row: int, k: int, seen: Collection[int]) -> Found | None:
    """The smallest change found with which the movie stands among the first k; None if nothing tried is enough.

    Args:
        row: the movie's catalogue row. seen: movies that are not proposed to be rated, besides those that are rated.
    """
    singles = proposed_changes(serving, allowance.trials.history, row, seen)
    return Search(singles, allowance, k, into=True, largest=LARGEST).smallest()


def proposed_changes(serving: Serving, history: History, row: int, seen: Collection[int]) -> Sequence[Changes]:
    """Changes of one rating each that may bring a movie up, the most promising first.

    New ratings of 5 for the movies with the strongest links into this one; then what the person rated below 4 and is
    linked to it, raised to 5; then, without their rating, movies whose links count against it.
    """
    movie_id = serving.catalog.movie_id
    added = [{int(movie_id[each]): BEST} for each in _linked(serving, history, row, seen)]
    own = history.recent
    if not len(own):
        return added
    links = links_into(serving.model.bundle.retrieval, own.row, row)
    gains = links.strength() * (1 - graded(own.rating, own.config)) * own.fade
    parts = links.parts(own)
    raised = [{int(movie_id[own.row[at]]): BEST} for at in np.argsort(-gains, kind="stable")[:RAISED] if gains[at] > 0]
    lowering = [at for at in np.argsort(parts, kind="stable")[:REMOVED] if parts[at] < 0]
    return [*added, *raised, *({int(movie_id[own.row[at]]): None} for at in lowering)]


def _linked(serving: Serving, history: History, row: int, seen: Collection[int]) -> RowArray:
    """Rows of the movies that may be rated with the strongest links into this one, strongest first."""
    retrieval, catalog = serving.model.bundle.retrieval, serving.catalog
    near = neighbours(retrieval, row)
    is_open = serving.movies.state.is_released[near] & ~np.isin(near, history.row)
    near = near[is_open & ~np.isin(catalog.movie_id[near], list(seen))]
    strength = links_into(retrieval, near, row).strength()
    best = np.argsort(-strength, kind="stable")[:ADDED]
    return near[best[strength[best] > 0]]
