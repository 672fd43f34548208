"""The whole API on running services keeps to its own document, whatever is sent: schemathesis makes the requests."""

import json
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from support.small_system import N_MOVIES, SmallSystem

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("default")]  # those of schemathesis's own libraries

ALSO = ("trainer",)
"""It lists the models and decides which one serves."""

DOCUMENT = Path(__file__).resolve().parents[2] / "services" / "gateway" / "openapi.json"
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
OPERATIONS: list[Operation] = [
    found.ok() for found in schemathesis.openapi.from_path(DOCUMENT).get_all_operations() if isinstance(found, Ok)
]
WITH_INPUT = [each for each in OPERATIONS if each.body or each.path_parameters or each.query]
KINDS = [
    *((each, GenerationMode.POSITIVE) for each in OPERATIONS),
    *((each, GenerationMode.NEGATIVE) for each in WITH_INPUT),
]
KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPTIONS = {
    "user_ids": ("blend", "after", "mute"),
    "ratings": ("mute",),
    "user_id": ("overrides", "after", "mute"),
    "movie_id": ("content",),
}
"""The subjects of a ranking, and the fields that go with each alone."""
EXAMPLES = 25
"""Requests of each kind for every operation; together about half a minute."""


@pytest.mark.parametrize(("operation", "mode"), KINDS, ids=lambda each: getattr(each, "label", None) or each.value)
def test_any_request_gets_a_documented_answer(
    small_system: SmallSystem, operation: Operation, mode: GenerationMode
) -> None:
    """Valid and invalid requests alike, the same ones in every run; a refusal is a problem document that says why."""

    @given(case=operation.as_strategy(generation_mode=mode), is_near=booleans())
    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def keeps_to_the_document(case: Case[Operation], is_near: bool) -> None:
        if mode is GenerationMode.POSITIVE:
            as_meant(case, is_near=is_near)
        answer = case.call(base_url=small_system.gateway.url)
        case.validate_response(answer, checks=KEPT)
        if answer.status_code >= 400:
            is_a_refusal_that_says_why(answer)

    keeps_to_the_document()


def as_meant(case: Case[Operation], *, is_near: bool) -> None:
    """What JSON Schema cannot say: 1.0 is no integer, a ranking has one subject; and half of the ids exist."""
    if case.operation.path in ("/v1/rank", "/v1/explain") and isinstance(case.body, dict):
        case.body = about_one_subject(case.body)
    case.body, case.path_parameters = (with_ids(each, is_near=is_near) for each in (case.body, case.path_parameters))


def about_one_subject(body: dict[str, Any]) -> dict[str, Any]:
    """The first subject that is named, or user 1, without the other subjects and their options."""
    named = next((name for name in OPTIONS if body.get(name)), "user_id")
    foreign = {*OPTIONS, *chain(*OPTIONS.values())} - {named, *OPTIONS[named]}
    kept = {key: value for key, value in body.items() if key not in foreign}
    return {named: 1} | kept


def with_ids(sent: Any, *, is_near: bool, key: str = "") -> Any:
    """The same with whole numbers as integers, and with ids of the catalogue if they are to be near."""
    if isinstance(sent, dict):
        return {name: with_ids(value, is_near=is_near, key=name) for name, value in sent.items()}
    if isinstance(sent, list):
        return [with_ids(each, is_near=is_near, key=key) for each in sent]
    if isinstance(sent, float) and sent.is_integer():
        sent = int(sent)
    is_id = key in ("user_id", "movie_id", "movie_ids", "user_ids") and type(sent) is int
    return sent % N_MOVIES + 1 if is_id and is_near else sent


def is_a_refusal_that_says_why(answer: Response) -> None:
    problem = json.loads(answer.content)
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    if answer.status_code == 422:
        assert problem["errors"], problem
        assert all(error["field"] and error["message"] for error in problem["errors"])
