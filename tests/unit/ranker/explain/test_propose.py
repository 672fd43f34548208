"""Proposing: a rating's share of a movie's collaborative scores is exact, and only large shares are proposed."""

import numpy as np
import pytest

from marquee.arrays import Float32Array, FloatArray
from marquee.features.context import RankContext
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import History, Query
from marquee.retrieval.sources import retrieve
from marquee.state.ratings import UserState
from ranker.explain.facts.you import likes
from ranker.explain.propose import (
    PER_MOVIE,
    PER_RANKING,
    SCORES,
    likely_causes,
    proposals,
    shares_of_scores,
    worth_trying,
)
from ranker.ranking import rank_user
from support.serving import trained
from support.worlds import a_user, checkerboard, state_of


def a_history(*stars: float) -> History:
    """Ratings in rows 0, 1, ..., newest first, that do not fade."""
    n = len(stars)
    rating = np.array(stars, np.float32)
    return History(np.arange(n), rating, np.arange(n)[::-1], np.ones(n, np.float32), float(rating.mean()))


def links(**by_model: list[list[float]]) -> Float32Array:
    """(len(Link), h, k), 0 in the models that are not given."""
    given = {Link[name.upper()]: np.array(values, np.float32) for name, values in by_model.items()}
    shape = next(iter(given.values())).shape
    return np.stack([given.get(link, np.zeros(shape, np.float32)) for link in Link])


def shares_in(links: Float32Array, recent: History) -> FloatArray:
    return shares_of_scores(links, recent.weights(), likes(recent))


def ranked_context(user: UserState, k: int) -> tuple[RankContext, np.ndarray]:
    ranked = rank_user(trained().model, trained().movies, user, k=k)
    assert ranked.model_input is not None
    return ranked.model_input.context, ranked.row


def test_a_share_is_the_part_of_the_weighted_sum_that_a_rating_adds() -> None:
    recent = a_history(5, 5)
    shares = shares_in(links(ease=[[3.0], [1.0]]), recent)

    np.testing.assert_allclose(shares[:, 0], np.array([0.75, 0.25]) / len(SCORES))


def test_shares_of_all_models_are_averaged_and_never_exceed_one() -> None:
    every = {Link(link).name: [[2.0], [2.0]] for link, _ in SCORES}
    recent = a_history(5, 5)
    shares = shares_in(links(**every), recent)

    last = recent.weights()[:, Query.LAST]
    expected = (3 * 0.5 + last / last.sum()) / len(SCORES)
    np.testing.assert_allclose(shares[:, 0], expected, rtol=1e-6)
    assert shares.sum() == pytest.approx(1)


def test_a_movie_that_was_not_liked_and_a_negative_link_carry_nothing() -> None:
    shares = shares_in(links(ease=[[1.0], [1.0], [-1.0]]), a_history(5, 3, 5))

    assert shares[0, 0] > 0
    assert shares[1:, 0].tolist() == [0, 0]


def test_a_movie_without_links_has_no_share_and_no_cause() -> None:
    shares = shares_in(links(ease=[[0.0], [0.0]]), a_history(5, 4))

    assert shares.tolist() == [[0], [0]]
    assert [positions.tolist() for positions in likely_causes(shares)] == [[]]


def test_the_largest_shares_are_the_likely_causes_and_noise_is_left_out() -> None:
    shares = np.array([[0.1, 0.0], [0.4, 0.019], [0.2, 0.02], [0.3, 0.0]])

    assert [positions.tolist() for positions in likely_causes(shares)] == [[1, 3, 2], [2]]
    assert PER_MOVIE == 3


def test_twelve_ratings_are_tried_for_a_ranking_those_behind_most_of_it() -> None:
    """20 ratings and 20 movies: every rating carries its own movie, and the later ones carry the last movie too."""
    shares = np.diag(np.full(20, 0.5))
    shares[:, -1] += np.arange(20) / 200

    tried = worth_trying(shares, likely_causes(shares))

    assert tried.tolist() == list(range(19, 7, -1))


def test_links_are_the_fitted_ones_between_the_history_and_the_candidates() -> None:
    retrieval, rows = trained().model.bundle.retrieval, np.array([3, 8, 20])
    history = History.of(a_user((1, 5.0), (3, 5.0), (6, 2.0)), trained().catalog)
    n = retrieval.n_movies

    retrieved = retrieve(retrieval, trained().movies.state, history)
    found = retrieved.links_to(rows).toarray().reshape(len(history), len(Link), len(rows))

    dense = retrieval.links[history.row].toarray().reshape(len(history), len(Link), n)
    np.testing.assert_array_equal(found, dense[:, :, rows])


def test_proposals_of_a_ranking_are_liked_movies_and_bounded() -> None:
    user = state_of(checkerboard(n_users=80), 1)
    context, row = ranked_context(user, 30)

    proposed = proposals(context, row)

    assert len(proposed.likely) == len(row)
    assert 0 < len(proposed.tried) <= PER_RANKING
    assert all(len(positions) <= PER_MOVIE for positions in proposed.likely)
    assert (proposed.recent.rating[proposed.tried] >= 4).all()
    assert set(proposed.tried.tolist()) <= {int(p) for positions in proposed.likely for p in positions}
    np.testing.assert_array_equal(context.rows[proposed.place], row)


def test_nothing_is_proposed_for_an_empty_ranking() -> None:
    context, row = ranked_context(a_user((1, 5.0)), 5)

    proposed = proposals(context, row[:0])

    assert proposed.likely == []
    assert len(proposed.tried) == 0
