"""What an admin may send with a decision, and which names a model can have."""

import re

import pytest
from pydantic import ValidationError

from marquee.contracts.model_bodies import MAX_REASON, VERSION, DecisionRequest


@pytest.mark.parametrize("reason", ["", "odd lists since noon", "Überraschung – 映画", "x" * MAX_REASON])
def test_a_reason_is_one_line_of_any_script(reason: str) -> None:
    assert DecisionRequest(reason=f" {reason} ").reason == reason


@pytest.mark.parametrize("body", [{"reason": "x" * 501}, {"reason": "two\nlines"}, {"reason": "\x1b[2J"}])
@pytest.mark.parametrize("also", [{}, {"why": "?"}])
def test_a_long_or_unprintable_reason_is_refused(body: dict[str, str], also: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DecisionRequest.model_validate(body | also)


@pytest.mark.parametrize("body", [{"why": "?"}, {"reason": 7}, {"reason": None}, [], "reason"])
def test_a_body_of_another_form_is_refused(body: object) -> None:
    with pytest.raises(ValidationError):
        DecisionRequest.model_validate(body)


@pytest.mark.parametrize("version", ["20260101T080000Z", "20260101T080000Z-002", "v1"])
def test_the_names_of_bundles_are_versions(version: str) -> None:
    assert re.search(VERSION, version)


@pytest.mark.parametrize("version", ["", "..", ".hidden", "a/b", "a b", "a%2fb", "x" * 65, "v1\u0000", "é"])
def test_a_version_has_no_odd_characters(version: str) -> None:
    assert not re.search(VERSION, version)
