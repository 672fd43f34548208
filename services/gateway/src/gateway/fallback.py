"""The last rung: popular movies from the gateway's own copy, when the ranker is unavailable."""

from collections.abc import Container, Iterator
from uuid import uuid4

from gateway.movie_copy import MovieCopy
from marquee.contracts.bodies import Evidence, Freshness, RankedCard, Ranking, RankMeta, Reason, Rung
from marquee.contracts.rank_request import Filters, RankRequest
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.state.filters import MovieFilter


def popular(
    catalogue: MovieCopy, request: RankRequest, unwanted: Container[int], *, missing: tuple[str, ...]
) -> Ranking:
    """The k most liked movies that pass the filters and are not unwanted; score = ratings of 4 or more."""
    left_out = {*request.exclude, request.movie_id}
    items: list[RankedCard] = []
    for card, liked in _open(catalogue, request.filters, unwanted, left_out):
        reason = Reason(
            code=ReasonCode.POPULAR,
            text=f"Popular with everyone: {liked:,.0f} people liked it",
            contribution=liked,
            evidence=(Evidence(kind="count", label="ratings of 4 or more", value=liked),),
        )
        fields = {"rank": len(items) + 1, "score": liked, "base": 0.0, "sources": ("popular",)}
        items.append(RankedCard(**card, **fields, reasons=(reason,) if request.explain else ()))
        if len(items) == request.k:
            break
    freshness = Freshness(applied=False if request.after else None)
    meta = RankMeta(rung=Rung.POPULAR, degraded=missing, freshness=freshness)
    return Ranking(ranking_id=uuid4().hex, model_version=None, items=tuple(items), meta=meta)


def _open(
    catalogue: MovieCopy, filters: Filters, unwanted: Container[int], left_out: Container[int | None]
) -> Iterator[tuple[CardFields, float]]:
    wanted = MovieFilter.of(filters)
    for movie_id, liked in catalogue.counts.popular:
        card = catalogue.get(movie_id)
        if card is not None and movie_id not in unwanted and movie_id not in left_out and wanted.passes(card):
            yield card, liked
