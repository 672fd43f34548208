"""The next pages of a ranking over HTTP (internal)."""

from time import perf_counter
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Response

from marquee.contracts.bodies import Digits, Ranking
from marquee.contracts.rank_request import MAX_K
from marquee.errors import Transient
from ranker.pinning.next_page import next_page
from ranker.pinning.tokens import PageToken
from ranker.routes import Parts
from ranker.stopwatch import Stopwatch

router = APIRouter()


@router.get("/v1/rankings/{ranking_id}", response_model=Ranking)
async def ranking_page(
    ranking_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    page_token: Annotated[str, Query(max_length=64)],
    parts: Parts,
    page_size: Annotated[int | None, Query(ge=1, le=MAX_K), Digits] = None,
) -> Response:
    """The page that the token stands for; 410 for a ranking that is no longer kept, 503 before the first model."""
    watch, token = Stopwatch(perf_counter), PageToken.read(page_token)
    pin = await parts.pins.read(ranking_id, token)
    watch.lap("pin")
    serving = parts.online.serving
    if serving is None:
        raise Transient("no model has been published yet")
    bins = parts.pins.bins_of(serving.model)
    answer = next_page(pin, token, page_size, serving, bins, parts.online.cards.get, watch, ranking_id=ranking_id)
    headers = {"Server-Timing": ", ".join(f"{stage};dur={ms}" for stage, ms in watch.ms.items())}
    if pin.user_id is not None:
        headers["Marquee-User"] = str(pin.user_id)
    return Response(orjson.dumps(answer), media_type="application/json", headers=headers)
