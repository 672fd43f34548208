"""Placed: the movies that are in the whole order, with their scores and the reasons that add up to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from marquee.contracts.ranking_fields import ReasonFields
from ranker.answers import CardOf, no_reasons, titles_of
from ranker.explain.reasons import user_reasons
from ranker.ranking import Order
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Placed:
    """A movie's place in the whole order, from 1, its score, and why."""

    rank: int
    score: float
    sources: tuple[str, ...]
    reasons: Sequence[ReasonFields]


def placed_movies(
    order: Order,
    movie_ids: Collection[int],
    serving: Serving,
    card_of: CardOf,
    watch: Stopwatch,
    *,
    k: int,
    with_reasons: bool,
) -> dict[int, Placed]:
    """Those of the movies that the order has, by id.

    The reasons of a movie among the first k are those of its card in the list, which are chosen for the whole list.
    """
    places = np.flatnonzero(np.isin(order.movie_id, list(movie_ids)))
    found = {}
    for group in (np.arange(min(k, len(order))), places[places >= k]):
        if not np.isin(group, places).any():
            continue
        ranked = order.take(group)
        reasons = user_reasons(ranked, serving, titles_of(card_of), watch) if with_reasons else no_reasons(ranked)
        for at, place in enumerate(group.tolist()):
            score, sources = float(ranked.score[at]), ranked.sources[at]
            found[int(ranked.movie_id[at])] = Placed(place + 1, score, sources, reasons[at])
    return {movie_id: found[movie_id] for movie_id in movie_ids if movie_id in found}
