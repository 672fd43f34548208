"""The TMDB v3 client: one movie a call, within TMDB's rate, with retries that end. The key is never logged."""

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

log = structlog.get_logger()

REQUESTS = Counter("marquee_tmdb_requests_total", "Requests to TMDB by outcome", ["outcome"])

FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 20.0
BURST = 5.0


class Unavailable(Exception):
    """TMDB could not be asked, or its answer could not be read; asking later may succeed."""


class KeyRefused(Unavailable):
    """401: the key is wrong or suspended."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: at most `rate_per_s` requests a second on average, `BURST` at once."""

    rate_per_s: float
    clock: Callable[[], float] = time.monotonic
    _tokens: float = BURST
    _at: float | None = None

    def delay_s(self) -> float:
        """Take one token; how long to wait until it is really there."""
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
    backoff = min(FIRST_PAUSE_S * 2.0**attempt, MAX_PAUSE_S) * (0.5 + jitter)
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


@dataclass(slots=True)
class Tmdb:
    """One API key's client."""

    client: httpx.AsyncClient
    total_s: float
    recheck_s: float  # how long a refused key is not tried again
    bucket: Bucket
    slots: asyncio.Semaphore
    refused_at: float | None = None
    _quiet_until: float = 0.0  # TMDB said when to come back

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
        deadline = time.monotonic() + self.total_s
        attempt = 0
        while True:
            if self.refused_at is not None and time.monotonic() - self.refused_at < self.recheck_s:
                raise KeyRefused("TMDB refused the key (HTTP 401)")
            await asyncio.sleep(max(self.bucket.delay_s(), self._quiet_until - time.monotonic()))
            try:
                response = await self.client.get(f"movie/{tmdb_id}", params={"append_to_response": "credits,keywords"})
            except httpx.HTTPError as error:  # its text may hold the address, and the address may hold the key
                outcome, retry_after = type(error).__name__, None
            else:
                if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                    return self._read(tmdb_id, response)
                outcome, retry_after = f"HTTP {response.status_code}", response.headers.get("retry-after")
                if response.status_code < 500 and response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                    REQUESTS.labels("refused").inc()
                    raise Unavailable(f"movie {tmdb_id}: {outcome}")
            REQUESTS.labels("retried").inc()
            pause = pause_s(attempt, retry_after, now=datetime.now(UTC), jitter=random.random())
            if time.monotonic() + pause > deadline:
                raise Unavailable(f"movie {tmdb_id}: {outcome} after {attempt + 1} tries")
            if retry_after:  # meant for the key, not for this request alone
                self._quiet_until = max(self._quiet_until, time.monotonic() + pause)
            await asyncio.sleep(pause)
            attempt += 1

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
        """Touches no network: the last answer tells."""
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
