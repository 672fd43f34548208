"""`marquee synth` writes MovieLens-shaped files of a world whose structure is known."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from ingest.layouts import layout_of
from ingest.reading import read_data_set
from ingest.rejects import Rejects
from marquee_cli import synth
from marquee_cli.synth_world import Rated, SyntheticWorld, make_world, rate


def arguments(out: Path, **changes: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    synth.add_arguments(parser)
    sizes = {"users": 60, "movies": 200, "ratings": 3_000, "seed": 5} | changes
    return parser.parse_args(["--out", str(out), *(f"--{name}={size}" for name, size in sizes.items())])


@pytest.fixture(scope="module")
def world() -> tuple[SyntheticWorld, Rated]:
    rng = np.random.default_rng(7)
    made = make_world(rng, users=400, movies=800)
    return made, rate(rng, made, 30_000)


def test_synthetic_files_load_without_rejects_and_have_the_sizes_asked_for(tmp_path: Path) -> None:
    assert synth.run(arguments(tmp_path / "out")) == 0

    with Rejects(tmp_path / "rejects.csv") as rejects:
        data = read_data_set(layout_of(tmp_path / "out"), rejects, now_s=1_600_000_000)
    assert rejects.by_reason() == {}
    assert (len(data.ratings), data.users, len(data.movies)) == (3_000, 60, 200)
    assert all(movie.genres and movie.imdb_id and not movie.tmdb_id for movie in data.movies)


def test_only_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        synth.run(arguments(tmp_path / name, seed=seed))

    a, b, c = ((tmp_path / name / "ratings.csv").read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.parametrize("changes", [{"ratings": 10}, {"ratings": 10_000}, {"users": 0}, {"movies": 0}])
def test_impossible_sizes_are_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, int]
) -> None:
    assert synth.run(arguments(tmp_path / "out", **changes)) == 1

    error = capsys.readouterr().err
    assert error.startswith("synth: ")
    assert error.count("\n") == 1


def test_no_user_has_a_movie_twice_even_at_full_density() -> None:
    rng = np.random.default_rng(1)

    rated = rate(rng, make_world(rng, users=10, movies=40), 10 * 20)

    assert len(set(zip(rated.user.tolist(), rated.movie.tolist(), strict=True))) == 200


def test_ratings_are_stars_at_times_in_the_worlds_range(world: tuple[SyntheticWorld, Rated]) -> None:
    _, rated = world

    assert set(rated.half_stars.tolist()) <= set(range(1, 11))
    assert rated.at_s.min() >= 852_076_800
    assert rated.at_s.max() <= 1_546_300_800


def test_users_rate_movies_of_their_cluster_more_often_and_higher(
    world: tuple[SyntheticWorld, Rated],
) -> None:
    made, rated = world
    steady = made.cluster[:, 0] == made.cluster[:, 1]
    cluster, movie, half_stars = (
        column[steady[rated.user]] for column in (made.cluster[rated.user, 0], rated.movie, rated.half_stars)
    )

    for at in np.unique(cluster):
        fit = made.fit[at, movie]
        assert fit[cluster == at].mean() > fit[cluster != at].mean() + 0.03
    own = made.fit[cluster, movie]
    assert half_stars[own > 0.6].mean() > half_stars[own < 0.2].mean() + 0.5


def test_a_tenth_of_the_movies_has_more_than_a_third_of_the_ratings(
    world: tuple[SyntheticWorld, Rated],
) -> None:
    made, rated = world
    counts = np.sort(np.bincount(rated.movie, minlength=len(made.year)))[::-1]

    assert counts[: len(counts) // 10].sum() > len(rated.movie) / 3


def test_hardly_any_movie_is_rated_long_before_its_release(
    world: tuple[SyntheticWorld, Rated],
) -> None:
    made, rated = world
    rated_in = 1970 + rated.at_s // 31_556_952

    assert (rated_in < made.year[rated.movie] - 2).mean() < 0.02


def test_ratings_come_in_sessions(world: tuple[SyntheticWorld, Rated]) -> None:
    _, rated = world
    order = np.lexsort((rated.at_s, rated.user))
    user, at_s = rated.user[order], rated.at_s[order]
    gaps = np.diff(at_s)[user[1:] == user[:-1]]

    assert np.median(gaps) < 60
    assert (gaps > 86_400).any()
