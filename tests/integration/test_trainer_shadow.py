"""A model is a shadow before it serves: promoted or refused by what rankers report; a champion is rolled back by it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.registry import registry
from marquee.contracts.serving_reports import FeatureSeen, Role, ServingReported
from marquee.contracts.topics import MODELS, SERVING
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from support.running_app import running
from support.topic_reader import events_on
from support.trainer import Workshop, reaches, training
from support.trainings import ENOUGH, a_training
from support.wait import until
from trainer.announcing import Announcements
from trainer.serving_rules import ShadowRules
from trainer.serving_watch import ServingWatch

pytestmark = pytest.mark.integration

LONG_S = 3_600.0
"""Of a shadow that only its rankings promote."""


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A training process that delivers a bundle with a ranker."""
    folder = tmp_path / "workshop"
    folder.mkdir()
    a_training(ENOUGH).write(folder, version="finished", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    workshop = Workshop(folder)
    workshop.does("deliver")
    return workshop


@asynccontextmanager
async def a_trainer(
    workshop: Workshop, kafka: KafkaSettings, **changes: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """Running, and the versions that it trained."""
    async with running(workshop.app(workshop.settings(kafka, **changes))) as client:
        yield client, workshop.starts


async def trained(client: httpx.AsyncClient, workshop: Workshop) -> str:
    """The version of one more training, once it has ended."""
    n = len(workshop.starts)
    assert (await client.post("/v1/train")).status_code == 202
    report: dict[str, Any] = {}

    async def has_ended() -> bool:
        nonlocal report
        report = await training(client)
        return len(workshop.starts) > n and report["phase"] == "done"

    await until(has_ended)
    return workshop.starts[-1]


async def say(kafka: KafkaSettings, version: str, role: Role, process: str = "p", **counts: Any) -> None:
    """A ranker's report of now."""
    now = datetime.now(UTC)
    report = ServingReported(process=process, version=version, role=role, since=now, reported_at=now, **counts)
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(SERVING, [record_of(SERVING, report)])


async def states(kafka: KafkaSettings) -> dict[str, tuple[str, str, str]]:
    """Of each model on models.v1: its state, who decided, and why."""
    entries = registry(await events_on(kafka, MODELS))
    return {one.version: (one.state.value, one.event.by, one.event.reason) for one in entries}


async def becomes(kafka: KafkaSettings, version: str, state: str) -> tuple[str, str]:
    """Who decided, and why, once the model has this state."""

    async def has_it() -> bool:
        return (await states(kafka)).get(version, ("",))[0] == state

    try:
        await until(has_it, limit_s=60)
    except TimeoutError:
        raise AssertionError(f"{version} is not {state}: {await states(kafka)}") from None
    return (await states(kafka))[version][1:]


async def observed(client: httpx.AsyncClient, version: str) -> dict[str, Any] | None:
    """What is told of the rankers' counts."""
    found: dict[str, Any] | None = (await client.get(f"/v1/models/{version}")).json()["observed"]
    return found


async def test_the_second_model_is_a_shadow_and_is_promoted_by_its_rankings(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S, shadow_rankings=40) as (client, _):
        first = await trained(client, workshop)
        assert await becomes(kafka_settings, first, "champion") == ("gate", "asked for")
        second = await trained(client, workshop)
        await becomes(kafka_settings, second, "shadow")
        waiting = await training(client)
        unseen = await observed(client, second)
        await say(kafka_settings, second, Role.SHADOW, compared=39, users=9, overlap=0.6, ms=11, champion_ms=10)

        async def is_seen() -> bool:
            return await observed(client, second) is not None

        await until(is_seen)
        seen = await observed(client, second)
        await say(kafka_settings, second, Role.SHADOW, "q", compared=1, users=1, overlap=0.6, ms=11, champion_ms=10)
        by, why = await becomes(kafka_settings, second, "champion")
        after = await reaches(client, model_version=second, shadow=None)

    assert (waiting["model_version"], waiting["shadow"]) == (first, second)
    assert waiting["message"].startswith(f"model {second} is a shadow")
    assert unseen is None
    counted = {"rankings": 39, "users": 9, "failed": 0, "empty": 0}
    assert seen == counted | {"overlap": 0.6, "ms": 11, "champion_ms": 10}
    assert (by, after["serving_fault"]) == ("gate", "")
    assert "scored 40 rankings, sharing 60% of the first ten with the champion, in 11.0 ms against 10.0 ms" in why
    assert (await states(kafka_settings))[first][0] == "retired"


async def test_without_traffic_time_alone_promotes_a_shadow(kafka_settings: KafkaSettings, workshop: Workshop) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=0.5) as (client, _):
        await trained(client, workshop)
        second = await trained(client, workshop)
        _, why = await becomes(kafka_settings, second, "champion")

    assert "it was a shadow for 0.5 s without a ranking" in why


async def test_a_shadow_that_fails_is_refused_with_the_reason_and_the_champion_stays(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S) as (client, _):
        first = await trained(client, workshop)
        second = await trained(client, workshop)
        await say(kafka_settings, second, Role.SHADOW, compared=3, users=3, errors=1, error="IndexError: row 7")
        by, why = await becomes(kafka_settings, second, "refused")
        report = await reaches(client, shadow=None)

    assert (by, why) == ("gate", "as a shadow it failed: IndexError: row 7")
    assert report["model_version"] == first


async def test_a_trainer_that_restarts_takes_up_the_shadow_that_waits(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S) as (client, _):
        first = await trained(client, workshop)
        second = await trained(client, workshop)
        await becomes(kafka_settings, second, "shadow")

    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S, shadow_rankings=5) as (client, _):
        found = await training(client)
        await say(kafka_settings, second, Role.SHADOW, compared=5, users=5)
        await becomes(kafka_settings, second, "champion")

    assert (found["model_version"], found["shadow"]) == (first, second)
    assert workshop.starts == [first, second]


