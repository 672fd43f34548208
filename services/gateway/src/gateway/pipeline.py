"""The picture of the whole pipeline, from what the services say of themselves; asked for, and kept for a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from gateway.movie_copy import MovieCopy
from gateway.part_history import PartHistory, Readiness, state_of, state_of_store
from gateway.rankings_answered import RankingsAnswered
from marquee.contracts.pipeline_bodies import (
    AcceptedFigures,
    CoverageFigures,
    LoadFigures,
    PartStatus,
    Pipeline,
    Served,
    StoreFigures,
    TopicFigures,
    TrainingFigures,
)

KEPT_S = 1.0
READY = "/readyz"
REPORTS: Mapping[str, tuple[str, ...]] = {
    "ingest": (READY, "/v1/load", "/v1/accepted"),
    "enricher": (READY, "/v1/coverage"),
    "features": (READY, "/v1/state"),
    "trainer": (READY, "/v1/training"),
    "ranker": (READY, "/v1/serving"),
}
"""What each service is asked."""

Json = dict[str, Any]
Reports = Mapping[tuple[str, str], Json | None]
"""By service and path; None: no answer."""
M = TypeVar("M", bound=BaseModel)


class PipelineView:
    """Looks at all services at once.

    Args:
        services: a client of each, by its name in REPORTS. ping_redis: raises if Redis does not answer.
        timeout_s: how long each answer is waited for.
    """

    def __init__(
        self,
        services: Mapping[str, httpx.AsyncClient],
        ping_redis: Callable[[], Awaitable[object]],
        catalogue: MovieCopy,
        answered: RankingsAnswered,
        *,
        timeout_s: float,
    ) -> None:
        self._services, self._ping_redis, self._timeout_s = services, ping_redis, timeout_s
        self._catalogue, self._answered = catalogue, answered
        self._history = PartHistory()
        self._looking = asyncio.Lock()
        self._seen: Pipeline | None = None
        self._seen_at = float("-inf")

    async def look(self) -> Pipeline:
        """The picture, at most KEPT_S old; those who ask at the same time share one."""
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen_at > KEPT_S:
                self._seen = await self._look()
                self._seen_at = time.monotonic()
            return self._seen

    async def _look(self) -> Pipeline:
        asked = [(name, path) for name, paths in REPORTS.items() for path in paths]
        redis, *answers = await asyncio.gather(self._redis(), *(self._report(name, path) for name, path in asked))
        reports = dict(zip(asked, answers, strict=True))
        return picture(reports, redis, self._history, self._catalogue, self._answered, now=datetime.now(UTC))

    async def _report(self, name: str, path: str) -> Json | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._services[name].get(path)
            body = answer.json()
        except (httpx.HTTPError, TimeoutError, ValueError):
            return None
        is_told = answer.is_success or path == READY  # which says with a 503 what it lacks
        return body if is_told and isinstance(body, dict) else None

    async def _redis(self) -> Json:
        """As a service's account of what it needs, so that Redis is known without any service, too."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._ping_redis()
        except Exception:  # any failure of it is an answer here
            return {"dependencies": {"redis": {"ok": False}}}
        return {"dependencies": {"redis": {"ok": True}}}


def picture(
    reports: Reports,
    own: Readiness,
    history: PartHistory,
    catalogue: MovieCopy,
    answered: RankingsAnswered,
    *,
    now: datetime,
) -> Pipeline:
    """Put the reports together; what was not reported is null, and nothing is guessed."""
    ready = {name: _readiness(reports[name, READY]) for name in REPORTS}
    accounts = [own, *ready.values()]
    state = reports["features", "/v1/state"]
    served = _read(Served, reports["ranker", "/v1/serving"])
    model = served.model if served else None
    training = reports["trainer", "/v1/training"]
    return Pipeline(
        as_of=now,
        parts=(
            history.note("gateway", (PartStatus.OK, ()), now=now),
            history.note("kafka", state_of_store("kafka", accounts), now=now),
            history.note("redis", state_of_store("redis", accounts), now=now),
            history.note("ingest", state_of(ready["ingest"]), now=now),
            history.note("enricher", state_of(ready["enricher"]), now=now),
            history.note("features", state_of(ready["features"]), now=now),
            history.note("trainer", state_of(ready["trainer"]), now=now),
            history.note("ranker", state_of(ready["ranker"]), now=now),
        ),
        rankings=answered.figures(),
        accepted=_read(AcceptedFigures, reports["ingest", "/v1/accepted"]),
        load=_read(LoadFigures, reports["ingest", "/v1/load"]),
        topics=_topics(state),
        store=_read(StoreFigures, state),
        coverage=_coverage(catalogue, reports["enricher", "/v1/coverage"], model.movies if model else None),
        training=_read(TrainingFigures, training and {**training, "step": _step(training)}),
        model=model,
    )


def _read(kind: type[M], report: Json | None) -> M | None:
    """What a report says; None without one, and for one of another version that says something else."""
    try:
        return None if report is None else kind.model_validate(report)
    except ValidationError:
        return None


def _readiness(report: Json | None) -> Readiness:
    return report if report and isinstance(report.get("dependencies"), dict) else None


def _topics(state: Json | None) -> dict[str, TopicFigures] | None:
    if not state or not state.get("records") or "lag" not in state:
        return None
    lag = state["lag"]
    return {name: TopicFigures(records=count, lag=lag[name]) for name, count in state["records"].items()}


def _coverage(catalogue: MovieCopy, found: Json | None, in_model: int | None) -> CoverageFigures:
    return CoverageFigures(
        movies=catalogue.movies,
        with_poster=catalogue.posters,
        with_metadata=found["found"] if found else None,
        metadata_source=found["mode"] if found else None,
        in_model=in_model,
    )


def _step(training: Json) -> str:
    """Failures are for the log: they may name files."""
    return str(training["message"]) if training.get("phase") == "training" else ""
