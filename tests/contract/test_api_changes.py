"""The public API keeps what the last release promised; the comparison that says so finds every kind of break."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from support.api_changes import breaks

ROOT = Path(__file__).resolve().parents[2]
RELEASED = json.loads((ROOT / "docs" / "openapi" / "v0.json").read_text())
CURRENT = json.loads((ROOT / "services" / "gateway" / "openapi.json").read_text())

CORRECTED = {
    # always enforced; the released document wrote the limits of this list as those of a text
    "POST /v1/ratings: body.ratings: minItems is 1 now",
    "POST /v1/ratings: body.ratings: maxItems is 500 now",
}
"""What the released document left out by mistake, so that writing it down breaks nobody."""

Document = dict[str, Any]
Change = Callable[[Document], object]


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def rank(document: Document) -> Document:
    found: Document = document["paths"]["/v1/rank"]["post"]
    return found


BREAKS: dict[str, tuple[Change, str]] = {
    "a path": (lambda d: d["paths"].pop("/v1/search"), "GET /v1/search: is gone"),
    "a method": (lambda d: d["paths"]["/v1/rank"].pop("post"), "POST /v1/rank: is gone"),
    "a query parameter": (
        lambda d: d["paths"]["/v1/search"]["get"]["parameters"].pop(0),
        "GET /v1/search: parameter q is gone",
    ),
    "a needed parameter": (
        lambda d: d["paths"]["/v1/search"]["get"]["parameters"].append(
            {"name": "who", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        "GET /v1/search: needs parameter who now",
    ),
    "a request field": (
        lambda d: schema(d, "RankRequest")["properties"].pop("exclude"),
        "POST /v1/rank: body.exclude: is gone",
    ),
    "a needed request field": (
        lambda d: schema(d, "RankRequest").update(required=["k"]),
        "POST /v1/rank: body.k: is required now",
    ),
    "a narrower limit": (
        lambda d: schema(d, "RankRequest")["properties"]["k"].update(maximum=100),
        "POST /v1/rank: body.k: maximum is 100 now",
    ),
    "a lost null": (
        lambda d: schema(d, "RankRequest")["properties"].update(movie_id={"type": "integer"}),
        "POST /v1/rank: body.movie_id: may no longer be null",
    ),
    "a response status": (lambda d: rank(d)["responses"].pop("200"), "POST /v1/rank: 200: is gone"),
    "a response field": (
        lambda d: schema(d, "Reason")["properties"].pop("evidence"),
        "POST /v1/rank: 200.items[].reasons[].evidence: is gone",
    ),
    "an optional response field": (
        lambda d: schema(d, "Reason")["required"].remove("text"),
        "POST /v1/rank: 200.items[].reasons[].text: may now be absent",
    ),
    "another response type": (
        lambda d: schema(d, "Reason")["properties"].update(contribution={"type": "string"}),
        "POST /v1/rank: 200.items[].reasons[].contribution: may now be string",
    ),
}


def test_a_client_of_the_last_release_still_understands_this_api() -> None:
    assert set(breaks(RELEASED, CURRENT)) <= CORRECTED


@pytest.mark.parametrize("name", BREAKS)
def test_a_seeded_break_is_found(name: str) -> None:
    change, expected = BREAKS[name]
    changed = deepcopy(RELEASED)
    change(changed)

    assert expected in list(breaks(RELEASED, changed))


def test_a_narrower_enum_of_a_request_is_found() -> None:
    changed = deepcopy(CURRENT)
    order = next(
        each for each in changed["paths"]["/v1/users/{user_id}/ratings"]["get"]["parameters"] if each["name"] == "sort"
    )
    order["schema"] = {"type": "string", "enum": ["newest"]}

    assert [line for line in breaks(CURRENT, changed) if "no longer every value" in line]


def test_additions_are_no_breaks() -> None:
    changed = deepcopy(RELEASED)
    changed["paths"]["/v1/new"] = {"get": {"responses": {"200": {}}}}
    schema(changed, "Reason")["properties"]["fact"] = {"type": "string"}
    schema(changed, "RankRequest")["properties"]["mute"] = {"type": "array", "items": {"type": "string"}}
    schema(changed, "RankRequest")["properties"]["k"].update(maximum=1_000)

    assert list(breaks(RELEASED, changed)) == []
