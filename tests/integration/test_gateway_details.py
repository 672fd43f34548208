"""One movie and one user in full, as the gateway puts them together from the online store."""

from datetime import UTC, datetime

import pytest

from gateway.details import PEOPLE_FROM, RECENT, TOP, movie_detail, user_profile
from gateway.movie_copy import MovieCopy
from gateway.rated import rated_movie
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed, MoviesRated
from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.state.ratings import UserState
from marquee.stores.cards import Cards, ImageSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from support.builders import a_movie, a_rating, an_enriched, in_batches
from support.worlds import START_MS, a_user

pytestmark = pytest.mark.integration

MINUTE_MS = 60_000


async def a_copy(
    space: KeySpace,
    listed: list[MovieListed],
    enriched: list[MovieEnriched] | None = None,
    rated: list[MoviesRated] | None = None,
) -> MovieCopy:
    for movies in in_batches(CATALOG, listed):
        await MovieStore(space, CATALOG).apply(movies)
    for found in in_batches(METADATA, enriched or []):
        await MovieStore(space, METADATA).apply(found)
    for ratings in in_batches(RATINGS, rated or []):
        await RatingStore(space).apply(ratings)
    copy = MovieCopy(space, Cards(space, ImageSettings(base="https://images", size="w1")))
    await copy.refresh()
    return copy


def people(movie_id: int, *directors: str) -> MovieEnriched:
    return an_enriched(movie_id=movie_id, directors=directors)


async def test_a_movie_joins_what_movielens_tmdb_and_the_ratings_say(space: KeySpace) -> None:
    listed = a_movie(movie_id=42, title="Heat").model_copy(update={"imdb_id": "tt0113277", "tmdb_id": 949})
    found = an_enriched(movie_id=42, overview="A heist.", directors=("Mann",), cast=("Pacino",), vote_count=7)
    copy = await a_copy(space, [listed], [found], [a_rating(user_id=user, rating=user + 2.0) for user in (1, 2)])
    card = copy.get(42)
    assert card is not None

    detail = await movie_detail(MovieStore(space, CATALOG), MovieStore(space, METADATA), copy, card)

    assert (detail.movie_id, detail.title, detail.imdb_id, detail.tmdb_id) == (42, "Heat", "tt0113277", 949)
    assert (detail.overview, detail.directors, detail.cast, detail.tmdb_vote_count) == (
        "A heist.",
        ("Mann",),
        ("Pacino",),
        7,
    )
    assert detail.tmdb_status == MetadataStatus.FOUND
    assert (detail.rating_count, detail.rating_mean) == (2, 3.5)


async def test_a_movie_without_metadata_or_ratings_leaves_them_open(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie(movie_id=42)])
    card = copy.get(42)
    assert card is not None

    detail = await movie_detail(MovieStore(space, CATALOG), MovieStore(space, METADATA), copy, card)

    assert (detail.overview, detail.directors, detail.tmdb_status) == (None, (), None)
    assert (detail.rating_count, detail.rating_mean) == (0, None)


async def test_a_profile_lists_ratings_newest_first_and_counts_them_all(space: KeySpace) -> None:
    rated = [(movie, 4.0) for movie in range(1, RECENT + 11)]
    copy = await a_copy(space, [a_movie(movie_id=movie) for movie, _ in rated])

    profile = await user_profile(MovieStore(space, METADATA), copy, 7, a_user(*rated))

    assert (profile.user_id, profile.is_known, profile.rating_count) == (7, True, RECENT + 10)
    assert [row.movie_id for row in profile.recent_ratings] == list(range(RECENT + 10, 10, -1))
    assert profile.first_rated_at == datetime.fromtimestamp(START_MS / 1_000, UTC)
    assert profile.last_rated_at == datetime.fromtimestamp((START_MS + (RECENT + 9) * MINUTE_MS) / 1_000, UTC)


async def test_an_unknown_user_has_a_profile_of_nothing(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie()])

    profile = await user_profile(MovieStore(space, METADATA), copy, 7, UserState.empty())

    assert (profile.is_known, profile.rating_count, profile.rating_mean) == (False, 0, None)
    assert (profile.recent_ratings, profile.top_genres, profile.top_people) == ((), (), ())
    assert (profile.first_rated_at, profile.last_rated_at) == (None, None)


async def test_genres_are_ordered_by_likes_and_then_by_mean_rating(space: KeySpace) -> None:
    genres = {1: ("Drama", "War"), 2: ("Drama",), 3: ("Comedy",), 4: ("Horror",), 5: ("War",)}
    copy = await a_copy(space, [a_movie(movie_id=movie, genres=of) for movie, of in genres.items()])
    user = a_user((1, 4.0), (2, 5.0), (3, 5.0), (4, 1.0), (5, 3.0))

    profile = await user_profile(MovieStore(space, METADATA), copy, 7, user)

    assert [(genre.name, genre.liked, genre.mean_rating) for genre in profile.top_genres] == [
        ("Drama", 2, 4.5),
        ("Comedy", 1, 5.0),
        ("War", 1, 3.5),
    ]


async def test_people_come_from_the_newest_liked_movies_alone(space: KeySpace) -> None:
    old_favourites = range(1, 4)
    newer = range(4, 4 + PEOPLE_FROM)
    metadata = [people(movie, "Old") for movie in old_favourites] + [people(movie, "New") for movie in newer]
    disliked = 4 + PEOPLE_FROM
    copy = await a_copy(space, [a_movie()], [*metadata, people(disliked, "Disliked")])
    user = a_user(*[(movie, 5.0) for movie in (*old_favourites, *newer)], (disliked, 1.0))

    profile = await user_profile(MovieStore(space, METADATA), copy, 7, user)

    assert [(person.name, person.liked) for person in profile.top_people] == [("New", PEOPLE_FROM)]


async def test_a_profile_names_a_few_genres_only(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie(movie_id=1, genres=[f"Genre {at}" for at in range(TOP + 5)])])

    profile = await user_profile(MovieStore(space, METADATA), copy, 7, a_user((1, 5.0)))

    assert len(profile.top_genres) == TOP


async def test_a_users_rating_of_a_movie_is_shown_with_its_card(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie(movie_id=42, title="Heat")], [an_enriched(movie_id=42, poster_path="/h.jpg")])

    rated = rated_movie(copy, a_user((42, 4.5)), 42)

    assert rated is not None
    assert (rated.title, rated.rating, rated.poster_url) == ("Heat", 4.5, "https://images/w1/h.jpg")


async def test_a_rated_movie_that_is_not_listed_has_a_made_up_title(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie(movie_id=42)])

    rated = rated_movie(copy, a_user((999, 4.5)), 999)

    assert rated is not None
    assert (rated.movie_id, rated.title, rated.year) == (999, "Movie 999", None)


async def test_a_movie_that_the_user_did_not_rate_has_no_rating(space: KeySpace) -> None:
    copy = await a_copy(space, [a_movie(movie_id=42)])

    assert rated_movie(copy, a_user((1, 5.0)), 42) is None
