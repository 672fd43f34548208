"""Page tokens: where a page starts, signed with the secret that its ranking was pinned with."""

import hashlib
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from marquee.errors import Refused, unprocessable

SECRET_BYTES, MAC_BYTES = 16, 12
_PLACE = struct.Struct(">HI")
_TEXT = (_PLACE.size + MAC_BYTES) * 8 // 6
"""Characters of a token; 18 bytes need no padding."""


def new_secret() -> bytes:
    """The secret of one ranking; whoever cannot read its pin cannot make a token for it."""
    return secrets.token_bytes(SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class PageToken:
    """A page of a ranking.

    Attributes:
        start: its first movie's place in the order, from 0. issued_s: Unix seconds. mac: what proves both.
    """

    start: int
    issued_s: int
    mac: bytes

    @classmethod
    def read(cls, text: str) -> "PageToken":
        """A token that is yet to be proved.

        Raises:
            Refused: 422, the text is no token.
        """
        try:
            raw = urlsafe_b64decode(text)
        except ValueError:  # not ASCII, or not base64
            raw = b""
        if len(text) != _TEXT or len(raw) != _PLACE.size + MAC_BYTES or urlsafe_b64encode(raw) != text.encode():
            raise not_a_page()
        start, issued_s = _PLACE.unpack(raw[: _PLACE.size])
        return cls(start, issued_s, raw[_PLACE.size :])

    def prove(self, secret: bytes, ranking_id: str) -> None:
        """Check that this ranking gave it.

        Raises:
            Refused: 422, it did not.
        """
        if not hmac.compare_digest(self.mac, _mac(secret, ranking_id, _PLACE.pack(self.start, self.issued_s))):
            raise not_a_page()


def page_token(secret: bytes, ranking_id: str, *, start: int, issued_s: int) -> str:
    """The token of the page that begins at place `start`, below 65,536."""
    place = _PLACE.pack(start, issued_s)
    return urlsafe_b64encode(place + _mac(secret, ranking_id, place)).decode()


def not_a_page() -> Refused:
    """The refusal of a token that was made up, changed or given by another ranking."""
    return unprocessable("page_token", "not a page of this ranking")


def _mac(secret: bytes, ranking_id: str, place: bytes) -> bytes:
    return hmac.digest(secret, ranking_id.encode() + place, hashlib.sha256)[:MAC_BYTES]
