"""How near movies are by the names that they share, against a sum name by name."""

import numpy as np

from marquee.arrays import FloatArray
from ranker.explain.facts.names import Names

N_MOVIES, N_NAMES = 12, 30


def some_names(seed: int) -> tuple[Names, list[dict[int, float]]]:
    """Names, of which every fifth may not be told, and each movie's weights by name; movies 0 and 5 have none."""
    rng = np.random.default_rng(seed)
    weights: list[dict[int, float]] = []
    for movie in range(N_MOVIES):
        names = np.sort(rng.choice(N_NAMES, 0 if movie in (0, 5) else rng.integers(1, 15), replace=False))
        weights.append({int(name): float(np.float32(rng.random() + 0.1)) for name in names})
    return (
        Names(
            name=tuple(f"name {at}" for at in range(N_NAMES)),
            kind=("keyword",) * N_NAMES,
            is_told=np.arange(N_NAMES) % 5 > 0,
            start=np.cumsum([0, *map(len, weights)]).astype(np.intp),
            column=np.array([name for movie in weights for name in movie], np.intp),
            weight=np.array([weight for movie in weights for weight in movie.values()], np.float32),
        ),
        weights,
    )


def one_by_one(weights: list[dict[int, float]], rows: list[int], others: list[int]) -> FloatArray:
    return np.array(
        [
            [sum(w * weights[row][name] for name, w in weights[other].items() if name % 5 and name in weights[row])
             for other in others]
            for row in rows
        ]
    ).reshape(len(rows), len(others))  # fmt: skip


def test_the_nearest_share_the_names_that_weigh_most() -> None:
    for seed in range(20):
        names, weights = some_names(seed)
        rows, others = [3, 0, 7, 11], [5, 1, 2, 3, 0, 9, 4]
        near = one_by_one(weights, rows, others)
        expected = [[at for at in np.argsort(-each, kind="stable").tolist() if each[at] > 0][:3] for each in near]

        assert names.nearest(rows, others, count=3) == expected


def test_of_equally_near_movies_the_first_come_first() -> None:
    names, _ = some_names(1)

    assert names.nearest([3], [3, 3, 5, 3], count=2) == [[0, 1]]


def test_nothing_is_near_to_nothing() -> None:
    names, _ = some_names(2)

    assert names.nearest([0, 5], [1, 2], count=3) == [[], []]
    assert names.nearest([1, 2], [0, 5], count=3) == [[], []]
    assert names.nearest([1, 2], [], count=3) == [[], []]
    assert names.nearest([], [1, 2], count=3) == []
