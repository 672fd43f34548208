"""From ratings to a trained, gated model: windows, lists, ranker, report, final retrieval. Deterministic for a seed."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from marquee.bundle import BundleParts
from marquee.errors import MarqueeError
from marquee.explanation.attribution import Trees
from marquee.features.movie_features import MovieFeatures
from marquee.features.vector import SPECS
from marquee.retrieval import content
from marquee.retrieval.config import DEFAULTS
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, latest_per_movie
from trainer.examples import EVALUATION_REVEALED, TRAINING_REVEALED, Kind, examples
from trainer.export_onnx import gate, onnx_scores, parity, to_onnx, with_float32_thresholds
from trainer.lambdarank import MIN_LISTS, fit, predict
from trainer.lists import DescribedExample, TrainingLists, described_examples
from trainer.report import HeldOut, headline, training_report
from trainer.windows import Window, cut

Progress = Callable[[str], None]
MAX_LISTS = 400
"""Lists a window and kind: 6,400 in all, some 2.7 million rows and 0.9 GB; more data is not more training time."""


class CannotTrain(MarqueeError):
    """There is nothing to learn from; the message says what is missing."""


def train(
    ratings: Ratings, catalog: MovieTable, *, as_of_ms: int, seed: int, progress: Progress = lambda _: None
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
    terms = content.fit(catalog, DEFAULTS.content)
    lists, held_out = _lists(cut(ratings), catalog, terms, seed, progress)
    counts = {"ratings": len(ratings), "movies": len(catalog), "users": len(np.unique(ratings.user_id))}
    if len(lists) < MIN_LISTS:
        reason = f"{len(lists)} training lists, {MIN_LISTS} are needed for a ranker: ordered by retrieval alone"
        progress(reason)
        retrieval = fit_retrieval(ratings, catalog, terms=terms)
        empty = {"systems": {}, "difference": {}, "reason": reason}
        return BundleParts(catalog=catalog, retrieval=retrieval, report=empty, counts=counts, metrics={}, reason=reason)
    fitted = fit(lists, seed=seed)
    progress(f"ranker: {fitted.n_trees} trees on {len(lists)} lists, {len(lists.features)} rows")
    booster = with_float32_thresholds(fitted.booster)
    onnx = to_onnx(booster)
    agreement = parity(predict(fitted.booster, lists.features), onnx_scores(onnx, lists.features), lists.size)
    gate(agreement)
    trees = Trees.of(booster.dump_model(), [spec.family.value for spec in SPECS])
    report = training_report(fitted, held_out, agreement)
    progress("retrieval on all ratings")
    retrieval = fit_retrieval(ratings, catalog, terms=terms)
    counts |= {"lists": len(lists), "rows": len(lists.features), "trees": fitted.n_trees}
    return BundleParts(
        catalog=catalog,
        retrieval=retrieval,
        onnx=onnx,
        trees=trees,
        report=report,
        counts=counts,
        metrics=headline(report),
    )


def _lists(
    windows: Sequence[Window], catalog: MovieTable, terms: sparse.csr_array, seed: int, progress: Progress
) -> tuple[TrainingLists, HeldOut | None]:
    """Fit a snapshot a window, on its past alone, and build the lists of both kinds."""
    parts, held_out = [TrainingLists.of([], window=0)], None
    for at, window in enumerate(windows):
        retrieval = fit_retrieval(window.before, catalog, terms=terms)
        movies = MovieFeatures.of(ItemStats.of(latest_per_movie(window.before)), catalog)
        parts.append(TrainingLists.of(_described(window, TRAINING_REVEALED, seed + at, retrieval, movies), window=at))
        if at == len(windows) - 1:
            held_out = HeldOut(_described(window, EVALUATION_REVEALED, seed + at, retrieval, movies), movies.state)
        progress(f"window {at + 1} of {len(windows)}: {len(window.before)} ratings, {len(parts[-1])} lists")
    return TrainingLists.concat(parts), held_out


def _described(
    window: Window, revealed: Sequence[float], seed: int, retrieval: FittedRetrieval, movies: MovieFeatures
) -> list[DescribedExample]:
    found = [one for kind in Kind for one in examples(window, kind, at_most=MAX_LISTS, seed=seed, revealed=revealed)]
    return list(described_examples([one for one in found if len(one.liked)], retrieval, movies))
