"""Why each movie stands where it does: the parts of its score, with what each rests on. The whole way:

1. Attribution (`marquee.explanation`) has split each score into parts by reason code; here they must add up, or the
   request fails.
2. `propose.py` picks the user's ratings that carried a movie's collaborative scores the most.
3. `verify.py` scores the movies as if such a rating had never been made and keeps those whose absence costs score.
4. `facts/` finds for each part the sentences that hold of this user and movie, the most telling first; the last one
   claims nothing. All forms of sentences are in `marquee.contracts.sentences`, each with its claim.
5. `telling.py` chooses among them over the whole list, and what each card tells first.
"""

from dataclasses import replace

import numpy as np

from marquee.contracts.ranking_fields import ReasonFields
from marquee.contracts.reason_codes import ReasonCode
from ranker.explain.facts.similar import SimilarFacts
from ranker.explain.facts.told import Titles
from ranker.explain.facts.user import UserFacts
from ranker.explain.facts.you import You
from ranker.explain.propose import Positions, proposals
from ranker.explain.telling import SMALL, FactsOf, Telling
from ranker.explain.verify import verified
from ranker.ranking import Ranked
from ranker.scoring import Scorer
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch

TOLERANCE = 1e-4
"""How far base + contributions may be from the score: float32 trees in ONNX against float64 sums."""


_NO_POSITIONS: Positions = np.empty(0, np.intp)


class ReasonsDoNotAddUp(ArithmeticError):
    """The parts of a score are not the score: a bug, never to be shown to a user."""


def user_reasons(ranked: Ranked, serving: Serving, titles: Titles, watch: Stopwatch) -> list[list[ReasonFields]]:
    """The reasons of each movie of a user's ranking, the one to tell first in front.

    Raises:
        ReasonsDoNotAddUp: base + contributions differs from a score by more than TOLERANCE.
    """
    check_account(ranked)
    cited = cited_ratings(ranked, serving.model.scorer, watch)
    watch.lap("cite")
    you = You(ranked.history, serving.model.figures)
    return _told(ranked, UserFacts(ranked.row, cited, you, titles, ranked.muted), Telling(len(ranked)))


def similar_reasons(ranked: Ranked, serving: Serving, movie_id: int, titles: Titles) -> list[list[ReasonFields]]:
    """The reasons of each movie similar to `movie_id`, the one to tell first in front.

    Raises:
        ReasonsDoNotAddUp: the parts differ from a score by more than TOLERANCE.
    """
    check_account(ranked)
    seed_row = int(serving.catalog.rows(np.array([movie_id], np.int64))[0])
    title, near = titles(movie_id), serving.model.near.of(serving.model.bundle.retrieval, seed_row)
    facts_of = SimilarFacts(ranked.row, seed_row, title, serving.model.figures, near.ladders(title))
    return _told(ranked, facts_of, Telling(len(ranked), small=0))


def check_account(ranked: Ranked) -> None:
    """Hold the parts against the scores; every explained answer is checked, in production too.

    Raises:
        ReasonsDoNotAddUp: base + contributions differs from a score by more than TOLERANCE.
    """
    gap = float(np.abs(ranked.base + ranked.contribution.sum(axis=1) - ranked.score).max(initial=0))
    if gap > TOLERANCE:
        raise ReasonsDoNotAddUp(f"base + contributions differs from the score by {gap:.2g}")


def cited_ratings(ranked: Ranked, scorer: Scorer | None, watch: Stopwatch) -> list[Positions]:
    """For each ranked movie the history positions to name, the one that matters most first; none without a model.

    Nor for a movie whose score similar likes raise by so little that no fact is told of it.
    """
    if ranked.model_input is None or scorer is None:
        return [_NO_POSITIONS] * len(ranked)
    proposed = proposals(ranked.model_input.context, ranked.row)
    watch.count("ratings_tried", len(proposed.tried))
    told = _is_told(ranked, ReasonCode.LIKED_SIMILAR)
    likely = [each if may_cite else _NO_POSITIONS for each, may_cite in zip(proposed.likely, told, strict=True)]
    proposed = replace(proposed, likely=likely)
    score = scorer(ranked.model_input.x).astype(np.float64) if ranked.muted else ranked.score  # the model's own
    return verified(proposed, ranked.model_input, score, scorer)


def _is_told(ranked: Ranked, code: ReasonCode) -> list[bool]:
    """(k,) whether a part raises each movie's score by enough for a fact to be told of it."""
    if code not in ranked.codes:
        return [False] * len(ranked)
    told: list[bool] = (ranked.contribution[:, ranked.codes.index(code)] >= SMALL).tolist()
    return told


def _told(ranked: Ranked, facts_of: FactsOf, telling: Telling) -> list[list[ReasonFields]]:
    every = ranked.contribution.tolist()
    return [telling.card(place, parts, ranked.codes, facts_of) for place, parts in enumerate(every)]
