"""What a reason says: one sentence a family, from the sign of its contribution and its evidence. Pure."""

from collections.abc import Sequence
from typing import Any

Evidence = dict[str, Any]

_PLAIN = {
    "liked_similar": ("People who like what you like rate it highly", "Your kind of viewer seldom gets to it"),
    "taste_genre": ("It fits the genres you like", "Its genres are not your favourites"),
    "taste_content": ("It resembles movies you liked", "It has little in common with movies you liked"),
    "popular": ("Popular with everyone", "Fewer people watch it"),
    "trending": ("Watched a lot lately", "It is not being watched much lately"),
    "well_rated": ("Rated well by those who saw it", "Its ratings are middling"),
    "era": ("From the years you like", "Not from the years you usually like"),
    "runtime": ("Of a length that suits", "Its length counts against it a little"),
    "profile": ("It suits viewers who rate as you do", "Viewers who rate as you do are more reserved"),
    "co_rated": ("Liked by the same people", "Seldom liked by the same people"),
    "same_content": ("Alike in genres, people and themes", "Different in genres, people and themes"),
}


def text(code: str, contribution: float, evidence: Sequence[Evidence]) -> str:
    """One sentence for a reason."""
    up, down = _PLAIN[code]
    if contribution < 0:
        return down
    rated = [item for item in evidence if item["kind"] == "rated_movie"]
    if code == "liked_similar" and rated:
        return "Because you rated " + _joined([f"{item['label']} {item['rating']:g}" for item in rated])
    if code in ("taste_content", "same_content"):
        if people := [item["label"] for item in evidence if item["kind"] == "person"]:
            return f"{up}: directed by {_joined(people[:2])}"
        return up
    if code == "taste_genre" and (genres := [item["label"] for item in evidence if item["kind"] == "genre"]):
        return f"You like {_joined(genres)}"
    if code == "well_rated" and (means := [item["value"] for item in evidence if item["kind"] == "count"]):
        return f"{up}: {means[0]:.1f} of 5"
    if code == "popular" and (counts := [item["value"] for item in evidence if item["kind"] == "count"]):
        return f"{up}: {counts[0]:,.0f} people rated it"
    if code == "era" and (years := [item["label"] for item in evidence if item["kind"] == "year"]):
        return f"{up}: {years[0]}"
    return up


def _joined(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