async def test_a_shadow_gives_way_to_the_next_one_and_to_another_choice(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S) as (client, _):
        first = await trained(client, workshop)
        second, third = await trained(client, workshop), await trained(client, workshop)
        await becomes(kafka_settings, third, "shadow")
        _, why_second = await becomes(kafka_settings, second, "candidate")
        await reaches(client, shadow=third)
        now = datetime.now(UTC)
        chosen = ModelChanged(version=second, status=ModelStatus.PROMOTED, location=second, changed_at=now, by="admin")
        async with Publisher(kafka_settings, timeout_s=20) as publisher:
            await publisher.publish(MODELS, [record_of(MODELS, chosen)])
        _, why_third = await becomes(kafka_settings, third, "candidate")

    assert why_second == f"{third} became the shadow in its place"
    assert why_third == f"{second} serves now, beside which it was not observed"
    assert (await states(kafka_settings))[second][:2] == ("champion", "admin")
    assert first != second


async def test_a_champion_that_fails_is_rolled_back_once_and_never_to_and_fro(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    faulty: dict[str, Any] = {
        "rankings": 500,
        "users": 40,
        "errors": 99,
        "failed_users": 10,
        "error": "IndexError: row 7",
    }
    async with a_trainer(workshop, kafka_settings) as (client, _):
        first = await trained(client, workshop)
        second = await trained(client, workshop)
        await say(kafka_settings, second, Role.CHAMPION, **(faulty | {"users": 1, "failed_users": 1}))  # a busy one
        await say(kafka_settings, second, Role.CHAMPION, "q", **faulty)
        by, why = await becomes(kafka_settings, first, "champion")
        report = await reaches(client, model_version=first, serving_fault="")
        await say(kafka_settings, first, Role.CHAMPION, "q", **faulty)
        stays = await _faulty(client)

    assert (by, why) == ("watch", "27% of 41 users got an error (IndexError: row 7), the limit is 10%")
    assert report["model_version"] == first
    assert "it serves by a roll-back, and there is no second one" in stays["serving_fault"]
    assert stays["model_version"] == first
    state, by, reason = (await states(kafka_settings))[second]
    assert (state, by) == ("retired", "watch")
    assert reason.startswith(f"rolled back to {first}: 27% of 41 users")


async def _faulty(client: httpx.AsyncClient) -> dict[str, Any]:
    """The report once something speaks against what serves."""
    report: dict[str, Any] = {}

    async def is_told() -> bool:
        nonlocal report
        report = await training(client)
        return bool(report["serving_fault"])

    await until(is_told)
    return report


async def test_a_feature_that_carries_nothing_in_serving_rolls_back(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    lost = FeatureSeen(name="ease_taste", index=4.0, known=50, varies=0, trained_known=1.0, trained_varies=1.0)
    async with a_trainer(workshop, kafka_settings) as (client, _):
        first = await trained(client, workshop)
        second = await trained(client, workshop)
        await say(kafka_settings, second, Role.CHAMPION, users=60, rankings=60, seen_lists=50, features=(lost,))
        by, why = await becomes(kafka_settings, first, "champion")

    assert by == "watch"
    assert why.startswith("its feature ease_taste is the same for every movie, in the lists of 50 users")


async def test_a_faulty_model_without_one_before_it_stays_and_the_status_says_so(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings) as (client, _):
        first = await trained(client, workshop)
        await say(kafka_settings, first, Role.CHAMPION, users=20, rankings=20, empty=20, empty_users=20)
        report = await _faulty(client)

    assert report["model_version"] == first
    assert report["serving_fault"] == (
        f"{first}: 100% of 20 users got an empty list, the limit is 10%; not rolled back: no model before it can serve"
    )


async def test_a_damaged_bundle_is_passed_over_and_so_is_a_model_that_did_the_same(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    faulty: dict[str, Any] = {"rankings": 50, "users": 40, "errors": 40, "failed_users": 40, "error": "IndexError"}
    async with a_trainer(workshop, kafka_settings) as (client, _):
        first, second, third = [await trained(client, workshop) for _ in range(3)]
        damaged = workshop.folder / "models" / second / "catalog.npz"
        damaged.write_bytes(b"nothing")
        await say(kafka_settings, first, Role.CHAMPION, **faulty)
        await say(kafka_settings, third, Role.CHAMPION, **faulty)
        report = await _faulty(client)

    assert report["model_version"] == third
    assert f"not rolled back: {first}, before it, did the same" in report["serving_fault"]


async def test_reports_that_cannot_be_read_are_passed_over(kafka_settings: KafkaSettings, workshop: Workshop) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S, shadow_rankings=5) as (client, _):
        await trained(client, workshop)
        second = await trained(client, workshop)
        async with Publisher(kafka_settings, timeout_s=20) as publisher:
            record = record_of(MODELS, (await events_on(kafka_settings, MODELS))[0])
            await publisher.publish(SERVING, [record, record._replace(value=b"{"), record._replace(value=b"")])
        await say(kafka_settings, second, Role.SHADOW, compared=5, users=5)
        await becomes(kafka_settings, second, "champion")


async def test_a_shadow_whose_bundle_is_damaged_at_a_restart_is_refused(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S) as (client, _):
        await trained(client, workshop)
        second = await trained(client, workshop)
        await becomes(kafka_settings, second, "shadow")
    report = workshop.settings(kafka_settings).model_dir / second / "report.json"
    report.write_text("{}")

    async with a_trainer(workshop, kafka_settings, shadow_s=LONG_S) as (client, _):
        _, why = await becomes(kafka_settings, second, "refused")
        await reaches(client, shadow=None)

    assert why == "its bundle is gone or damaged"


@pytest.mark.parametrize("status", [ModelStatus.PROMOTED, ModelStatus.ROLLED_BACK])
async def test_what_somebody_decided_first_is_not_overridden_by_what_was_judged_before(
    kafka_settings: KafkaSettings, tmp_path: Path, status: ModelStatus
) -> None:
    champion, wanted, chosen = (
        ModelChanged(
            version=version,
            status=ModelStatus.PROMOTED,
            location=version,
            changed_at=datetime(2026, 1, 1, 12, minute, tzinfo=UTC),
            by=by,
        )
        for minute, (version, by) in enumerate([("c", "gate"), ("s", "gate"), ("p", "admin")])
    )
    await ensure_topics(kafka_settings, wait_s=20)
    async with (
        Publisher(kafka_settings, timeout_s=20) as publisher,
        open_consumer(kafka_settings, [], group=None) as consumer,
    ):
        await publisher.publish(MODELS, [record_of(MODELS, champion)])
        announcements = Announcements(kafka_settings, publisher, consumer, tmp_path)
        announcements.promoted = champion
        watch = ServingWatch(announcements, consumer, ShadowRules(60.0, 200))
        await publisher.publish(MODELS, [record_of(MODELS, chosen)])

        serves = await watch._serves(
            wanted, status, judged=champion, reason="judged", now=datetime(2026, 1, 1, 12, 1, tzinfo=UTC), by="watch"
        )

    assert not serves
    assert announcements.promoted == chosen
    assert (await states(kafka_settings))["p"][0] == "champion"
    assert "s" not in await states(kafka_settings)


async def test_a_roll_back_that_the_broker_was_away_for_is_tried_at_the_next_check(
    kafka_settings: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    champion = ModelChanged(version="c", status=ModelStatus.PROMOTED, location="c", changed_at=at)
    asked: list[KafkaSettings] = []

    async def away(settings: KafkaSettings) -> list[ModelChanged]:
        asked.append(settings)
        raise Transient("away")

    monkeypatch.setattr("trainer.serving_watch.model_events", away)
    announcements = Announcements(kafka_settings, cast("Any", None), cast("Any", None), tmp_path, promoted=champion)
    watch = ServingWatch(announcements, cast("Any", None), ShadowRules(60.0, 200), now=lambda: at)
    counts = {"rankings": 50, "errors": 50, "users": 50, "failed_users": 50}
    report = {"process": "p", "version": "c", "role": Role.CHAMPION, "since": at, "reported_at": at, **counts}
    watch.reports.take(ServingReported.model_validate(report))

    for _ in range(2):
        with pytest.raises(Transient):
            await watch.check()

    assert len(asked) == 2
