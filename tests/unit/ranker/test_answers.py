"""Whole answers of a trained bundle, on every rung, where a filter leaves nothing, one movie, or a few."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import orjson
import pytest

from marquee.bundle import BundleParts, load_bundle
from marquee.contracts.bodies import Ranking, RankRequest
from marquee.contracts.ranking_fields import card_without_details
from marquee.features.describe import described
from marquee.features.vector import SPECS
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import UserState
from ranker.answers import similar_answer, user_answer
from ranker.online import KnownUser
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from support.worlds import a_user, checkerboard

KNOWN = a_user((1, 5.0), (3, 5.0), (5, 4.0), (2, 1.0))
NOTHING: dict[str, Any] = {"genres": ["Genre1"], "year_min": 2015}
NOBODYS_GENRE: dict[str, Any] = {"genres": ["Film-Noir"]}
BUT_ONE = {"exclude": [m for m in range(1, 41) if m != 7]}
"""Leaves movie 7, which no user of these tests has rated."""


def serving(parts: BundleParts, folder: Path, n_users: int) -> Serving:
    bundle = load_bundle(parts.write(folder, version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC)))
    return Serving.of(RankerModel.of(bundle), ItemStats.of(checkerboard(n_users=n_users)))


@pytest.fixture(scope="module", name="trained")
def serving_a_model(trained: BundleParts, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    return serving(trained, tmp_path_factory.mktemp("trained"), 80)


@pytest.fixture(scope="module", name="modelless")
def serving_retrieval(modelless: BundleParts, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    return serving(modelless, tmp_path_factory.mktemp("modelless"), 3)


def answered(world: Serving, rung: str, wishes: dict[str, Any]) -> Ranking:
    """The answer as a reader of the public API reads it."""
    if rung == "similar":
        request = RankRequest.model_validate({"movie_id": 1, **wishes})
        found = similar_answer(world, 1, request, card_without_details, Stopwatch(perf_counter), ranking_id="r")
    else:
        request = RankRequest.model_validate({"user_id": 1, **wishes})
        state = UserState.empty() if rung == "cold" else KNOWN
        user = KnownUser(state, missing="redis" if rung == "stale" else None)
        found = user_answer(world, user, request, card_without_details, Stopwatch(perf_counter), ranking_id="r")
    return Ranking.model_validate_json(orjson.dumps(found))


Rank = Callable[[dict[str, Any]], Ranking]


@pytest.fixture(params=["personal", "cold", "stale", "similar", "retrieval"])
def rung(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rank(rung: str, trained: Serving, modelless: Serving) -> Rank:
    world = modelless if rung == "retrieval" else trained
    return lambda wishes: answered(world, rung, wishes)


@pytest.mark.parametrize("diversity", [0.0, 0.5])
@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize("filters", [NOTHING, NOBODYS_GENRE])
def test_a_filter_that_leaves_nothing_gives_an_empty_list_with_its_true_rung(
    rank: Rank, rung: str, filters: dict[str, Any], explain: bool, diversity: float
) -> None:
    answer = rank({"filters": filters, "explain": explain, "diversity": diversity})

    assert (answer.items, answer.meta.rung) == ((), rung)
    assert "ranker" not in answer.meta.degraded
    assert answer.model_version == "v1"


@pytest.mark.parametrize("diversity", [0.0, 1.0])
def test_one_movie_that_is_left_is_ranked_and_explained(rank: Rank, rung: str, diversity: float) -> None:
    answer = rank({**BUT_ONE, "diversity": diversity})

    assert [card.movie_id for card in answer.items] == [7]
    assert answer.meta.rung == rung
    card = answer.items[0]
    assert card.reasons
    assert card.base + sum(reason.contribution for reason in card.reasons) == pytest.approx(card.score, abs=1e-4)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_movies_features_do_not_depend_on_how_many_candidates_stand_beside_it(trained: Serving, count: int) -> None:
    """But for the shares of the best candidate and the ranks, which say just that."""
    world = trained

    def of(movie_ids: list[int]) -> Any:
        allowed = np.isin(world.catalog.movie_id, movie_ids)
        known = described(world.model.bundle.retrieval, world.movies, KNOWN, allowed=allowed, at_least=40)
        assert known is not None
        return known.x

    alone, all_of_them = of([7, 8][:count]), of(list(range(7, 41)))

    assert alone.shape == (count, len(SPECS))
    assert alone.dtype == np.float32
    relative = ("_of_best", "_rank_log", "rank_fusion")
    columns = [at for at, spec in enumerate(SPECS) if not spec.name.endswith(relative)]
    np.testing.assert_allclose(alone[:, columns], all_of_them[:count, columns], rtol=1e-6)
