"""Connections that end: heads, bodies that nobody reads on, and pipelines are bounded in time, size and number.

uvicorn limits none of them: its only timeout is for an idle connection between requests, and any byte stops it. What is
limited here cannot be seen by a layer of the app, which begins once a head is complete. Bodies: `limits.py`.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson

from marquee.http.problems import PROBLEM_JSON
from marquee.patches import HttpProtocol

KIB = 1024
HEAD_BYTES = 32 * KIB
"""Of a request's line and headers; what a network read brings at once may be more before it is counted."""
MAX_HEADERS = 100
MAX_WAITING = 64
"""Requests of one connection that wait for the one before them."""
TOO_LARGE = f"the line and headers of a request may have at most {HEAD_BYTES // KIB} KiB and {MAX_HEADERS} headers"


class BoundedConnection(HttpProtocol):
    """Refuses what is too slow, too large or too much, and closes the connection.

    Attributes:
        patience_s: from a connection's first moment, or a request's first byte, to the end of its head; and how long
            a client may leave more answers unread than the transport's buffer holds.
    """

    patience_s = 10.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._is_in_head
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes = self._head_bytes + len(data) if was_in_head else len(data)
            if self._head_bytes > HEAD_BYTES:
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE)
        if not self.transport.is_closing() and (self._is_in_head or not self.is_busy):
            self._await_head()

    @property
    def is_busy(self) -> bool:
        """Whether a request is being read or answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_head_timer()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE)
        elif len(self.pipeline) >= MAX_WAITING:
            self.transport.close()
        if self.transport.is_closing():
            raise ConnectionError("the connection is being closed")  # ends the parser
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(self.patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write_timer()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self.refuse(HTTPStatus.BAD_REQUEST, msg)

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem, unless an answer is under way, and close the connection."""
        if self.transport.is_closing():
            return
        if not self.is_busy:
            self.transport.write(_answer(status, detail))
        self.transport.close()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.patience_s, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self.is_busy:  # the beginning of the next request waits until this one is answered
            self._await_head()
        elif self._is_in_head:
            self.refuse(
                HTTPStatus.REQUEST_TIMEOUT, f"the head of the request did not arrive within {self.patience_s:g} s"
            )
        else:
            self.transport.close()


def bounded(patience_s: float) -> type[BoundedConnection]:
    """The class of connections with this patience."""
    return type("BoundedConnection", (BoundedConnection,), {"patience_s": patience_s})


def _answer(status: HTTPStatus, detail: str) -> bytes:
    """A whole problem answer; a request whose head could not be read has no id."""
    body = orjson.dumps({
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": "",
        "code": status.name.lower(),
        "request_id": "",
        "errors": [],
        "more_errors": 0,
    })  # fmt: skip
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_JSON}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
