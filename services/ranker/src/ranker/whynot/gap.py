"""The gap: how far a movie's score is from that of the last movie of the list, and which parts of both make it."""

import numpy as np

from marquee.contracts.explain_bodies import FamilyGap, Gap
from ranker.ranking import Order

NEGLIGIBLE = 1e-9
"""A smaller difference, as one of two parts that are both absent, is left out."""


def gap_to_last(order: Order, place: int, k: int) -> Gap | None:
    """The distance of the movie at a place to the k-th; None for that one itself, and where there are fewer than k.

    Args:
        place: from 0.
    """
    if place == k - 1 or len(order) < k:
        return None
    pair = order.take(np.array([place, k - 1]))
    own, last = pair.contribution
    gap = float(pair.score[0] - pair.score[1])
    families = [
        FamilyGap(code=code, contribution=mine, kth_contribution=its, difference=mine - its)
        for code, mine, its in zip(pair.codes, own.tolist(), last.tolist(), strict=True)
        if abs(mine - its) > NEGLIGIBLE
    ]
    towards = -1.0 if gap < 0 else 1.0
    families.sort(key=lambda each: -towards * each.difference)
    return Gap(to_rank=k, score=gap, families=tuple(families))
