"""The tables of reports, against numbers worked out by hand."""

import numpy as np
import pytest

from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from support.worlds import a_catalog, a_user, checkerboard, movies_of
from trainer.examples import Example, Kind
from trainer.measures import RANKER, Row, measured, printable, summary, table_of

N_MOVIES = 40


@pytest.fixture(scope="module")
def movies() -> MovieState:
    return movies_of(checkerboard(), a_catalog(N_MOVIES)).state


def an_example(*liked: int, user_id: int = 1, kind: Kind = Kind.KNOWN_USER) -> Example:
    return Example(kind, user_id, a_user((40, 5.0)), np.array(liked, np.int64), np.arange(len(liked)))


def ranked(movies: MovieState, **movie_ids: list[int]) -> dict[str, RowArray]:
    return {system: movies.catalog.rows(np.array(ids, np.int64)) for system, ids in movie_ids.items()}


def two_lists(movies: MovieState) -> list[Row]:
    """The ranker puts each user's one liked movie first, the baseline second."""
    first = measured(an_example(1), ranked(movies, marquee=[1, 2], popularity=[2, 1]), movies)
    second = measured(an_example(3, user_id=2), ranked(movies, marquee=[3, 2], popularity=[2, 3]), movies, window=1)
    return first + second


def test_a_summary_gives_each_systems_measures_over_all_lists(movies: MovieState) -> None:
    found = summary(table_of(two_lists(movies)), n_movies=N_MOVIES)

    assert found["lists"] == 2
    assert found["systems"][RANKER]["ndcg@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert found["systems"]["popularity"]["ndcg@10"]["mean"] == pytest.approx(1 / np.log2(3))
    assert found["systems"][RANKER]["recall@50"]["mean"] == 1.0


def test_a_summary_compares_the_ranker_with_each_baseline_list_by_list(movies: MovieState) -> None:
    found = summary(table_of(two_lists(movies)), n_movies=N_MOVIES)

    assert set(found["difference"]) == {"popularity"}
    assert found["difference"]["popularity"]["mean"] == pytest.approx(1 - 1 / np.log2(3))
    assert found["best_baseline"] == "popularity"


def test_coverage_is_the_share_of_the_catalogue_shown_in_a_window(movies: MovieState) -> None:
    rows = two_lists(movies) + measured(an_example(5), ranked(movies, marquee=[3, 5], popularity=[2, 5]), movies)

    found = summary(table_of(rows), n_movies=N_MOVIES)

    # window 0: movies 1, 2, 3, 5; window 1: movies 2, 3
    assert found["systems"][RANKER]["coverage@10"] == pytest.approx((4 + 2) / 2 / N_MOVIES)


def test_movies_after_the_first_ten_count_for_recall_alone(movies: MovieState) -> None:
    ids = list(range(2, 22))

    found = summary(table_of(measured(an_example(21), ranked(movies, marquee=ids), movies)), n_movies=N_MOVIES)

    ours = found["systems"][RANKER]
    assert (ours["ndcg@10"]["mean"], ours["recall@50"]["mean"], ours["coverage@10"]) == (0.0, 1.0, 10 / N_MOVIES)


def test_no_lists_give_a_summary_without_systems() -> None:
    assert summary(table_of([]), n_movies=N_MOVIES) == {"lists": 0, "systems": {}, "difference": {}}


def test_a_printed_table_has_one_row_per_system_and_differences_of_others(movies: MovieState) -> None:
    table = printable(summary(table_of(two_lists(movies)), n_movies=N_MOVIES))

    assert list(table.index) == [RANKER, "popularity"]
    assert table.loc[RANKER, "nDCG@10"] == "1.0000 [1.000, 1.000]"
    assert table["marquee minus it"].to_list() == ["", "0.3691 [0.369, 0.369]"]
