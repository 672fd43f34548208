"""The TMDB v3 client: one movie per call, within TMDB's rate, with bounded retries. The key is never logged."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
import structlog
from prometheus_client import Counter

from enricher.settings import EnricherSettings
from marquee.retrying import Retry, backoff_s, retried

log = structlog.get_logger()

REQUESTS = Counter("marquee_tmdb_requests_total", "Requests to TMDB by outcome", ["outcome"])

FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 20.0
BURST = 5.0


class Unavailable(Exception):
    """TMDB did not answer, or its answer could not be read; a later request may succeed."""


class KeyRefused(Unavailable):
    """401: the key is wrong or suspended."""


class _NoAnswer(Exception):
    """A request that failed and may succeed when it is sent again."""

    def __init__(self, outcome: str, retry_after: str | None = None) -> None:
        super().__init__(outcome)
        self.outcome, self.retry_after = outcome, retry_after


@dataclass(slots=True)
class Bucket:
    """A token bucket: at most `rate_per_s` requests per second on average, `BURST` at once."""

    rate_per_s: float
    clock: Callable[[], float] = time.monotonic
    _tokens: float = BURST
    _at: float | None = None

    def delay_s(self) -> float:
        """Take one token, and return how long to wait until it is there."""
        now = self.clock()
        self._tokens = min(BURST, self._tokens + (now - (self._at if self._at is not None else now)) * self.rate_per_s)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self.rate_per_s)


def pause_s(attempt: int, retry_after: str | None, *, now: datetime, jitter: float) -> float:
    """How long to wait before the next try.

    Args:
        attempt: 0 after the first failure; the pause doubles with each one.
        retry_after: the header: seconds, an HTTP date, nonsense or nothing. RFC 9110, section 10.2.3.
        jitter: 0 to 1; spreads clients that failed together.
    """
    backoff = backoff_s(attempt, first_s=FIRST_PAUSE_S, longest_s=MAX_PAUSE_S, spread=jitter)
    if not retry_after:
        return backoff
    if retry_after.strip().isdigit():
        return float(retry_after) + jitter
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return backoff
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return float(max(0.0, (date - now).total_seconds()) + jitter)


def _pause_after(error: Exception, attempt: int) -> float:
    retry_after = error.retry_after if isinstance(error, _NoAnswer) else None
    return pause_s(attempt, retry_after, now=datetime.now(UTC), jitter=random.random())


@dataclass(slots=True)
class Tmdb:
    """One API key's client."""

    client: httpx.AsyncClient
    total_s: float
    recheck_s: float  # how long a refused key is not tried again
    bucket: Bucket
    slots: asyncio.Semaphore
    refused_at: float | None = None
    _quiet_until: float = 0.0  # when TMDB wants the next request, by its Retry-After

    async def movie(self, tmdb_id: int) -> dict[str, Any] | None:
        """The movie with its credits and keywords; None when TMDB knows no such movie.

        Raises:
            KeyRefused: 401.
            Unavailable: everything else that was not an answer, after retries for at most total_s.
        """
        try:
            async with self.slots, asyncio.timeout(self.total_s):
                return await self._tried(tmdb_id)
        except TimeoutError:
            raise Unavailable(f"movie {tmdb_id}: no answer within {self.total_s:.0f} s") from None

    async def _tried(self, tmdb_id: int) -> dict[str, Any] | None:
        tries = 0

        async def attempt() -> dict[str, Any] | None:
            nonlocal tries
            tries += 1
            return await self._requested(tmdb_id)

        try:
            return await retried(
                attempt, on=(_NoAnswer,), total_s=self.total_s, pauses=_pause_after, on_retry=self._keep_quiet
            )
        except _NoAnswer as error:
            raise Unavailable(f"movie {tmdb_id}: {error.outcome} after {tries} tries") from None

    async def _requested(self, tmdb_id: int) -> dict[str, Any] | None:
        """One request.

        Raises:
            _NoAnswer: another one may be answered.
            Unavailable: the answer is no movie, and another request would not help.
        """
        if self.refused_at is not None and time.monotonic() - self.refused_at < self.recheck_s:
            raise KeyRefused("TMDB refused the key (HTTP 401)")
        await asyncio.sleep(max(self.bucket.delay_s(), self._quiet_until - time.monotonic()))
        try:
            response = await self.client.get(f"movie/{tmdb_id}", params={"append_to_response": "credits,keywords"})
        except httpx.HTTPError as error:  # its text may hold the address, and the address may hold the key
            REQUESTS.labels("retried").inc()
            raise _NoAnswer(type(error).__name__) from None
        status = response.status_code
        if status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            return self._read(tmdb_id, response)
        if status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS:
            REQUESTS.labels("refused").inc()
            raise Unavailable(f"movie {tmdb_id}: HTTP {status}")
        REQUESTS.labels("retried").inc()
        raise _NoAnswer(f"HTTP {status}", response.headers.get("retry-after"))

    def _keep_quiet(self, retry: Retry) -> None:
        """A Retry-After is meant for the key: no request of any movie is sent before it is over."""
        if isinstance(retry.error, _NoAnswer) and retry.error.retry_after:
            self._quiet_until = max(self._quiet_until, time.monotonic() + retry.pause_s)

    def _read(self, tmdb_id: int, response: httpx.Response) -> dict[str, Any] | None:
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            REQUESTS.labels("key_refused").inc()
            if self.refused_at is None:
                log.error("tmdb_key_refused", status=401, hint="check TMDB_API_KEY; movies go on without metadata")
            self.refused_at = time.monotonic()
            raise KeyRefused("TMDB refused the key (HTTP 401)")
        self.refused_at = None
        if response.status_code == HTTPStatus.NOT_FOUND:
            REQUESTS.labels("not_found").inc()
            return None
        try:
            body = response.json()
        except ValueError:  # not JSON, or not text
            body = None
        if not isinstance(body, dict) or body.get("id") != tmdb_id:
            REQUESTS.labels("malformed").inc()
            raise Unavailable(f"movie {tmdb_id}: an answer that is not a movie")
        REQUESTS.labels("found").inc()
        return body

    async def ping(self) -> str:
        """Whether the key works, by the last answer; sends no request."""
        if self.refused_at is not None:
            raise KeyRefused("TMDB refused the key (HTTP 401); check TMDB_API_KEY")
        return "key not refused"


@asynccontextmanager
async def open_tmdb(settings: EnricherSettings) -> AsyncIterator[Tmdb]:
    """A client for TMDB_API_KEY: a v4 token (it starts with ey) goes into a header, a v3 key into the query."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and a v3 key is part of the address
    key = settings.tmdb_api_key.get_secret_value().strip() if settings.tmdb_api_key else ""
    is_token = key.startswith("ey")
    async with httpx.AsyncClient(
        base_url=settings.tmdb_url,
        headers={"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if is_token else {}),
        params={} if is_token else {"api_key": key},
        timeout=settings.tmdb_timeout_s,
        limits=httpx.Limits(max_connections=settings.tmdb_concurrency),
    ) as client:
        yield Tmdb(
            client,
            settings.tmdb_total_s,
            settings.tmdb_recheck_s,
            Bucket(settings.tmdb_rate_per_s),
            asyncio.Semaphore(settings.tmdb_concurrency),
        )
