"""From ratings to a trained model: windows, lists, ranker, ONNX check, report, final retrieval. Deterministic."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from marquee.bundle import BundleParts, SimilarParts
from marquee.contracts.manifest import MadeWith
from marquee.contracts.verdict import Outcome, Verdict
from marquee.errors import MarqueeError
from marquee.explanation.crowd import Crowd
from marquee.explanation.lightgbm_dump import read_dump
from marquee.explanation.trees import Trees
from marquee.features.distribution import Distribution
from marquee.features.vector import SPECS
from marquee.retrieval import content
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from trainer import lambdarank
from trainer.champion import TRIAL_UNTIL, Champion
from trainer.code_version import code_version
from trainer.config import TrainingConfig
from trainer.evidence import measured, measured_lists
from trainer.executor import HERE, Executor
from trainer.export_onnx import onnx_scorer, parity, to_onnx, with_float32_thresholds
from trainer.fitting import fit
from trainer.held_out import HeldOut
from trainer.judging import Lists, judge, judge_without_ranker
from trainer.lists import TrainingLists
from trainer.report import headline, ranked_lists, training_report
from trainer.similar_ranker import SimilarRanker, SimilarTask, train_similar
from trainer.window_lists import Inputs, Progress, final_retrieval, window_lists

CHECKED_LISTS = 2_000
"""Training lists on which ONNX is compared with LightGBM: some 600,000 rows. Larger: rarer differences show, and each
1,000 more take some 5 s."""


class CannotTrain(MarqueeError):
    """There is nothing to learn from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """A ranker in the two forms in which it is served, with the verdict on it.

    Attributes:
        trial: LightGBM's text of the trial ranker; None where there were too few lists for one.
        distribution: of the features in the newest window's lists.
    """

    onnx: bytes
    trees: Trees
    report: Mapping[str, Any]
    n_trees: int
    trial: str | None
    verdict: Verdict
    distribution: Distribution | None = None


def train(
    ratings: Ratings,
    catalog: MovieTable,
    *,
    as_of_ms: int,
    config: TrainingConfig,
    progress: Progress = lambda _: None,
    champion: Champion | None = None,
    executor: Executor = HERE,
) -> BundleParts:
    """Train on the ratings up to `as_of_ms`, and judge the model against the one that serves.

    With too little data for a ranker the model orders by retrieval alone, and its manifest says why. So it does if the
    ranker is refused and no other one serves: somebody has to.

    Args:
        executor: where the windows, the retrieval to serve and the trees are made.
    Raises:
        CannotTrain: no rating of a movie of the catalogue.
        OnnxDiffers: LightGBM's text has changed, so that there is no ONNX model.
    """
    ratings = ratings.take(ratings.rated_at <= as_of_ms)
    is_listed = catalog.rows(ratings.movie_id) >= 0
    ratings = ratings.take(is_listed)
    if not len(ratings):
        raise CannotTrain("no rating of a movie in the catalogue, so there is nothing to learn from")
    terms = content.fit(catalog, config.retrieval.content)
    shared = executor.share(Inputs.of(ratings, catalog, terms, config))
    retrieval = executor.submit(final_retrieval, shared)  # the longest task: a cluster begins with it
    similar_task = SimilarTask(config.similar, config.seed)
    lists, held_out = window_lists(shared, progress, executor=executor, similar_task=similar_task)
    training_similar = executor.submit(train_similar, executor.share(similar_task))
    crowd = Crowd.of(ratings, catalog)
    counts = {"ratings": len(ratings), "movies": len(catalog), "users": len(np.unique(ratings.user_id))}
    made_with = MadeWith(code_version=code_version(), config=config.model_dump(mode="json"))
    n_needed = config.ranker.min_lists
    ranker: Ranker | None = None
    if len(lists) < n_needed:
        reason = f"{len(lists)} training lists, {n_needed} are needed for a ranker: ordered by retrieval alone"
        report: Mapping[str, Any] = {"systems": {}, "difference": {}, "reason": reason}
        verdict = _without_ranker(f"too few lists to judge: {reason}", champion)
    else:
        ranker = train_ranker(
            lists,
            held_out,
            catalog,
            config,
            progress,
            champion=champion,
            ratings_used=float(is_listed.mean()),
            executor=executor,
        )
        reason, report, verdict = "", ranker.report, ranker.verdict
        counts |= {"lists": len(lists), "rows": len(lists.features), "trees": ranker.n_trees}
        if verdict.outcome is Outcome.FAILED and (champion is None or not champion.ranks):
            why = "; ".join(verdict.reasons)
            reason = f"the ranker was refused, and no other one serves: ordered by retrieval alone; {why}"
            report = {"systems": {}, "difference": {}, "reason": reason, "refused_ranker": dict(report)}
            verdict = _without_ranker(reason, champion).model_copy(update={"checks": verdict.checks})
            ranker = None
    progress(f"{verdict.outcome}: {'; '.join(verdict.reasons) or 'every check passed'}")
    similar = training_similar.result()
    progress(f"similar movies: {similar.reason or similar.report['gain']}")
    progress("retrieval on all ratings")
    return BundleParts(
        catalog=catalog,
        retrieval=retrieval.result(),
        made_with=made_with,
        onnx=None if ranker is None else ranker.onnx,
        trees=None if ranker is None else ranker.trees,
        report={**report, "similar": dict(similar.report)},
        counts=counts,
        metrics=headline(report),
        reason=reason,
        crowd=crowd,
        trial=None if ranker is None else ranker.trial,
        verdict=verdict,
        distribution=None if ranker is None else ranker.distribution,
        similar=_similar_parts(similar),
    )


