"""Reasons are arithmetic on the running system: they add up for everyone, and what they cite carried the movie up."""

import httpx
import numpy as np
import pytest

from marquee.bundle import load_bundle
from marquee.state.item_stats import ItemStats
from marquee.stores.event_log import EventLog
from ranker.online import KnownUser
from ranker.scoring import RankerModel
from ranker.serving import Serving
from support.deletion import cited_in, score_without
from support.serving import answer_for
from support.system import System
from support.worlds import state_of

USERS = 50
TRIES = 200


def test_base_and_contributions_are_the_score_of_every_card_of_fifty_users(api: httpx.Client) -> None:
    gaps = []
    for user_id in range(1, USERS + 1):
        ranking = api.post("/v1/rank", json={"user_id": user_id, "k": 25}).json()
        assert len(ranking["items"]) == 25
        for card in ranking["items"]:
            parts = sum(reason["contribution"] for reason in card["reasons"])
            gaps.append(abs(card["base"] + parts - card["score"]))

    assert max(gaps) < 1e-4


def test_removing_a_cited_rating_lowers_the_score_in_nine_of_ten_tries(system: System) -> None:
    """With the model and the log of the running system; each ranking is recomputed in full without the rating."""
    if system.home is None:
        pytest.skip("the model and the log of this system are not on this machine")
    version = system.report("ranker", "/version")["model_version"]
    model = RankerModel.of(load_bundle(system.home.root / "models" / str(version)))
    ratings = EventLog(str(system.home.root / "log")).ratings()
    served = Serving.of(model, ItemStats.of(ratings))

    falls = []
    for user_id in np.unique(ratings.user_id)[:USERS].tolist():
        user = state_of(ratings, user_id)
        cited = cited_in(answer_for(served, KnownUser(user), {"user_id": user_id, "k": 25}))
        tried = cited[:: max(1, len(cited) * USERS // TRIES)]
        falls += [score_without(served, user, each) < each.score for each in tried]

    assert len(falls) >= TRIES / 2
    assert np.mean(falls) >= 0.9, f"{np.mean(falls):.1%} of {len(falls)} tries"
