"""Gateway and ranker have a straight way to rankings; every other request goes FastAPI's way."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.routing import Match

import gateway.main
import ranker.main
from marquee.http.straight_route import StraightRoute


def goes_straight(app: FastAPI, method: str, path: str) -> bool:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    routes = (route for route in app.router.routes if route.matches(scope)[0] is Match.FULL)
    return isinstance(next(routes, None), StraightRoute)


@pytest.mark.parametrize(
    ("create_app", "straight"),
    [(gateway.main.create_app, {"/v1/rank", "/rank"}), (ranker.main.create_app, {"/v1/rank"})],
    ids=["gateway", "ranker"],
)
def test_a_posted_ranking_goes_straight_and_nothing_else_does(
    create_app: Callable[[], FastAPI], straight: set[str]
) -> None:
    app = create_app()
    paths = set(app.openapi()["paths"])
    aliases = {path.removeprefix("/v1") for path in paths}

    assert {path for path in paths | aliases if goes_straight(app, "POST", path)} == straight
    assert not [path for path in straight if goes_straight(app, "GET", path)]
