"""The trainer service: watches the log, trains in a child process, announces the model on models.v1."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from marquee.bundle import BundleRefused, read_manifest
from marquee.event_log import EventLog
from marquee.events import ModelChanged
from marquee.kafka import ensure_topics, open_consumer
from marquee.operations import Dependencies, install_operations
from marquee.publisher import Publisher
from marquee.registry import current_model
from marquee.service import background, run, said_in_one_line
from trainer.api import router
from trainer.runs import Runs, Training
from trainer.settings import TrainerSettings
from trainer.watching import train_when_due

log = structlog.get_logger()


def create_app(settings: TrainerSettings | None = None) -> FastAPI:
    """The app; it watches while it runs."""
    settings = settings or TrainerSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with said_in_one_line(app):
                await ensure_topics(settings.kafka, wait_s=settings.wait_s)
            settings.model_dir.mkdir(parents=True, exist_ok=True)
            publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=15))
            consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None))
            runs = Runs(settings, publisher)
            remember(runs, await current_model(settings.kafka))
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            if settings.train_automatically:
                tasks.start("watch", train_when_due(runs, consumer, EventLog(settings.log_dir), settings))

            async def kafka_answers() -> str:
                await consumer.topics()
                return settings.kafka.bootstrap

            dependencies.add("kafka", kafka_answers)
            yield {"runs": runs, "background": tasks}

    app = FastAPI(title="Marquee trainer", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "trainer", dependencies, hosts=settings.hosts)
    return app


def remember(runs: Runs, served: ModelChanged | None) -> None:
    """After a restart: a model that is being served and is still there need not be trained again."""
    if served is None:
        return
    try:
        manifest = read_manifest(runs.settings.model_dir / served.location)
    except BundleRefused as error:
        log.warning("served_model_is_gone", version=served.version, error=str(error))
        return
    runs.trained_rows = manifest.counts.get("log_rows")
    runs.training = Training(
        phase="done",
        message=f"model {served.version} is being served",
        model_version=served.version,
        metrics=served.metrics,
        ended_at=served.changed_at,
        seconds=served.metrics.get("training_s"),
    )


if __name__ == "__main__":
    run("trainer", create_app, TrainerSettings)
