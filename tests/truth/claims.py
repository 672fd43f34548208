"""Each form of a sentence with the check of its claim; a form without one fails the tests."""

from collections.abc import Callable, Mapping

from truth import claims_of_movies as of_movies
from truth import claims_of_people as of_people
from truth.claims_of_movies import Checks
from truth.told import Told

Claim = Callable[[Told], Checks]

CLAIMS: Mapping[str, Claim] = {
    "liked_similar.fans": of_people.fans,
    "liked_similar.share": of_people.share,
    "liked_similar.two": of_people.two,
    "liked_similar.above_usual": of_people.above_usual,
    "liked_similar.rated": of_people.cited,
    "liked_similar.many": of_people.many,
    "liked_similar.few_fans": of_people.few_fans,
    "taste_genre.mean": of_people.genre_mean,
    "taste_genre.often": of_people.genre_often,
    "taste_genre.under": of_people.genre_under,
    "taste_genre.seldom": of_people.genre_seldom,
    "taste_genre.listed": of_people.listed,
    "taste_content.directors": of_people.directors,
    "taste_content.director_mean": of_people.director_mean,
    "taste_content.cast": of_people.cast,
    "taste_content.keywords": of_people.keywords,
    "taste_content.nothing_shared": of_people.nothing_shared,
    "popular.best_known": of_movies.best_known,
    "popular.place": of_movies.popular_place,
    "popular.liked": of_movies.liked,
    "popular.well_known": of_movies.well_known,
    "popular.better_known": of_movies.better_known,
    "popular.less_known": of_movies.less_known,
    "popular.rated": of_movies.rated_by,
    "popular.fans": of_movies.with_fans,
    "popular.raters": of_movies.with_raters,
    "trending.place": of_movies.trending_place,
    "trending.likes": of_movies.trending_likes,
    "trending.quiet": of_movies.quiet,
    "trending.ratings": of_movies.trending_ratings,
    "well_rated.above": of_movies.above,
    "well_rated.below": of_movies.below,
    "well_rated.mean": of_movies.mean,
    "era.since_visit": of_people.since_visit,
    "era.years": of_people.years,
    "era.decade": of_people.decade,
    "era.few": of_people.few_years,
    "era.decade_under": of_people.decade_under,
    "era.year": of_people.year,
    "runtime.near": of_people.length_near,
    "runtime.longer": of_people.longer,
    "runtime.shorter": of_people.shorter,
    "runtime.length": of_people.length,
    "co_rated.share": of_movies.co_rated_share,
    "co_rated.fans": of_movies.of_seed,
    "co_rated.times": of_movies.times,
    "co_rated.either": of_movies.either,
    "co_rated.few": of_movies.few_shared_fans,
    "era.of_one_time": of_movies.of_one_time,
    "era.of_two_times": of_movies.of_two_times,
    "same_content.directors_and_keywords": of_movies.same_directors_and_keywords,
    "same_content.directors": of_movies.same_directors,
    "same_content.cast": of_movies.same_cast,
    "same_content.keywords": of_movies.same_keywords,
    "same_content.genres": of_movies.same_genres,
    **{
        f"{code}.neutral": of_movies.nothing
        for code in (
            "liked_similar", "taste_genre", "taste_content", "popular", "trending", "well_rated", "era", "runtime",
            "profile", "co_rated", "same_content",
        )
    },
}  # fmt: skip


def fails(form: str, told: Told) -> list[int]:
    """Which of a claim's parts do not hold, counted from 1; none if the sentence is true."""
    return [at for at, holds in enumerate(CLAIMS[form](told), 1) if not holds]
