"""The nearest source: with a limit as large as the place that is named the movie is a candidate, with one less not."""

from dataclasses import replace

import numpy as np

from marquee.contracts.explain_bodies import Explanation
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.whynot.explaining import Budget
from ranker.whynot.nearest import nearest_source, not_a_candidate
from support.explaining import explained_for
from support.serving import KNOWN, trained

PERSON = KnownUser(KNOWN)
UNRATED = [movie for movie in range(1, 41) if movie not in KNOWN.movie_id]


def choosing(per_source: int) -> Serving:
    """The trained ranker, whose sources choose so many movies each."""
    used = trained()
    retrieval = used.model.bundle.retrieval
    config = retrieval.config.model_copy(update={"per_source": per_source})
    bundle = replace(used.model.bundle, retrieval=replace(retrieval, config=config))
    return replace(used, model=replace(used.model, bundle=bundle))


def explanations(per_source: int, movie_ids: list[int]) -> list[Explanation]:
    wishes = {"k": 1, "movie_ids": movie_ids}
    return list(explained_for(choosing(per_source), PERSON, wishes, budget=Budget(tries=0)).items)


def test_a_movie_that_no_source_chose_names_the_source_and_its_place_there() -> None:
    left_out = [item for item in explanations(2, UNRATED[:20]) if item.excluded_by]

    assert len(left_out) >= 5
    for item in left_out:
        assert item.excluded_by is not None
        assert (item.excluded_by.rule, item.excluded_by.source_limit) == ("not_a_candidate", 2)
        assert item.excluded_by.nearest_rank is not None
        assert item.excluded_by.nearest_rank > 2


def test_the_place_named_is_where_the_source_would_begin_to_choose_it() -> None:
    for item in [item for item in explanations(2, UNRATED[:20]) if item.excluded_by][:6]:
        assert item.excluded_by is not None
        assert item.excluded_by.nearest_rank is not None
        [wide_enough] = explanations(item.excluded_by.nearest_rank, [item.movie_id])
        [too_narrow] = explanations(item.excluded_by.nearest_rank - 1, [item.movie_id])
        assert item.excluded_by.nearest_source in wide_enough.sources
        assert too_narrow.excluded_by is not None


def test_without_any_source_nothing_is_made_up() -> None:
    assert nearest_source(None, 3, np.ones(40, bool)) is None
    nothing = not_a_candidate(None)
    assert (nothing.nearest_source, nothing.nearest_rank, nothing.source_limit) == (None, None, None)
