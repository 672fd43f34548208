"""The popular list keeps the promises of a ranking: no seen movie, filters hold, scores descend, reasons add up."""

import pytest

from gateway.fallback import popular
from gateway.movie_copy import MovieCopy
from marquee.contracts.bodies import Rung
from marquee.contracts.rank_request import Filters, RankRequest
from support.few_movies import CARDS, FewMovies


@pytest.fixture
def catalogue() -> MovieCopy:
    return FewMovies(CARDS.values())


def test_the_popular_list_leaves_out_seen_and_excluded_movies(
    catalogue: MovieCopy,
) -> None:
    answer = popular(catalogue, RankRequest(user_id=1, k=5, exclude=(2,)), {1, 3}, missing=("ranker",))

    assert [card.movie_id for card in answer.items] == [4, 5, 6, 7, 8]
    assert answer.meta.rung is Rung.POPULAR
    assert answer.meta.degraded == ("ranker",)


def test_the_popular_list_obeys_every_filter(catalogue: MovieCopy) -> None:
    filters = Filters(genres=("drama",), year_min=1985, year_max=1999, runtime_max=100)

    answer = popular(catalogue, RankRequest(user_id=1, filters=filters), set(), missing=())

    assert [card.movie_id for card in answer.items] == [5, 7, 9]


def test_base_and_contributions_of_a_popular_list_add_up_to_the_score(catalogue: MovieCopy) -> None:
    answer = popular(catalogue, RankRequest(user_id=1), set(), missing=())

    scores = [card.score for card in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert all(card.base + sum(r.contribution for r in card.reasons) == card.score for card in answer.items)


def test_the_genres_of_a_filter_are_folded_once(catalogue: MovieCopy) -> None:
    folds = 0

    class Counted(str):
        def casefold(self) -> str:
            nonlocal folds
            folds += 1
            return super().casefold()

    filters = Filters.model_construct(genres=(Counted("Film-Noir"),))

    answer = popular(catalogue, RankRequest.model_construct(user_id=1, filters=filters), set(), missing=())

    assert answer.items == ()
    assert folds == 1
