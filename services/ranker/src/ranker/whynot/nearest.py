"""Nearest: which retrieval source came closest to choosing a movie that none has chosen."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray
from marquee.contracts.explain_bodies import Exclusion, Rule
from marquee.features.describe import Described
from marquee.retrieval.candidates import TIE
from marquee.retrieval.sources import Source

IN_WORDS = {
    Source.EASE: "the movies that go with what you like",
    Source.EASE_ALL: "the movies that go with what you rate",
    Source.ITEM_KNN: "the movies that fans of your likes like",
    Source.RP3BETA: "the movies that are near your likes by their fans",
    Source.TRANSITIONS: "the movies that people rate after your newest ones",
    Source.CONTENT: "the movies of your genres, people and themes",
    Source.POPULAR: "the popular movies",
    Source.TRENDING: "the movies that are popular lately",
}
"""What each source looks for, as a person would say it."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A source and the movie's place in it, from 1; the source chooses `limit` movies."""

    source: Source
    rank: int
    limit: int


def nearest_source(known: Described | None, row: int, is_open: BoolArray) -> Nearest | None:
    """The source in which the movie stands best; None if no source scores it above 0, or none was queried.

    Args:
        known: the person's candidates, with what every source scores every movie with; None of somebody without
            ratings, whose list is no source's.
        row: the movie's catalogue row. is_open: (n,) bool, the movies that may be chosen.
    """
    if known is None:
        return None
    prior, limit = known.context.state.prior, known.context.retrieval.config.per_source
    places = {}
    for source in Source:
        scores = known.retrieved.scores(source).astype(np.float64)
        if scores[row] <= 0:
            continue
        value = scores + prior * (TIE * float(scores[is_open].max()))
        places[source] = int((value[is_open] > value[row]).sum()) + 1
    if not places:
        return None
    source = min(places, key=lambda each: places[each])
    return Nearest(source, places[source], limit)


def not_a_candidate(nearest: Nearest | None) -> Exclusion:
    """The exclusion of a movie that no source chose."""
    if nearest is None:
        detail = "Nothing links it to your ratings: no source scores it."
        return Exclusion(rule=Rule.NOT_A_CANDIDATE, detail=detail)
    name, words = nearest.source.name.lower(), IN_WORDS[nearest.source]
    return Exclusion(
        rule=Rule.NOT_A_CANDIDATE,
        detail=f"It came closest among {words}: place {nearest.rank}, and the first {nearest.limit} are taken.",
        nearest_source=name,
        nearest_rank=nearest.rank,
        source_limit=nearest.limit,
    )
