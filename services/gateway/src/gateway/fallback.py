"""The last rung: popular movies from the gateway's own copy, when the ranker is unavailable."""

from collections import Counter
from collections.abc import Container, Iterator
from itertools import islice
from uuid import uuid4

from gateway.movie_copy import Counts, MovieCopy
from marquee.contracts.forms import Form
from marquee.contracts.rank_request import Filters, RankRequest
from marquee.contracts.ranking_bodies import Evidence, Fact, Freshness, RankedCard, Ranking, RankMeta, Reason, Rung
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from marquee.state.filters import MovieFilter

RATERS = 20
"""People who rated a movie, from which on it is told how many of them like it."""


def popular(
    catalogue: MovieCopy, request: RankRequest, unwanted: Container[int], *, missing: tuple[str, ...]
) -> Ranking:
    """The k most liked movies that pass the filters and are not unwanted; score = ratings of 4 or more.

    It is the same list for whomever it is asked, so a group's cards have no people's parts. With the belief in what is
    popular muted, all that is left of each score is 0.
    """
    left_out = {*request.exclude, request.movie_id}
    is_muted = ReasonCode.POPULAR in {name.casefold() for name in request.mute}
    items: list[RankedCard] = []
    chosen = list(islice(_open(catalogue, request.filters, unwanted, left_out), request.k))
    used = Counter[str]()
    for card, liked in chosen:
        form, slots = told(catalogue.counts, card["movie_id"], liked, used, most=max(1, len(chosen) // 3))
        used[form.id] += 1
        reason = Reason(
            code=ReasonCode.POPULAR,
            text=form.text(slots),
            contribution=liked,
            evidence=(Evidence(kind="count", label="ratings of 4 or more", value=liked),),
            fact=Fact(form=form.id, slots=slots),
        )
        fields = {"rank": len(items) + 1, "score": 0.0 if is_muted else liked, "base": 0.0, "sources": ("popular",)}
        items.append(RankedCard(**card, **fields, reasons=(reason,) if request.explain and not is_muted else ()))
    freshness = Freshness(applied=False if request.after else None)
    meta = RankMeta(rung=Rung.POPULAR, degraded=missing, freshness=freshness)
    return Ranking(ranking_id=uuid4().hex, model_version=None, items=tuple(items), meta=meta)


def told(counts: Counts, movie_id: int, liked: float, used: Counter[str], *, most: int) -> tuple[Form, dict[str, int]]:
    """How a movie is told to be popular: of the forms that hold the least used one, each `most` times at most."""
    fans, count = int(liked), counts.ratings(movie_id)
    holding: dict[str, dict[str, int]] = {"popular.fans": {"fans": fans}}
    if count:
        holding["popular.raters"] = {"count": count}
    if count >= RATERS and fans / count > counts.liked_share:
        holding["popular.liked"] = {"fans": fans, "count": count}
    name = min(reversed(holding), key=lambda form: used[form])
    return (FORMS[name], holding[name]) if used[name] < most else (FORMS["popular.neutral"], {})


def _open(
    catalogue: MovieCopy, filters: Filters, unwanted: Container[int], left_out: Container[int | None]
) -> Iterator[tuple[CardFields, float]]:
    wanted = MovieFilter.of(filters)
    counts = catalogue.counts
    for movie_id, liked in counts.popular:
        card = catalogue.get(movie_id)
        if (
            card is not None
            and movie_id not in unwanted
            and movie_id not in left_out
            and wanted.passes(card, counts.ratings_share(movie_id))
        ):
            yield card, liked
