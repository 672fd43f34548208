"""Page tokens: opaque, without state on the server, and valid only for the query they were made for."""

import base64
import hashlib

from marquee.errors import unprocessable


def token(offset: int, *query: object) -> str:
    """The token of the page that starts at an offset."""
    return base64.urlsafe_b64encode(f"{offset}.{_fingerprint(query)}".encode()).decode().rstrip("=")


def offset_of(page_token: str | None, *query: object) -> int:
    """The offset at which the page starts; 0 without a token.

    Raises:
        Refused: 422, the token belongs to another query or is malformed.
    """
    if not page_token:
        return 0
    try:
        padded = page_token + "=" * (-len(page_token) % 4)
        offset, _, fingerprint = base64.urlsafe_b64decode(padded).decode().partition(".")
        if fingerprint == _fingerprint(query) and offset.isdigit():
            return int(offset)
    except ValueError:  # not ASCII, not base64, not UTF-8
        pass
    raise unprocessable("page_token", "not a page of this query")


def _fingerprint(query: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(query).encode()).hexdigest()[:12]
