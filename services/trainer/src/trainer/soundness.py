"""Whether a model is sound: what makes it unfit to serve however well it ranks."""

from collections.abc import Sequence
from dataclasses import dataclass

from marquee.contracts.verdict import Check, Outcome
from trainer.gate import GateConfig

NO_FUTURE = "no future"
"""The check whose values are times in Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What else is known of the candidate.

    Attributes:
        scoring_ms: CPU time for the candidates of one list. n_trees: of the served model.
        ratings_used: share of the log's ratings that were learned from.
        movies_kept: share of the champion's movies in the candidate's catalogue; None without a champion.
        changed_features: columns whose values in the training lists are not those that serving computes.
        unknown_features: columns without any value, of `n_features`.
        scores_are_flat: every list's scores are all equal. scores_are_finite: every score is a number.
        onnx_differs: how ONNX and LightGBM disagree; "" where they agree.
        known_until_ms: the newest rating behind the trial ranker and the lists. asked_from_ms: the oldest to be found.
        champion: the version that serves. why_not_compared: why the champion has no lists; "" where it has.
    """

    scoring_ms: float
    n_trees: int
    n_features: int
    ratings_used: float = 1.0
    movies_kept: float | None = None
    changed_features: Sequence[str] = ()
    unknown_features: Sequence[str] = ()
    scores_are_flat: bool = False
    scores_are_finite: bool = True
    onnx_differs: str = ""
    known_until_ms: int = 0
    asked_from_ms: int = 0
    champion: str | None = None
    why_not_compared: str = ""


def sound(measured: Measured, rules: GateConfig) -> list[Check]:
    """The checks that need no comparison with another model; each passes or fails."""
    changed, unknown, n_features = measured.changed_features, measured.unknown_features, measured.n_features
    known_ms, asked_ms = measured.known_until_ms, measured.asked_from_ms
    checks = [
        _check("onnx parity", not measured.onnx_differs, measured.onnx_differs or "ONNX ranks as LightGBM does"),
        _check(
            "features as served",
            not changed,
            f"{len(changed)} features of the training lists are not what serving computes{_some(changed)}",
            value=len(changed),
            limit=0,
        ),
        _check(
            "features known",
            len(unknown) < n_features / 2,
            f"{len(unknown)} of {n_features} features are NaN in every row{_some(unknown)}",
            value=len(unknown),
            limit=n_features / 2,
        ),
        _check(
            NO_FUTURE,
            known_ms <= asked_ms,
            "what was learned from ends before what is asked"
            if known_ms <= asked_ms
            else f"the future leaked: learned from ratings up to {known_ms} ms, asked from {asked_ms} ms on",
            value=known_ms,
            limit=asked_ms,
        ),
        _check(
            "scores are numbers",
            measured.scores_are_finite,
            "every score is a number" if measured.scores_are_finite else "some scores are no numbers",
        ),
        _check(
            "scores differ",
            not measured.scores_are_flat,
            "the model gives every candidate of a list the same score"
            if measured.scores_are_flat
            else "candidates of a list differ in score",
        ),
        _check(
            "size",
            measured.n_trees <= rules.max_trees,
            f"{measured.n_trees} trees, at most {rules.max_trees} are fast enough",
            value=measured.n_trees,
            limit=rules.max_trees,
        ),
        _check(
            "scoring time",
            measured.scoring_ms <= rules.scoring_ms,
            f"{measured.n_trees} trees score a list in {measured.scoring_ms:.2f} ms, the limit is {rules.scoring_ms:g}",
            value=measured.scoring_ms,
            limit=rules.scoring_ms,
        ),
        _check(
            "ratings used",
            measured.ratings_used >= rules.ratings_used,
            f"{measured.ratings_used:.1%} of the log's ratings are of listed movies, "
            f"{rules.ratings_used:.0%} are needed",
            value=measured.ratings_used,
            limit=rules.ratings_used,
        ),
    ]
    kept = measured.movies_kept
    if kept is not None:
        detail = f"it knows {kept:.1%} of the champion's movies, {rules.movies_kept:.0%} are needed"
        checks.append(_check("movies kept", kept >= rules.movies_kept, detail, value=kept, limit=rules.movies_kept))
    return checks


def _check(name: str, passed: bool, detail: str, *, value: float | None = None, limit: float | None = None) -> Check:
    outcome = Outcome.PASSED if passed else Outcome.FAILED
    return Check(name=name, outcome=outcome, detail=detail, value=value, limit=limit)


def _some(names: Sequence[str]) -> str:
    return ": " + ", ".join(names[:5]) + (", …" if len(names) > 5 else "") if names else ""
