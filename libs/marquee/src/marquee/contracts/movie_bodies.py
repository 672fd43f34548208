"""Bodies of movies: a card as every list shows it, what is found, and all that is known of one."""

from pydantic import Field

from marquee.contracts.bodies import Answer
from marquee.contracts.events import MetadataStatus


class Card(Answer):
    """A movie as every list shows it."""

    movie_id: int
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    runtime: int | None = Field(default=None, description="minutes")
    poster_url: str | None = Field(default=None, description="absent where no poster is known: draw one")


class CountedCard(Card):
    ratings: int = Field(description="how many people rated it")


class SearchHit(CountedCard):
    person: str | None = Field(
        default=None, description="the director or actor whose name was found; absent where the title was"
    )


class SearchPage(Answer):
    items: tuple[SearchHit, ...]
    next_page_token: str | None = None


class PersonMovies(Answer):
    """The movies of a director or actor, those that most people rated first."""

    name: str
    directed: tuple[CountedCard, ...] = ()
    acted: tuple[CountedCard, ...] = ()


class ThemeMovies(Answer):
    """The movies that share a keyword, those that most people rated first."""

    name: str
    count: int = Field(description="all of them; `movies` has the best known 200 at most")
    movies: tuple[CountedCard, ...] = ()


class MovieDetail(Card):
    """All that is known of one movie."""

    original_title: str | None = None
    original_language: str | None = None
    overview: str | None = None
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    imdb_id: str | None = None
    tmdb_id: int | None = None
    tmdb_status: MetadataStatus | None = Field(default=None, description="absent: TMDB was not asked yet")
    tmdb_vote_average: float | None = None
    tmdb_vote_count: int | None = None
    rating_count: int = 0
    rating_mean: float | None = Field(default=None, description="stars, by Marquee's users")
