"""Bodies that every service answers with: problems, readiness and version."""

from typing import Annotated

from pydantic import Field, StringConstraints

from marquee.contracts.bodies import Answer


class Invalid(Answer):
    """One field that was refused."""

    field: str = Field(description="a path, e.g. ratings[0].rating")
    message: str


class Problem(Answer):
    """RFC 9457 problem details; the body of every error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    request_id: str
    errors: tuple[Invalid, ...] = Field(default=(), description="at most 20 of them")
    more_errors: int = Field(default=0, description="errors beyond those listed")


class DependencyState(Answer):
    ok: bool
    detail: str = ""
    age_s: float | None = Field(default=None, description="seconds since it was last seen to work")


class Readiness(Answer):
    ready: bool
    dependencies: dict[str, DependencyState]


class Version(Answer):
    service: str
    version: str
    model_version: str | None = None
