"""Errors over HTTP: RFC 9457 application/problem+json for every 4xx and 5xx, including those of the framework."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from marquee.contracts.service_bodies import Invalid, Problem
from marquee.errors import Refused, Transient
from marquee.http.request_id import App, Message, Receive, Scope, Send, request_id

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
MAX_LISTED = 20
"""Errors that one answer lists; the others are counted."""
MAX_TEXT = 200
"""Characters of anything in an answer that a request may have chosen: its path, a field's name, a parser's message."""
_CODES = {404: "route_not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    422: "Validation failed",
    503: "Unavailable",
}


def problem(
    request: Request,
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    errors: Sequence[Invalid] = (),
    more_errors: int = 0,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error answer."""
    body = Problem(
        title=title,
        status=status,
        detail=detail,
        instance=_cut(request.scope["path"]),
        code=code,
        request_id=request_id(request.scope),
        errors=tuple(errors),
        more_errors=more_errors,
    )
    return Response(body.model_dump_json(), status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def field_path(location: Sequence[str | int]) -> str:
    """("body", "ratings", 0, "rating") -> "ratings[0].rating"; the body as a whole is "body"."""
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return path or (str(location[0]) if location else "body")


def _invalid(error: dict[str, Any]) -> Invalid:
    if error["type"] == "json_invalid":
        reason = error.get("ctx", {}).get("error", "")
        return Invalid(field="body", message=_cut(f"not JSON at byte {error['loc'][-1]}: {reason}"))
    return Invalid(field=_cut(field_path(error["loc"])), message=_cut(error["msg"].removeprefix("Value error, ")))


def _without_echoes(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out "too short" of a list whose items are wrong: pydantic counts only the items that are right."""
    if all(error["type"] != "too_short" for error in errors):
        return list(errors)
    above = {tuple(error["loc"])[:length] for error in errors for length in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or tuple(error["loc"]) not in above]


def install_problems(app: FastAPI, *, is_public: bool = False) -> None:
    """Answer every error of this app as a problem; with is_public a 503 names what is unavailable and no address."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101  # registered for this class
        errors = [Invalid(field=field, message=message) for field, message in error.errors]
        return problem(
            request,
            error.status,
            code=error.code,
            title=error.title,
            detail=error.detail,
            errors=errors,
            headers=error.headers,
        )

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class
        errors = _without_echoes(error.errors())
        found = [_invalid(item) for item in errors[:MAX_LISTED]]
        detail = "; ".join(f"{item.field}: {item.message}" for item in found[:5])
        if len(errors) > len(found[:5]):
            detail += f"; and {len(errors) - len(found[:5]):,} more"
        return problem(
            request,
            422,
            code="validation_failed",
            title="Validation failed",
            detail=detail,
            errors=found,
            more_errors=len(errors) - len(found),
        )

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class
        status = error.status_code
        detail = f"{request.method} {_cut(request.scope['path'])}: {error.detail}"
        return problem(
            request,
            status,
            code=_CODES.get(status, "refused"),
            title=_TITLES.get(status, "Refused"),
            detail=detail,
            headers=error.headers,
        )

    async def on_transient(request: Request, error: Exception) -> Response:
        log.warning("unavailable", path=_cut(request.scope["path"]), error=str(error))
        assert isinstance(error, Transient)  # noqa: S101  # registered for this class
        detail = f"{error.what or 'something it needs'} is unavailable; try again" if is_public else str(error)
        return problem(
            request, 503, code="unavailable", title="Unavailable", detail=detail, headers={"Retry-After": "1"}
        )

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Transient, on_transient)


class BugsAsProblems:
    """Answers 500 to an error that nothing caught, and logs it once, with the request's id.

    A layer and not a handler of the framework: the framework's handler for 500 runs outside of all added layers, so its
    answer would carry no request id, and it raises the error again for the server to log a second time.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        is_started = False

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = is_started or message["type"] == "http.response.start"
            await send(message)

        try:
            return await self.app(scope, receive, send_noted)
        except Exception as error:
            log.error("request_failed", path=_cut(scope["path"]), exc_info=error)
            if is_started:  # too late for another answer: the server breaks the connection off
                raise
        detail = "a bug on our side; it has been logged under this request id"
        answer = problem(Request(scope), 500, code="internal_error", title="Internal error", detail=detail)
        return await answer(scope, receive, send)
