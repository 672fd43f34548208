"""The next pages of a ranking over HTTP (internal)."""

from time import perf_counter
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from marquee.contracts.bodies import Digits
from marquee.contracts.rank_request import MAX_K
from marquee.contracts.ranking_bodies import Ranking
from marquee.errors import Transient
from ranker.pinning.next_page import next_page
from ranker.pinning.tokens import PageToken
from ranker.routes import Parts, sent
from ranker.stopwatch import Stopwatch

router = APIRouter()


@router.get("/v1/rankings/{ranking_id}", response_model=Ranking)
async def ranking_page(
    ranking_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    page_token: Annotated[str, Query(max_length=64)],
    http: Request,
    parts: Parts,
    page_size: Annotated[int | None, Query(ge=1, le=MAX_K), Digits] = None,
) -> Response:
    """The page that the token stands for; 410 for a ranking that is no longer kept, 503 before the first model."""
    deadline = parts.deadline(http)
    watch, token = Stopwatch(perf_counter), PageToken.read(page_token)
    pin = await parts.pins.read(ranking_id, token)
    watch.lap("pin")
    serving = parts.online.serving
    if serving is None:
        raise Transient("no model has been published yet")
    bins, card_of = parts.pins.bins_of(serving.model), parts.online.cards.get

    def page() -> bytes:
        watch.lap("wait")
        return orjson.dumps(next_page(pin, token, page_size, serving, bins, card_of, watch, ranking_id=ranking_id))

    body = await parts.pool.run(page, deadline)
    return sent(body, watch, {} if pin.user_id is None else {"Marquee-User": str(pin.user_id)})
