"""The ranker service: follows models.v1 and the online store, answers /v1/rank."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.kafka.clients import ensure_topics
from marquee.kafka.models_topic import model_changes
from marquee.stores.key_space import open_redis
from marquee.stores.refreshing import refresh_for_ever
from ranker.online import Online
from ranker.routes import Wiring, router
from ranker.settings import RankerSettings


def create_app(settings: RankerSettings | None = None) -> FastAPI:
    """The app; it follows new models while it runs."""
    settings = settings or RankerSettings()
    dependencies = Dependencies()
    version: dict[str, str | None] = {"model": None}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with one_line_on_misconfiguration(app):
                redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
                await ensure_topics(settings.kafka, wait_s=settings.wait_s)
            online = Online.of(settings, redis)
            await online.refresh()

            async def follow_models() -> None:
                async for change in model_changes(settings.kafka):
                    await online.use(change)
                    version["model"] = online.model_version

            async def model_is_loaded() -> str:
                if online.model_version is None:
                    raise RuntimeError("no model has been published yet")
                return online.model_version

            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            tasks.start("models", follow_models())
            tasks.start("refresh", refresh_for_ever(online.refresh, every_s=settings.refresh_s))
            dependencies.add("redis", redis.ping)
            dependencies.add("model", model_is_loaded)
            yield {"wiring": Wiring(online)}

    app = FastAPI(title="Marquee ranker", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "ranker", dependencies, hosts=settings.hosts, model_version=lambda: version["model"])
    return app


if __name__ == "__main__":
    run("ranker", create_app, RankerSettings)
