"""The ranker of similar movies: what it learns from ends before what it is judged on, and it serves only if as good."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from marquee.bundle import BundleRefused, load_bundle
from marquee.contracts.verdict import Outcome
from marquee.explanation.attribution import contributions
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval import content
from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.retrieval.similar import similar
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings, latest_per_movie
from support.broken_models import N_MOVIES, returning_users
from support.similar import LENIENT, trained_parts
from support.worlds import a_catalog, checkerboard, movies_of
from trainer import similar_ranker
from trainer.evaluate import Interval
from trainer.executor import HERE
from trainer.export_onnx import onnx_scores
from trainer.pipeline import train
from trainer.similar_lists import GRADES, SimilarLists, by_seed, candidates_of, graded, some_seeds, some_users
from trainer.similar_measures import Follows, weighted_recall, weights
from trainer.similar_ranker import RANKER, SUM, SimilarTask, boost, measured, similar_window, train_similar
from trainer.window_lists import Inputs, window_lists
from trainer.windows import cut

RATINGS, CATALOG = returning_users(), a_catalog(N_MOVIES, with_people=True)


def task_of(ratings: Ratings, *settings: str) -> SimilarTask:
    """The windows of these ratings as the training passes them."""
    config = LENIENT.with_settings(settings)
    windows = cut(ratings, config.windows.cuts, label_share=config.windows.label_share)
    task = SimilarTask(config.similar, config.seed)
    terms = content.fit(CATALOG, config.retrieval.content)
    newest_ms = int(windows[-1].after.rated_at.min())
    for at, window in enumerate(windows):
        retrieval = fit_retrieval(window.before, CATALOG, config.retrieval, terms=terms)
        movies = MovieFeatures.of(ItemStats.of(latest_per_movie(window.before)), CATALOG)
        is_newest = at == len(windows) - 1
        task.collect(
            similar_window(
                at,
                window,
                retrieval,
                movies,
                task.config,
                seed=task.seed,
                newest_ms=newest_ms,
                is_newest=is_newest,
            )
        )
    return task


@cache
def usual_task() -> SimilarTask:
    """The same of the world's own ratings; not to be changed."""
    return task_of(RATINGS)


def test_labels_are_the_likes_that_followed_each_weighed_against_popularity() -> None:
    windows = cut(RATINGS, (0.8,), label_share=0.1)
    before, after = windows[0].before, windows[0].after
    retrieval, movies = fit_retrieval(before, CATALOG, LENIENT.retrieval), movies_of(before, CATALOG)
    follows, weight = Follows.of(after, CATALOG), weights(before, CATALOG)

    lists = SimilarLists.of(follows, weight, retrieval, movies, window=7)

    ends, at = np.cumsum(lists.size), 0
    for seed, mine in by_seed(follows):
        row = candidates_of(Neighbourhood.of(retrieval, seed), movies)
        worth = {int(target): 0.0 for target in row}
        for target in follows.target[mine].tolist():
            if target in worth:
                worth[target] += weight[target]
        if any(worth.values()):
            label = lists.label[ends[at] - lists.size[at] : ends[at]]
            exact = np.array(list(worth.values())) / max(worth.values()) * GRADES
            assert (np.abs(label - exact) < 1 + 1e-6).all() and ((label > 0) == (exact > 0)).all()
            at += 1
    assert at == len(lists) > 10
    assert set(lists.window.tolist()) == {7}


def test_the_trial_lists_know_nothing_of_the_newest_window() -> None:
    newest_ms = int(cut(RATINGS, LENIENT.windows.cuts, label_share=0.1)[-1].after.rated_at.min())
    is_new = RATINGS.rated_at >= newest_ms
    rng = np.random.default_rng(0)
    changed = replace(
        RATINGS,
        movie_id=np.where(is_new, rng.integers(1, N_MOVIES + 1, len(RATINGS)), RATINGS.movie_id),
        rating=np.where(is_new, np.float32(5), RATINGS.rating),
    )

    ours, theirs = (task_of(ratings, "windows.label_share=0.3") for ratings in (RATINGS, changed))

    for mine, other in zip(ours.lists[:-1], theirs.lists[:-1], strict=True):
        np.testing.assert_array_equal(mine.features, other.features)
        np.testing.assert_array_equal(mine.label, other.label)
    assert not np.array_equal(ours.lists[-1].label, theirs.lists[-1].label)


