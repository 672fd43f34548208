"""Reasons are arithmetic: they add up for everyone, and what they cite really carried the movie up."""

from time import perf_counter

import httpx
import numpy as np
import pytest

from marquee.bundle import load_bundle
from marquee.contracts.bodies import RankRequest
from marquee.contracts.ranking_fields import card_without_details
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings, UserState
from marquee.stores.event_log import EventLog
from ranker.answers import user_answer
from ranker.online import KnownUser
from ranker.ranking import rank_user
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from support.system import System

USERS = 50
TRIES = 200


def test_given_fifty_users_when_ranked_then_base_and_contributions_are_the_score_of_every_card(
    api: httpx.Client,
) -> None:
    gaps = []
    for user_id in range(1, USERS + 1):
        ranking = api.post("/v1/rank", json={"user_id": user_id, "k": 25}).json()
        assert len(ranking["items"]) == 25
        for card in ranking["items"]:
            parts = sum(reason["contribution"] for reason in card["reasons"])
            gaps.append(abs(card["base"] + parts - card["score"]))

    assert max(gaps) < 1e-4


def test_given_cited_ratings_when_each_is_removed_then_the_score_falls_in_nine_of_ten_tries(system: System) -> None:
    if system.home is None:
        pytest.skip("the model and the log of this system are not on this machine")
    version = system.report("ranker", "/version")["model_version"]
    model = RankerModel.of(load_bundle(system.home.root / "models" / str(version)))
    ratings = EventLog(str(system.home.root / "log")).ratings()
    world = Serving.of(model, ItemStats.of(ratings))

    falls = []
    for user_id in np.unique(ratings.user_id)[:USERS].tolist():
        user = state_of(ratings, user_id)
        answer = user_answer(
            world,
            KnownUser(user),
            RankRequest(user_id=user_id, k=25),
            card_without_details,
            Stopwatch(perf_counter),
            ranking_id="",
        )
        cited = [
            (card["movie_id"], card["score"], evidence["movie_id"])
            for card in answer["items"]
            for reason in card["reasons"]
            for evidence in reason["evidence"]
            if evidence["kind"] == "rated_movie"
        ]
        for movie_id, score, removed in cited[:: max(1, len(cited) * USERS // TRIES)]:
            falls.append(score_of(world, user.without(removed), movie_id) < score)

    assert len(falls) >= TRIES / 2
    assert np.mean(falls) >= 0.9, f"{np.mean(falls):.1%} of {len(falls)} tries"


def state_of(ratings: Ratings, user_id: int) -> UserState:
    own = ratings.take(ratings.user_id == user_id)
    return UserState.of(own.movie_id, own.rating, own.rated_at)


def score_of(world: Serving, user: UserState, movie_id: int) -> float:
    """The movie's score in a complete ranking of this user; minus infinity if it is no candidate any more."""
    ranked = rank_user(world.model, world.movies, user, k=500)
    at = np.flatnonzero(ranked.movie_id == movie_id)
    return float(ranked.score[at[0]]) if len(at) else -np.inf
