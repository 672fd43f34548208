"""Bulk ratings become chunked events with ids that depend on nothing but their content."""

import itertools

import numpy as np

from ingest.histories import event_id, records
from ingest.table import Table, by_user, repeated, slices
from marquee.contracts.events import MAX_CHUNK
from marquee.contracts.topics import RATINGS


def a_table(user: list[int], movie: list[int], half_stars: list[int], at_s: list[int]) -> Table:
    return Table(
        np.array(user, np.int32),
        np.array(movie, np.int32),
        np.array(half_stars, np.uint8),
        np.array(at_s, np.uint32),
        np.arange(len(user), dtype=np.uint32),
    )


def test_an_encoded_history_is_in_time_order_and_parses() -> None:
    table = a_table([5, 5, 5], [30, 20, 10], [1, 10, 7], [1_000_000_002, 1_000_000_000, 1_000_000_000])

    (record,) = records(table)

    event = RATINGS.parse(record.value)
    assert record.key == b"5" == RATINGS.key_of(event)
    assert event.movie_id == (10, 20, 30)
    assert event.rating == (3.5, 5.0, 0.5)
    assert event.rated_at_ms == (1_000_000_000_000, 1_000_000_000_000, 1_000_000_002_000)


def test_an_encoded_event_has_the_bytes_of_the_model() -> None:
    (record,) = records(a_table([5, 5], [1, 2], [9, 10], [1_000_000_000, 1_100_000_000]))

    assert record.value == RATINGS.parse(record.value).model_dump_json().encode()


def test_more_than_a_thousand_ratings_are_cut_into_chunks() -> None:
    count = 2 * MAX_CHUNK + 1
    table = a_table([5] * count + [6], [*range(1, count + 1), 1], [2] * (count + 1), [1_000_000_000] * (count + 1))

    events = [RATINGS.parse(record.value) for record in records(table)]

    assert [(event.user_id, len(event.movie_id)) for event in events] == [(5, 1000), (5, 1000), (5, 1), (6, 1)]
    assert len({event.event_id for event in events}) == 4


def test_ids_and_bytes_do_not_depend_on_the_order_of_ratings() -> None:
    one = a_table([5, 5], [1, 2], [9, 10], [1_000_000_000, 1_100_000_000])
    other = a_table([5, 5], [2, 1], [10, 9], [1_100_000_000, 1_000_000_000])

    assert list(records(one)) == list(records(other))


def test_another_rating_has_another_event_id() -> None:
    ids = {
        RATINGS.parse(next(iter(records(a_table([5], [1], [half], [1_000_000_000])))).value).event_id
        for half in range(1, 11)
    }

    assert len(ids) == 10


def test_the_id_of_some_content_is_a_version_5_uuid_that_never_changes() -> None:
    assert str(event_id(b"x")) == "ed7b41d0-1c27-5305-ba84-a99a269c66e5"


def test_no_ratings_give_no_records() -> None:
    assert list(records(by_user([]))) == []
    assert list(slices(by_user([]))) == []


def test_slices_of_a_table_split_no_user_and_lose_nothing() -> None:
    users = np.repeat(np.arange(1, 60), np.arange(1, 60) % 7 + 1).tolist()
    table = a_table(users, [1] * len(users), [1] * len(users), [1] * len(users))

    parts = [table.take(cut).user.tolist() for cut in slices(table, rows=10)]

    assert [user for part in parts for user in part] == users
    assert all(not set(a) & set(b) for a, b in itertools.pairwise(parts))


def test_all_but_the_newest_of_repeated_pairs_are_marked() -> None:
    table = a_table([1, 1, 1, 2, 2], [7, 7, 7, 7, 8], [1, 2, 3, 4, 5], [30, 50, 40, 10, 10])

    assert repeated(table).tolist() == [True, False, True, False, False]


def test_repeats_are_found_among_ids_beyond_32_bits() -> None:
    big = 2**40
    table = Table(
        np.array([1, 1, 2], np.int64),
        np.array([big, big, big], np.int64),
        np.array([1, 2, 3], np.uint8),
        np.array([5, 6, 7], np.uint32),
        np.arange(3, dtype=np.uint32),
    )

    assert repeated(table).tolist() == [True, False, False]
