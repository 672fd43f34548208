"""What a ranker process says of a model that it ranks with: the facts by which the trainer promotes and rolls back."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt

from marquee.contracts.events import Event


class Role(StrEnum):
    """What a model does in a ranker: the champion answers, a shadow ranks what the champion did and is not shown."""

    CHAMPION = "champion"
    SHADOW = "shadow"


class FeatureSeen(BaseModel):
    """One feature in the lists that were looked at.

    Attributes:
        index: population stability index of its bins against training.
        known, varies: in how many of the lists it has a value, and differs between the movies.
        trained_known, trained_varies: in which share of the training lists.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    name: str
    index: NonNegativeFloat
    known: NonNegativeInt
    varies: NonNegativeInt
    trained_known: NonNegativeFloat
    trained_varies: NonNegativeFloat


class ServingReported(Event):
    """A ranker process counted what a model did since a moment; a later report of the same process replaces this one.

    Only rankings of users without special wishes are counted, and a user once for each kind of fault, so that neither
    an odd request nor one busy client can speak against a model.

    Attributes:
        process: random, one per process and start.
        since: when counting began; it begins again from time to time.
        rankings: computed. errors: of them, how many failed. empty: how many had no movie.
        users, failed_users, empty_users: different users of the rankings, of errors, and of empty lists.
        compared: rankings that were computed again beside the answers; of a shadow its own.
        not_finite: of these, how many had a score that is no number.
        overlap: mean share of the champion's first ten that a shadow has in its own; None of a champion.
        ms, champion_ms: mean processor time of the same rankings by this model, and by the champion.
        seen_lists: different users whose lists' features were looked at; each feature's part is in `features`.
        error: the last error, one line; "" without.
    """

    type: Literal["serving_reported"] = "serving_reported"
    process: str
    version: str
    role: Role
    since: AwareDatetime
    reported_at: AwareDatetime
    rankings: NonNegativeInt = 0
    errors: NonNegativeInt = 0
    empty: NonNegativeInt = 0
    users: NonNegativeInt = 0
    failed_users: NonNegativeInt = 0
    empty_users: NonNegativeInt = 0
    compared: NonNegativeInt = 0
    not_finite: NonNegativeInt = 0
    overlap: float | None = Field(default=None, ge=0, le=1)
    ms: NonNegativeFloat | None = None
    champion_ms: NonNegativeFloat | None = None
    seen_lists: NonNegativeInt = 0
    features: tuple[FeatureSeen, ...] = ()
    error: str = ""
