"""Verifying: a rating is cited if the score falls without it, and nothing is cited where no fall is sure."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from marquee.arrays import Float32Array
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.features import liked_similar
from marquee.features.vector import SPECS
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import Query
from marquee.state.ratings import UserState
from ranker.explain.propose import Positions, Proposals, proposals
from ranker.explain.reasons import cited_ratings
from ranker.explain.telling import SMALL
from ranker.explain.verify import MARGIN, verified
from ranker.online import KnownUser
from ranker.ranking import Ranked, rank_user
from ranker.stopwatch import Stopwatch
from support.deletion import Citation, cited_in
from support.serving import answer, answer_for, modelless, trained
from support.worlds import a_user, checkerboard, state_of

USERS = range(1, 21)
COLLABORATIVE = [at for at, spec in enumerate(SPECS) if spec in liked_similar.SPECS]


def ranked_for(user_id: int) -> Ranked:
    return rank_user(trained().model, trained().movies, state_of(checkerboard(n_users=80), user_id), k=10)


def test_odd_movies_are_explained_by_odd_movies_that_were_liked_and_even_by_even() -> None:
    cited = [cited for user_id in USERS for cited in citations_of(user_id)]

    assert len(cited) >= 50
    assert all((each.movie_id - each.rated_id) % 2 == 0 for each in cited)


def citations_of(user_id: int) -> list[Citation]:
    user = state_of(checkerboard(n_users=80), user_id)
    return cited_in(answer_for(trained(), KnownUser(user), {"k": 10}))


def test_a_movie_cites_at_most_two_liked_ratings_of_the_user_each_once() -> None:
    for user_id in USERS:
        user = state_of(checkerboard(n_users=80), user_id)
        liked = set(user.movie_id[user.rating >= 4].tolist())
        by_movie: dict[int, list[int]] = {}
        for cited in citations_of(user_id):
            by_movie.setdefault(cited.movie_id, []).append(cited.rated_id)

        for rated in by_movie.values():
            assert len(set(rated)) == len(rated) <= 2
            assert set(rated) <= liked


def test_nothing_is_cited_where_the_score_does_not_depend_on_ratings() -> None:
    """A model that ignores the collaborative features gives the same score without any rating."""
    ranked = ranked_for(1)
    assert ranked.model_input is not None
    others = np.setdiff1d(np.arange(len(SPECS)), COLLABORATIVE)

    def deaf(x: Float32Array) -> Float32Array:
        total: Float32Array = np.nansum(x[:, others], axis=1, dtype=np.float32)
        return total

    proposed = proposals(ranked.model_input.context, ranked.row)
    score = deaf(ranked.model_input.x).astype(np.float64)
    found = verified(proposed, ranked.model_input, score, deaf)

    assert len(proposed.tried) > 0
    assert [positions.tolist() for positions in found] == [[]] * len(ranked)


def test_the_rating_whose_removal_costs_most_comes_first() -> None:
    ranked, proposed = proposed_for(1)

    found = cited_by_ease(ranked, proposed, factor=100)

    assert max(len(positions) for positions in found) > 1
    for movie, positions in enumerate(found):
        falls = [100 * fall for fall in falls_of_ease(ranked, proposed, movie, positions)]
        assert all(fall > MARGIN for fall in falls)
        assert falls == sorted(falls, reverse=True)


@pytest.mark.parametrize(("largest_fall", "is_any"), [(0.0199, False), (0.0201, True)])
def test_a_rating_is_cited_if_the_score_falls_by_more_than_two_hundredths(largest_fall: float, is_any: bool) -> None:
    ranked, proposed = proposed_for(1)
    largest = max(max(falls_of_ease(ranked, proposed, at, proposed.likely[at])) for at in range(len(ranked)))

    found = cited_by_ease(ranked, proposed, factor=largest_fall / largest)

    assert any(len(positions) for positions in found) is is_any


def proposed_for(user_id: int) -> tuple[Ranked, Proposals]:
    ranked = ranked_for(user_id)
    assert ranked.model_input is not None
    return ranked, proposals(ranked.model_input.context, ranked.row)


def cited_by_ease(ranked: Ranked, proposed: Proposals, *, factor: float) -> list[Positions]:
    """What is cited if the score is one collaborative feature times a factor, so that every fall is known."""
    assert ranked.model_input is not None
    column = [spec.name for spec in SPECS].index("ease_taste")

    def ease(x: Float32Array) -> Float32Array:
        return (factor * x[:, column].astype(np.float64)).astype(np.float32)

    return verified(proposed, ranked.model_input, ease(ranked.model_input.x).astype(np.float64), ease)


def falls_of_ease(ranked: Ranked, proposed: Proposals, movie: int, positions: Positions) -> list[float]:
    """How much the feature falls without each rating, by retrieval without it."""
    user, row = state_of(checkerboard(n_users=80), 1), int(ranked.row[movie])
    removed = trained().catalog.movie_id[proposed.recent.row[positions]]
    return [ease_signal(user, row) - ease_signal(user.without(int(movie_id)), row) for movie_id in removed]


def ease_signal(user: UserState, row: int) -> float:
    ranked = rank_user(trained().model, trained().movies, user, k=10)
    assert ranked.model_input is not None
    return float(ranked.model_input.context.retrieved.signals_of(np.array([row]))[Query.TASTE, Link.EASE, 0])


@pytest.mark.parametrize("user", [a_user((999, 5.0)), a_user((1, 1.0), (3, 0.5))], ids=["unknown", "disliked"])
def test_a_user_who_liked_no_known_movie_gets_no_citation(user: UserState) -> None:
    ranked = rank_user(trained().model, trained().movies, user, k=10)

    assert [
        positions.tolist() for positions in cited_ratings(ranked, trained().model.scorer, Stopwatch(perf_counter))
    ] == [[]] * 10


def test_only_movies_of_whose_part_a_fact_is_told_are_tried() -> None:
    """The citations of the others are those of the whole ranking."""
    ranked, watch = next(found for found in map(ranked_for, USERS) if cites(found)), Stopwatch(perf_counter)
    column = ranked.codes.index(ReasonCode.LIKED_SIMILAR)
    every, place = cites(ranked), next(at for at, positions in enumerate(cites(ranked)) if positions)

    for part in (SMALL - 1e-6, -1.0):
        changed = ranked.contribution.copy()
        changed[place, column] = part
        found = cited_ratings(replace(ranked, contribution=changed), trained().model.scorer, watch)

        assert [positions.tolist() for positions in found] == [*every[:place], [], *every[place + 1 :]]


def cites(ranked: Ranked) -> list[list[int]]:
    """By movie, if there are any."""
    found = cited_ratings(ranked, trained().model.scorer, Stopwatch(perf_counter))
    return [positions.tolist() for positions in found] if any(map(len, found)) else []


def test_without_a_model_nothing_is_cited() -> None:
    assert cited_in(answer(Rung.RETRIEVAL, {})) == []
    assert modelless().model.scorer is None
