"""The trainer over HTTP (internal)."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from marquee.errors import Refused
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
    if runs.is_busy:
        raise Refused(409, "training_under_way", "Conflict", f"a training is under way: {runs.training.message}")
    request.state.background.start_once("manual training", runs.run(now=datetime.now(UTC), reason="asked for"))
    await asyncio.sleep(0)  # let it say that it has started
    return runs.training
