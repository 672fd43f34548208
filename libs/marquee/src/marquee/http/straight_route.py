"""A straight way to a route that is asked all the time: valid requests of it reach it without FastAPI's own way there.

FastAPI compares each request with all routes, and calls a dozen functions of its own between the match and the route's:
of a ranking that is sent again that is a third of the gateway's processor time (docs/adr/0032). The route stays
FastAPI's, who documents it and answers all that is not plain and valid: so whatever is wrong is said in one place.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Generic, TypeVar

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match

from marquee.http.request_id import Message, Receive, Scope, Send

B = TypeVar("B", bound=BaseModel)
W = TypeVar("W")

PASSED_ON = "marquee_passed_on"
"""In the scope of a request that FastAPI's route shall answer."""


class StraightRoute(BaseRoute, Generic[B, W]):
    """Stands before FastAPI's routes, inside of the layers and of what answers errors.

    Args:
        paths: under which the route is asked, with POST. path: as which its time is counted, FastAPI's own for it.
        body: what it takes, as JSON. parts: finds the wiring, as its dependency does.
        endpoint: the route's function, called with the body, the request and the wiring.
    """

    def __init__(
        self,
        paths: Collection[str],
        path: str,
        body: type[B],
        parts: Callable[[Request], Awaitable[W]],
        endpoint: Callable[[B, Request, W], Awaitable[Response]],
    ) -> None:
        self.path = path
        self._paths, self._body, self._parts, self._endpoint = frozenset(paths), body, parts, endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_mine = scope["type"] == "http" and scope["path"] in self._paths and scope["method"] == "POST"
        return (Match.FULL, {"route": self}) if is_mine and PASSED_ON not in scope else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            content = await request.body()
        except ClientDisconnect:  # the route finds the same, and says so
            await _pass_on(scope, receive, send)
            return
        body = await self._valid(request)
        if body is None:
            await _pass_on(scope, _once(content, receive), send)
            return
        answer = await self._endpoint(body, request, await self._parts(request))
        await answer(scope, receive, send)

    async def _valid(self, request: Request) -> B | None:
        """The body; None if it is not said to be JSON, or is not valid."""
        if not _is_json(request.headers.get("content-type", "")):
            return None
        try:
            return self._body.model_validate(await request.json(), from_attributes=True)  # as FastAPI does
        except (ValueError, RecursionError):
            return None


def go_straight(app: FastAPI, route: StraightRoute[Any, Any]) -> None:
    """Put a route before those that the app has."""
    app.router.routes.insert(0, route)


async def _pass_on(scope: Scope, receive: Receive, send: Send) -> None:
    """Let FastAPI's route answer."""
    scope[PASSED_ON] = True
    await scope["router"](scope, receive, send)


def _is_json(content_type: str) -> bool:
    """Whether it is plain JSON; FastAPI takes other names of it, too."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _once(content: bytes, receive: Receive) -> Receive:
    """What gives a body that was read once more, and then what comes after it."""
    left: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive_again() -> Message:
        return left.pop() if left else await receive()

    return receive_again
