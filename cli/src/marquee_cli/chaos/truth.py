"""Whether a ranking says the truth about itself, judged from outside. Pure."""

from collections.abc import Container, Mapping
from typing import Any

LONG_HISTORY = 20
"""From so many ratings on, a list without the user's taste, or with movies already rated, has to say why."""


def untrue_user_ranking(answer: Mapping[str, Any], rated: Container[int], n_rated: int) -> str:
    """Why the answer for a user is not true; empty if it is.

    Args:
        rated: movies that the user is known to have rated, long enough ago that every store had them.
        n_rated: how many those are; 0 for a stranger.
    """
    meta = answer["meta"]
    rung, degraded = meta["rung"], list(meta["degraded"])
    if rung in ("stale", "popular", "retrieval") and not degraded:
        return f"rung {rung} without a word in degraded"
    if degraded or n_rated < LONG_HISTORY:
        return ""
    if rung != "personal":
        return f"rung {rung} without degraded for a user with {n_rated} ratings"
    seen = [item["movie_id"] for item in answer["items"] if item["movie_id"] in rated]
    if seen:
        return f"rung personal without degraded recommends {len(seen)} movies that the user has rated, e.g. {seen[0]}"
    return ""


def unsettled(answer: Mapping[str, Any]) -> str:
    """Why the ranking of a user with a long history shows that the system has not settled; empty if it has."""
    meta = answer["meta"]
    if meta["rung"] != "personal" or meta["degraded"]:
        return f"rung {meta['rung']}, degraded {list(meta['degraded'])}"
    return ""
