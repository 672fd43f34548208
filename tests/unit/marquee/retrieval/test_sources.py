"""What the sources score: the item-to-item ones keep what the history is linked to, and nothing of other movies."""

import numpy as np
import pytest

from marquee.retrieval.fitted import FittedRetrieval, Link, fit_retrieval
from marquee.retrieval.history import History, Query
from marquee.retrieval.sources import LINK_QUERY, Retrieved, Source, retrieve
from support.worlds import a_catalog, a_user, checkerboard, movies_of

CATALOG, RATINGS = a_catalog(60), checkerboard(n_movies=40)
MOVIES = movies_of(RATINGS, CATALOG).state


@pytest.fixture(scope="module")
def retrieval() -> FittedRetrieval:
    """Movies 41 to 60 are rated by nobody."""
    return fit_retrieval(RATINGS, CATALOG)


@pytest.fixture(params=[0.0, np.inf], ids=["all columns", "linked columns"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers whichever columns are kept."""
    monkeypatch.setattr("marquee.retrieval.sources.SPARSE_SHARE", request.param)


def of(retrieval: FittedRetrieval, *rated: tuple[int, float]) -> tuple[History, Retrieved]:
    history = History.of(a_user(*rated), CATALOG)
    return history, retrieve(retrieval, MOVIES, history)


RATED = ((1, 5.0), (4, 2.0), (50, 4.0), (7, 3.5))


@pytest.mark.usefixtures("kept")
def test_signals_are_the_weighted_sums_of_the_whole_links(retrieval: FittedRetrieval) -> None:
    history, found = of(retrieval, *RATED)
    n = len(CATALOG)

    dense = (retrieval.links[history.row].toarray().T @ history.weights()).T.reshape(len(Query), len(Link), n)

    rows = np.array([0, 2, 17, 40, 59])
    np.testing.assert_allclose(found.signals_of(rows), dense[:, :, rows], rtol=1e-5)
    for source, (link, query) in LINK_QUERY.items():
        np.testing.assert_allclose(found.scores(source), dense[query, link], rtol=1e-5)


def test_what_is_kept_of_few_links_grows_with_the_history_and_not_with_the_catalogue() -> None:
    catalog = a_catalog(2_000)
    retrieval = fit_retrieval(RATINGS, catalog)
    history = History.of(a_user(*RATED), catalog)

    found = retrieve(retrieval, movies_of(RATINGS, catalog).state, history)

    linked = np.unique(retrieval.links[history.row].indices)
    assert found.column.tolist() == linked.tolist()
    assert found.signals.shape == (len(Query), len(linked))
    assert found.links.shape == (len(history), len(linked))
    assert np.array_equal(found.links.toarray(), retrieval.links[history.row].toarray()[:, linked])


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("rated", [(), ((50, 5.0),)], ids=["nothing", "a movie nobody else rated"])
def test_a_history_without_links_has_no_signals(
    retrieval: FittedRetrieval, rated: tuple[tuple[int, float], ...]
) -> None:
    history = History.of(a_user(*rated), CATALOG) if rated else History.empty()
    found = retrieve(retrieval, MOVIES, history)
    rows = np.arange(5)

    assert not found.signals_of(rows).any()
    assert found.links_to(rows).shape == (len(history), len(Link) * 5)
    assert not found.links_to(rows).nnz
    assert not found.scores(Source.EASE).any()
