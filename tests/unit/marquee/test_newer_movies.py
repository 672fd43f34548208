"""A movie that was listed or enriched after the training: ranked from its content, and nothing else is touched."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from marquee.bundle import Bundle, load_bundle
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.features.movie_features import MovieFeatures
from marquee.newer_movies import with_newer
from marquee.retrieval.content import fit
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from ranker.ranking import rank_user
from ranker.scoring import RankerModel
from ranker.similar_order import order_similar
from support.trainings import ENOUGH, a_training
from support.worlds import DIRECTORS, EPOCH, a_catalog, a_user, checkerboard, movies_of, state_of

RATINGS = checkerboard(n_users=ENOUGH)
SEEN_BY_NOBODY = 1_000


def newer(movie_id: int, *, colour: int, year: int = 1995) -> MovieTable:
    """A movie of one colour, as its two events describe it."""
    listed = MovieListed(movie_id=movie_id, title=f"New {movie_id}", year=year, genres=(f"Genre{colour}",))
    enriched = MovieEnriched(
        movie_id=movie_id,
        status=MetadataStatus.FOUND,
        runtime_min=90,
        directors=(DIRECTORS[colour],),
        keywords=(f"keyword {colour}",),
        fetched_at=EPOCH,
    )
    return MovieTable.build([listed], [enriched])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder: Path = tmp_path_factory.mktemp("models")
    return load_bundle(a_training(ENOUGH).write(folder, version="v1", created_at=datetime(2026, 1, 1, tzinfo=UTC)))


def first(bundle: Bundle, user_id: int, k: int = 40) -> list[int]:
    """The user's list by the bundle's own ranker."""
    model, movies = RankerModel.of(bundle), movies_of(RATINGS, bundle.catalog)
    found: list[int] = rank_user(model, movies, state_of(RATINGS, user_id), k=k).movie_id.tolist()
    return found


def similar_to(bundle: Bundle, movie_id: int, k: int = 10) -> list[int]:
    model, movies = RankerModel.of(bundle), movies_of(RATINGS, bundle.catalog)
    found: list[int] = order_similar(model, movies, movie_id, k=k).movie_id.tolist()
    return found


@pytest.mark.parametrize("movie_id", [SEEN_BY_NOBODY, 0x7FFF_FFFF])
@pytest.mark.parametrize("colour", [0, 1])
def test_a_new_movie_is_recommended_to_those_who_like_its_kind(bundle: Bundle, movie_id: int, colour: int) -> None:
    extended = with_newer(bundle, newer(movie_id, colour=colour))

    places = {}
    for whose in (0, 1):
        users = [user for user in range(1, ENOUGH + 1) if user % 2 == whose]
        lists = [first(extended, user) for user in users]
        assert all(movie_id in found for found in lists)
        places[whose] = np.mean([found.index(movie_id) for found in lists])
    assert places[colour] < places[1 - colour]


def test_movies_of_its_kind_are_similar_to_a_new_one_and_it_to_them(bundle: Bundle) -> None:
    extended = with_newer(bundle, newer(SEEN_BY_NOBODY, colour=1, year=1991))

    assert {movie % 2 for movie in similar_to(extended, SEEN_BY_NOBODY)} == {1}
    assert SEEN_BY_NOBODY in similar_to(extended, 1, k=40)
    of_the_other_kind = similar_to(extended, 2, k=40).index(SEEN_BY_NOBODY)
    assert similar_to(extended, 1, k=40).index(SEEN_BY_NOBODY) < of_the_other_kind


def test_a_new_movie_that_was_rated_speaks_for_its_kind(bundle: Bundle) -> None:
    tables = [newer(SEEN_BY_NOBODY + colour, colour=colour) for colour in (0, 1)]
    extended = with_newer(with_newer(bundle, tables[0]), tables[1])
    movies, model = movies_of(RATINGS, extended.catalog), RankerModel.of(extended)

    liked = {
        colour: rank_user(model, movies, a_user((SEEN_BY_NOBODY + colour, 5.0)), k=10).movie_id % 2 for colour in (0, 1)
    }

    assert liked[0].mean() < liked[1].mean()


def test_ids_below_those_of_known_movies_change_nothing_for_these(tmp_path: Path) -> None:
    shifted = replace(a_training(ENOUGH).catalog, movie_id=a_training(ENOUGH).catalog.movie_id + 500)
    parts = replace(a_training(ENOUGH), catalog=shifted)
    bundle = load_bundle(parts.write(tmp_path, version="v1", created_at=EPOCH))
    stats = replace(ItemStats.of(RATINGS), movie_id=ItemStats.of(RATINGS).movie_id + 500)
    extra = newer(7, colour=1)

    extended = with_newer(bundle, extra)

    assert extended.catalog.rows(np.array([7, 501, 540, 8])).tolist() == [40, 0, 39, -1]
    before, after = (MovieFeatures.of(stats, one.catalog).state for one in (bundle, extended))
    assert np.array_equal(before.decayed, after.decayed[:40])
    assert np.array_equal(before.count, after.count[:40])
    rated = replace(stats, movie_id=np.where(stats.movie_id == 501, 7, stats.movie_id)).summed()
    assert MovieFeatures.of(rated, extended.catalog).state.count[40] == before.count[0] > 0


def test_what_a_bundle_knows_already_changes_nothing(bundle: Bundle) -> None:
    same = with_newer(bundle, a_catalog(with_people=True))

    assert len(same.catalog) == len(bundle.catalog)
    np.testing.assert_allclose(same.retrieval.terms.toarray(), bundle.retrieval.terms.toarray(), rtol=1e-6)
    for user in range(1, ENOUGH + 1, 7):
        assert first(same, user) == first(bundle, user)
    assert [similar_to(same, movie) for movie in range(1, 41)] == [similar_to(bundle, movie) for movie in range(1, 41)]


def test_a_movie_enriched_later_has_the_content_that_it_would_have_been_fitted_with() -> None:
    complete = a_catalog(with_people=True)
    terms = fit(complete, a_training(ENOUGH).retrieval.config.content)
    lacking = replace(
        complete, directors=((), *complete.directors[1:]), keywords=((), *complete.keywords[1:])
    )  # as if TMDB had not answered for movie 1
    fitted = fit(lacking, a_training(ENOUGH).retrieval.config.content)
    bundle = Bundle(
        path=Path(),
        manifest=None,  # type: ignore[arg-type]  # not read
        catalog=lacking,
        retrieval=replace(a_training(ENOUGH).retrieval, terms=fitted.weights, term_names=fitted.names),
        onnx=None,
        trees=None,
        report={},
    )

    later = with_newer(bundle, newer(1, colour=1, year=1991))

    assert later.catalog.directors[0] == (DIRECTORS[1],)
    assert len(later.catalog) == len(lacking)
    assert fitted.names == terms.names
    theirs = later.retrieval.terms[[0]].toarray().ravel()
    assert np.corrcoef(theirs, terms.weights[[0]].toarray().ravel())[0, 1] > 0.99
    assert np.array_equal(later.retrieval.terms[1:].toarray(), fitted.weights[1:].toarray())


def test_a_genre_that_no_movie_had_gets_a_column_of_its_own(bundle: Bundle) -> None:
    new = MovieTable.build([MovieListed(movie_id=SEEN_BY_NOBODY, title="New", genres=("Genre1", "Animation"))])

    catalog = with_newer(bundle, new).catalog

    assert catalog.genre_names == ("Animation", "Genre0", "Genre1")
    assert catalog.genres[-1].tolist() == [True, False, True]
    assert np.array_equal(catalog.genres[:-1, 1:], bundle.catalog.genres)
    assert not catalog.genres[:-1, 0].any()


def test_nobody_has_rated_a_new_movie(bundle: Bundle) -> None:
    extended = with_newer(bundle, newer(SEEN_BY_NOBODY, colour=0))

    assert bundle.crowd is not None
    assert extended.crowd is not None
    assert extended.crowd.raters[-1] == extended.crowd.fans[-1] == 0
    assert np.array_equal(extended.crowd.fans[:-1], bundle.crowd.fans)
    assert extended.crowd.both(40, 0) == 0
