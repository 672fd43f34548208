"""Fixtures that several integration tests share."""

from collections.abc import Iterator

import pytest

from support.tmdb_server import FIGHT_CLUB, TmdbServer, json_reply, running_tmdb


@pytest.fixture
def tmdb() -> Iterator[TmdbServer]:
    """A TMDB that knows movie 550."""
    with running_tmdb() as server:
        server.movies[550] = json_reply(FIGHT_CLUB)
        yield server
