"""What travels through Kafka: one frozen pydantic model per fact, past tense. Samples are in tests/contract/samples.

An added optional field keeps a topic's version; anything else is a new topic.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from marquee.contracts.verdict import Verdict

MAX_CHUNK = 1_000
"""Ratings in one event, at most."""

MAX_SHOWN = 500
"""Movies in one impression, at most: the largest ranking."""

MAX_RANKING_ID = 64
"""Characters of a ranking's id."""

MIN_RATING, MAX_RATING, RATING_STEP = 0.5, 5.0, 0.5
MAX_ID = 2**53 - 1
"""The largest id that every JSON reader keeps exact."""
NO_GENRES = "(no genres listed)"
"""What MovieLens writes instead of a movie's genres if it has none. Never a genre."""
NOT_GENRES = frozenset({"", NO_GENRES, "IMAX"})
"""Entries of MovieLens's genres that are none: IMAX is a format of film."""

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Stars = Annotated[float, Field(ge=MIN_RATING, le=MAX_RATING, multiple_of=RATING_STEP)]
EpochMs = Annotated[int, Field(ge=0, le=253_402_300_799_999)]


class Event(BaseModel):
    """Base of all events. Unknown fields are ignored: a newer producer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class MoviesRated(Event):
    """One user rated 1 to 1,000 movies: a live rating, or a chunk of a bulk load. Three columns of equal length.

    No stars mean that the user took the rating back: whatever their rating of the movie was before it on the topic, of
    whatever time. Ratings that come after it on the topic count as ever (docs/adr/0006).
    """

    type: Literal["movies_rated"] = "movies_rated"
    event_id: UUID  # set once by whoever acted; an event counts once, however often it arrives
    user_id: Id
    movie_id: tuple[Id, ...] = Field(min_length=1, max_length=MAX_CHUNK)
    rating: tuple[Stars | None, ...]
    rated_at_ms: tuple[EpochMs, ...]  # Unix milliseconds, when the user acted

    @model_validator(mode="after")
    def columns_are_equally_long(self) -> Self:
        if not len(self.movie_id) == len(self.rating) == len(self.rated_at_ms):
            raise ValueError("movie_id, rating and rated_at_ms must be equally long")
        return self


class Act(StrEnum):
    """What a user, or a list in front of a user, did with movies."""

    SHOWN = "shown"  # a ranking was sent to the user; written by Marquee's own side only
    OPENED = "opened"
    DISMISSED = "dismissed"
    UNDISMISSED = "undismissed"


class DismissReason(StrEnum):
    """Why a user does not want to see a movie in lists."""

    SEEN = "seen"
    NOT_INTERESTED = "not_interested"
    NOT_NOW = "not_now"
    DISLIKE = "dislike"


class UserActed(Event):
    """A user opened, dismissed or brought back one movie, or was shown a list: then the columns are equally long.

    Attributes:
        position: of `shown`: the place of each movie in its ranking, from 1.
        score: of `shown`: as the ranking had it; of the popular list the number of likes.
        propensity: of `shown`: how probable it was that this movie stood at this place; 1.0 while rankings are
            deterministic, as they are.
        model_version: of `shown`: None for the popular list, which no model made.
    """

    type: Literal["user_acted"] = "user_acted"
    event_id: UUID
    user_id: Id
    kind: Act
    acted_at_ms: EpochMs
    movie_id: tuple[Id, ...] = Field(min_length=1, max_length=MAX_SHOWN)
    ranking_id: str | None = Field(default=None, max_length=MAX_RANKING_ID)
    model_version: str | None = None
    reason: DismissReason | None = None
    position: tuple[Annotated[int, Field(ge=1)], ...] = ()
    score: tuple[float, ...] = ()
    propensity: tuple[Annotated[float, Field(gt=0, le=1)], ...] = ()

    @model_validator(mode="after")
    def fields_fit_the_act(self) -> Self:
        lengths = {len(self.position), len(self.score), len(self.propensity)}
        if self.kind is Act.SHOWN:
            if lengths != {len(self.movie_id)}:
                raise ValueError("movie_id, position, score and propensity must be equally long")
        elif len(self.movie_id) != 1 or lengths != {0}:
            raise ValueError(f"{self.kind} is about one movie, without position, score and propensity")
        if self.reason is not None and self.kind is not Act.DISMISSED:
            raise ValueError(f"{self.kind} has no reason")
        return self


class MovieListed(Event):
    """A movie as MovieLens lists it."""

    type: Literal["movie_listed"] = "movie_listed"
    movie_id: Id
    title: str = Field(min_length=1)  # without the year; an article moved to the end is moved back
    year: int | None = Field(default=None, ge=1870, le=2200)
    genres: tuple[str, ...] = ()
    imdb_id: str | None = None  # as tt0114709
    tmdb_id: Id | None = None


class MetadataStatus(StrEnum):
    FOUND = "found"
    NOT_FOUND = "not_found"  # TMDB knows no such movie, or MovieLens names no TMDB id: not requested again
    UNAVAILABLE = "unavailable"  # TMDB did not answer; requested again later


class MovieEnriched(Event):
    """What TMDB says of a movie. Everything but the status may be missing."""

    type: Literal["movie_enriched"] = "movie_enriched"
    movie_id: Id
    status: MetadataStatus
    tmdb_id: Id | None = None
    title: str | None = None
    original_title: str | None = None
    original_language: str | None = None
    genres: tuple[str, ...] = ()
    release_year: int | None = None
    runtime_min: int | None = None
    popularity: float | None = None
    vote_average: float | None = None  # 0 to 10, TMDB's voters
    vote_count: int | None = None
    overview: str | None = None
    poster_path: str | None = None  # "/name.jpg", behind an image base URL and a size
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fetched_at: AwareDatetime


class ModelStatus(StrEnum):
    """What happened to a model. PROMOTED and ROLLED_BACK say which one serves from now on, PUBLISHED does not."""

    PUBLISHED = "published"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


class ModelState(StrEnum):
    """Where a model is in its life: a candidate is judged; a shadow ranks what the champion does, and is not shown; the
    champion serves, until it retires."""

    CANDIDATE = "candidate"
    REFUSED = "refused"
    SHADOW = "shadow"
    CHAMPION = "champion"
    RETIRED = "retired"


MODEL = "ranker"
"""The key under which models.v1 keeps which model serves."""


class ModelChanged(Event):
    """A model bundle was published, promoted or rolled back.

    The newest promotion or roll-back has the key MODEL and says what serves. What no longer serves, or never did, has
    a record of its own, so that compaction leaves the history: status PUBLISHED, with the state and the key `past_key`.

    Attributes:
        verdict: why it was promoted or refused; None for what an earlier release trained.
        by: who decided, "gate", "watch" or "admin".
    """

    type: Literal["model_changed"] = "model_changed"
    model: str = MODEL
    version: str
    status: ModelStatus
    location: str  # the bundle's folder below the model directory
    metrics: dict[str, float] = Field(default_factory=dict)
    reason: str = ""
    changed_at: AwareDatetime
    state: ModelState | None = None
    verdict: Verdict | None = None
    by: str = ""

    def past(self, state: ModelState, *, changed_at: datetime, reason: str, by: str) -> "ModelChanged":
        """The record that this model keeps in the history while it does not serve."""
        return self.model_copy(
            update={
                "model": past_key(self.version),
                "status": ModelStatus.PUBLISHED,
                "state": state,
                "changed_at": changed_at,
                "reason": reason,
                "by": by,
            }
        )


def past_key(version: str) -> str:
    """The key of a model's own record on models.v1."""
    return f"{MODEL}@{version}"
