"""Similar movies by a model: additive, whatever is filtered or wished for, and filled up in the sum's order."""

from dataclasses import replace

import numpy as np
import pytest

from marquee.arrays import FloatArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.similar import similar
from ranker.ranking import Ranked
from ranker.serving import Serving
from ranker.similar_order import order_similar, rank_similar
from support.similar import with_similar_model

SEED = 4


@pytest.fixture
def served() -> Serving:
    return with_similar_model()


def found(served: Serving, k: int = 60, **wishes: object) -> Ranked:
    return order_similar(served.model, served.movies, SEED, k=k, **wishes).first(k)  # type: ignore[arg-type]  # any wish


def by_movie(ranked: Ranked, values: FloatArray) -> dict[int, float]:
    """What the model's candidates have, in their order."""
    rows = zip(ranked.movie_id.tolist(), values.tolist(), ranked.sources, strict=True)
    return {movie: value for movie, value, sources in rows if sources}


def few_candidates(served: Serving) -> Serving:
    """The same, but that each source gives three candidates."""
    bundle = served.model.bundle
    config = bundle.retrieval.config
    config = config.model_copy(update={"similar": config.similar.model_copy(update={"per_source": 3})})
    retrieval = replace(bundle.retrieval, config=config)
    return replace(served, model=replace(served.model, bundle=replace(bundle, retrieval=retrieval)))


def without_model(served: Serving) -> Serving:
    return replace(served, model=replace(served.model, similar=None))


@pytest.mark.parametrize("content", [None, 0.0, 0.3, 1.0])
def test_the_parts_of_every_similar_movie_add_up(served: Serving, content: float | None) -> None:
    ranked = found(served, content=content)

    assert served.model.similar is not None
    assert len(ranked) == 59
    np.testing.assert_allclose(ranked.base + ranked.contribution.sum(axis=1), ranked.score, atol=1e-4)


def test_movies_of_the_same_colour_come_first(served: Serving) -> None:
    assert (found(served, k=10).movie_id % 2 == SEED % 2).all()


@pytest.mark.parametrize(("content", "silent"), [(0.0, ReasonCode.SAME_CONTENT), (1.0, ReasonCode.CO_RATED)])
def test_at_either_end_one_of_fans_and_story_counts_nothing(
    served: Serving, content: float, silent: ReasonCode
) -> None:
    usual, wished = found(served), found(served, content=content)

    other = {ReasonCode.SAME_CONTENT: ReasonCode.CO_RATED, ReasonCode.CO_RATED: ReasonCode.SAME_CONTENT}[silent]
    assert not wished.contribution[:, wished.codes.index(silent)].any()
    mine, theirs = (by_movie(ranked, ranked.contribution[:, ranked.codes.index(other)]) for ranked in (usual, wished))
    assert theirs == pytest.approx({movie: 2 * part for movie, part in mine.items()})


def test_in_the_middle_the_mix_is_the_models_own(served: Serving) -> None:
    usual, half = found(served, k=20), found(served, k=20, content=0.5)

    assert half.movie_id.tolist() == usual.movie_id.tolist()
    np.testing.assert_allclose(half.score, usual.score, atol=1e-5)


def test_what_a_filter_leaves_keeps_score_and_order(served: Serving) -> None:
    allowed = served.catalog.movie_id % 3 > 0
    every = found(served)

    some = found(served, allowed=allowed, exclude=(2, 8))

    before, after = by_movie(every, every.score), by_movie(some, some.score)
    assert before.keys() - {2, 8} - set(served.catalog.movie_id[~allowed].tolist()) <= after.keys()
    assert {movie: after[movie] for movie in before if movie in after} == {
        movie: score for movie, score in before.items() if movie in after
    }
    assert list(after.values()) == sorted(after.values(), reverse=True)
    assert allowed[some.row].all() and not {2, 8} & set(some.movie_id.tolist())


@pytest.mark.parametrize("k", [1, 5, 20, 40])
def test_a_shorter_list_of_similar_movies_is_the_beginning_of_a_longer_one(served: Serving, k: int) -> None:
    served = few_candidates(served)

    assert found(served, k=k).movie_id.tolist() == found(served).movie_id[:k].tolist()


def test_what_is_left_until_it_is_wanted_changes_no_list(served: Serving) -> None:
    at_once, later = (order_similar(served.model, served.movies, SEED, k=60, at_once=n) for n in (60, 5))

    assert len(later) < len(at_once) == len(later.whole())
    whole, every = later.whole().first(60), at_once.first(60)
    assert later.first(5).movie_id.tolist() == every.movie_id[:5].tolist()
    assert whole.movie_id.tolist() == every.movie_id.tolist()
    np.testing.assert_array_equal(whole.contribution, every.contribution)
    assert at_once.whole().row.tolist() == at_once.row.tolist()


def test_what_no_source_found_follows_in_the_order_of_the_weighted_sum(served: Serving) -> None:
    served = few_candidates(served)
    ranked = found(served)
    seed = int(served.catalog.rows(np.array([SEED]))[0])
    by_sum = similar(served.model.bundle.retrieval, served.movies.state, seed, k=60).row.tolist()

    fillers = [at for at, sources in enumerate(ranked.sources) if not sources]

    assert 0 < len(fillers) < len(ranked)
    assert fillers == list(range(fillers[0], len(ranked)))
    rest = set(ranked.row[fillers].tolist())
    assert ranked.row[fillers].tolist() == [row for row in by_sum if row in rest]


def test_without_a_model_the_weighted_sum_orders_them(served: Serving) -> None:
    ranked = found(without_model(served))

    seed = int(served.catalog.rows(np.array([SEED]))[0])
    by_sum = similar(served.model.bundle.retrieval, served.movies.state, seed, k=60)
    assert ranked.row.tolist() == by_sum.row.tolist()
    assert ranked.base == 0


def test_a_movie_that_nobody_rated_has_similar_movies_too(served: Serving) -> None:
    links = served.model.bundle.retrieval.links.copy()
    seed = int(served.catalog.rows(np.array([SEED]))[0])
    links.data[links.indptr[seed] : links.indptr[seed + 1]] = 0
    links.eliminate_zeros()
    bundle = served.model.bundle
    bundle = replace(bundle, retrieval=replace(bundle.retrieval, links=links))

    ranked = rank_similar(replace(served.model, bundle=bundle), served.movies, SEED, k=10)

    assert (ranked.movie_id % 2 == SEED % 2).all()