def test_the_ranker_is_measured_by_the_measure_itself_and_the_sum_is_what_serves() -> None:
    task = usual_task()
    booster = boost(SimilarLists.concat(task.lists[:-1]), task.config, seed=0)
    assert task.judged is not None

    values = measured(task.judged, booster)

    window = cut(RATINGS, LENIENT.windows.cuts, label_share=0.1)[-1]
    retrieval, movies = fit_retrieval(window.before, CATALOG, LENIENT.retrieval), movies_of(window.before, CATALOG)
    follows, weight = Follows.of(window.after, CATALOG), weights(window.before, CATALOG)
    users, by_sum = weighted_recall(follows, weight, lambda seed: similar(retrieval, movies.state, seed, k=10).row)
    assert values["user_id"].tolist() == users.tolist()
    np.testing.assert_allclose(values[SUM], by_sum)
    assert values[RANKER].mean() > values["decayed_popularity"].mean()


def test_a_served_model_scores_alike_as_onnx_and_as_trees(tmp_path: Path) -> None:
    bundle = load_bundle(trained_parts().write(tmp_path, version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC)))
    x = SimilarLists.concat(usual_task().lists).features

    assert bundle.similar is not None
    assert bundle.manifest.similar is not None and bundle.manifest.similar.ranker == "lambdarank"
    assert {RANKER, SUM, "item_knn", "ease"} <= bundle.manifest.similar.metrics.keys()
    trees = bundle.similar.trees
    added = trees.base + contributions(trees, x).sum(axis=1)
    np.testing.assert_allclose(added, onnx_scores(bundle.similar.onnx, x), atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (["similar.min_lists=1000"], "are needed"),
        (["similar.min_users=1000"], "too few users to judge"),
    ],
)
def test_with_too_little_data_the_weighted_sum_serves_and_the_reason_is_named(settings: list[str], reason: str) -> None:
    found = train_similar(replace(usual_task(), config=LENIENT.with_settings(settings).similar))

    assert (found.onnx, found.trees) == (None, None)
    assert reason in found.reason and found.reason.endswith("the weighted sum orders similar movies")


def test_a_ranker_that_learned_the_wrong_way_round_is_refused() -> None:
    task, config = usual_task(), LENIENT.with_settings(["similar.margin=0.002"]).similar
    flipped = [replace(one, label=(GRADES - one.label).astype(np.int32)) for one in task.lists]

    found = train_similar(replace(task, config=config, lists=flipped))

    assert found.onnx is None
    assert "worse: " in found.reason
    assert found.report["difference"][SUM]["high"] < 0


@pytest.mark.parametrize(
    ("gain", "outcome", "serves"),
    [
        ((0.03, 0.001, 0.06), Outcome.PASSED, True),
        ((-0.001, -0.0019, 0.004), Outcome.PASSED, True),
        ((0.008, -0.006, 0.023), Outcome.UNDECIDED, True),
        ((-0.008, -0.023, 0.006), Outcome.UNDECIDED, False),
        ((0.0, -0.01, 0.01), Outcome.UNDECIDED, False),
        ((-0.02, -0.04, -0.001), Outcome.FAILED, False),
    ],
)
def test_what_did_better_serves_where_the_interval_shows_neither_good_nor_harm(
    gain: tuple[float, float, float], outcome: Outcome, serves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_ranker, "bootstrap", lambda _: Interval(*gain))

    found = train_similar(replace(usual_task(), config=LENIENT.with_settings(["similar.margin=0.002"]).similar))

    assert (found.onnx is not None, found.report["outcome"]) == (serves, outcome)
    assert ("not surely" in found.reason) == (serves and outcome is Outcome.UNDECIDED)
    assert bool(found.reason) == (outcome is not Outcome.PASSED)


