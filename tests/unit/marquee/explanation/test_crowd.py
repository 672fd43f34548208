"""Crowd: every count is the one that a loop over the ratings gives; the newest rating per user and movie counts."""

from pathlib import Path

import numpy as np

from marquee.explanation.crowd import Crowd
from marquee.explanation.fan_bits import FanBits
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard

DAY = 86_400_000
MOVIES = 4
ROWS = [  # user, movie, stars, day
    (1, 1, 5.0, 400), (1, 2, 4.0, 10), (1, 1, 3.0, 5),
    (2, 1, 4.0, 36), (2, 2, 4.5, 35), (2, 3, 1.0, 390),
    (3, 2, 2.0, 300), (3, 99, 5.0, 500),
    (4, 99, 5.0, 1),
]  # fmt: skip


def ratings() -> Ratings:
    user, movie, stars, day = zip(*ROWS, strict=True)
    rated_at = np.array(day, np.int64) * DAY
    return Ratings(np.array(user, np.int64), np.array(movie, np.int64), np.array(stars, np.float32), rated_at)


def test_counts_are_of_the_newest_rating_per_user_and_movie_of_the_catalogue() -> None:
    crowd = Crowd.of(ratings(), a_catalog(MOVIES))

    assert (crowd.people, crowd.newest_ms, len(crowd)) == (3, 400 * DAY, MOVIES)
    assert crowd.raters.tolist() == [2, 3, 1, 0]
    assert crowd.half_stars.tolist() == [18, 21, 2, 0]
    assert crowd.fans.tolist() == [2, 2, 0, 0]
    assert crowd.overall_mean == (9 + 10.5 + 1) / 6
    assert crowd.overall_likes == 4 / 6


def test_the_last_year_begins_365_days_before_the_newest_rating() -> None:
    crowd = Crowd.of(ratings(), a_catalog(MOVIES))

    assert crowd.recent_raters.tolist() == [2, 1, 1, 0], "day 36 is in it, day 35 is not"
    assert crowd.recent_fans.tolist() == [2, 0, 0, 0]


def test_people_who_like_both_are_counted() -> None:
    crowd = Crowd.of(ratings(), a_catalog(MOVIES))

    assert [crowd.both(0, 1), crowd.both(1, 0), crowd.both(0, 2), crowd.both(3, 3)] == [2, 2, 0, 0]


def test_on_many_ratings_pairs_are_those_of_sets() -> None:
    given, movies = checkerboard(), a_catalog()
    crowd = Crowd.of(given, movies)
    fans = [set(given.user_id[(given.movie_id == m) & (given.rating >= 4)].tolist()) for m in movies.movie_id]

    for row, other in [(0, 2), (0, 1), (5, 7), (30, 38)]:
        assert crowd.both(row, other) == len(fans[row] & fans[other])


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    written = Crowd.of(ratings(), a_catalog(MOVIES))
    written.save(tmp_path)

    read = Crowd.load(tmp_path)

    assert (read.people, read.newest_ms) == (written.people, written.newest_ms)
    for name in ("raters", "half_stars", "recent_raters", "recent_fans", "fan_start", "fan"):
        assert np.array_equal(getattr(read, name), getattr(written, name)), name


def test_without_ratings_there_is_nobody() -> None:
    crowd = Crowd.of(Ratings.empty(), a_catalog(MOVIES))

    assert (crowd.people, crowd.newest_ms, crowd.both(0, 1)) == (0, 0, 0)
    assert np.isnan(crowd.overall_mean)


def test_fans_are_counted_the_same_when_none_are_kept_for_long() -> None:
    crowd = Crowd.of(checkerboard(), a_catalog())
    forgetful = FanBits(crowd.people, crowd.fans_of, kept_bytes=0)

    for row, other in [(0, 7), (7, 7), (39, 0), (0, 12), (5, 3)]:
        both = set(crowd.fans_of(row).tolist()) & set(crowd.fans_of(other).tolist())
        assert forgetful.both(row, other) == crowd.both(row, other) == len(both)


def test_the_fans_of_a_movie_are_its_bits() -> None:
    fans = {0: [0, 2, 9], 1: [], 2: [8]}
    bits = FanBits(10, lambda row: np.array(fans[row], np.int32))

    assert [bits[row] for row in fans] == [0b10_0000_0101, 0, 0b1_0000_0000]
