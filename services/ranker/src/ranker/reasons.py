"""Reasons: the additive parts of a score, each with what it rests on. base + contributions = score, or none are given.

Path attribution gives the parts; the evidence comes from the same state that the features were computed of.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from marquee.arrays import FloatArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable
from ranker.citations import Positions
from ranker.evidence import CrowdCounts, SimilarEvidence, Titles, UserEvidence
from ranker.ranking import Ranked, RankedSimilar
from ranker.texts import Evidence, text

TOLERANCE = 1e-4
NEGLIGIBLE = 1e-9

ReasonFields = dict[str, Any]

SIMILAR_CODES = {
    "item_knn": ReasonCode.CO_RATED,
    "ease": ReasonCode.CO_RATED,
    "content": ReasonCode.SAME_CONTENT,
    "popular": ReasonCode.POPULAR,
}


class ReasonsDoNotAddUp(ArithmeticError):
    """The parts of a score are not the score: a bug, never to be shown to a user."""


def user_reasons(
    ranked: Ranked, history: History, cites: Sequence[Positions], catalog: MovieTable, seen: CrowdCounts, titles: Titles
) -> list[list[ReasonFields]]:
    """For each ranked movie its reasons, largest contribution first.

    Args:
        cites: (k,) history positions to name for each movie.
    Raises:
        ReasonsDoNotAddUp: base + contributions differs from a score by more than TOLERANCE.
    """
    check(ranked.base, ranked.contribution, ranked.score)
    evidence = UserEvidence(ranked.row, cites, history, catalog, seen, titles)
    return [_listed(ranked.families, parts, evidence.at(at)) for at, parts in enumerate(ranked.contribution)]


def similar_reasons(
    found: RankedSimilar, seed_row: int, catalog: MovieTable, seen: CrowdCounts
) -> list[list[ReasonFields]]:
    """The same for similar movies; two collaborative parts are one reason.

    Raises:
        ReasonsDoNotAddUp: the parts differ from a score by more than TOLERANCE.
    """
    check(0.0, found.parts, found.score)
    codes = tuple(dict.fromkeys(SIMILAR_CODES[name].value for name in found.part_names))
    joined = np.zeros((len(found.row), len(codes)))
    for column, name in enumerate(found.part_names):
        joined[:, codes.index(SIMILAR_CODES[name].value)] += found.parts[:, column]
    evidence = SimilarEvidence(found.row, seed_row, catalog, seen)
    return [_listed(codes, parts, evidence.at(at)) for at, parts in enumerate(joined)]


def check(base: float, contribution: FloatArray, score: FloatArray) -> None:
    """The promise behind every reason, kept in production."""
    gap = float(np.abs(base + contribution.sum(axis=1) - score).max(initial=0))
    if gap > TOLERANCE:
        raise ReasonsDoNotAddUp(f"base + contributions differs from the score by {gap:.2g}")


def _listed(
    families: Sequence[str], parts: FloatArray, evidence_of: Callable[[str], list[Evidence]]
) -> list[ReasonFields]:
    reasons = []
    for column in np.argsort(-parts, kind="stable"):
        contribution = float(parts[column])
        if abs(contribution) <= NEGLIGIBLE:
            continue
        code = families[column]
        evidence = evidence_of(code) if contribution > 0 else []
        reasons.append(
            {
                "code": code,
                "text": text(code, contribution, evidence),
                "contribution": contribution,
                "evidence": evidence,
            }
        )
    return reasons
