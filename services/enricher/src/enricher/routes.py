"""HTTP: how much of the catalogue has metadata."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from enricher.ledger import Coverage, Ledger


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    ledger: Ledger


def wiring(request: Request) -> Wiring:
    parts = request.state.wiring
    assert isinstance(parts, Wiring)  # noqa: S101 — set by the lifespan
    return parts


router = APIRouter(prefix="/v1")


@router.get("/coverage")
async def coverage(parts: Annotated[Wiring, Depends(wiring)]) -> Coverage:
    """Movies by what TMDB says of them."""
    return parts.ledger.coverage()
