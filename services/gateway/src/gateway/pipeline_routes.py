"""The system's own state: GET /v1/pipeline."""

from fastapi import APIRouter

from gateway.wiring import Parts
from marquee.contracts.pipeline_bodies import Pipeline

router = APIRouter()


@router.get("/pipeline", tags=["pipeline"])
async def pipeline(parts: Parts) -> Pipeline:
    """The way from a rating to a list as it is now: rates, lag, coverage, the served model, and what does not work.

    The services are asked at most once a second. 200 whatever does not work: it is named, and what is then not known is
    null.
    """
    return await parts.pipeline.look()
