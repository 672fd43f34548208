"""The trainer over HTTP (internal)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from aiokafka import AIOKafkaConsumer
from fastapi import APIRouter, Depends

from marquee.http.background import Background
from marquee.http.service import wired
from trainer.model_registry import ModelRegistry
from trainer.process_reports import Reports
from trainer.runs import Runs, Training


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts of a running trainer."""

    runs: Runs
    tasks: Background
    consumer: AIOKafkaConsumer
    models: ModelRegistry
    reports: Reports

    async def kafka_answers(self) -> str:
        """The broker's address, once it has answered.

        Raises:
            KafkaError: it did not.
        """
        await self.consumer.topics()
        return self.runs.settings.kafka.bootstrap


Parts = Annotated[Wiring, Depends(wired(Wiring))]
router = APIRouter()


@router.get("/v1/training")
async def training(parts: Parts) -> Training:
    """The newest training and how far it is."""
    return parts.runs.training


@router.post("/v1/train", status_code=202)
async def train(parts: Parts) -> Training:
    """Start a training now; 409 while one is under way."""
    training = parts.runs.begin(now=datetime.now(UTC), reason="asked for")  # takes the only place before any await
    parts.tasks.start_once("manual training", training)
    return parts.runs.training
