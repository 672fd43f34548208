"""The ranker of similar movies: LambdaRank on likes that follow a like, served where it is found better than the sum.

As for users, each window's lists are made by retrieval that was fitted on its past alone. A trial ranker, which has
not learned from the newest window, is measured on it beside the weighted sum; the ranker to serve learns from all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import lightgbm as lgb
import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from marquee.arrays import Float32Array, FloatArray
from marquee.contracts.verdict import Outcome
from marquee.explanation.lightgbm_dump import read_dump
from marquee.explanation.trees import Trees
from marquee.features.movie_features import MovieFeatures
from marquee.features.similar.context import PairContext
from marquee.features.similar.vector import PAIR_NAMES, PAIR_SPECS, pair_features
from marquee.retrieval.config import HyperParameters
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.retrieval.similar import weighted_sum
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from trainer.evaluate import bootstrap
from trainer.export_onnx import OnnxDiffers, gate, onnx_scores, parity, to_onnx, with_float32_thresholds
from trainer.gate import outcome_of
from trainer.lambdarank import ALWAYS, predict
from trainer.similar_lists import GRADES, SimilarLists, by_seed, candidates_of, some_seeds, some_users
from trainer.similar_measures import NEXT, SMOOTHING, Follows, K, weighted_recall, weights
from trainer.windows import Window

RANKER, SUM = "marquee", "weighted_sum"
"""Names of the ranker and of what serves without it, in the report."""
PositiveShare = Annotated[float, Field(gt=0, le=1)]


class SimilarRankerConfig(HyperParameters):
    """Which lists of similar movies are learned from, LightGBM's parameters, and when the ranker serves."""

    seeds: PositiveInt = 250
    """Movies per window whose lists are learned from, drawn by the likes that follow them: each like counts in the
    measure, and lists with many are the least noisy. Larger: a better ranker, up to a point; a longer training."""
    max_ratings: PositiveInt = 200_000
    """Ratings per window from which lists are made, of whole users. Larger: more fans per list, more memory."""
    smoothing: PositiveFloat = 3.0
    """Likes that every movie starts with, where a label is weighed against popularity. Larger: popular movies count
    more. It is less than the measure's, so that a sequel that few have seen is worth finding."""
    min_lists: PositiveInt = 40
    """With fewer lists there is no ranker."""
    trees: PositiveInt = 40
    """Trees. Larger: closer fits; training and requests take longer."""
    learning_rate: PositiveFloat = 0.12
    """Weight of each tree. Larger: fewer trees are needed, and chance in the lists counts more."""
    num_leaves: Annotated[int, Field(ge=2)] = 15
    """Leaves per tree. Larger: more features act together, with more overfitting."""
    max_depth: PositiveInt = 5
    """Splits above a leaf, at most. Larger: more features act together; a request takes longer."""
    leaf_rows: PositiveInt = 20
    """Rows that a leaf has at least. Larger: smoother scores that follow rare cases less."""
    max_bin: Annotated[int, Field(ge=2)] = 63
    """Values distinguished per feature. Larger: finer thresholds, slower training."""
    feature_fraction: PositiveShare = 0.8
    """Share of the features that a tree may use. Larger: trees resemble each other more."""
    bagging_fraction: PositiveShare = 0.5
    """Share of the lists that a tree sees. Larger: slower, and the few lists are overfitted more."""
    lambda_l2: NonNegativeFloat = 1.0
    """Ridge penalty of the leaves. Larger: what holds of few pairs, such as a shared director, counts less."""
    truncation_level: PositiveInt = 20
    """Places from the top that the loss looks at. Larger: lower places count too, the first ones less."""
    judged_seeds: PositiveInt = 500
    """Movies of the newest window that the ranker is judged on. Larger: narrower intervals, a longer training."""
    min_users: PositiveInt = 20
    """Users with such lists, at least: with fewer nothing is shown, and the weighted sum serves."""
    margin: NonNegativeFloat = 0.002
    """Of inverse-popularity recall@10, by which the ranker may be worse than the sum at the low end of the paired
    interval. Larger: a ranker that is worse by more serves. Where the interval shows neither good nor harm, the one
    that did better serves."""


