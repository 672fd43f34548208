"""Every example of the OpenAPI document is served as it stands."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from support.small_system import ADMIN_KEY, SmallSystem

pytestmark = pytest.mark.integration

ALSO = ("trainer",)
"""It lists the models and decides which one serves."""

DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "services" / "gateway" / "openapi.json").read_text())


class Example(NamedTuple):
    """One request: its parameters by where they stand, and its body."""

    title: str
    method: str
    path: str
    parameters: list[dict[str, Any]]
    headers: dict[str, str]
    body: Any = None


def examples() -> Iterator[Example]:
    """One of every route, and of a route with a body one per example."""
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            name, parameters = f"{method.upper()} {path}", operation.get("parameters", [])
            headers = {"x-api-key": ADMIN_KEY} if operation.get("x-role") == "admin" else {}
            if "requestBody" not in operation:
                yield Example(name, method, path, parameters, headers)
                continue
            shown = operation["requestBody"]["content"]["application/json"].get("examples", {})
            for title, example in shown.items():
                yield Example(f"{name}: {title}", method, path, parameters, headers, example["value"])


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.title)
def test_an_example_is_served(small_system: SmallSystem, example: Example) -> None:
    with httpx.Client(base_url=small_system.gateway.url, timeout=30) as client:
        ranking = client.post("/v1/rank", json={"user_id": 2, "k": 3}).json()
        earlier = {"ranking_id": ranking["ranking_id"], "page_token": ranking["next_page_token"]}
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
        for parameter in example.parameters:
            name = parameter["name"]
            if "example" in parameter:
                values[parameter["in"]][name] = parameter["example"]
            elif parameter.get("required"):
                values[parameter["in"]][name] = earlier[name]

        answer = client.request(
            example.method,
            example.path.format(**values["path"]),
            params=values["query"],
            json=example.body,
            headers=example.headers,
        )

    assert answer.is_success, answer.text
