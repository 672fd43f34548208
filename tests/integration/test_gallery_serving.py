"""The gallery of broken models, continued: faults that no gate sees and serving does. Each is refused as a shadow, or
rolled back if it serves already, and the reason names what is wrong with it.
"""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from marquee.bundle import BundleParts
from marquee.contracts.registry import registry
from marquee.contracts.topics import MODELS
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from ranker.beside.watch import Watch
from ranker.main import create_app
from ranker.routes import Wiring
from ranker.settings import RankerSettings
from support.broken_models import a_feature_without_content, an_account_of_other_scores
from support.ranker_app import REDIS_S, store, world_events
from support.running_app import running
from support.topic_reader import events_on
from support.trainer import Workshop, reaches
from support.trainings import ENOUGH, a_training
from support.wait import until

pytestmark = pytest.mark.integration

Breakage = Callable[[BundleParts], BundleParts]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Stage:
    """A trainer and a ranker on one broker, and users who keep asking."""

    workshop: Workshop
    kafka: KafkaSettings
    trainer: httpx.AsyncClient
    ranker: httpx.AsyncClient
    watches: list[Watch]

    async def trains(self, breakage: Breakage = lambda parts: parts) -> str:
        """The version of a model that is delivered with this fault."""
        shutil.rmtree(self.workshop.folder / "finished", ignore_errors=True)
        breakage(a_training(ENOUGH)).write(self.workshop.folder, version="finished", created_at=NOW)
        n = len(self.workshop.starts)
        assert (await self.trainer.post("/v1/train")).status_code == 202

        async def has_begun() -> bool:
            return len(self.workshop.starts) > n

        await until(has_begun)
        await reaches(self.trainer, phase="done", announcement="announced")
        return self.workshop.starts[-1]

    async def becomes(self, version: str, state: str) -> tuple[str, str]:
        """Who decided and why, once the model has this state; users keep asking meanwhile."""
        users = cycle(range(1, ENOUGH + 1))
        found: dict[str, tuple[str, str, str]] = {}

        async def has_it() -> bool:
            for _ in range(10):
                await self.ranker.post("/v1/rank", json={"user_id": next(users)})
                await until(self._is_at_rest, every_s=0.005)
            entries = registry(await events_on(self.kafka, MODELS))
            found.update({one.version: (one.state.value, one.event.by, one.event.reason) for one in entries})
            return found.get(version, ("",))[0] == state

        try:
            await until(has_it, limit_s=120)
        except TimeoutError:
            raise AssertionError(f"{version} is not {state}: {found}") from None
        return found[version][1:]

    async def _is_at_rest(self) -> bool:
        return all(watch.is_at_rest for watch in self.watches)

    async def serves(self, version: str) -> None:
        """Wait until the ranker answers with this model."""

        async def is_it() -> bool:
            return bool((await self.ranker.get("/version")).json()["model_version"] == version)

        await until(is_it)


@asynccontextmanager
async def a_stage(
    kafka: KafkaSettings, redis: RedisSettings, space: KeySpace, folder: Path, **changes: Any
) -> AsyncIterator[Stage]:
    (folder / "workshop").mkdir()
    workshop = Workshop(folder / "workshop")
    workshop.does("deliver")
    await store(space, world_events())
    settings = workshop.settings(kafka, **changes)
    own: dict[str, Any] = {"report_s": 0.1, "cached_bytes": 0, "user_timeout_s": REDIS_S, "rank_limit_s": 60.0}
    ranking = RankerSettings(kafka=kafka, redis=redis, model_dir=settings.model_dir, wait_s=20, **own)
    watches: list[Watch] = []

    def without_pauses(wiring: Wiring) -> Wiring:
        """The ranker looks at every ranking that it can."""
        wiring.beside.pauses = (0.0, 0.0)
        watches.append(wiring.beside)
        return wiring

    async with (
        running(workshop.app(settings)) as trainer,
        running(create_app(ranking), rewired=without_pauses) as ranker,
    ):
        with capture_logs():  # each failed ranking is logged, and formatting its stack takes longer than the ranking
            yield Stage(workshop, kafka, trainer, ranker, watches)


GALLERY = [
    (an_account_of_other_scores, "ReasonsDoNotAddUp: base + contributions differs from the score"),
    (a_feature_without_content, "its feature content_taste is the same for every movie"),
]


@pytest.mark.parametrize(("breakage", "reason"), GALLERY)
async def test_a_model_that_is_broken_in_serving_alone_is_rolled_back_and_the_fault_is_named(
    kafka_settings: KafkaSettings,
    redis_settings: RedisSettings,
    space: KeySpace,
    tmp_path: Path,
    breakage: Breakage,
    reason: str,
) -> None:
    async with a_stage(kafka_settings, redis_settings, space, tmp_path) as stage:
        honest = await stage.trains()
        await stage.serves(honest)
        broken = await stage.trains(breakage)
        await stage.serves(broken)
        by, why = await stage.becomes(honest, "champion")
        await stage.serves(honest)
        answer = await stage.ranker.post("/v1/rank", json={"user_id": 1})
        _, told = await stage.becomes(broken, "retired")

    assert by == "watch"
    assert reason in why
    assert told.startswith(f"rolled back to {honest}: ")
    assert (answer.status_code, answer.json()["model_version"]) == (200, honest)


@pytest.mark.parametrize(("breakage", "reason"), GALLERY)
async def test_as_a_shadow_the_same_model_is_refused_and_no_user_sees_it(
    kafka_settings: KafkaSettings,
    redis_settings: RedisSettings,
    space: KeySpace,
    tmp_path: Path,
    breakage: Breakage,
    reason: str,
) -> None:
    hour = {"shadow_s": 3_600.0, "shadow_rankings": 100_000}
    async with a_stage(kafka_settings, redis_settings, space, tmp_path, **hour) as stage:
        honest = await stage.trains()
        await stage.serves(honest)
        broken = await stage.trains(breakage)
        by, why = await stage.becomes(broken, "refused")
        version = (await stage.ranker.get("/version")).json()["model_version"]

    assert by == "gate"
    assert reason in why
    assert version == honest


async def test_an_honest_shadow_is_promoted_once_it_has_ranked_enough(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings, space: KeySpace, tmp_path: Path
) -> None:
    hour = {"shadow_s": 3_600.0, "shadow_rankings": 60}
    async with a_stage(kafka_settings, redis_settings, space, tmp_path, **hour) as stage:
        honest = await stage.trains()
        await stage.serves(honest)
        again = await stage.trains()
        by, why = await stage.becomes(again, "champion")
        await stage.serves(again)

    assert by == "gate"
    assert "rankings, sharing 100% of the first ten with the champion" in why
