"""The gateway: the one service that the public talks to."""

import json
import sys
from contextlib import AsyncExitStack

from fastapi import FastAPI
from starlette.middleware import Middleware

from gateway.breaker import Breaker
from gateway.docs_page import install_docs
from gateway.examples import with_examples
from gateway.guards import Admission, InFlight
from gateway.impressions import Impressions
from gateway.metrics import metrics_served
from gateway.movie_copy import MovieCopy
from gateway.openapi import as_sent, with_keys
from gateway.pipeline import PipelineView
from gateway.ranking_routes import STRAIGHT
from gateway.rankings_answered import RankingsAnswered
from gateway.revalidation import Revalidation
from gateway.roles import keys_from, role_without_key
from gateway.route_kinds import Kind
from gateway.routes import router
from gateway.settings import GatewaySettings
from gateway.stages import ServerTiming
from gateway.straight_client import StraightClient
from gateway.token_buckets import TokenBuckets
from gateway.upstream import Upstream
from gateway.wiring import Wiring
from marquee.contracts.topics import CATALOG, METADATA
from marquee.http.service import Service, run
from marquee.http.straight_route import go_straight
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace, open_redis
from marquee.stores.known_users import UserReader
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.refreshing import keep_refreshed


async def start(service: Service[GatewaySettings], stack: AsyncExitStack) -> Wiring:
    """Copy the catalogue, keep the copy up to date, and connect to the ranker and ingest."""
    settings = service.settings
    stack.enter_context(metrics_served(settings.metrics_host, settings.metrics_port))
    redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
    space = KeySpace(redis, settings.redis.space)
    catalogue = MovieCopy(space, Cards(space, settings.images, with_names=True))
    await catalogue.refresh()
    ranker = await stack.enter_async_context(StraightClient(settings.ranker_url))
    ingest = await stack.enter_async_context(StraightClient(settings.ingest_url))

    def of_ranker(timeout_s: float) -> Upstream:
        return Upstream("ranker", ranker, timeout_s, Breaker(settings.ranker_pause_s), is_repeatable=True)

    to_ingest = Upstream("ingest", ingest, settings.ingest_timeout_s)
    impressions = Impressions(to_ingest, is_on=settings.impressions)
    stack.push_async_callback(impressions.last_try)
    answered = RankingsAnswered()
    reporting = {"ingest": ingest, "ranker": ranker}
    for name, url in (
        ("enricher", settings.enricher_url),
        ("features", settings.features_url),
        ("trainer", settings.trainer_url),
    ):
        reporting[name] = await stack.enter_async_context(StraightClient(url))
    wiring = Wiring(
        catalogue=catalogue,
        listed=MovieStore(space, CATALOG),
        enriched=MovieStore(space, METADATA),
        ratings=RatingStore(space),
        users=UserReader(space),
        ranker=of_ranker(settings.ranker_timeout_s),
        explainer=of_ranker(settings.explain_timeout_s),
        ingest=to_ingest,
        trainer=Upstream("trainer", reporting["trainer"], settings.trainer_timeout_s),
        impressions=impressions,
        pipeline=PipelineView(reporting, redis.ping, catalogue, answered, timeout_s=settings.pipeline_timeout_s),
        answered=answered,
        optional_read_s=settings.optional_read_s,
        required_read_s=settings.required_read_s,
    )
    service.tasks.start("catalogue", keep_refreshed(catalogue.refresh, every_s=settings.refresh_s))
    service.tasks.start("impressions", impressions.run())
    service.dependencies.add("redis", redis.ping)
    service.dependencies.add("ranker", wiring.ranker.ping)
    service.dependencies.add("ingest", wiring.ingest.ping)
    return wiring


def create_app(settings: GatewaySettings | None = None) -> FastAPI:
    """The app; it keeps its copy of the catalogue up to date while it runs."""
    settings = settings or GatewaySettings()
    app = Service("gateway", settings).app(
        start,
        is_public=True,
        before_body=(Middleware(ServerTiming), admission(settings)),
        after_body=(in_flight(settings), Middleware(Revalidation)),
        title="Marquee",
        version="1",
        summary="Movies ranked for you, and why",
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(router, prefix="/v1")
    app.include_router(router, include_in_schema=False)  # exact aliases: /search, /rank, /movies/{id}
    go_straight(app, STRAIGHT)
    install_docs(app)
    describe = app.openapi
    app.openapi = lambda: with_keys(with_examples(as_sent(describe())))  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


def admission(settings: GatewaySettings) -> Middleware:
    """The layer that checks keys and rates.

    Raises:
        Misconfigured: a key is malformed, or the file of keys cannot be read.
    """
    address, is_behind_proxy = settings.published_on or settings.host, bool(settings.trusted_proxies)
    without = role_without_key(settings.open_to, address, is_behind_proxy=is_behind_proxy)
    keys = keys_from(settings.api_keys.get_secret_value(), settings.api_keys_file, without=without)
    buckets = TokenBuckets(settings.rate_per_s, settings.rate_burst) if settings.rate_per_s else None
    return Middleware(Admission, keys=keys, buckets=buckets)


def in_flight(settings: GatewaySettings) -> Middleware:
    """The layer that limits what is in hand at once."""
    limits = {
        Kind.RANK: settings.rank_at_once,
        Kind.READ: settings.read_at_once,
        Kind.WRITE: settings.write_at_once,
    }
    return Middleware(InFlight, limits=limits)


def print_openapi() -> None:
    """Write the OpenAPI document to standard output: `python -m gateway.main openapi`."""
    json.dump(create_app().openapi(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["openapi"]:
        print_openapi()
    else:
        run("gateway", create_app, GatewaySettings)
