"""What the features service says of itself over HTTP (internal)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from features.wiring import Wiring
from marquee.stores.views import digest

router = APIRouter()


class State(BaseModel):
    """Counts in the online store, and how many records of each topic one of the stores still lacks."""

    users: int
    ratings: int
    movies: int
    enriched: int
    lag: dict[str, int]
    ratings_per_s: float  # of the last busy stretch


class Digest(BaseModel):
    digest: str


def wiring(request: Request) -> Wiring:
    return request.state.wiring  # type: ignore[no-any-return]


Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/v1/state")
async def state(wired: Wired) -> State:
    """Counts and lag."""
    users, ratings = await wired.stores.ratings.counts()
    return State(
        users=users,
        ratings=ratings,
        movies=await wired.stores.catalog.count(),
        enriched=await wired.stores.metadata.count(),
        lag=await wired.positions.true_lag(),
        ratings_per_s=wired.meter.rate(),
    )


@router.get("/v1/digest")
async def state_digest(wired: Wired) -> Digest:
    """A canonical digest of the online store; reads all of it."""
    return Digest(digest=await digest(wired.stores.ratings.space))
