"""The pages of similar movies that a model orders: together they are its whole order, packed and read back."""

import numpy as np
import pytest

from marquee.contracts.rank_request import RankRequest
from ranker.answers import NOBODY, FirstPage
from ranker.explain.reasons import check_account
from ranker.pinning.pages import page_of
from ranker.pinning.whole import kept_order
from ranker.similar_order import order_similar
from ranker.subjects import similar_for
from support.similar import with_similar_model


@pytest.mark.parametrize("content", [None, 0.8])
def test_the_pages_of_a_model_of_similar_movies_are_its_whole_order(content: float | None) -> None:
    serving, request = with_similar_model(), RankRequest(movie_id=4, k=7, content=content)
    shown = similar_for(serving, 4, request)
    page = FirstPage(shown, shown.ranked(), NOBODY, shown.order.rung, (), None)

    kept = kept_order(page, request, serving, None)

    every = order_similar(serving.model, serving.movies, 4, k=500, content=content).first(500)
    assert not shown.is_all
    assert kept.movie_id.tolist() == every.movie_id.tolist()
    assert kept.movie_id[:7].tolist() == page.ranked.movie_id.tolist()
    assert len(every) == len(serving.catalog) - 1
    for start in range(0, len(every), 7):
        ranked = page_of(kept, slice(start, start + 7), NOBODY.state, serving, None)
        check_account(ranked)
        np.testing.assert_allclose(ranked.score, every.score[start : start + 7], rtol=1e-6)
        assert ranked.sources == every.sources[start : start + 7]
