"""Bodies of GET /v1/pipeline, and of the services' own reports that it is made of."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from marquee.contracts.bodies import Answer

PartName = Literal["gateway", "kafka", "redis", "ingest", "enricher", "features", "trainer", "ranker"]


class Recent(Answer):
    """How many in the last seconds."""

    count: int
    window_s: float = Field(description="up to 60; less after a start, from which on is counted")


class PartStatus(StrEnum):
    """What is known of a part now."""

    OK = "ok"
    DEGRADED = "degraded"  # something that it needs does not work, or it does not answer
    UNKNOWN = "unknown"  # nobody who answers knows


class PipelinePart(Answer):
    """One part of the system."""

    name: PartName
    status: PartStatus
    troubles: tuple[str, ...] = Field(
        default=(), description="what does not work, such as kafka or model; no_answer: the part itself"
    )
    since: datetime = Field(description="when this status with these troubles was first seen")
    last_ok_at: datetime | None = Field(default=None, description="when it was last seen to be ok")


class LoadFigures(Answer):
    """The loading of the data set."""

    phase: str = Field(description="idle, downloading, reading, publishing, done or failed")
    ratings_published: int


class AcceptedFigures(Answer):
    """Live ratings that the log has acknowledged; a bulk load is counted by `load`."""

    ratings: Recent


class TopicFigures(Answer):
    """A topic of the log."""

    records: int = Field(description="written so far, over all partitions")
    lag: int = Field(description="of them, how many one of the two stores lacks")


class StoreFigures(Answer):
    """What the online store holds, and what was new to both stores lately."""

    users: int
    ratings: int
    movies: int
    applied: Recent


class CoverageFigures(Answer):
    """How many of the movies have what; null where nobody who knows answered."""

    movies: int
    with_poster: int
    with_metadata: int | None = None
    metadata_source: str | None = Field(default=None, description="tmdb, snapshot or none")
    in_model: int | None = Field(default=None, description="movies that the model knows, and so has features of")


class TrainingFigures(Answer):
    """The newest training."""

    phase: Literal["waiting", "training", "done", "failed"]
    step: str = Field(default="", description="while training: what is being done")
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None


class ModelFigures(Answer):
    """The model that is served."""

    version: str
    served_since: datetime
    created_at: datetime
    as_of: datetime = Field(description="its newest rating")
    movies: int


class Served(Answer):
    """The ranker's report of its model; none before the first."""

    model: ModelFigures | None = None


class RankingFigures(Answer):
    """Rankings that the gateway has answered."""

    answered: Recent
    popular: int = Field(description="of them, how many were the popular list, because the ranker did not answer")


class Pipeline(Answer):
    """The whole way from a rating to a list, as it was at one moment; null: whoever knows did not answer."""

    as_of: datetime
    parts: tuple[PipelinePart, ...]
    rankings: RankingFigures
    accepted: AcceptedFigures | None = None
    load: LoadFigures | None = None
    topics: dict[str, TopicFigures] | None = None
    store: StoreFigures | None = None
    coverage: CoverageFigures
    training: TrainingFigures | None = None
    model: ModelFigures | None = None
