"""The trainer with a training process of the test's own, and a log to write to."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from marquee.bundle import BundleParts
from marquee.contracts.batches import Batch
from marquee.contracts.topics import E, Topic
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from support.builders import delivered, rows_of
from support.wait import until
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.main import create_app
from trainer.pipeline import train
from trainer.settings import TrainerSettings

JOB = Path(__file__).with_name("training_job.py")


@cache
def a_tiny_training() -> BundleParts:
    """Of six users, too few for a ranker; once per test process."""
    world = checkerboard(n_users=6)
    return train(world, a_catalog(), as_of_ms=int(world.rated_at.max()), config=TrainingConfig(seed=1))


@dataclass(slots=True)
class Workshop:
    """A folder with a finished bundle and what the training process is to do with it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Workshop":
        folder.mkdir(parents=True, exist_ok=True)
        a_tiny_training().write(folder, version="finished", created_at=datetime(2026, 1, 1, tzinfo=UTC))
        workshop = cls(folder)
        workshop.does("deliver")
        return workshop

    def does(self, what: str, **counts: int) -> None:
        (self.folder / "behaviour").write_text(json.dumps({"does": what, "counts": {"log_rows": 100} | counts}))

    @property
    def starts(self) -> list[str]:
        """The versions of all trainings that were begun."""
        noted = self.folder / "starts"
        return noted.read_text().split() if noted.exists() else []

    @property
    def given(self) -> dict[str, str]:
        """The options of the newest training, each with the word after it."""
        found: dict[str, str] = json.loads((self.folder / "given").read_text())
        return found

    def settings(self, kafka: KafkaSettings, **changes: Any) -> TrainerSettings:
        usual: dict[str, Any] = {
            "kafka": kafka,
            "model_dir": self.folder / "models",
            "log_dir": str(self.folder / "log"),
            "train_automatically": False,
            "wait_s": 20,
            "shadow_s": 0,
        }
        return TrainerSettings(**(usual | changes))

    @property
    def job(self) -> tuple[str, ...]:
        """The training process; it imports no package, so that it starts without them and without coverage."""
        return (sys.executable, "-S", str(JOB), str(self.folder / "finished"))

    def app(self, settings: TrainerSettings) -> FastAPI:
        return create_app(settings, job=self.job)


async def training(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.get("/v1/training")).json())


async def reaches(client: httpx.AsyncClient, *, limit_s: float = 30.0, **wanted: object) -> dict[str, Any]:
    """The report once it says all that is wanted."""
    report: dict[str, Any] = {}

    async def is_there() -> bool:
        nonlocal report
        report = await training(client)
        return all(report[name] == value for name, value in wanted.items())

    try:
        await until(is_there, limit_s=limit_s)
    except TimeoutError:
        raise AssertionError(f"wanted {wanted}, the report is {report}") from None
    return report


async def on_topic_and_log(
    settings: TrainerSettings, publisher: Publisher, topic: Topic[E], events: Sequence[E]
) -> None:
    """Publish the events, and append them to the event log as `features` would."""
    acks = await publisher.publish(topic, [record_of(topic, event) for event in events])
    log = EventLog(settings.log_dir)
    for partition in range(topic.partitions):
        mine = [(ack.offset, event) for ack, event in zip(acks, events, strict=True) if ack.partition == partition]
        if mine:
            first = mine[0][0]
            records = delivered([event for _, event in mine], first_offset=first)
            log.append(rows_of(Batch(topic, partition, first, mine[-1][0] + 1, records)))
