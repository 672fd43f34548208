"""The error taxonomy; what each class means for delivery and for HTTP.

MarqueeError
├── InvalidEvent    the same bytes will always fail      -> dead letter with the reason, commit, count
├── Transient       timeout, broker or Redis down, 5xx   -> retry with jitter, no commit; HTTP 503
├── Refused         the caller must change something     -> HTTP 4xx as problem+json
└── Misconfigured   wrong address, topic or schema       -> stop at startup with one clear line
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


class MarqueeError(Exception):
    """Base of all errors that Marquee raises on purpose."""


class InvalidEvent(MarqueeError):
    """Bytes that can never be used."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason  # a short code: empty_value, not_json, schema
        self.detail = detail


class Transient(MarqueeError):
    """Something is unavailable; the same call may succeed later.

    Args:
        text: for the log; may name addresses.
        what: the part that is unavailable, for the public answer.
    """

    def __init__(self, text: str = "", *, what: str = "") -> None:
        super().__init__(text)
        self.what = what


@dataclass
class Refused(MarqueeError):
    """A request that is answered with a 4xx."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()  # (field path, message)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.detail)


def not_found(what: str, detail: str) -> Refused:
    """A 404: the thing named does not exist."""
    return Refused(404, f"{what}_not_found", "Not found", detail)


def gone(what: str, detail: str) -> Refused:
    """A 410: the thing named was there, and is no longer."""
    return Refused(410, f"{what}_gone", "Gone", detail)


def unprocessable(field_path: str, message: str) -> Refused:
    """A 422 that names one field."""
    return refused_fields([(field_path, message)])


def refused_fields(errors: Sequence[tuple[str, str]]) -> Refused:
    """A 422 that names several fields, as (path, message); the detail has the first five."""
    detail = "; ".join(f"{field_path}: {message}" for field_path, message in errors[:5])
    return Refused(422, "validation_failed", "Validation failed", detail, errors=tuple(errors))


class Misconfigured(MarqueeError):
    """The process cannot do its work with this configuration; its one line says why."""
