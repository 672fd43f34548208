"""The trainer over HTTP (internal)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from trainer.runs import Runs, Training

router = APIRouter()


def the_runs(request: Request) -> Runs:
    return request.state.runs  # type: ignore[no-any-return]


Running = Annotated[Runs, Depends(the_runs)]


@router.get("/v1/training")
async def training(runs: Running) -> Training:
    """The newest training and how far it is."""
    return runs.training


@router.post("/v1/train", status_code=202)
async def train(runs: Running, request: Request) -> Training:
    """Start a training now; 409 while one is under way."""
    training = runs.begin(now=datetime.now(UTC), reason="asked for")  # no await since the check: one of two gets it
    request.state.background.start_once("manual training", training)
    return runs.training
