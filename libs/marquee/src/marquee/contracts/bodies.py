"""What all bodies of the public API have in common; the gateway publishes them in OpenAPI."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    model_validator,
)

from marquee.contracts.events import MAX_ID, Id, Stars

MAX_UNKNOWN = 5
"""Unknown fields of a body that are named one by one."""

VISITOR_ID = MAX_ID
"""The user that pages without a user rank for. Nobody can rate as it, so its list stays the one of a new user."""

_DIGITS = re.compile(r"-?(0|[1-9][0-9]*)")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _plain_digits(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("must be a whole number, written with digits only")
    return value


def _iso_time(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _TIME.fullmatch(value)):
        raise ValueError("must be an ISO 8601 time with its offset, such as 2026-01-31T20:15:00Z")
    return value


def who_can_rate(user_id: int) -> int:
    """Raises: ValueError for the visitor."""
    if user_id == VISITOR_ID:
        raise ValueError("is the visitor's id, which cannot rate")
    return user_id


Digits = BeforeValidator(_plain_digits)
"""For whole numbers in paths and queries: no sign but a minus, no blank, underscore, point or leading zero."""

# Bodies are strict: JSON's true is not 1, "4" is not 4 and 4.0 is no id. Events, which others wrote before, are not.
BodyId = Annotated[Id, Strict()]
BodyYear = Annotated[int, Field(ge=1870, le=2200), Strict()]
RaterId = Annotated[BodyId, AfterValidator(who_can_rate)]
BodyStars = Annotated[Stars, Strict()]
BodyTime = Annotated[AwareDatetime, BeforeValidator(_iso_time)]


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def knows_its_fields(cls, given: Any) -> Any:
        """Many unknown fields are one error: each error costs more than the bytes that cause it."""
        if isinstance(given, dict) and len(given) > len(cls.model_fields) + MAX_UNKNOWN:
            raise ValueError(f"{len(given):,} fields, but only {', '.join(cls.model_fields)} exist")
        return given


def at_most(items: int) -> BeforeValidator:
    """Check a list's length before its items: pydantic counts only the valid ones, after it has looked at all."""

    def check(given: Any) -> Any:
        if isinstance(given, list) and len(given) > items:
            raise ValueError(f"at most {items:,} items, not {len(given):,}")
        return given

    return BeforeValidator(check)


class Answer(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)
