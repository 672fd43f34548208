"""Explanations: why movies are in a person's list or not, and what would change that."""

from fastapi import APIRouter, Request, Response

from gateway.rank_checks import require_known
from gateway.wiring import UNAVAILABLE, WITH_BODY, Parts, Wiring
from marquee.contracts.explain_bodies import Explained, ExplainRequest, repeated
from marquee.errors import refused_fields
from marquee.http.request_id import request_id

router = APIRouter()


@router.post("/explain", response_model=Explained, responses=WITH_BODY | UNAVAILABLE, tags=["rankings"])
async def explain(body: ExplainRequest, request: Request, parts: Parts) -> Response:
    """Where up to 20 movies stand in a person's whole order and why, or which rule keeps each out of it.

    With the smallest change of ratings found that would bring a movie into the first k, or take it out; each was
    verified by ranking again. 503 without a ranker: nothing else can say why.
    """
    _require_explainable(parts, body)
    return await parts.explainer.post("/v1/explain", await request.body(), request_id=request_id(request.scope))


def _require_explainable(parts: Wiring, body: ExplainRequest) -> None:
    """Raises: Refused, 422, names unknown and repeated movies, and beliefs that nobody can have."""
    require_known(parts, body)
    unknown = [
        (f"movie_ids[{at}]", f"unknown movie {movie_id}")
        for at, movie_id in enumerate(body.movie_ids)
        if parts.catalogue.get(movie_id) is None
    ]
    if wrong := [*unknown, *repeated(body.movie_ids)]:
        raise refused_fields(wrong)
