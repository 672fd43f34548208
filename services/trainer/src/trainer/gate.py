"""The margins and limits by which a model is judged (docs/adr/0018)."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from marquee.contracts.verdict import Outcome
from marquee.retrieval.config import HyperParameters
from trainer.evaluate import Interval

Share = Annotated[float, Field(ge=0, le=1)]


class GateConfig(HyperParameters):
    """The margins and limits of the gate."""

    min_users: PositiveInt = 20
    """Users on whose lists a model is judged, at least. Larger: fewer verdicts, on better evidence."""
    champion_margin: NonNegativeFloat = 0.01
    """Of nDCG@10, against the model that serves. Larger: a model that is worse by more passes."""
    baseline_margin: NonNegativeFloat = 0.0
    """Of nDCG@10, against the best single model. Larger: a model that is worse by more passes."""
    refit_margin: NonNegativeFloat = 0.01
    """Of nDCG@10, of the model to serve against its trial, which had not learned from the newest window. Larger: a
    final fit that went wrong is noticed later."""
    slice_limit: NonNegativeFloat = 0.05
    """Of nDCG@10, by which a slice of the users may fall. Larger: more may be lost by a few."""
    min_slice_users: PositiveInt = 15
    """Users of a slice that is judged, or reported. Larger: more slices are left out."""
    max_trees: PositiveInt = 400
    """Trees of a model, at most. Larger: slower requests; time grows with the trees."""
    scoring_ms: PositiveFloat = 8.0
    """CPU time that scoring the candidates of one list may take. Larger: slower requests."""
    movies_kept: Share = 0.9
    """Of the movies that the champion knows, the share that a model has to know. Larger: fewer may be lost."""
    ratings_used: Share = 0.8
    """Of the ratings in the log, the share that a model has to learn from. Larger: fewer may be of movies that nobody
    listed, or of a time that has not come."""


def outcome_of(difference: Interval, margin: float) -> Outcome:
    """What a paired difference shows.

    It passes if the low end of its interval lies above minus the margin. It fails if it does not, and the high end lies
    below zero: worse by more than chance explains. Otherwise it is undecided.
    """
    if difference.low > -margin:
        return Outcome.PASSED
    return Outcome.FAILED if difference.high < 0 else Outcome.UNDECIDED
