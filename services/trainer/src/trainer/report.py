"""The report of a training: how the ranker does on the newest window, beside the single models, and why it is so."""

from collections.abc import Mapping
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from marquee.features.vector import SPECS
from marquee.state.movie_state import MovieState
from trainer.examples import Kind
from trainer.export_onnx import Parity
from trainer.fitting import Fitted
from trainer.held_out import HeldOut
from trainer.lambdarank import predict
from trainer.measures import COVERAGE, DEPTH, NDCG, POPULARITY, RANKER, RECALL, measured, summary
from trainer.sliced import sliced
from trainer.slices import movie_slices

WINDOW = 0
"""In the table of lists: all of them lie in the newest window."""


def training_report(
    fitted: Fitted, lists: pd.DataFrame | None, agreement: Parity, movies: MovieState | None, *, min_slice_users: int
) -> dict[str, Any]:
    """Everything in report.json; `systems` is empty where there was too little data for a trial ranker.

    Args:
        lists: what `ranked_lists` gave; None where there was no trial.
        movies: as of the newest window's cut; None without a window.
        min_slice_users: slices of fewer users are left out.
    """
    about: dict[str, Any] = {
        "task": "newest window: ranker trained on the windows before it; its number of trees was chosen on it",
        "tmdb_votes": "TMDB's votes and popularity are no features: a later snapshot of them knows the future",
        "trees": fitted.n_trees,
        "ndcg_by_trees": fitted.ndcg_by_trees,
        "onnx": {"share_within": agreement.share_within, "worst": agreement.worst, "lists": agreement.lists},
        "importance": importance(fitted.booster),
    }
    if lists is None or movies is None:
        return about | {"systems": {}, "difference": {}}
    n_movies = len(movies.catalog)
    by_kind = {kind.value: summary(lists[lists["kind"] == kind.value], n_movies=n_movies) for kind in Kind}
    slices = sliced(lists, {WINDOW: movie_slices(movies)}, min_users=min_slice_users)
    return about | summary(lists, n_movies=n_movies) | {"by_kind": by_kind} | slices


def ranked_lists(booster: lgb.Booster, n_trees: int, held_out: HeldOut) -> pd.DataFrame:
    """The lists of the ranker and of the baselines, for each system a row per example, in their order."""
    movies, ranked = held_out.movies.state, []
    for held in held_out.examples:
        score = predict(booster, held.features, n_trees)
        order = np.lexsort((-movies.prior[held.row], -score))
        ranked.append((held.example, {RANKER: held.row[order][:DEPTH], **held.baselines}))
    return measured(ranked, movies, held_out.retrieval.terms, window=WINDOW)


def importance(booster: lgb.Booster) -> dict[str, float]:
    """Share of the split gain by feature family; zeros for a ranker without a split."""
    gain = booster.feature_importance("gain")
    families = [spec.family.value for spec in SPECS]
    share = pd.Series(gain / max(float(gain.sum()), 1e-12), index=families).groupby(level=0, sort=False).sum()
    return {str(family): float(value) for family, value in share.items()}


def headline(report: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers of a report that the manifest and the model's event carry; none where nothing was measured."""
    ours = report["systems"].get(RANKER)
    if ours is None:
        return {}
    return {
        "ndcg_at_10": ours[NDCG]["mean"],
        "recall_at_50": ours[RECALL]["mean"],
        "coverage_at_10": ours[COVERAGE],
        "popularity_percentile_at_10": ours[POPULARITY],
        **{f"gain_over_{name}": gain["mean"] for name, gain in report["difference"].items()},
    }
