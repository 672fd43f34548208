"""Models: which there are, what each was judged by, and, for admins, which of them serves. The trainer answers."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from gateway.wiring import UNAVAILABLE, WITH_BODY, Parts, Responses
from marquee.contracts.model_bodies import VERSION, Decided, DecisionRequest, ModelDetail, Models
from marquee.contracts.service_bodies import Problem
from marquee.http.request_id import request_id

Version = Annotated[str, Path(pattern=VERSION)]
Given = Annotated[DecisionRequest | None, Body()]

UNKNOWN_MODEL: Responses = {404: {"model": Problem, "description": "No such model"}}
CANNOT_SERVE: Responses = {409: {"model": Problem, "description": "The model does not get to serve; `detail` has why"}}
DECIDING = UNKNOWN_MODEL | CANNOT_SERVE | WITH_BODY | UNAVAILABLE

router = APIRouter()


@router.get("/models", response_model=Models, responses=UNAVAILABLE, tags=["models"])
async def models(request: Request, parts: Parts) -> Response:
    """Every model with its state and verdict, the one that serves first. 503 without the trainer or the broker."""
    return await parts.trainer.get("/v1/models", {}, request_id=request_id(request.scope))


@router.get("/models/{version}", response_model=ModelDetail, responses=UNKNOWN_MODEL | UNAVAILABLE, tags=["models"])
async def model(version: Version, request: Request, parts: Parts) -> Response:
    """One model: every check of its verdict and, while its bundle is kept, how it was made and its report."""
    return await parts.trainer.get(f"/v1/models/{version}", {}, request_id=request_id(request.scope))


@router.post("/models/{version}/promote", response_model=Decided, responses=DECIDING, tags=["models"])
async def promote_model(version: Version, request: Request, parts: Parts, given: Given = None) -> Response:
    """Let a model serve, whatever its verdict, unless it was refused; 409 also if its bundle is damaged or gone.

    After a 503 the decision may have been made all the same: GET /v1/models says.
    """
    return await _decided(parts, request, f"/v1/models/{version}/promote", given)


@router.post("/models/{version}/rollback", response_model=Decided, responses=DECIDING, tags=["models"])
async def roll_back_model(version: Version, request: Request, parts: Parts, given: Given = None) -> Response:
    """Let a model serve again that has served before; otherwise as promote."""
    return await _decided(parts, request, f"/v1/models/{version}/rollback", given)


async def _decided(parts: Parts, request: Request, path: str, given: DecisionRequest | None) -> Response:
    body = (given or DecisionRequest()).model_dump_json().encode()
    return await parts.trainer.post(path, body, request_id=request_id(request.scope))
