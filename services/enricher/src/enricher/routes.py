"""HTTP: how much of the catalogue has metadata."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from enricher.ledger import Coverage, Ledger
from marquee.http.service import wired


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    ledger: Ledger


Parts = Annotated[Wiring, Depends(wired(Wiring))]
router = APIRouter(prefix="/v1")


@router.get("/coverage")
async def coverage(parts: Parts) -> Coverage:
    """Counts of movies by what TMDB knows of them."""
    return parts.ledger.coverage()
