"""Withdrawals by order of arrival, against a plain dictionary that takes one event after the other."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS, shard_of
from marquee.state.item_stats import ItemStats, merged
from marquee.state.ratings import Ratings, not_withdrawn
from marquee.stores.event_log import EventLog, writing
from marquee.stores.folding import fold
from marquee.stores.packing import pack_users, pack_weeks, unpack_users
from support.builders import NOON_MS, a_batch, a_rating, a_withdrawal

WEEK_MS = 7 * 86_400_000
PLACE = st.tuples(
    st.integers(1, 3),  # the user
    st.integers(1, 4),  # the movie
    st.one_of(st.none(), st.integers(1, 10)),  # half stars
    st.integers(0, 3),  # the week
)
EVENTS = st.lists(st.tuples(st.integers(0, 15), st.lists(PLACE, min_size=1, max_size=3)), max_size=30)
"""Numbered events, each with the places it rates or takes back. A number that comes again is a duplicate."""

Place = tuple[int, int, int | None, int]
Standing = dict[tuple[int, int], tuple[int, int]]


def standing(events: list[tuple[int, list[Place]]]) -> Standing:
    """(user, movie) -> (half stars, week), one event after the other; an event that was there before is skipped."""
    seen: set[int] = set()
    found: Standing = {}
    for number, places in events:
        if number in seen:
            continue
        seen.add(number)
        for user, movie, half_stars, week in places:
            if half_stars is None:
                found.pop((user, movie), None)
            elif week >= found.get((user, movie), (0, -1))[1]:
                found[user, movie] = half_stars, week
    return found


def packed(found: Standing) -> dict[int, bytes]:
    """The histories as the store has to hold them: 17 bytes a rating, oldest first, then by movie."""
    users: dict[int, bytes] = {}
    for (user, movie), (half_stars, week) in sorted(found.items(), key=lambda item: (item[1][1], item[0][1])):
        row = movie.to_bytes(8, "little") + (week * WEEK_MS).to_bytes(8, "little") + bytes([half_stars])
        users[user] = users.get(user, b"") + row
    return users


def counted(found: Standing) -> dict[tuple[int, int], tuple[int, int, int]]:
    """(movie, week) -> ratings, half stars, ratings of 4 stars or more."""
    n: Counter[tuple[int, int]] = Counter()
    sums: Counter[tuple[int, int]] = Counter()
    likes: Counter[tuple[int, int]] = Counter()
    for (_, movie), (half_stars, week) in found.items():
        n[movie, week] += 1
        sums[movie, week] += half_stars
        likes[movie, week] += half_stars >= 8
    return {key: (n[key], sums[key], likes[key]) for key in n}


def rows(events: list[tuple[int, list[Place]]]) -> Ratings:
    places = [place for _, places in events for place in places]
    return Ratings(
        np.array([user for user, *_ in places], np.int64),
        np.array([movie for _, movie, *_ in places], np.int64),
        np.array([np.nan if stars is None else stars / 2 for *_, stars, _ in places], np.float32),
        np.array([week * WEEK_MS for *_, week in places], np.int64),
    )


def counts_of(stats: ItemStats) -> dict[tuple[int, int], tuple[int, int, int]]:
    keys = zip(stats.movie_id.tolist(), stats.week.tolist(), strict=True)
    values = zip(stats.n.tolist(), stats.half_stars.tolist(), stats.positives.tolist(), strict=True)
    return dict(zip(keys, values, strict=True))


@given(EVENTS, st.lists(st.integers(1, 30), max_size=6))
def test_any_division_into_batches_gives_the_same_bytes_and_counts(
    events: list[tuple[int, list[Place]]], cuts: list[int]
) -> None:
    once = [event for at, event in enumerate(events) if event[0] not in {number for number, _ in events[:at]}]
    histories: dict[int, bytes] = {}
    stats = ItemStats.of(Ratings.empty())
    edges = [0, *sorted({cut for cut in cuts if cut < len(once)}), len(once)]
    for first, end in pairwise(edges):
        arrived = rows(once[first:end])
        users = np.unique(arrived.user_id).tolist()
        folded = fold(unpack_users({user: histories.get(user) for user in users}), arrived)
        histories = {user: value for user, value in histories.items() if user not in users} | pack_users(folded.after)
        stats = merged(stats, folded.delta)

    expected = standing(events)
    assert histories == packed(expected)
    assert counts_of(stats) == counted(expected)
    assert pack_weeks(stats).keys() == {movie for movie, _ in counted(expected)}


@given(EVENTS)
def test_the_log_stands_at_what_one_event_after_the_other_leaves(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, list[Place]]]
) -> None:
    one_user = [(number, [(1, *place[1:]) for place in places]) for number, places in events]
    log = EventLog(str(tmp_path_factory.mktemp("log")))
    for at, (number, places) in enumerate(one_user):
        log.append(a_batch(event_of(number, places), first_offset=at))

    found = log.ratings()

    keys = zip(found.user_id.tolist(), found.movie_id.tolist(), strict=True)
    values = zip((found.rating * 2).astype(int).tolist(), (found.rated_at // WEEK_MS).tolist(), strict=True)
    assert dict(zip(keys, values, strict=True)) == standing(one_user)


def event_of(number: int, places: list[Place]) -> MoviesRated:
    return MoviesRated(
        event_id=UUID(int=number),
        user_id=places[0][0],
        movie_id=tuple(movie for _, movie, *_ in places),
        rating=tuple(None if half is None else half / 2 for _, _, half, _ in places),
        rated_at_ms=tuple(week * WEEK_MS for *_, week in places),
    )


def test_rows_without_a_withdrawal_are_passed_on_as_they_are() -> None:
    arrived = rows([(1, [(1, 1, 8, 0), (1, 1, 6, 0)])])

    assert not_withdrawn(arrived) is arrived


def test_a_withdrawal_in_the_log_is_null_and_is_published_again_as_it_came(tmp_path: Path) -> None:
    log, event_id = EventLog(str(tmp_path)), UUID(int=7)
    both = MoviesRated(event_id=event_id, user_id=1, movie_id=(3, 4), rating=(None, 2.5), rated_at_ms=(NOON_MS,) * 2)

    log.append(a_batch(both))

    (file,) = log.files(RATINGS.name, shard_of(1))
    assert pq.read_table(file.path)["rating"].to_pylist() == [None, 2.5]
    (logged,) = log.events(RATINGS.name, shard_of(1), first=0)
    assert RATINGS.parse(logged.value) == both


def test_merged_files_keep_the_order_in_which_a_rating_came_and_went(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    for movie in range(1, 31):  # three files each: rated, taken back, the even ones rated again, but with an older time
        first = 3 * (movie - 1)
        log.append(a_batch(a_rating(movie_id=movie), first_offset=first))
        log.append(a_batch(a_withdrawal(movie_id=movie), first_offset=first + 1))
        again = a_rating(movie_id=movie if movie % 2 == 0 else 99, rating=1.0, rated_at_ms=NOON_MS - 1)
        log.append(a_batch(again, first_offset=first + 2))

    assert log.merge_small(RATINGS.name, shard_of(1))

    assert log.ratings().movie_id.tolist() == [*range(2, 31, 2), 99]
    assert set(log.ratings().rating.tolist()) == {1.0}
    assert log.rows(RATINGS.name) == 90


def test_a_log_from_before_there_were_withdrawals_is_read_and_merged_with_new_files(tmp_path: Path) -> None:
    log, folder = EventLog(str(tmp_path)), tmp_path / "ratings.v1" / f"p={shard_of(1):03d}"
    folder.mkdir(parents=True)
    for at in range(writing.MERGE_FROM_FILES):
        ids = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array([UUID(int=at).bytes], pa.binary()))
        columns = {"offset": [at], "event_id": ids, "user_id": [1], "movie_id": [at + 1]}
        stars = pa.array([4.0], pa.float32())
        table = pa.table({**columns, "rating": stars, "rated_at": [NOON_MS]})
        pq.write_table(table, folder / f"{at:020d}-{at + 1:020d}.parquet", compression="zstd")
    end = writing.MERGE_FROM_FILES
    log.append(a_batch(a_withdrawal(movie_id=5), first_offset=end))

    before_merging = log.ratings().movie_id.tolist()
    assert log.merge_small(RATINGS.name, shard_of(1))

    assert before_merging == log.ratings().movie_id.tolist() == [movie for movie in range(1, end + 1) if movie != 5]
