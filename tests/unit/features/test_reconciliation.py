"""What counts as a difference between a topic and the log."""

from features.reconciliation import first_difference, identity
from marquee.contracts.topics import CATALOG, RATINGS
from support.builders import a_movie, a_rating

A, B, C = b"a", b"b", b"c"


def test_equal_records_do_not_differ() -> None:
    assert first_difference({0: A, 1: B}, {0: A, 1: B}, range(2)) is None


def test_a_reused_offset_differs_although_its_number_is_the_same() -> None:
    assert first_difference({0: A, 1: C}, {0: A, 1: B}, range(2)) == 1


def test_an_offset_that_was_compacted_away_tells_nothing() -> None:
    assert first_difference({1: B}, {0: A, 1: B}, range(2)) is None


def test_bytes_that_are_no_event_equal_a_hole_in_the_log() -> None:
    assert first_difference({0: A, 1: None}, {0: A}, range(2)) is None
    assert first_difference({0: A, 1: B}, {0: A}, range(2)) == 1


def test_a_rating_is_known_by_its_event_id_and_a_movie_by_its_bytes() -> None:
    rating, movie = a_rating(), a_movie().model_dump_json().encode()

    assert identity(RATINGS, rating.model_dump_json().encode()) == rating.event_id.bytes
    assert identity(CATALOG, movie) == movie
    assert identity(RATINGS, b"{") is None