@dataclass(frozen=True, slots=True)
class SimilarRanker:
    """What comes of the training.

    Attributes:
        onnx, trees: None where the weighted sum serves.
        reason: why the sum serves, or what could not be shown of the ranker; empty if it passed.
        report: each system's inverse-popularity recall@10 on the newest window; empty where nothing was measured.
    """

    onnx: bytes | None
    trees: Trees | None
    reason: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest window's lists, with what does not depend on the ranker.

    Attributes:
        follows: what is to be found. weight: (n_movies,) what finding it is worth.
        rows: by seed its candidates. features: by seed their description.
        others: by name and seed the first K rows of what the ranker is compared with.
    """

    follows: Follows
    weight: FloatArray
    prior: FloatArray
    rows: Mapping[int, RowArray]
    features: Mapping[int, Float32Array]
    others: Mapping[str, Mapping[int, RowArray]]


@dataclass(frozen=True, slots=True)
class SimilarWindow:
    """What one window gives: lists to learn from and, of the newest one, what is judged on."""

    lists: SimilarLists
    judged: Judged | None


@dataclass
class SimilarTask:
    """What the windows give for similar movies, collected in the order of time."""

    config: SimilarRankerConfig
    seed: int
    lists: list[SimilarLists] = field(default_factory=list)
    judged: Judged | None = None

    def collect(self, made: SimilarWindow) -> None:
        """Take what the next window gave."""
        self.lists.append(made.lists)
        if made.judged is not None:
            self.judged = made.judged


def similar_window(
    at: int,
    window: Window,
    retrieval: FittedRetrieval,
    movies: MovieFeatures,
    config: SimilarRankerConfig,
    *,
    seed: int,
    newest_ms: int,
    is_newest: bool,
) -> SimilarWindow:
    """Make the lists of window number `at`; the newest one's are judged on, too.

    Args:
        retrieval, movies: of the ratings before the window.
        newest_ms: when the newest window begins; an earlier one has no label from it.
    """
    rng = np.random.default_rng([seed, at])
    after = window.after if is_newest else window.after.take(window.after.rated_at < newest_ms)
    follows = Follows.of(some_users(after, at_most=config.max_ratings, rng=rng), movies.state.catalog)
    worth = weights(window.before, movies.state.catalog, smoothing=config.smoothing)
    chosen = some_seeds(follows, at_most=config.seeds, rng=rng, by_likes=True)
    lists = SimilarLists.of(chosen, worth, retrieval, movies, window=at)
    if not is_newest:
        return SimilarWindow(lists, None)
    asked = some_seeds(follows, at_most=config.judged_seeds, rng=rng)
    return SimilarWindow(lists, judged(asked, weights(window.before, movies.state.catalog), retrieval, movies))


def judged(follows: Follows, weight: FloatArray, retrieval: FittedRetrieval, movies: MovieFeatures) -> Judged:
    """Look up the candidates of every seed, and what the single models put first."""
    rows: dict[int, RowArray] = {}
    features: dict[int, Float32Array] = {}
    others: dict[str, dict[int, RowArray]] = {
        name: {} for name in (SUM, "item_knn", "ease", "rp3beta", "decayed_popularity")
    }
    popular = movies.state.by_prior[movies.state.is_released[movies.state.by_prior]][: K + 1]
    for seed, _ in by_seed(follows):
        near = Neighbourhood.of(retrieval, seed)
        rows[seed] = candidates_of(near, movies)
        features[seed] = pair_features(PairContext(retrieval, movies, near, rows[seed]))
        others[SUM][seed] = weighted_sum(near, movies.state, k=K).row
        for link in (Link.ITEM_KNN, Link.EASE, Link.RP3BETA):
            others[link.name.lower()][seed] = _alone(near, link, movies.state)
        others["decayed_popularity"][seed] = popular[popular != seed][:K]
    return Judged(follows, weight, movies.state.prior, rows, features, others)


def _alone(near: Neighbourhood, link: Link, movies: MovieState) -> RowArray:
    """The first K by one model alone; ties by popularity."""
    row, weight = near.linked[link].row, near.linked[link].weight
    is_open = movies.is_released[row] & (weight > 0)
    row, weight = row[is_open], weight[is_open]
    return row[np.lexsort((-movies.prior[row], -weight))[:K]]


def train_similar(task: SimilarTask) -> SimilarRanker:
    """Fit the trial ranker, judge it, and fit the ranker to serve if it may."""
    config = task.config
    lists = SimilarLists.concat(task.lists) if task.lists else None
    if lists is None or len(lists) < config.min_lists:
        n_lists = 0 if lists is None else len(lists)
        return _refused(f"{n_lists} lists of similar movies, {config.min_lists} are needed", {})
    past = lists.take(lists.window < lists.window.max())
    if task.judged is None or len(past) < config.min_lists:
        return _refused(f"{len(past)} lists before the newest window, {config.min_lists} are needed", {})
    values = measured(task.judged, boost(past, config, seed=task.seed))
    users, report = values.pop("user_id"), _report(values)
    gain = bootstrap(values[RANKER] - values[SUM])
    found = f"recall@{K} weighed against popularity, against the weighted sum: {gain.mean:+.4f} "
    found += f"[{gain.low:+.4f}, {gain.high:+.4f}] on {len(users)} users"
    if len(users) < config.min_users:
        return _refused(f"too few users to judge: {len(users)}, {config.min_users} are needed", report)
    outcome = outcome_of(gain, config.margin)
    report |= {"outcome": outcome.value}
    if outcome is not Outcome.PASSED and not gain.mean > 0:
        worse = "worse" if outcome is Outcome.FAILED else "no better"
        return _refused(f"{worse}: {found}", report)
    booster = boost(lists, config, seed=task.seed)
    rounded = with_float32_thresholds(booster)
    onnx = to_onnx(rounded)
    try:
        gate(parity(predict(booster, lists.features), onnx_scores(onnx, lists.features), lists.size))
    except OnnxDiffers as error:
        return _refused(str(error), report)
    trees = read_dump(rounded.dump_model(), [spec.family.value for spec in PAIR_SPECS])
    undecided = f"better, but not surely: {found}" if outcome is Outcome.UNDECIDED else ""
    size = {"lists": len(lists), "rows": len(lists.features)}
    return SimilarRanker(onnx, trees, undecided, report | size | {"gain": found})


def _refused(reason: str, report: Mapping[str, Any]) -> SimilarRanker:
    return SimilarRanker(None, None, f"{reason}: the weighted sum orders similar movies", report)


def boost(lists: SimilarLists, config: SimilarRankerConfig, *, seed: int) -> lgb.Booster:
    """Train on these lists; a label is its own gain."""
    parameters = {
        **ALWAYS,
        "label_gain": list(range(GRADES + 1)),
        "learning_rate": config.learning_rate,
        "max_bin": config.max_bin,
        "num_leaves": config.num_leaves,
        "max_depth": config.max_depth,
        "min_data_in_leaf": config.leaf_rows,
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "lambda_l2": config.lambda_l2,
        "lambdarank_truncation_level": config.truncation_level,
        "monotone_constraints": [int(spec.rises) for spec in PAIR_SPECS],
        "num_threads": 1,
        "seed": seed,
    }
    data = lgb.Dataset(lists.features, lists.label, group=lists.size, feature_name=list(PAIR_NAMES), free_raw_data=True)
    return lgb.train(parameters, data, num_boost_round=config.trees)


def measured(of: Judged, booster: lgb.Booster) -> dict[str, Any]:
    """Inverse-popularity recall@K of each user by system, and the `user_id` in the same order."""
    seeds = list(of.rows)
    ends = np.cumsum([len(of.rows[seed]) for seed in seeds]).tolist()
    score = predict(booster, np.concatenate([of.features[seed] for seed in seeds])) if seeds else np.empty(0)
    parts = zip(seeds, np.split(score, ends[:-1]), strict=True)
    ours = {seed: of.rows[seed][np.lexsort((-of.prior[of.rows[seed]], -mine))[:K]] for seed, mine in parts}
    values: dict[str, Any] = {}
    for name, lists in {RANKER: ours, **of.others}.items():
        values["user_id"], values[name] = weighted_recall(of.follows, of.weight, lists.__getitem__)
    return values


def _report(values: Mapping[str, FloatArray]) -> dict[str, Any]:
    """JSON-ready: each system's mean over users and the ranker's paired difference to it, with 95 % intervals."""
    ours = values[RANKER]
    return {
        "measure": f"recall@{K} of the next {NEXT} likes, weighed by 1 / (likes before + {SMOOTHING:g})",
        "users": len(ours),
        "systems": {name: asdict(bootstrap(value)) for name, value in values.items()},
        "difference": {name: asdict(bootstrap(ours - value)) for name, value in values.items() if name != RANKER},
    }
