"""The trainer service: watches the log, trains in a child process, announces the model on models.v1."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from marquee.contracts.events import ModelChanged
from marquee.contracts.topics import MODELS
from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.models_topic import current_model
from marquee.kafka.publisher import Publisher
from marquee.stores.event_log import EventLog
from marquee.waiting import wait_until_reachable
from trainer.announcing import Announcements
from trainer.routes import router
from trainer.runs import JOB, Runs
from trainer.settings import TrainerSettings
from trainer.watching import Looking, train_when_due


def create_app(settings: TrainerSettings | None = None, *, job: tuple[str, ...] = JOB) -> FastAPI:
    """The app; it watches while it runs. `job`: the command that trains, in a process of its own."""
    settings = settings or TrainerSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with one_line_on_misconfiguration(app):
                await ensure_topics(settings.kafka, wait_s=settings.wait_s)
                served = await served_model(settings)
            settings.model_dir.mkdir(parents=True, exist_ok=True)
            publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=15))
            consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None))
            announcements = Announcements(settings.kafka, publisher, consumer, settings.model_dir)
            runs = Runs(settings, announcements, job)
            manifest = announcements.adopt(served)
            if manifest is not None and announcements.promoted is not None:
                runs.remember(manifest, announcements.promoted)
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            tasks.start("announcements", announcements.keep())
            if settings.train_automatically:
                looking = Looking(consumer, EventLog(settings.log_dir), settings.kafka)
                tasks.start("watch", train_when_due(runs, looking))

            async def kafka_answers() -> str:
                await consumer.topics()
                return settings.kafka.bootstrap

            dependencies.add("kafka", kafka_answers)
            yield {"runs": runs, "background": tasks}

    app = FastAPI(title="Marquee trainer", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "trainer", dependencies, hosts=settings.hosts)
    return app


async def served_model(settings: TrainerSettings) -> ModelChanged | None:
    """What models.v1 serves.

    Raises:
        Misconfigured: it could not be read within wait_s.
    """
    found: list[ModelChanged | None] = []

    async def read() -> None:
        found.append(await current_model(settings.kafka))

    await wait_until_reachable(MODELS.name, settings.kafka.bootstrap, read, limit_s=settings.wait_s)
    return found[-1]


if __name__ == "__main__":
    run("trainer", create_app, TrainerSettings)
