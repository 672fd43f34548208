"""nDCG, recall and reciprocal rank: by hand, and against trec_eval's own code."""

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Measure, R, nDCG

from marquee.arrays import FloatArray
from trainer.accuracy import ndcg, recall, reciprocal_rank
from trainer.shown import hits_of

KS = (1, 10, 20, 50, 100)
CATALOGUE = 160


@st.composite
def scored_lists(draw: st.DrawFn) -> tuple[list[dict[int, int]], list[set[int]]]:
    """Scores by movie, few different ones so that many are equal, and what was liked, of several users."""
    movies = st.integers(0, CATALOGUE - 1)
    n_users = draw(st.integers(1, 4))
    scores = [draw(st.dictionaries(movies, st.integers(0, 5), min_size=1, max_size=130)) for _ in range(n_users)]
    return scores, [draw(st.sets(movies, max_size=40)) for _ in range(n_users)]


@settings(max_examples=60)
@given(scored_lists())
def test_measures_are_those_of_a_second_implementation(found: tuple[list[dict[int, int]], list[set[int]]]) -> None:
    scores, liked = found
    names = [f"{at:03d}" for at in range(CATALOGUE)]  # equal scores: trec_eval puts the last name first
    lists = [sorted(of_user, key=lambda movie: (of_user[movie], movie), reverse=True) for of_user in scores]
    is_hit = hits_of(lists, [sorted(one) for one in liked], CATALOGUE)
    n_liked = np.array([len(one) for one in liked])

    # a movie of no relevance, which nobody lists, keeps users who liked nothing
    qrels = {str(u): {"none": 0, **{names[movie]: 1 for movie in one}} for u, one in enumerate(liked)}
    run = {str(u): {names[movie]: float(score) for movie, score in one.items()} for u, one in enumerate(scores)}
    theirs = {
        (metric.measure, int(metric.query_id)): metric.value
        for metric in ir_measures.iter_calc([RR, *(measure @ k for k in KS for measure in (nDCG, R))], qrels, run)
    }

    ours: dict[Measure, FloatArray] = {RR: reciprocal_rank(is_hit, CATALOGUE)}
    for k in KS:
        ours |= {nDCG @ k: ndcg(is_hit, n_liked, k), R @ k: recall(is_hit, n_liked, k)}
    for measure, values in ours.items():
        assert values == pytest.approx([theirs[measure, user] for user in range(len(liked))], abs=1e-9), measure


def test_hits_at_one_and_three_of_three_are_the_numbers_by_hand() -> None:
    is_hit, n_liked = np.array([[True, False, True, False]]), np.array([3])

    # (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3) + 1/log2(4)) = 1.5 / 2.1309298
    assert ndcg(is_hit, n_liked, 10) == pytest.approx(0.7039181, abs=1e-6)
    assert recall(is_hit, n_liked, 2) == pytest.approx(1 / 3)
    assert reciprocal_rank(is_hit[:, 1:], 10) == pytest.approx(1 / 2)


def test_recall_of_what_is_attainable_divides_by_no_more_than_k() -> None:
    is_hit, n_liked = np.array([[True, True, False]] * 2), np.array([5, 2])

    assert recall(is_hit, n_liked, 2, of_attainable=True).tolist() == [1.0, 1.0]
    assert recall(is_hit, n_liked, 2).tolist() == [0.4, 1.0]


def test_where_nothing_is_liked_or_listed_every_measure_is_zero() -> None:
    nothing_liked, nothing_listed = np.zeros((1, 5), bool), np.zeros((1, 0), bool)

    for is_hit, n_liked in ((nothing_liked, np.array([0])), (nothing_listed, np.array([3]))):
        assert ndcg(is_hit, n_liked, 10).tolist() == [0.0]
        assert recall(is_hit, n_liked, 10).tolist() == [0.0]
        assert reciprocal_rank(is_hit, 10).tolist() == [0.0]


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10), st.integers(1, 20))
def test_every_measure_lies_between_zero_and_one(hits: list[bool], missed: int, k: int) -> None:
    is_hit, n_liked = np.array([hits], bool), np.array([sum(hits) + missed])

    for values in (ndcg(is_hit, n_liked, k), recall(is_hit, n_liked, k), reciprocal_rank(is_hit, k)):
        assert 0 <= values[0] <= 1 + 1e-9
