"""A request of live ratings is accepted as a whole or refused as a whole."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ingest.acceptance import accepted, withdrawn
from marquee.contracts.rating_bodies import LiveRating, RatingsRequest
from marquee.contracts.withdrawals import Withdrawal
from marquee.errors import Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)
KNOWN = {1, 2}
ID = UUID("d434de08-ff9d-5e74-b82b-54f6f2ff2cc0")


def a_request(*ratings: dict[str, object]) -> RatingsRequest:
    usual = {"user_id": 7, "movie_id": 1, "rating": 4.5}
    ids = [{"event_id": UUID(int=ID.int + at)} for at in range(len(ratings))]
    return RatingsRequest(
        ratings=tuple(LiveRating.model_validate(usual | of | rating) for of, rating in zip(ids, ratings, strict=True))
    )


def test_a_rating_without_a_time_takes_the_clocks_in_milliseconds() -> None:
    (event,) = accepted(a_request({}), KNOWN, now=NOW)

    assert event.rated_at_ms == (1_767_323_045_678,)
    assert (event.event_id, event.user_id, event.movie_id, event.rating) == (ID, 7, (1,), (4.5,))


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    (event,) = accepted(a_request({"rated_at": "2020-01-01T01:00:00.001+01:00"}), KNOWN, now=NOW)

    assert event.rated_at_ms == (1_577_836_800_001,)


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=1), timedelta(hours=23), timedelta(days=1)], ids=str)
def test_a_time_up_to_a_day_ahead_is_accepted_and_counts_as_now(ahead: timedelta) -> None:
    (event,) = accepted(a_request({"rated_at": (NOW + ahead).isoformat()}), KNOWN, now=NOW)

    assert event.rated_at_ms == (1_767_323_045_678,)


@pytest.mark.parametrize(
    ("rating", "field", "message"),
    [
        ({"movie_id": 3}, "movie_id", "unknown movie 3"),
        ({"rated_at": NOW + timedelta(days=1, seconds=1)}, "rated_at", "more than a day ahead"),
        ({"rated_at": datetime(1989, 12, 31, tzinfo=UTC)}, "rated_at", "before 1990"),
    ],
)
def test_one_wrong_rating_among_good_ones_refuses_all_and_names_its_field(
    rating: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(Refused) as error:
        accepted(a_request({}, rating), KNOWN, now=NOW)

    assert error.value.status == 422
    assert error.value.errors == ((f"ratings[1].{field}", message),)


def test_an_event_id_that_stands_twice_in_a_request_is_refused_with_both_places() -> None:
    again: dict[str, object] = {"event_id": ID}

    with pytest.raises(Refused) as error:
        accepted(a_request({}, {"movie_id": 2}, again, again | {"rating": 1.0}), KNOWN, now=NOW)

    assert error.value.errors == (
        ("ratings[2].event_id", "the same as ratings[0].event_id"),
        ("ratings[3].event_id", "the same as ratings[0].event_id"),
    )


def test_a_withdrawal_is_an_event_without_stars_at_the_clocks_time() -> None:
    event = withdrawn(Withdrawal(event_id=ID, user_id=7, movie_id=1), now=NOW)

    assert (event.event_id, event.user_id, event.movie_id, event.rating) == (ID, 7, (1,), (None,))
    assert event.rated_at_ms == (1_767_323_045_678,)
