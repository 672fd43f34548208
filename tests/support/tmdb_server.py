"""TMDB as a small real HTTP server: recorded bodies where they are at hand, else small ones of the same shape."""

import json
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIGHT_CLUB: dict[str, Any] = {
    "id": 550,
    "title": "Fight Club",
    "original_title": "Fight Club",
    "original_language": "en",
    "genres": [{"id": 18, "name": "Drama"}],
    "popularity": 93.958,
    "poster_path": "/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg",
    "release_date": "1999-10-15",
    "runtime": 139,
    "vote_average": 8.4,
    "vote_count": 26280,
    "overview": "A ticking-time-bomb insomniac and a slippery soap salesman.",
    "credits": {
        "cast": [{"name": "Brad Pitt", "order": 1}, {"name": "Edward Norton", "order": 0}],
        "crew": [{"name": "David Fincher", "job": "Director"}, {"name": "Ross Grayson Bell", "job": "Producer"}],
    },
    "keywords": {"keywords": [{"id": 851, "name": "dual identity"}, {"id": 1541, "name": "nihilism"}]},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. hangs: it never comes while the server runs."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


def json_reply(body: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"} | named)


NOT_FOUND = json_reply({"success": False, "status_code": 34, "status_message": "The resource you requested …"}, 404)
KEY_REFUSED = json_reply({"success": False, "status_code": 7, "status_message": "Invalid API key: …"}, 401)
SERVER_ERROR = Reply(500, b"<html>oops</html>")
MALFORMED = Reply(200, b'{"id": 550, "title": "Fight')
HANGS = Reply(hangs=True)


def too_many(**headers: str) -> Reply:
    return json_reply(
        {"success": False, "status_code": 25, "status_message": "Your request count (#) …"}, 429, **headers
    )


def recorded(data_dir: Path, tmdb_id: int = 550) -> dict[str, Any]:
    """Movie 550 as recorded, its credits and keywords appended as TMDB appends them; 87421 as recorded in one body."""
    folder = data_dir / "tmdb" / "responses"
    if tmdb_id == 87421:
        return dict(json.loads((folder / "movie_87421_append_to_response.json").read_text()))
    body = dict(json.loads((folder / "movie_550.json").read_text()))
    for part in ("credits", "keywords"):
        body[part] = json.loads((folder / f"movie_550_{part}.json").read_text())
    return body


@dataclass(frozen=True, slots=True)
class Request:
    tmdb_id: int
    query: Mapping[str, list[str]]
    authorization: str | None
    at: float


@dataclass(slots=True)
class TmdbServer:
    """Answers GET /3/movie/<id>: first what is queued for the id, then what is set for it, then 404."""

    url: str
    movies: dict[int, Reply] = field(default_factory=dict)
    queued: dict[int, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))
    everything: Reply | None = None  # the answer to all requests while it is set
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0

    def requests_for(self, tmdb_id: int) -> int:
        """How often a movie was requested."""
        return sum(request.tmdb_id == tmdb_id for request in self.requests)


@contextmanager
def running_tmdb() -> Iterator[TmdbServer]:
    """A server on a free port of this machine."""
    closing, lock = Event(), Lock()
    at_once = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal at_once
            with lock:
                at_once += 1
                tmdb.most_at_once = max(tmdb.most_at_once, at_once)
            try:
                self._answer()
            finally:
                with lock:
                    at_once -= 1

        def _answer(self) -> None:
            url = urlsplit(self.path)
            tmdb_id = int(url.path.rpartition("/")[2])
            with lock:
                request = Request(tmdb_id, parse_qs(url.query), self.headers.get("authorization"), time.monotonic())
                tmdb.requests.append(request)
                queue = tmdb.queued[tmdb_id]
                reply = queue.popleft() if queue else tmdb.everything or tmdb.movies.get(tmdb_id, NOT_FOUND)
            if reply.hangs:
                closing.wait(30)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        tmdb = TmdbServer(f"http://127.0.0.1:{server.server_port}/3")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield tmdb
        finally:
            closing.set()
            server.shutdown()
            thread.join()
