"""Why each movie stands where it does: the parts of its score, with what each rests on. The whole way:

1. Attribution (`marquee.explanation`) has split each score into parts by reason code; here they must add up, or the
   request fails.
2. `propose.py` picks the user's ratings that carried a movie's collaborative scores the most.
3. `verify.py` scores the movies as if such a rating had never been made and keeps those whose absence costs score.
4. `phrase.py` looks up what a part rests on (ratings, genres, people, counts) and puts it in a sentence.
"""

import numpy as np

from marquee.arrays import FloatArray
from marquee.contracts.ranking_fields import ReasonFields
from ranker.explain.phrase import EvidenceOf, SimilarEvidence, Titles, UserEvidence, sentence
from ranker.explain.propose import Positions, proposals
from ranker.explain.verify import verified
from ranker.ranking import Ranked
from ranker.scoring import Scorer
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch

TOLERANCE = 1e-4
"""How far base + contributions may be from the score: float32 trees in ONNX against float64 sums."""
NEGLIGIBLE = 1e-9
"""A part of this size or less is no reason."""


class ReasonsDoNotAddUp(ArithmeticError):
    """The parts of a score are not the score: a bug, never to be shown to a user."""


def user_reasons(ranked: Ranked, serving: Serving, titles: Titles, watch: Stopwatch) -> list[list[ReasonFields]]:
    """The reasons of each movie of a user's ranking, largest contribution first.

    Raises:
        ReasonsDoNotAddUp: base + contributions differs from a score by more than TOLERANCE.
    """
    check_account(ranked)
    cited = cited_ratings(ranked, serving.model.scorer, watch)
    watch.lap("cite")
    evidence = UserEvidence(ranked.row, cited, ranked.history, serving.catalog, serving.crowd, titles)
    return _reasons(ranked, evidence)


def similar_reasons(ranked: Ranked, serving: Serving, movie_id: int) -> list[list[ReasonFields]]:
    """The reasons of each movie similar to `movie_id`, largest contribution first.

    Raises:
        ReasonsDoNotAddUp: the parts differ from a score by more than TOLERANCE.
    """
    check_account(ranked)
    seed_row = int(serving.catalog.rows(np.array([movie_id], np.int64))[0])
    return _reasons(ranked, SimilarEvidence(ranked.row, seed_row, serving.catalog, serving.crowd))


def check_account(ranked: Ranked) -> None:
    """Hold the parts against the scores; every explained answer is checked, in production too.

    Raises:
        ReasonsDoNotAddUp: base + contributions differs from a score by more than TOLERANCE.
    """
    gap = float(np.abs(ranked.base + ranked.contribution.sum(axis=1) - ranked.score).max(initial=0))
    if gap > TOLERANCE:
        raise ReasonsDoNotAddUp(f"base + contributions differs from the score by {gap:.2g}")


def cited_ratings(ranked: Ranked, scorer: Scorer | None, watch: Stopwatch) -> list[Positions]:
    """For each ranked movie the history positions to name, the one that matters most first; none without a model."""
    if ranked.model_input is None or scorer is None:
        return [np.empty(0, np.intp)] * len(ranked)
    proposed = proposals(ranked.model_input.context, ranked.row)
    watch.count("ratings_tried", len(proposed.tried))
    return verified(proposed, ranked.model_input, ranked.score, scorer)


def _reasons(ranked: Ranked, evidence_of: EvidenceOf) -> list[list[ReasonFields]]:
    return [_listed(ranked, place, parts, evidence_of) for place, parts in enumerate(ranked.contribution)]


def _listed(ranked: Ranked, place: int, parts: FloatArray, evidence_of: EvidenceOf) -> list[ReasonFields]:
    reasons: list[ReasonFields] = []
    for column in np.argsort(-parts, kind="stable"):
        contribution, code = float(parts[column]), ranked.codes[column]
        if abs(contribution) <= NEGLIGIBLE:
            continue
        evidence = evidence_of(place, code) if contribution > 0 else []
        text = sentence(code, contribution, evidence)
        reasons.append({"code": code, "text": text, "contribution": contribution, "evidence": evidence})
    return reasons
