"""The popular list keeps the promises of a ranking: no seen movie, filters hold, scores descend, reasons add up."""

from collections import Counter

import pytest

from gateway.fallback import popular, told
from gateway.movie_copy import Counts, MovieCopy
from marquee.contracts.rank_request import Filters, RankRequest
from marquee.contracts.ranking_bodies import Rung
from support.few_movies import CARDS, FewMovies, counts_of


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


def test_the_popular_list_leaves_out_the_famous_where_that_is_wanted(catalogue: MovieCopy) -> None:
    ratings = {1: 100, 2: 21, 3: 20, 4: 10, 5: 0}
    catalogue.counts = counts_of({movie: (count, 0, 100 - movie) for movie, count in ratings.items()})
    request = RankRequest(user_id=1, k=3, filters=Filters(ratings_share_max=0.2))

    answer = popular(catalogue, request, set(), missing=())

    assert [card.movie_id for card in answer.items] == [3, 4, 5], "of movie 5 no rating is known"


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


def in_turn(counts: Counts, movie_id: int, liked: float, *, times: int, most: int) -> list[str]:
    """The forms of so many movies with these figures, one after the other."""
    used = Counter[str]()
    for _ in range(times):
        used[told(counts, movie_id, liked, used, most=most)[0].id] += 1
    return list(used.elements())


def test_sentences_take_turns_along_the_list_where_they_hold() -> None:
    few = Counts()
    all_of_three = counts_of({1: (40, 0, 20), 2: (19, 0, 9), 3: (40, 0, 20)}, liked_share=0.5)

    assert in_turn(few, 1, 30.0, times=3, most=3) == ["popular.fans"] * 3
    assert in_turn(all_of_three, 1, 30.0, times=3, most=3) == ["popular.liked", "popular.raters", "popular.fans"]
    for movie_id, liked in ((2, 19.0), (3, 20.0)):
        ids = set(in_turn(all_of_three, movie_id, liked, times=3, most=3))
        assert ids == {"popular.raters", "popular.fans"}, "too few raters, or no more of them than of all"


def test_no_sentence_is_told_more_often_than_allowed() -> None:
    all_of_three = counts_of({1: (40, 0, 20)}, liked_share=0.5)

    told_25_times = Counter(in_turn(all_of_three, 1, 30.0, times=25, most=8))

    assert told_25_times == {"popular.liked": 8, "popular.raters": 8, "popular.fans": 8, "popular.neutral": 1}


def test_the_text_is_the_fact_in_words(catalogue: MovieCopy) -> None:
    [reason] = popular(catalogue, RankRequest(user_id=1, k=1), set(), missing=()).items[0].reasons

    assert reason.text == "99 people like it"
    assert reason.fact is not None
    assert (reason.fact.form, reason.fact.slots) == ("popular.fans", {"fans": 99})


def test_the_popular_list_waited_for_no_event_and_says_so(catalogue: MovieCopy) -> None:
    receipt = {"event_id": "7f1c7c64-1d4a-4b8e-9a57-7c1f2d9d5a11", "partition": 1, "offset": 5}
    waiting = RankRequest.model_validate({"user_id": 1, "after": [receipt]})

    applied = [
        popular(catalogue, request, set(), missing=("ranker",)).meta.freshness.applied
        for request in (waiting, RankRequest(user_id=1))
    ]

    assert applied == [False, None]
