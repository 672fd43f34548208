"""From ratings to a trained model: windows, lists, ranker, ONNX check, report, final retrieval. Deterministic."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from marquee.bundle import BundleParts
from marquee.contracts.manifest import MadeWith
from marquee.errors import MarqueeError
from marquee.explanation.crowd import Crowd
from marquee.explanation.lightgbm_dump import read_dump
from marquee.explanation.trees import Trees
from marquee.features.movie_features import MovieFeatures
from marquee.features.vector import SPECS
from marquee.retrieval import content
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, latest_per_movie
from trainer import lambdarank
from trainer.code_version import code_version
from trainer.config import TrainingConfig
from trainer.examples import EVALUATION_REVEALED, Example, Kind, examples, far_examples
from trainer.export_onnx import gate, onnx_scores, parity, to_onnx, with_float32_thresholds
from trainer.lists import DescribedExample, TrainingLists, described_examples
from trainer.report import HeldOut, headline, training_report
from trainer.windows import Window, cut

Progress = Callable[[str], None]


class CannotTrain(MarqueeError):
    """There is nothing to learn from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """A ranker that passed the gate, in the two forms in which it is served."""

    onnx: bytes
    trees: Trees
    report: Mapping[str, Any]
    n_trees: int


def train(
    ratings: Ratings,
    catalog: MovieTable,
    *,
    as_of_ms: int,
    config: TrainingConfig,
    progress: Progress = lambda _: None,
) -> BundleParts:
    """Train on the ratings up to `as_of_ms`.

    With too little data for a ranker the model orders by retrieval alone, and its manifest says why.

    Raises:
        CannotTrain: no rating of a movie of the catalogue.
        OnnxDiffers: the ONNX model does not rank as the LightGBM model does.
    """
    ratings = ratings.take(ratings.rated_at <= as_of_ms)
    ratings = ratings.take(catalog.rows(ratings.movie_id) >= 0)
    if not len(ratings):
        raise CannotTrain("no rating of a movie in the catalogue, so there is nothing to learn from")
    terms = content.fit(catalog, config.retrieval.content)
    windows = cut(ratings, config.windows.cuts, label_share=config.windows.label_share)
    lists, held_out = window_lists(windows, catalog, terms, config, progress)
    crowd = Crowd.of(ratings, catalog)
    counts = {"ratings": len(ratings), "movies": len(catalog), "users": len(np.unique(ratings.user_id))}
    made_with = MadeWith(code_version=code_version(), config=config.model_dump(mode="json"))
    n_needed = config.ranker.min_lists
    if len(lists) < n_needed:
        reason = f"{len(lists)} training lists, {n_needed} are needed for a ranker: ordered by retrieval alone"
        progress(reason)
        return BundleParts(
            catalog=catalog,
            retrieval=fit_retrieval(ratings, catalog, config.retrieval, terms=terms),
            made_with=made_with,
            report={"systems": {}, "difference": {}, "reason": reason},
            counts=counts,
            metrics={},
            reason=reason,
            crowd=crowd,
        )
    ranker = train_ranker(lists, held_out, config, progress)
    progress("retrieval on all ratings")
    return BundleParts(
        catalog=catalog,
        retrieval=fit_retrieval(ratings, catalog, config.retrieval, terms=terms),
        made_with=made_with,
        onnx=ranker.onnx,
        trees=ranker.trees,
        report=ranker.report,
        counts=counts | {"lists": len(lists), "rows": len(lists.features), "trees": ranker.n_trees},
        metrics=headline(ranker.report),
        crowd=crowd,
    )


def train_ranker(lists: TrainingLists, held_out: HeldOut | None, config: TrainingConfig, progress: Progress) -> Ranker:
    """Fit the ranker, convert it, gate it and report on it.

    Raises:
        OnnxDiffers: the ONNX model does not rank as the LightGBM model does.
    """
    fitted = lambdarank.fit(lists, config.ranker, seed=config.seed)
    progress(f"ranker: {fitted.n_trees} trees on {len(lists)} lists, {len(lists.features)} rows")
    booster = with_float32_thresholds(fitted.booster)
    onnx = to_onnx(booster)
    scores = lambdarank.predict(fitted.booster, lists.features)
    agreement = parity(scores, onnx_scores(onnx, lists.features), lists.size)
    gate(agreement)
    trees = read_dump(booster.dump_model(), [spec.family.value for spec in SPECS])
    return Ranker(onnx, trees, training_report(fitted, held_out, agreement), fitted.n_trees)


def window_lists(
    windows: Sequence[Window],
    catalog: MovieTable,
    terms: content.Terms,
    config: TrainingConfig,
    progress: Progress,
) -> tuple[TrainingLists, HeldOut | None]:
    """The training lists of all windows, and the last window's examples for the report.

    For each window, retrieval is fitted on its past alone. `held_out` is None without a window.
    """
    parts, held_out = [TrainingLists.of([], window=0)], None
    at_most, revealed, far = config.examples.at_most, config.examples.revealed, config.examples.far_at_most
    newest_ms = int(windows[-1].after.rated_at.min()) if windows else 0
    for at, window in enumerate(windows):
        seed = config.seed + at
        retrieval = fit_retrieval(window.before, catalog, config.retrieval, terms=terms)
        movies = MovieFeatures.of(ItemStats.of(latest_per_movie(window.before)), catalog)
        found = _of_both_kinds(window, revealed=revealed, at_most=at_most, seed=seed)
        found += far_examples(window, at_most=far, seed=seed)
        described = _described(found, retrieval, movies, newest_ms=newest_ms)
        parts.append(TrainingLists.of(described, window=at))
        if at == len(windows) - 1:
            found = _of_both_kinds(window, revealed=EVALUATION_REVEALED, at_most=at_most, seed=seed)
            described = _described(found, retrieval, movies, newest_ms=newest_ms)
            held_out = HeldOut.of(described, movies.state)
        progress(f"window {at + 1} of {len(windows)}: {len(window.before)} ratings, {len(parts[-1])} lists")
    return TrainingLists.concat(parts), held_out


def _of_both_kinds(window: Window, *, revealed: Sequence[float], at_most: int, seed: int) -> list[Example]:
    return [one for kind in Kind for one in examples(window, kind, at_most=at_most, seed=seed, revealed=revealed)]


def _described(
    found: Sequence[Example], retrieval: FittedRetrieval, movies: MovieFeatures, *, newest_ms: int
) -> Iterator[DescribedExample]:
    """The examples in which anything was liked, each described when it is asked for."""
    return described_examples([one for one in found if len(one.liked)], retrieval, movies, newest_ms=newest_ms)
