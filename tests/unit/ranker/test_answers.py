"""Whole answers of a trained bundle, on every rung, where a filter leaves nothing, one movie, or a few."""

from typing import Any

import numpy as np
import orjson
import pytest

from marquee.contracts.ranking_bodies import Ranking, Rung
from marquee.features.describe import described
from marquee.features.vector import SPECS
from support.serving import KNOWN, answer, trained

NOTHING: dict[str, Any] = {"genres": ["Genre1"], "year_min": 2015}
NOBODYS_GENRE: dict[str, Any] = {"genres": ["Film-Noir"]}
ALL_BUT_ONE = {"exclude": [m for m in range(1, 41) if m != 7]}
"""Leaves movie 7, which no user of these tests has rated."""


RANKER_RUNGS = [rung for rung in Rung if rung is not Rung.POPULAR]


def answered(rung: Rung, wishes: dict[str, Any]) -> Ranking:
    """The answer as a reader of the public API reads it."""
    return Ranking.model_validate_json(orjson.dumps(answer(rung, wishes)))


@pytest.mark.parametrize("rung", RANKER_RUNGS)
@pytest.mark.parametrize("diversity", [0.0, 0.5])
@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize("filters", [NOTHING, NOBODYS_GENRE])
def test_a_filter_that_leaves_nothing_gives_an_empty_list_on_the_same_rung(
    rung: Rung, filters: dict[str, Any], explain: bool, diversity: float
) -> None:
    ranking = answered(rung, {"filters": filters, "explain": explain, "diversity": diversity})

    assert (ranking.items, ranking.meta.rung) == ((), rung)
    assert "ranker" not in ranking.meta.degraded
    assert ranking.model_version == "v1"


@pytest.mark.parametrize("rung", RANKER_RUNGS)
@pytest.mark.parametrize("diversity", [0.0, 1.0])
def test_one_movie_that_is_left_is_ranked_and_explained(rung: Rung, diversity: float) -> None:
    ranking = answered(rung, {**ALL_BUT_ONE, "diversity": diversity})

    assert [card.movie_id for card in ranking.items] == [7]
    assert ranking.meta.rung is rung
    card = ranking.items[0]
    assert card.reasons
    assert card.base + sum(reason.contribution for reason in card.reasons) == pytest.approx(card.score, abs=1e-4)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_movies_features_do_not_depend_on_how_many_candidates_stand_beside_it(count: int) -> None:
    """Except the shares of the best candidate and the ranks, which compare candidates."""
    served = trained()

    def of(movie_ids: list[int]) -> Any:
        allowed = np.isin(served.catalog.movie_id, movie_ids)
        known = described(served.model.bundle.retrieval, served.movies, KNOWN, allowed=allowed, at_least=40)
        assert known is not None
        return known.x

    alone, all_of_them = of([7, 8][:count]), of(list(range(7, 41)))

    assert alone.shape == (count, len(SPECS))
    assert alone.dtype == np.float32
    relative = ("_of_best", "_rank_log", "rank_fusion")
    columns = [at for at, spec in enumerate(SPECS) if not spec.name.endswith(relative)]
    np.testing.assert_allclose(alone[:, columns], all_of_them[:count, columns], rtol=1e-6)
