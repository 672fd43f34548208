"""Corrects the OpenAPI document to what is really sent: errors are application/problem+json. Pure."""

from typing import Any

from gateway.roles import NEEDED, Role
from gateway.route_kinds import kind_of
from marquee.http.problems import PROBLEM_JSON

KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": (
    "A key with the role read, write or admin; each may do what the ones before it may. On loopback reading and rating "
    "are open without one, elsewhere nothing is, unless it is set otherwise.")}  # fmt: skip
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


def with_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Say that a key may be sent to every route but the operational ones, and which role each needs."""
    document["components"]["securitySchemes"] = {"ApiKey": KEY}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            role = NEEDED[kind_of(method.upper(), path)]
            if role is not Role.NONE:
                operation["security"] = [{"ApiKey": []}, {}]
                operation["x-role"] = role.name.lower()
    return document
