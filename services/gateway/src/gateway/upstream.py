"""Calls to the ranker and to ingest: bodies are passed on unchanged in both directions."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpx
from fastapi import Response

from gateway.breaker import Breaker
from gateway.failures import Failure, failure_of
from gateway.stages import waiting
from marquee.errors import Transient
from marquee.http.request_id import REQUEST_ID
from marquee.http.time_left import time_left_header

SHOWN_TO = "marquee-user"
"""The header in which the ranker says to whom a page is shown; not for the public."""
KEPT = ("server-timing", SHOWN_TO)
"""Headers of an answer that are passed on."""
SETTLE_S = 0.01
"""Until what a process leaves behind is known: its other connections, which must not be taken for the second try."""


class Unanswered(Transient):
    """A service gave no answer.

    Attributes:
        failure: of what.
    """

    def __init__(self, name: str, url: str, failure: Failure) -> None:
        super().__init__(f"{name} at {url}: {failure}", what=name)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Upstream:
    """One service behind the gateway.

    Attributes:
        timeout_s: for the whole call, including connecting.
        breaker: if given, it holds calls back while the service does not answer.
        is_repeatable: a call changes nothing, so one whose connection breaks is sent once more: a service of several
            processes goes on when one of them ends.
    """

    name: str
    client: httpx.AsyncClient
    timeout_s: float
    breaker: Breaker | None = None
    is_repeatable: bool = False

    async def post(self, path: str, body: bytes, *, request_id: str) -> Response:
        """Its answer, with any status below 500.

        Raises:
            Transient: it did not answer in time, or answered with a 5xx, or the breaker held the call back.
        """
        headers = {"content-type": "application/json", REQUEST_ID: request_id, **time_left_header(self.timeout_s)}
        return await self._answer(
            httpx.Request("POST", address(self.client.base_url, path), headers=headers, content=body)
        )

    async def get(self, path: str, params: Mapping[str, str | int], *, request_id: str) -> Response:
        """Its answer, with any status below 500.

        Raises:
            Transient: as `post`.
        """
        headers = {REQUEST_ID: request_id, **time_left_header(self.timeout_s)}
        return await self._answer(self.client.build_request("GET", path, params=params, headers=headers))

    async def _answer(self, request: httpx.Request) -> Response:
        answer = await self._guarded(request)
        if answer.status_code >= 500:
            raise Transient(f"{self.name}: {detail_of(answer)}", what=self.name)
        kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        return Response(answer.content, answer.status_code, kept, media_type=answer.headers.get("content-type"))

    async def _guarded(self, request: httpx.Request) -> httpx.Response:
        if self.breaker is None:
            return await self._sent(request)
        admission = self.breaker.admit(time.monotonic())
        if admission is None:
            raise Transient(f"{self.name}: not called, because it has just timed out", what=self.name)
        is_answered = False
        try:
            answer = await self._sent(request)
            is_answered = True
        except Unanswered as error:
            is_answered = error.failure is not Failure.LATE
            raise
        finally:  # a cancelled call, too, must make room for the next probe
            if is_answered:
                self.breaker.answered()
            else:
                self.breaker.unanswered(admission, time.monotonic())
        return answer

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        try:
            with waiting(self.name):
                async with asyncio.timeout(self.timeout_s) as limit:  # httpx's own applies to each step separately
                    try:
                        return await self.client.send(request)
                    except httpx.HTTPError as error:
                        if not self.is_repeatable or failure_of(error) is not Failure.BROKEN:
                            raise
                        await asyncio.sleep(SETTLE_S)
                        left_s = (limit.when() or 0.0) - asyncio.get_running_loop().time()
                        request.headers.update(time_left_header(left_s))
                        return await self.client.send(request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unanswered(self.name, str(self.client.base_url), failure_of(error)) from error

    async def ping(self) -> str:
        """Check its /livez; returns its address.

        Raises:
            httpx.HTTPError, TimeoutError: it does not answer with 2xx in time.
        """
        async with asyncio.timeout(self.timeout_s):
            answer = await self.client.get("/livez")
        answer.raise_for_status()
        return str(self.client.base_url)


@lru_cache(maxsize=64)
def address(base: httpx.URL, path: str) -> httpx.URL:
    """Where a path of a service is, as httpx's client puts the two together; the same few are called all the time."""
    return base.copy_with(raw_path=base.raw_path + path.lstrip("/").encode())


def detail_of(answer: httpx.Response) -> str:
    """The detail of a problem body, or the status if the body is none."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
