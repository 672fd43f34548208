"""The next page of a kept ranking as an answer: reasons and cards as on the first one."""

from marquee.contracts.ranking_fields import RankingFields
from marquee.errors import gone
from ranker.answers import CardOf, answered, as_time, cards, freshness_of, no_reasons, titles_of
from ranker.explain.reasons import similar_reasons, user_reasons
from ranker.pinning.bins import Bins
from ranker.pinning.pages import page_of
from ranker.pinning.pin import Pin
from ranker.pinning.tokens import PageToken, page_token
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch


def next_page(
    pin: Pin,
    token: PageToken,
    size: int | None,
    serving: Serving,
    bins: Bins | None,
    card_of: CardOf,
    watch: Stopwatch,
    *,
    ranking_id: str,
) -> RankingFields:
    """The movies from the token's place on.

    Args:
        size: how many; None for as many as the first page wanted.
    Raises:
        Refused: 410, another model than the one that made the ranking is in use.
    """
    if serving.model.version != pin.model_version:
        raise gone("ranking", "the model that made this ranking has been replaced; ask for a new ranking")
    end = min(token.start + (size or pin.k), len(pin.order))
    ranked = page_of(pin.order, slice(token.start, end), pin.user, serving, bins)
    watch.lap("rank")
    reasons = no_reasons(ranked)
    if pin.explain:
        if pin.movie_id is not None:
            reasons = similar_reasons(ranked, serving, pin.movie_id, titles_of(card_of))
        else:
            reasons = user_reasons(ranked, serving, titles_of(card_of), watch)
        watch.count("sums_checked", len(ranked))
    watch.lap("explain")
    freshness = freshness_of(serving)
    if len(pin.user):
        freshness["user_updated_at"] = as_time(int(pin.user.rated_at[-1]))
        watch.count("ratings", len(pin.user))
    if pin.candidates is not None:
        watch.count("candidates", pin.candidates)
    items = cards(ranked, reasons, card_of, before=token.start)
    answer = answered(serving, items, pin.rung, list(pin.degraded), freshness, watch, ranking_id)
    if end < len(pin.order):
        answer["next_page_token"] = page_token(pin.secret, ranking_id, start=end, issued_s=token.issued_s)
    return answer