def test_the_same_seed_gives_the_same_model() -> None:
    first, second = (train_similar(usual_task()) for _ in range(2))

    assert first.onnx is not None
    assert first.onnx == second.onnx


def test_no_windows_give_no_model() -> None:
    found = train_similar(SimilarTask(LENIENT.similar, 0))

    assert found.onnx is None and "0 lists" in found.reason


def test_grades_are_whole_and_the_best_has_the_highest() -> None:
    assert graded(np.array([0, 1e-9, 0.5, 1 / 3, 1.0])).tolist() == [0, 1, 16, 11, 31]


def test_samples_keep_whole_users_and_whole_seeds_and_stay_below_their_limits() -> None:
    rng, ratings = np.random.default_rng(0), checkerboard(60)

    users = some_users(ratings, at_most=200, rng=rng)
    seeds = some_seeds(Follows.of(ratings, CATALOG), at_most=7, rng=rng)

    assert 0 < len(users) <= 200
    assert all((users.user_id == user).sum() == (ratings.user_id == user).sum() for user in set(users.user_id.tolist()))
    assert len(np.unique(seeds.seed)) == 7
    assert some_users(ratings, at_most=10_000, rng=rng) is ratings


def test_seeds_that_more_likes_follow_are_learned_from_more_often() -> None:
    seed = np.repeat([1, 2, 3], [90, 9, 1])
    pairs = np.arange(100)
    follows = Follows(pairs, pairs, seed, np.full(100, 5), pairs)

    drawn = [
        set(some_seeds(follows, at_most=1, rng=np.random.default_rng(n), by_likes=True).seed.tolist())
        for n in range(300)
    ]

    assert [round(drawn.count({movie}) / 300, 1) for movie in (1, 2, 3)] == [0.9, 0.1, 0.0]
    alike = [some_seeds(follows, at_most=1, rng=np.random.default_rng(n)).seed[0] for n in range(300)]
    assert all(0.25 < alike.count(movie) / 300 < 0.42 for movie in (1, 2, 3))


def test_a_training_hands_every_window_to_the_task_of_similar_movies() -> None:
    inputs = Inputs.of(RATINGS, CATALOG, content.fit(CATALOG, LENIENT.retrieval.content), LENIENT)
    task = SimilarTask(LENIENT.similar, LENIENT.seed)

    window_lists(HERE.share(inputs), print, similar_task=task)

    ours = usual_task()
    for mine, other in zip(task.lists, ours.lists, strict=True):
        np.testing.assert_array_equal(mine.features, other.features)
        np.testing.assert_array_equal(mine.label, other.label)
    assert task.judged is not None


def test_ratings_after_the_time_of_training_change_nothing_of_similar_movies() -> None:
    later = replace(RATINGS, rated_at=RATINGS.rated_at + 10**13, movie_id=RATINGS.movie_id[::-1])
    until = int(RATINGS.rated_at.max())

    found = train(Ratings.concat(RATINGS, later), CATALOG, as_of_ms=until, config=LENIENT)

    ours = trained_parts()
    assert found.similar is not None and ours.similar is not None
    assert found.similar.onnx == ours.similar.onnx is not None


def test_a_bundle_whose_model_reads_other_features_or_is_damaged_is_refused(tmp_path: Path) -> None:
    path = trained_parts().write(tmp_path, version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    manifest = (path / "manifest.json").read_text()

    (path / "manifest.json").write_text(manifest.replace("pair_years_apart", "pair_years_between"))
    with pytest.raises(BundleRefused, match="pair_years_apart"):
        load_bundle(path)
    (path / "manifest.json").write_text(manifest)
    (path / "similar.onnx").write_bytes((path / "similar.onnx").read_bytes()[:-1] + b"x")
    with pytest.raises(BundleRefused, match=r"similar\.onnx"):
        load_bundle(path)


def test_a_bundle_without_a_word_of_similar_movies_is_served_by_the_sum(tmp_path: Path) -> None:
    parts = replace(trained_parts(), similar=None)

    bundle = load_bundle(parts.write(tmp_path, version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC)))

    assert (bundle.similar, bundle.manifest.similar) == (None, None)
