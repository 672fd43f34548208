"""Totals of the movies: parts add up, newer rows take the place of older ones, and nothing is said of no ratings."""

from marquee.stores.views import Totals


def rows(totals: Totals) -> list[tuple[int, int, int, int]]:
    columns = (totals.movie_id, totals.n, totals.half_stars, totals.positives)
    return [(*row,) for row in zip(*(column.tolist() for column in columns), strict=True)]


def test_parts_add_up_movie_by_movie() -> None:
    parts = [Totals.of({7: (2, 16, 1), 3: (1, 10, 1)}), Totals.of({7: (1, 4, 0)})]

    assert rows(Totals.summed(parts)) == [(3, 1, 10, 1), (7, 3, 20, 1)]


def test_a_movie_whose_last_rating_was_withdrawn_is_left_out() -> None:
    before = Totals.of({7: (1, 10, 1), 8: (1, 4, 0)})

    after = before.updated(Totals.of({7: (0, 0, 0)}))

    assert rows(Totals.summed([after])) == [(8, 1, 4, 0)]
    assert rows(Totals.summed([after, Totals.of({7: (1, 8, 1)})])) == [(7, 1, 8, 1), (8, 1, 4, 0)]
