"""Whole explanations in this process, and rankings of people with other ratings to hold them against."""

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter

import numpy as np

from marquee.contracts.explain_bodies import Explained, ExplainRequest
from marquee.contracts.ranking_fields import card_without_details
from marquee.state.ratings import UserState
from ranker.answers import CardOf, freshness_for
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from ranker.whynot.explaining import Budget, explained
from support.serving import answer_for

NOW_MS = 1_760_000_000_000
ENOUGH = Budget(seconds=60.0)
"""So that nothing is left out on a busy machine."""


def explained_for(
    used: Serving,
    user: KnownUser,
    wishes: Mapping[str, object],
    card_of: CardOf = card_without_details,
    *,
    budget: Budget = ENOUGH,
) -> Explained:
    """The ranker's explanation for a user of whom this is known."""
    request = ExplainRequest.model_validate({"user_id": 1, **wishes})
    freshness = freshness_for(used, user)
    watch = Stopwatch(perf_counter)
    return explained(used, user, request, card_of, watch, freshness, budget=budget, now_ms=NOW_MS, clock=perf_counter)


def ranks(used: Serving, user: KnownUser, wishes: Mapping[str, object]) -> dict[int, int]:
    """Each listed movie's rank in the answer to POST /v1/rank."""
    items = answer_for(used, user, {**wishes, "explain": False})["items"]
    return {card["movie_id"]: card["rank"] for card in items}


def with_ratings(user: KnownUser, changes: Mapping[int, float | None]) -> KnownUser:
    """The same person with other ratings: changed ones keep their time, new ones are from now on, None takes back."""
    rated = zip(user.state.movie_id.tolist(), user.state.rating.tolist(), user.state.rated_at.tolist(), strict=True)
    history = {movie: (stars, at) for movie, stars, at in rated}
    for movie, stars in changes.items():
        _, at = history.pop(movie, (None, NOW_MS + len(history)))
        if stars is not None:
            history[movie] = (stars, at)
    rows = [(movie, stars, at) for movie, (stars, at) in history.items()]
    columns = [np.array([row[column] for row in rows]) for column in range(3)] if rows else [np.empty(0)] * 3
    state = UserState.of(columns[0].astype(np.int64), columns[1].astype(np.float32), columns[2].astype(np.int64))
    return replace(user, state=state)
