"""Similar movies on the real data: what somebody would look for is there, and the reasons are not all alike."""

from collections import Counter

from support.real_world import RealWorld
from truth.oracle import Oracle

MATRIX, SEQUELS = 2571, {6365, 6934}
N_SEEDS, K = 200, 10


def test_the_sequels_of_the_matrix_stand_among_its_first_ten(world: RealWorld) -> None:
    first = [card["movie_id"] for card in world.similar_to(MATRIX, k=K)["items"]]

    assert set(first) >= SEQUELS


def test_the_first_reasons_of_200_popular_movies_differ(world: RealWorld, oracle: Oracle) -> None:
    popular = sorted(oracle.raters, key=oracle.count, reverse=True)[:N_SEEDS]

    answers = [world.similar_to(seed, k=K)["items"] for seed in popular]

    first = Counter(cards[0]["reasons"][0]["fact"]["form"] for cards in answers)
    forms = Counter(card["reasons"][0]["fact"]["form"] for cards in answers for card in cards)
    codes = Counter(card["reasons"][0]["code"] for cards in answers for card in cards)
    orders = Counter(tuple(reason["code"] for reason in card["reasons"]) for cards in answers for card in cards)
    assert first.most_common(1)[0][1] <= 0.8 * len(popular), first
    assert len(forms) >= 8, forms
    assert forms.most_common(1)[0][1] <= forms.total() / 3, forms
    assert codes.most_common(1)[0][1] <= 0.9 * codes.total(), codes  # of the weighted sum it would be 1,999 of 2,000
    assert len(orders) >= 10, orders
