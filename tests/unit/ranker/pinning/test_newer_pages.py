"""Pages of a kept ranking after the catalogue got newer movies: the same movies, or none."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marquee.bundle import load_bundle
from marquee.contracts.events import MovieListed
from marquee.contracts.rank_request import RankRequest
from marquee.errors import Refused
from marquee.state.movie_table import MovieTable
from ranker.answers import NOBODY, FirstPage
from ranker.explain.reasons import check_account
from ranker.online import KnownUser
from ranker.pinning.keeping import _bins_of
from ranker.pinning.kept_order import KeptOrder
from ranker.pinning.pages import page_of
from ranker.pinning.whole import kept_order
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.subjects import shown_for, similar_for
from support.trainings import ENOUGH, a_training
from support.worlds import checkerboard, movies_of, state_of

RATINGS = checkerboard(n_users=ENOUGH)
FIRST, LATER = 2_000, 1_500
"""Ids of newer movies; the later one is the smaller, so that both stand at other rows together."""


def listed(*movie_ids: int) -> MovieTable:
    return MovieTable.build(
        [MovieListed(movie_id=m, title=f"New {m}", year=1995, genres=("Genre1",)) for m in movie_ids]
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> RankerModel:
    folder: Path = tmp_path_factory.mktemp("models")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return RankerModel.of(load_bundle(a_training(ENOUGH).write(folder, version="v1", created_at=at)))


def serving_with(model: RankerModel, *movie_ids: int) -> Serving:
    newer = model.with_newer(listed(*movie_ids))
    return Serving(newer, movies_of(RATINGS, newer.bundle.catalog))


def kept(serving: Serving, request: RankRequest) -> tuple[KeptOrder, KnownUser]:
    if request.movie_id is not None:
        shown, user = similar_for(serving, request.movie_id, request), NOBODY
    else:
        user = KnownUser(state_of(RATINGS, 1))
        shown = shown_for(serving, user, request)
    page = FirstPage(shown, shown.ranked(), user, shown.order.rung, (), None)
    return kept_order(page, request, serving, _bins_of(serving.model)), user


REQUESTS = [RankRequest(user_id=1, k=5), RankRequest(movie_id=1, k=5)]


@pytest.mark.parametrize("request_", REQUESTS, ids=["user", "movie"])
def test_a_page_shows_the_movies_that_were_ranked_after_more_were_listed(
    model: RankerModel, request_: RankRequest
) -> None:
    before, after = serving_with(model, FIRST), serving_with(model, FIRST, LATER)
    order, user = kept(before, request_)
    place = order.movie_id.tolist().index(FIRST)

    page = page_of(order, slice(place, place + 1), user.state, after, _bins_of(after.model))

    assert page.movie_id.tolist() == [FIRST]
    assert after.catalog.titles[page.row[0]] == f"New {FIRST}"
    check_account(page)


@pytest.mark.parametrize("request_", REQUESTS, ids=["user", "movie"])
def test_a_process_that_does_not_know_a_movie_of_the_ranking_yet_says_so(
    model: RankerModel, request_: RankRequest
) -> None:
    knowing, unknowing = serving_with(model, FIRST), replace(serving_with(model), model=model)
    order, user = kept(knowing, request_)

    with pytest.raises(Refused) as refusal:
        page_of(order, slice(5, 10), user.state, unknowing, _bins_of(model))

    assert refusal.value.status == 410
