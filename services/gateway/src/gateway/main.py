"""The gateway: the one service that the public talks to."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from httpx_aiohttp import AiohttpTransport

from gateway.breaker import Breaker
from gateway.docs_page import install_docs
from gateway.metrics import metrics_served
from gateway.movie_copy import MovieCopy
from gateway.openapi import as_sent
from gateway.routes import Wiring, router
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream
from marquee.contracts.topics import CATALOG, METADATA
from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace, open_redis
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.refreshing import refresh_for_ever


def create_app(settings: GatewaySettings | None = None) -> FastAPI:
    """The app; it keeps its copy of the catalogue up to date while it runs."""
    settings = settings or GatewaySettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with one_line_on_misconfiguration(app):
                stack.enter_context(metrics_served(settings.metrics_host, settings.metrics_port))
                redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
            space = KeySpace(redis, settings.redis.space)

            async def upstream(name: str, url: str, timeout_s: float, breaker: Breaker | None = None) -> Upstream:
                client = httpx.AsyncClient(base_url=url, transport=AiohttpTransport(), timeout=timeout_s)
                return Upstream(name, await stack.enter_async_context(client), timeout_s, breaker)

            catalogue = MovieCopy(space, Cards(space, settings.images))
            await catalogue.refresh()
            wired = Wiring(
                catalogue=catalogue,
                listed=MovieStore(space, CATALOG),
                enriched=MovieStore(space, METADATA),
                ratings=RatingStore(space),
                ranker=await upstream(
                    "ranker", settings.ranker_url, settings.ranker_timeout_s, Breaker(settings.ranker_pause_s)
                ),
                ingest=await upstream("ingest", settings.ingest_url, settings.ingest_timeout_s),
                optional_read_s=settings.optional_read_s,
                required_read_s=settings.required_read_s,
            )
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            tasks.start("catalogue", refresh_for_ever(catalogue.refresh, every_s=settings.refresh_s))
            dependencies.add("redis", redis.ping)
            dependencies.add("ranker", wired.ranker.ping)
            dependencies.add("ingest", wired.ingest.ping)
            yield {"wiring": wired}

    app = FastAPI(
        title="Marquee",
        version="1",
        summary="Movies ranked for you, and why",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(router, prefix="/v1")
    app.include_router(router, include_in_schema=False)  # exact aliases: /search, /rank, /movies/{id}
    install_docs(app)
    install_operations(app, "gateway", dependencies, hosts=settings.hosts, is_public=True)
    describe = app.openapi
    app.openapi = lambda: as_sent(describe())  # type: ignore[method-assign]
    return app


def print_openapi() -> None:
    """Write the OpenAPI document to standard output: `python -m gateway.main openapi`."""
    json.dump(create_app().openapi(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["openapi"]:
        print_openapi()
    else:
        run("gateway", create_app, GatewaySettings)
