"""The trainer service: watches the log, trains in a child process, announces the model on models.v1."""

from contextlib import AsyncExitStack
from functools import partial

from fastapi import FastAPI

from marquee.contracts.events import ModelChanged
from marquee.contracts.registry import champion_of, registry
from marquee.contracts.topics import MODELS
from marquee.http.service import Service, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.models_topic import model_events
from marquee.kafka.publisher import Publisher
from marquee.stores.event_log import EventLog
from marquee.waiting import wait_until_reachable
from trainer import model_routes
from trainer.announcing import Announcements
from trainer.log_watch import LogWatch, train_when_due
from trainer.model_registry import ModelRegistry
from trainer.routes import Wiring, router
from trainer.runs import JOB, Runs
from trainer.serving_rules import ShadowRules
from trainer.serving_watch import ServingWatch
from trainer.settings import TrainerSettings

PUBLISH_TIMEOUT_S = 15.0


async def start(service: Service[TrainerSettings], stack: AsyncExitStack, *, job: tuple[str, ...]) -> Wiring:
    """Find the model that is served, then keep announcing it and watch for new data."""
    settings = service.settings
    await ensure_topics(settings.kafka, wait_s=settings.wait_s)
    entries = registry(await known_models(settings))
    champion = champion_of(entries)
    settings.model_dir.mkdir(parents=True, exist_ok=True)
    publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=PUBLISH_TIMEOUT_S))
    consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None))
    announcements = Announcements(settings.kafka, publisher, consumer, settings.model_dir)
    models = ModelRegistry(settings.kafka, consumer, announcements, settings.model_dir)
    rules = ShadowRules(settings.shadow_s, settings.shadow_rankings)
    reports = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None))
    watch = ServingWatch(announcements, reports, rules)
    wiring = Wiring(Runs(settings, announcements, job), service.tasks, consumer, models, watch.reports)
    manifest = announcements.adopt(champion.event if champion else None)
    if manifest is not None and announcements.promoted is not None:
        wiring.runs.remember(manifest, announcements.promoted)
    if (waiting := watch.adopt(entries)) is not None:
        wiring.runs.remember_shadow(waiting)
    service.tasks.start("announcements", announcements.keep())
    service.tasks.start("serving reports", watch.follow())
    service.tasks.start("serving decisions", watch.decide())
    if settings.train_automatically:
        log_watch = LogWatch(EventLog(settings.log_dir))
        service.tasks.start("watch", train_when_due(wiring.runs, log_watch, consumer))
    service.dependencies.add("kafka", wiring.kafka_answers)
    return wiring


def create_app(settings: TrainerSettings | None = None, *, job: tuple[str, ...] = JOB) -> FastAPI:
    """The app; it watches while it runs. `job`: the command that trains, in a process of its own."""
    app = Service("trainer", settings or TrainerSettings()).app(partial(start, job=job))
    app.include_router(router)
    app.include_router(model_routes.router)
    return app


async def known_models(settings: TrainerSettings) -> list[ModelChanged]:
    """What models.v1 says of all models.

    Raises:
        Misconfigured: it could not be read within wait_s.
    """
    found: list[list[ModelChanged]] = []

    async def read() -> None:
        found.append(await model_events(settings.kafka))

    await wait_until_reachable(MODELS.name, settings.kafka.bootstrap, read, limit_s=settings.wait_s)
    return found[-1]


if __name__ == "__main__":
    run("trainer", create_app, TrainerSettings)