def _similar_parts(found: SimilarRanker) -> SimilarParts:
    mean = {name: one["mean"] for name, one in found.report.get("systems", {}).items()}
    return SimilarParts(onnx=found.onnx, trees=found.trees, reason=found.reason, metrics=mean)


def _without_ranker(why: str, champion: Champion | None) -> Verdict:
    """The verdict on a model that orders by retrieval."""
    version = None if champion is None else champion.version
    return judge_without_ranker(why, champion=version, champion_is_judged=champion is not None and champion.is_judged)


def train_ranker(
    lists: TrainingLists,
    held_out: HeldOut | None,
    catalog: MovieTable,
    config: TrainingConfig,
    progress: Progress,
    *,
    champion: Champion | None = None,
    ratings_used: float = 1.0,
    executor: Executor = HERE,
) -> Ranker:
    """Fit the ranker, convert it, report on it and judge it.

    Args:
        ratings_used: share of the log's ratings that are of a listed movie.
    Raises:
        OnnxDiffers: LightGBM's text has changed, so that there is no ONNX model.
    """
    fitted = fit(lists, config.ranker, seed=config.seed, executor=executor)
    progress(f"ranker: {fitted.n_trees} trees on {len(lists)} lists, {len(lists.features)} rows")
    booster = with_float32_thresholds(fitted.booster)
    onnx = to_onnx(booster)
    score = onnx_scorer(onnx)
    checked = lists.spread(CHECKED_LISTS)
    served = score(checked.features)
    agreement = parity(lambdarank.predict(fitted.booster, checked.features), served, checked.size)
    trees = read_dump(booster.dump_model(), [spec.family.value for spec in SPECS])
    table, compared, why_not_compared = None, Lists.none(), ""
    if held_out is not None and fitted.trial is not None:
        table = ranked_lists(fitted.trial, fitted.n_trees, held_out)
        compared, why_not_compared = measured_lists(table, held_out, score, champion)
    about = measured(lists, checked, held_out, score, served, agreement, n_trees=fitted.n_trees, champion=champion)
    about = replace(
        about,
        ratings_used=ratings_used,
        movies_kept=None if champion is None else champion.movies_in(catalog),
        why_not_compared=why_not_compared,
    )
    verdict = judge(compared, about, config.gate, champion_is_judged=champion is not None and champion.is_judged)
    movies = None if held_out is None else held_out.movies.state
    report = training_report(fitted, table, agreement, movies, min_slice_users=config.gate.min_slice_users)
    if held_out is not None:
        report[TRIAL_UNTIL] = held_out.learned_until_ms
    trial = None if fitted.trial is None else fitted.trial.model_to_string(num_iteration=fitted.n_trees)
    newest = lists.take(lists.window == lists.window.max(initial=0))
    return Ranker(onnx, trees, report, fitted.n_trees, trial, verdict, Distribution.of(newest.matrices()))
