"""What the load curves ask for, and how a good answer is told from another one."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from marquee_cli.computed import computed, unused_ids
from marquee_cli.load import Call
from marquee_cli.open_loop.steps import Verdict, judged

PREFIX = (3, 8)
"""Characters that somebody has typed of a title."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests that cost alike.

    Attributes:
        calls: that many of them; none is asked for twice, unless that is what is measured.
        marks: bytes that a good answer contains. unwanted: bytes that it does not contain.
        first_rate: per second, where its curve begins.
    """

    name: str
    what: str
    calls: Callable[[int], list[Call]]
    marks: tuple[bytes, ...]
    first_rate: float
    unwanted: tuple[bytes, ...] = ()

    def judge(self, status: int, body: bytes, may_retry: bool) -> Verdict:
        return judged(status, body, may_retry=may_retry, marks=self.marks, unwanted=self.unwanted)


def all_kinds(users: Sequence[int], movies: Sequence[dict[str, Any]], rng: random.Random, *, k: int) -> Iterator[Kind]:
    """The kinds of `marquee bench --load`.

    Args:
        users: that have ratings. movies: with `movie_id` and `title`.
    """
    unused = unused_ids()
    ids = [movie["movie_id"] for movie in movies]
    personal, similar = b'"rung":"personal"', b'"rung":"similar"'
    kept = b'"cached":true'

    def searches(length: int) -> list[Call]:
        titles = (movies[number % len(movies)]["title"] for number in range(length))
        return [Call(f"/v1/search?q={quote(title[: rng.randint(*PREFIX)])}&page_size=10") for title in titles]

    yield Kind(
        "user",
        f"rank for a user, k={k}, with reasons, computed",
        lambda length: list(islice(computed("user_id", users, unused, k=k), length)),
        (personal,),
        25,
        unwanted=(kept,),
    )
    yield Kind(
        "repeated",
        f"the same ranking for a user, k={k}, repeated",
        lambda length: [Call("/v1/rank", {"user_id": users[0], "k": k})] * length,
        (personal, kept),
        200,
    )
    yield Kind(
        "movie",
        f"rank for a movie, k={k}, computed",
        lambda length: list(islice(computed("movie_id", ids, unused, k=k), length)),
        (similar,),
        50,
        unwanted=(kept,),
    )
    yield Kind("search", "search by prefix, 10 movies", searches, (b'"items":[{',), 200)
    yield Kind(
        "detail",
        "movie detail",
        lambda length: [Call(f"/v1/movies/{ids[number % len(ids)]}") for number in range(length)],
        (b'"title":',),
        200,
    )


def encoded(call: Call, host: str) -> bytes:
    """A whole HTTP/1.1 request: a POST if the call has a body, else a GET."""
    head = f"{call.path} HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\n"
    if call.body is None:
        return f"GET {head}\r\n".encode()
    body = json.dumps(call.body).encode()
    return f"POST {head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
