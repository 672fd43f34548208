"""Whether a ranking's own account of its quality is true, judged from outside. Pure."""

from collections.abc import Container, Mapping
from typing import Any

LONG_HISTORY = 20
"""With this many ratings or more, a list that is not personal, or has movies already rated, must be degraded."""


def untrue_user_ranking(answer: Mapping[str, Any], rated: Container[int], n_rated: int) -> str:
    """What is untrue about the answer for a user; empty if nothing is.

    Args:
        rated: movies that the user rated long enough ago for every store to have them.
        n_rated: their number; 0 for a new user.
    """
    meta = answer["meta"]
    rung, degraded = meta["rung"], list(meta["degraded"])
    if rung in ("stale", "popular", "retrieval") and not degraded:
        return f"rung {rung} with an empty degraded list"
    if degraded or n_rated < LONG_HISTORY:
        return ""
    if rung != "personal":
        return f"rung {rung} without degraded for a user with {n_rated} ratings"
    again = [item["movie_id"] for item in answer["items"] if item["movie_id"] in rated]
    if again:
        return f"rung personal without degraded recommends {len(again)} movies that the user has rated, e.g. {again[0]}"
    return ""


def unsettled(answer: Mapping[str, Any]) -> str:
    """How the ranking of a user with a long history shows that the system has not recovered; empty if it has."""
    meta = answer["meta"]
    if meta["rung"] != "personal" or meta["degraded"]:
        return f"rung {meta['rung']}, degraded {list(meta['degraded'])}"
    return ""
