"""Steady traffic through the public API: clients that send each rating until it is accepted, and clients that rank."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from marquee_cli.chaos.ledger import Ledger, RankingRequest, Sent
from marquee_cli.chaos.truth import untrue_user_ranking

TIMEOUT_S = 10.0
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 2.0
MOST_OPEN = 150
"""Requests under way, at most: more clients would only keep an overloaded system overloaded."""
FIRST_USER = 4_000_000_000
USERS_PER_RUN = 10_000_000
STRANGERS = 5_000_000_000_000_000
HALF_STARS = range(1, 11)


@dataclass(slots=True)
class Load:
    """The clients of one run.

    Attributes:
        known: users with long histories at the start of the run, with the movies they had rated.
        movies: movies that can be rated.
        run: makes the user and event ids of this run differ from those of other runs with the same seed.
    """

    gateway: str
    known: Mapping[int, frozenset[int]]
    movies: Sequence[int]
    seed: int
    run: int
    ratings_per_s: float
    rankings_per_s: float
    ledger: Ledger = field(default_factory=Ledger)
    may_write: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    _rng: random.Random = field(init=False)
    _asking: random.Random = field(init=False)  # separate, so that rankings do not change the ratings
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _pairs: set[tuple[int, int]] = field(default_factory=set)
    _newest_user: int = 0
    _http: httpx.AsyncClient | None = None

    def __post_init__(self) -> None:
        self._rng, self._asking = (random.Random(f"{self.seed}/{self.run}/{what}") for what in ("rate", "ask"))
        self._newest_user = FIRST_USER + self.run % 100_000 * USERS_PER_RUN
        self._pairs = {(user, movie) for user, movies in self.known.items() for movie in movies}
        self.may_write.set()

    async def drive(self) -> None:
        """Send ratings and ranking requests at the given rates until cancelled."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        async with httpx.AsyncClient(base_url=self.gateway, timeout=TIMEOUT_S, limits=limits) as http:
            self._http = http
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._at_pace(self.ratings_per_s, lambda: self._rate(http), is_write=True))
                    group.create_task(self._at_pace(self.rankings_per_s, lambda: self._ask(http), is_write=False))
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def drain(self, limit_s: float) -> int:
        """Stop sending ratings and wait for those under way; returns how many are still open after limit_s."""
        self.may_write.clear()
        deadline = time.monotonic() + limit_s
        while self.ledger.open and time.monotonic() < deadline:  # noqa: ASYNC110  # with a deadline
            await asyncio.sleep(0.05)
        return len(self.ledger.open)

    async def ask_often(self, *, seconds: float, per_s: float) -> None:
        """Request more rankings of known users for a while, on top of the steady ones."""
        until = time.monotonic() + seconds
        while self._http is not None and time.monotonic() < until:
            task = asyncio.create_task(self._ask(self._http, is_known=True))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await asyncio.sleep(1 / per_s)

    async def ask_for_everyone(self) -> None:
        """Request one ranking for each known user, one after the other: the ranker remembers their histories then."""
        if self._http is not None:
            for user_id in self.known:
                await self._rank(self._http, "user", user_id=user_id)

    def oldest_open_s(self) -> float:
        """Age of the oldest open rating."""
        now = time.monotonic()
        return max((now - sent.first_sent for sent in self.ledger.open.values()), default=0.0)

    async def _at_pace(self, per_s: float, work: Any, *, is_write: bool) -> None:
        due = time.monotonic()
        while per_s > 0:
            if is_write and not self.may_write.is_set():
                await self.may_write.wait()
                due = time.monotonic()
            if len(self._tasks) < MOST_OPEN:
                task = asyncio.create_task(work())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            due += 1 / per_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _next(self) -> tuple[Sent, dict[str, Any]]:
        """A rating of a user and movie that no other rating has: mostly new users, some of this run, some known."""
        while True:
            draw = self._rng.random()
            if draw < 0.15 and self.known:
                user_id = self._rng.choice(list(self.known))
            elif draw < 0.3:
                user_id = self._rng.randint(max(FIRST_USER, self._newest_user - 500), self._newest_user)
            else:
                self._newest_user += 1
                user_id = self._newest_user
            movie_id = self._rng.choice(self.movies)
            if (user_id, movie_id) not in self._pairs:
                break
        self._pairs.add((user_id, movie_id))
        event_id = str(UUID(bytes=self._rng.randbytes(16), version=4))
        sent = Sent(len(self.ledger.ratings), event_id, user_id, movie_id, time.monotonic())
        rating: dict[str, Any] = {"event_id": event_id, "user_id": user_id, "movie_id": movie_id}
        rating["rating"] = self._rng.choice(HALF_STARS) / 2
        if self._rng.random() < 0.5:  # otherwise ingest sets the time at each attempt
            rating["rated_at"] = datetime.now(UTC).isoformat()
        return sent, rating

    async def _rate(self, http: httpx.AsyncClient) -> None:
        """Send one rating, each time with the same event id, until it is accepted or refused with a 4xx."""
        sent, body = self._next()
        self.ledger.send(sent)
        while True:
            sent.attempts += 1
            try:
                answer = await http.post("/v1/ratings", json={"ratings": [body]})
                status = str(answer.status_code)
            except httpx.HTTPError as error:
                answer, status = None, type(error).__name__
            sent.statuses[status] = sent.statuses.get(status, 0) + 1
            if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
                at, receipt = time.monotonic(), {}
                with suppress(ValueError, LookupError):
                    receipt = answer.json()["receipts"][0]
                self.ledger.accept(sent, at, receipt)
                return
            if answer is not None and 400 <= answer.status_code < 500 and answer.status_code != 429:
                self.ledger.refuse(sent, f"{status}: {answer.text[:200]}")
                return
            pause_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** (sent.attempts - 1))
            await asyncio.sleep(pause_s * self._asking.uniform(0.5, 1))

    async def _ask(self, http: httpx.AsyncClient, *, is_known: bool = False) -> None:
        draw = 0.0 if is_known else self._asking.random()
        if draw < 0.7 and self.known:
            await self._rank(http, "user", user_id=self._asking.choice(list(self.known)))
        elif draw < 0.85:
            await self._rank(http, "stranger", user_id=STRANGERS + self._asking.randrange(1_000_000))
        else:
            await self._rank(http, "movie", movie_id=self._asking.choice(self.movies))

    async def _rank(self, http: httpx.AsyncClient, subject: str, **whom: int) -> None:
        body, user_id = {**whom, "k": 25}, whom.get("user_id", 0)
        at, untrue, rung, degraded, model = time.monotonic(), "", "", tuple[str, ...](), None
        try:
            answer = await http.post("/v1/rank", json=body)
            outcome = str(answer.status_code)
            if answer.status_code == httpx.codes.OK:
                found = answer.json()
                rung, degraded, model = found["meta"]["rung"], tuple(found["meta"]["degraded"]), found["model_version"]
                rated = self.known.get(user_id, frozenset())
                untrue = untrue_user_ranking(found, rated, len(rated))
            elif is_by_the_proxy(answer):
                outcome = "refused"
            elif 400 <= answer.status_code < 500:
                untrue = f"{body} is refused with {outcome}: {answer.text[:200]}"
            if untrue and user_id:
                untrue = f"user {user_id}: {untrue}"
        except httpx.TimeoutException:
            outcome = "timeout"
        except httpx.HTTPError:
            outcome = "refused"
        ended = time.monotonic()
        self.ledger.rankings.append(RankingRequest(at, ended, outcome, untrue, rung, degraded, subject, model))


def is_by_the_proxy(answer: httpx.Response) -> bool:
    """Whether the proxy on Compose says that no gateway has answered, which without it is a refused connection."""
    return answer.status_code >= 500 and any(f'"code":"{code}"' in answer.text for code in ("no_replica", "no_answer"))
