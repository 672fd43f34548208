"""What the features service reports about itself over HTTP (internal)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from features.wiring import Wiring
from marquee.contracts.pipeline_bodies import Recent
from marquee.http.service import wired
from marquee.stores.views import digest

router = APIRouter()


class State(BaseModel):
    """Counts in the online store, and how many records of each topic one of the stores still lacks."""

    users: int
    ratings: int
    movies: int
    enriched: int
    dismissed: int
    records: dict[str, int]  # by topic: written so far
    lag: dict[str, int]
    ratings_per_s: float  # of the last busy stretch
    applied: Recent  # ratings that were new to the store, lately


class Digest(BaseModel):
    digest: str


Parts = Annotated[Wiring, Depends(wired(Wiring))]


@router.get("/v1/state")
async def state(parts: Parts) -> State:
    """Counts and lag."""
    users, ratings = await parts.stores.ratings.counts()
    records, lag = await parts.positions.standing()
    return State(
        users=users,
        ratings=ratings,
        movies=await parts.stores.listed.count(),
        enriched=await parts.stores.enriched.count(),
        dismissed=await parts.stores.dismissals.count(),
        records=records,
        lag=lag,
        ratings_per_s=parts.stores.ratings_per_s(),
        applied=parts.stores.new_ratings.reading(),
    )


@router.get("/v1/digest")
async def state_digest(parts: Parts) -> Digest:
    """A canonical digest of the online store; reads all of it."""
    return Digest(digest=await digest(parts.stores.space))
