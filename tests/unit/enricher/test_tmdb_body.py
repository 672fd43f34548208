"""From TMDB's bodies to our event: documented, recorded and broken ones."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from enricher.tmdb_body import MAX_CAST, Lookup, empty, found
from marquee.contracts.events import MetadataStatus
from support.tmdb_server import FIGHT_CLUB, recorded

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOKUP = Lookup(movie_id=2959, tmdb_id=550)


def test_a_movie_with_credits_and_keywords_fills_every_field() -> None:
    event = found(LOOKUP, FIGHT_CLUB, fetched_at=NOW)

    assert (event.movie_id, event.tmdb_id, event.status) == (2959, 550, MetadataStatus.FOUND)
    assert (event.title, event.release_year, event.runtime_min) == ("Fight Club", 1999, 139)
    assert event.genres == ("Drama",)
    assert event.directors == ("David Fincher",)
    assert event.cast == ("Edward Norton", "Brad Pitt")
    assert event.keywords == ("dual identity", "nihilism")
    assert event.poster_path == "/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg"
    assert (event.vote_average, event.vote_count, event.popularity) == (8.4, 26280, 93.958)


def test_a_recorded_body_is_read(data_dir: Path) -> None:
    event = found(LOOKUP, recorded(data_dir), fetched_at=NOW)

    assert (event.title, event.release_year, event.directors) == ("Fight Club", 1999, ("David Fincher",))
    assert event.cast[:2] == ("Edward Norton", "Brad Pitt")
    assert len(event.cast) == MAX_CAST
    assert "dual identity" in event.keywords


def test_popularity_given_as_text_is_read_as_a_number(data_dir: Path) -> None:
    body = recorded(data_dir, 87421)

    event = found(Lookup(1, 87421), body, fetched_at=NOW)

    assert isinstance(body["popularity"], str)
    assert event.popularity == pytest.approx(float(body["popularity"]))


@pytest.mark.parametrize(
    "broken",
    [
        {"popularity": "n/a", "vote_count": None, "runtime": "long", "vote_average": float("nan")},
        {"release_date": "", "title": None, "overview": 5},
        {"genres": None, "credits": [], "keywords": {"keywords": "none"}},
        {"genres": [{"name": None}, "Drama"], "credits": {"cast": [None], "crew": 1}},
        {"poster_path": "javascript:alert(1)"},
    ],
)
def test_fields_of_wrong_types_are_left_out_and_the_rest_stays(broken: dict[str, Any]) -> None:
    event = found(LOOKUP, FIGHT_CLUB | broken, fetched_at=NOW)

    assert event.original_title == "Fight Club"
    for name in broken.keys() & {"popularity", "vote_count", "vote_average", "title", "overview", "poster_path"}:
        assert getattr(event, name) is None
    if "runtime" in broken:
        assert event.runtime_min is None
    if "credits" in broken:
        assert (event.cast, event.directors) == ((), ())


def test_a_movie_of_unknown_length_has_no_runtime() -> None:
    assert found(LOOKUP, FIGHT_CLUB | {"runtime": 0}, fetched_at=NOW).runtime_min is None


def test_an_answer_without_data_has_only_the_status() -> None:
    event = empty(LOOKUP, MetadataStatus.NOT_FOUND, fetched_at=NOW)

    assert (event.status, event.title, event.genres) == (MetadataStatus.NOT_FOUND, None, ())
