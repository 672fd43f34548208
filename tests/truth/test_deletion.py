"""The deletion test on the real data: a rating that a reason cites lowers the movie's score once it is removed."""

import numpy as np

from support.deletion import cited_in, score_without
from support.real_world import RealWorld
from support.worlds import state_of
from truth.oracle import Oracle

USERS = 200
PER_USER = 3


def test_removing_a_cited_rating_lowers_the_score_for_200_users(world: RealWorld, oracle: Oracle) -> None:
    """In at least 95 of 100 tries; each ranking is recomputed in full without the rating."""
    serving, ratings = world.training.serving, world.training.ratings
    falls = []
    for user_id in sorted(oracle.people)[::3][:USERS]:
        user = state_of(ratings, user_id)
        cited = cited_in(world.for_user(user_id, k=25))
        tried = cited[:: max(1, len(cited) // PER_USER)][:PER_USER]
        falls += [score_without(serving, user, each) < each.score for each in tried]

    assert len(falls) >= USERS * PER_USER / 2
    assert np.mean(falls) >= 0.95, f"{np.mean(falls):.1%} of {len(falls)} citations"
