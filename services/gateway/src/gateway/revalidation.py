"""ETag and 304 for answers that change little: the tag is a digest of the body.

A digest and no version: it holds over restarts and several gateways, and whatever an answer depends on, a model
included, is in it. What cannot be kept says so itself, by a Cache-Control of its own.
"""

import hashlib

from gateway.route_kinds import is_similar
from marquee.http.request_id import App, Message, Receive, Scope, Send, header

_SEARCH, _BELOW = ("/search",), ("/movies/", "/people/", "/themes/")
KEPT_HEADERS = (b"etag", b"cache-control", b"server-timing", b"vary")
CACHE_CONTROL = b"private, no-cache"
"""Kept by the client alone, and asked for again each time: a rating made a moment ago must show."""


def can_be_kept(method: str, path: str) -> bool:
    """Movie details, people, themes and search; not what the ranker answers."""
    bare = path.removeprefix("/v1")
    return method == "GET" and (bare in _SEARCH or bare.startswith(_BELOW)) and not is_similar(bare)


def etag_of(body: bytes) -> bytes:
    return b'"%b"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether one of the tags that a client has is this one; weak ones count (RFC 9110, 13.1.2)."""
    if if_none_match.strip() == b"*":
        return True
    return etag in (tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b","))


class Revalidation:
    """Adds the headers to a 200 of one piece, and answers 304 without a body to who has the same already."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not can_be_kept(scope["method"], scope["path"]):
            return await self.app(scope, receive, send)
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_plain(message):
                start = message
                return
            if start is not None:
                held, start = start, None
                if not message.get("more_body", False):
                    held, message = _tagged(held, message, header(scope, b"if-none-match"))
                await send(held)
            await send(message)

        return await self.app(scope, receive, send_tagged)


def _is_plain(start: Message) -> bool:
    names = {name.lower() for name, _ in start["headers"]}
    return start["status"] == 200 and not names & {b"etag", b"cache-control"}


def _tagged(start: Message, body: Message, if_none_match: bytes) -> tuple[Message, Message]:
    etag = etag_of(body.get("body", b""))
    headers = [*start["headers"], (b"etag", etag), (b"cache-control", CACHE_CONTROL)]
    if not if_none_match or not matches(if_none_match, etag):
        return {**start, "headers": headers}, body
    kept = [(name, value) for name, value in headers if name.lower() in KEPT_HEADERS]
    return {**start, "status": 304, "headers": kept}, {**body, "body": b""}
