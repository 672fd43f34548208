"""A batch as columns: each record once, in order, and cut at any offset."""

from uuid import uuid4

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.batches import Batch
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.stores.rows import MovieRows, RatingRows
from support.builders import a_batch, a_movie, a_rating, delivered

CHUNK = MoviesRated(event_id=uuid4(), user_id=2, movie_id=(5, 6, 7), rating=(0.5, 5.0, 3.5), rated_at_ms=(30, 10, 20))


def test_the_ratings_of_all_records_stand_one_after_another() -> None:
    rows = RatingRows.of(Batch(RATINGS, 3, 8, 12, delivered([a_rating(user_id=1, movie_id=9), CHUNK], first_offset=8)))

    assert (rows.shard, rows.offset.tolist(), rows.length.tolist()) == (("ratings.v1", 3), [8, 9], [1, 3])
    assert rows.ratings.user_id.tolist() == [1, 2, 2, 2]
    assert rows.ratings.movie_id.tolist() == [9, 5, 6, 7]
    assert rows.ratings.rating.tolist() == [4.0, 0.5, 5.0, 3.5]
    assert rows.ratings.rated_at.tolist()[1:] == [30, 10, 20]
    assert rows.ratings.rating.dtype == np.float32


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(0, 14))
def test_what_is_left_from_an_offset_on_is_what_those_records_say(lengths: list[int], offset: int) -> None:
    events = [
        MoviesRated(
            event_id=uuid4(), user_id=1, movie_id=tuple(range(1, n + 1)), rating=(4.0,) * n, rated_at_ms=(at,) * n
        )
        for at, n in enumerate(lengths)
    ]

    rows = a_batch(*events).since(offset)

    assert rows.event_id == tuple(event.event_id for event in events[offset:])
    assert rows.ratings.rated_at.tolist() == [at for at, n in enumerate(lengths) if at >= offset for _ in range(n)]
    assert (rows.first_offset, rows.next_offset) == (offset, len(lengths))


def test_a_repeated_event_id_keeps_its_first_record() -> None:
    event_id = uuid4()

    rows = a_batch(
        a_rating(event_id=event_id, rating=1.0), a_rating(rating=2.0), a_rating(event_id=event_id, rating=3.0)
    )

    assert rows.first_of_each_event().ratings.rating.tolist() == [1.0, 2.0]


def test_a_batch_of_dead_letters_alone_is_a_range_without_rows() -> None:
    ratings, movies = RatingRows.of(Batch(RATINGS, 0, 4, 6, ())), MovieRows.of(Batch(CATALOG, 0, 4, 6, ()))

    assert (len(ratings), len(movies)) == (0, 0)
    assert ratings.since(5).next_offset == movies.since(5).next_offset == 6
    assert len(ratings.first_of_each_event()) == 0


def test_movies_keep_the_bytes_that_arrived() -> None:
    records = delivered([a_movie(movie_id=1), a_movie(movie_id=2)], first_offset=4)

    rows = MovieRows.of(Batch(CATALOG, 0, 4, 6, records)).since(5)

    assert (rows.movie_id.tolist(), rows.value) == ([2], (records[1].value,))
