"""The deletion test: what a reason cites carried the movie up if the movie's score falls once the rating is removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from marquee.state.ratings import UserState
from ranker.ranking import rank_user
from ranker.serving import Serving


@dataclass(frozen=True, slots=True)
class Citation:
    """A ranked movie, its score, and a movie whose rating is named as a reason for it."""

    movie_id: int
    score: float
    rated_id: int


def cited_in(answer: Mapping[str, Any]) -> list[Citation]:
    """Every rating that a ranked answer names."""
    return [
        Citation(card["movie_id"], card["score"], evidence["movie_id"])
        for card in answer["items"]
        for reason in card["reasons"]
        for evidence in reason["evidence"]
        if evidence["kind"] == "rated_movie"
    ]


def score_without(serving: Serving, user: UserState, cited: Citation) -> float:
    """The movie's score in a complete ranking without the rating; minus infinity if it is no candidate any more."""
    ranked = rank_user(serving.model, serving.movies, user.without(cited.rated_id), k=500)
    at = np.flatnonzero(ranked.movie_id == cited.movie_id)
    return float(ranked.score[at[0]]) if len(at) else -np.inf
