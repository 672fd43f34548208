"""Corrects the OpenAPI document to what is really sent: errors are application/problem+json. Pure."""

from typing import Any

from marquee.http.problems import PROBLEM_JSON

PROBLEM = {"$ref": "#/components/schemas/Problem"}


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """Move each Problem to its own content type, and remove the framework's error bodies, which are never sent.

    FastAPI documents every model as application/json.
    """
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {})
                if content.get("application/json", {}).get("schema") == PROBLEM:
                    content[PROBLEM_JSON] = content.pop("application/json")
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document
