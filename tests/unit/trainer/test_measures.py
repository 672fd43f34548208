"""The tables of reports, against numbers worked out by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from support.worlds import a_catalog, a_user, checkerboard, movies_of
from trainer.examples import Example, Kind
from trainer.measures import MEASURED, RANKER, joined, measured, no_lists, printable, summary

N_MOVIES = 40
TERMS = sparse.csr_array(np.eye(N_MOVIES, dtype=np.float32))
"""Content in which no two movies are alike."""


@pytest.fixture(scope="module")
def movies() -> MovieState:
    return movies_of(checkerboard(), a_catalog(N_MOVIES)).state


def an_example(*liked: int, user_id: int = 1, kind: Kind = Kind.KNOWN_USER) -> Example:
    return Example(kind, user_id, a_user((40, 5.0)), np.array(liked, np.int64), np.arange(len(liked)))


def ranked(movies: MovieState, **movie_ids: list[int]) -> dict[str, RowArray]:
    return {system: movies.catalog.rows(np.array(ids, np.int64)) for system, ids in movie_ids.items()}


def of_one(movies: MovieState, example: Example, *, window: int = 0, **movie_ids: list[int]) -> pd.DataFrame:
    return measured([(example, ranked(movies, **movie_ids))], movies, TERMS, window=window)


def two_lists(movies: MovieState) -> pd.DataFrame:
    """The ranker puts each user's one liked movie first, the baseline second."""
    first = of_one(movies, an_example(1), marquee=[1, 2], popularity=[2, 1])
    return joined(
        [first, of_one(movies, an_example(3, user_id=2), window=1, marquee=[3, 2], popularity=[2, 3]), no_lists()]
    )


def test_a_summary_gives_each_systems_measures_over_all_lists(movies: MovieState) -> None:
    found = summary(two_lists(movies), n_movies=N_MOVIES)

    assert found["lists"] == 2
    ours, theirs = found["systems"][RANKER], found["systems"]["popularity"]
    assert ours["ndcg@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert theirs["ndcg@10"]["mean"] == pytest.approx(1 / np.log2(3))
    assert theirs["ndcg@100"]["mean"] == pytest.approx(1 / np.log2(3))
    assert theirs["mrr@10"]["mean"] == 0.5
    assert (ours["recall@20"]["mean"], ours["recall@50"]["mean"]) == (1.0, 1.0)


def test_a_list_is_novel_popular_and_diverse_by_its_first_ten(movies: MovieState) -> None:
    shown = [*range(1, 11), 40]

    found = summary(of_one(movies, an_example(1), marquee=shown), n_movies=N_MOVIES)["systems"][RANKER]

    count, prior = movies.count, movies.prior
    bits = [-np.log2((count[at] + 1) / (count.sum() + N_MOVIES)) for at in range(10)]
    assert found["novelty_bits@10"]["mean"] == pytest.approx(np.mean(bits))
    assert found["popularity_percentile@10"] == pytest.approx(prior[:10].mean())
    assert found["popularity_lift@10"]["mean"] == pytest.approx(prior[:10].mean() - prior[39])
    assert found["diversity@10"]["mean"] == 1.0
    # the user likes the genre of even movies alone, which half of the list has
    assert found["genre_divergence@10"]["mean"] == pytest.approx(-np.log(0.99 * 0.5 + 0.01))


def test_a_measure_that_no_list_has_is_left_out_of_a_summary(movies: MovieState) -> None:
    dislikes = Example(Kind.KNOWN_USER, 1, a_user((40, 1.0)), np.array([1]), np.array([0]))

    found = summary(of_one(movies, dislikes, marquee=[1, 2]), n_movies=N_MOVIES)

    missing = {"popularity_lift@10", "genre_divergence@10"}
    assert set(MEASURED) - set(found["systems"][RANKER]) == missing
    json.dumps(found, allow_nan=False)


def test_a_summary_compares_the_ranker_with_each_baseline_list_by_list(movies: MovieState) -> None:
    found = summary(two_lists(movies), n_movies=N_MOVIES)

    assert set(found["difference"]) == {"popularity"}
    assert found["difference"]["popularity"]["mean"] == pytest.approx(1 - 1 / np.log2(3))
    assert found["best_baseline"] == "popularity"


def test_coverage_is_the_share_of_the_catalogue_shown_in_a_window(movies: MovieState) -> None:
    lists = joined([two_lists(movies), of_one(movies, an_example(5), marquee=[3, 5], popularity=[2, 5])])

    found = summary(lists, n_movies=N_MOVIES)

    # window 0: movies 1, 2, 3, 5; window 1: movies 2, 3
    assert found["systems"][RANKER]["coverage@10"] == pytest.approx((4 + 2) / 2 / N_MOVIES)


def test_movies_after_the_first_ten_count_for_recall_alone(movies: MovieState) -> None:
    found = summary(of_one(movies, an_example(21), marquee=list(range(2, 22))), n_movies=N_MOVIES)

    ours = found["systems"][RANKER]
    assert (ours["ndcg@10"]["mean"], ours["recall@50"]["mean"], ours["coverage@10"]) == (0.0, 1.0, 10 / N_MOVIES)


def test_no_lists_give_a_summary_without_systems() -> None:
    assert summary(no_lists(), n_movies=N_MOVIES) == {"lists": 0, "systems": {}, "difference": {}}


def test_a_printed_table_has_one_row_per_system_and_differences_of_others(movies: MovieState) -> None:
    table = printable(summary(two_lists(movies), n_movies=N_MOVIES))

    assert list(table.index) == [RANKER, "popularity"]
    assert table.loc[RANKER, "nDCG@10"] == "1.0000 [1.000, 1.000]"
    assert table["marquee minus it"].to_list() == ["", "0.3691 [0.369, 0.369]"]
