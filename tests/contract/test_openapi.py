"""The checked-in OpenAPI document is the gateway's, and the frontend's types know its schemas."""

import json
from collections.abc import Iterator
from pathlib import Path

from gateway.main import create_app
from marquee.contracts.bodies import VISITOR_ID

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "services" / "gateway" / "openapi.json"
TYPES = ROOT / "frontend" / "src" / "lib" / "schema.d.ts"


def test_the_gateways_description_is_the_one_checked_in() -> None:
    now = json.loads(json.dumps(create_app().openapi()))

    assert now == json.loads(DOCUMENT.read_text()), "run `make openapi` and commit what changed"


def test_the_limits_of_a_list_are_written_as_those_of_a_list() -> None:
    """A validator before a limit turns maxItems into maxLength, which no reader of JSON Schema applies to an array."""
    document = json.loads(DOCUMENT.read_text())

    assert not [path for path, schema in arrays(document) if {"minLength", "maxLength"} & schema.keys()]


def test_every_route_with_a_body_shows_an_example() -> None:
    """That it is served as it stands is for tests/integration/test_api_examples.py."""
    operations = [each for path in json.loads(DOCUMENT.read_text())["paths"].values() for each in path.values()]
    bodies = {each["operationId"]: each["requestBody"]["content"] for each in operations if "requestBody" in each}

    assert len(bodies) >= 3
    assert not [name for name, body in bodies.items() if not body["application/json"].get("examples")], (
        "write one in services/gateway/src/gateway/examples.py"
    )


def arrays(part: object, path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Every array schema of a document, with where it stands."""
    if isinstance(part, dict):
        if part.get("type") == "array":
            yield path, part
        for name, inner in part.items():
            yield from arrays(inner, f"{path}/{name}")
    elif isinstance(part, list):
        for at, inner in enumerate(part):
            yield from arrays(inner, f"{path}/{at}")


def test_the_frontends_types_have_every_schema_and_route() -> None:
    document, types = json.loads(DOCUMENT.read_text()), TYPES.read_text()

    missing = [name for name in document["components"]["schemas"] if f"        {name}:" not in types]
    assert not missing, "run `npm run gen` in frontend and commit what changed"
    assert not [path for path in document["paths"] if f'"{path}"' not in types]


def test_the_visitor_is_the_same_to_the_page_and_to_the_api() -> None:
    ids = (ROOT / "frontend" / "src" / "lib" / "ids.ts").read_text()

    assert "VISITOR_ID = Number.MAX_SAFE_INTEGER;" in ids  # 2^53 - 1
    assert VISITOR_ID == 2**53 - 1
