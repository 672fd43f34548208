"""Errors over HTTP: RFC 9457 application/problem+json for every 4xx and 5xx, the framework's own included."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from marquee.api import Invalid, Problem
from marquee.errors import Refused, Transient
from marquee.requests import request_id

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
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
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error answer."""
    body = Problem(
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        code=code,
        request_id=request_id(request.scope),
        errors=tuple(errors),
    )
    return Response(body.model_dump_json(), status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def field_path(location: Sequence[str | int]) -> str:
    """("body", "ratings", 0, "rating") -> "ratings[0].rating"; the body as a whole is "body"."""
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return path or (str(location[0]) if location else "body")


def _invalid(error: dict[str, Any]) -> Invalid:
    if error["type"] == "json_invalid":
        reason = error.get("ctx", {}).get("error", "")
        return Invalid(field="body", message=f"not JSON at byte {error['loc'][-1]}: {reason}")
    return Invalid(field=field_path(error["loc"]), message=error["msg"].removeprefix("Value error, "))


def _without_echoes(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out "too short" of a list whose items are wrong: pydantic counts only the items that are right."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short" or not any(other[: len(place)] == place != other for other in places)
    ]


def install_problems(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101 — registered for this class
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
        assert isinstance(error, RequestValidationError)  # noqa: S101
        found = [_invalid(item) for item in _without_echoes(error.errors())]
        detail = "; ".join(f"{item.field}: {item.message}" for item in found[:5])
        return problem(request, 422, code="validation_failed", title="Validation failed", detail=detail, errors=found)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        status = error.status_code
        detail = f"{request.method} {request.url.path}: {error.detail}"
        return problem(
            request,
            status,
            code=_CODES.get(status, "refused"),
            title=_TITLES.get(status, "Refused"),
            detail=detail,
            headers=error.headers,
        )

    async def on_transient(request: Request, error: Exception) -> Response:
        return problem(
            request, 503, code="unavailable", title="Unavailable", detail=str(error), headers={"Retry-After": "1"}
        )

    async def on_bug(request: Request, error: Exception) -> Response:
        log.error("request_failed", path=request.url.path, exc_info=error)
        detail = "a bug on our side; it has been logged under this request id"
        return problem(request, 500, code="internal_error", title="Internal error", detail=detail)

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Transient, on_transient)
    app.add_exception_handler(Exception, on_bug)
