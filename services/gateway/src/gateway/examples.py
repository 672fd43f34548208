"""Examples of requests for the OpenAPI document; a test sends every one of them and expects to be served.

Movies 1 to 3 and 10, and users 1, 2 and 6 who rated some of them, are in every MovieLens data set.
"""

from collections.abc import Mapping
from typing import Any

Route = tuple[str, str]
Body = dict[str, Any]

PARAMETERS: Mapping[str, Any] = {
    "user_id": 1,
    "movie_id": 1,
    "name": "John Lasseter",
    "q": "toy story",
    "version": "20251230T120000Z",
}
"""By name; what is not here is optional, or comes from an earlier answer."""

OF_ROUTE: Mapping[Route, Mapping[str, Any]] = {
    ("get", "/v1/themes/{name}"): {"name": "toy"},
    ("get", "/v1/users/{user_id}/ratings/{movie_id}"): {"user_id": 6, "movie_id": 10},
    ("delete", "/v1/users/{user_id}/ratings/{movie_id}"): {"user_id": 6, "movie_id": 36},
    ("post", "/v1/models/{version}/promote"): {"version": "20251231T120000Z"},
}
"""Where other values are needed."""

BODIES: Mapping[Route, Mapping[str, Body]] = {
    ("post", "/v1/rank"): {
        "for a user": {"user_id": 1, "k": 10},
        "newer comedies, no two alike": {
            "user_id": 1,
            "filters": {"genres": ["Comedy"], "year_min": 1995, "runtime_max": 120},
            "diversity": 0.5,
        },
        "not the famous ones": {"user_id": 1, "filters": {"ratings_share_max": 0.2}},
        "what if a rating were another one": {"user_id": 1, "overrides": [{"movie_id": 3, "rating": 0.5}]},
        "for a guest": {"ratings": [{"movie_id": 1, "rating": 5}, {"movie_id": 2, "rating": 2.5}]},
        "for several people, the least satisfied first": {"user_ids": [1, 2], "blend": "min"},
        "without two beliefs": {"user_id": 1, "mute": ["popular", "taste_genre"]},
        "similar to a movie": {"movie_id": 1, "content": 0.5},
    },
    ("post", "/v1/explain"): {
        "why, and why not": {"user_id": 1, "k": 10, "movie_ids": [1, 2, 3, 10]},
        "for a guest": {"ratings": [{"movie_id": 1, "rating": 5}], "movie_ids": [2]},
    },
    ("post", "/v1/ratings"): {
        "one rating": {
            "ratings": [
                {
                    "event_id": "6f2d1c0a-6a41-4f43-9a0b-0b8d3f6f4c11",
                    "user_id": 1000000007,
                    "movie_id": 1,
                    "rating": 4.5,
                    "rated_at": "2024-05-04T20:15:00Z",
                }
            ]
        },
    },
    ("post", "/v1/models/{version}/promote"): {"with a reason": {"reason": "it knows the new movies"}},
    ("post", "/v1/models/{version}/rollback"): {"with a reason": {"reason": "odd lists since noon"}},
    ("post", "/v1/events"): {
        "not this one": {
            "events": [
                {
                    "event_id": "0c2ab5ef-8f9a-4c2e-8d5b-8e0f3a6d7b21",
                    "user_id": 1000000007,
                    "kind": "dismiss",
                    "movie_id": 2,
                    "reason": "not_interested",
                }
            ]
        },
    },
}
"""By route, each under what it shows."""


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """Write the examples into the document."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            own = {**PARAMETERS, **OF_ROUTE.get((method, path), {})}
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in own:
                    parameter["example"] = own[parameter["name"]]
            if bodies := BODIES.get((method, path)):
                examples = {title: {"value": body} for title, body in bodies.items()}
                operation["requestBody"]["content"]["application/json"]["examples"] = examples
    return document
