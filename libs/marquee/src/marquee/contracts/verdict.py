"""The verdict on a trained model: what was checked, with which numbers, and whether it may serve (docs/adr/0014)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Decision(StrEnum):
    """What follows from the checks."""

    PROMOTED = "promoted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """How one check ended; a skipped one could not be made, and its detail says why."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(BaseModel):
    """One check. `value` is what `limit` is compared with; of a paired difference, the low end of its interval.

    Attributes:
        mean, low, high: of a paired difference of nDCG@10, with its 95 % interval.
        lists: on how many lists it rests.
        detail: one sentence, with the numbers.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    name: str
    outcome: Outcome
    detail: str
    value: float | None = None
    limit: float | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    lists: int | None = None


class Verdict(BaseModel):
    """Attributes:
    reasons: why the model was refused; of a promoted one what has to be known, such as "too few lists to judge".
    is_judged: whether its ranking quality was measured on enough users.
    champion: the version that served while it was judged.
    lists, users: of the newest window, on which it was judged.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    decision: Decision
    reasons: tuple[str, ...] = ()
    is_judged: bool
    champion: str | None = None
    lists: int = 0
    users: int = 0
    checks: tuple[Check, ...] = ()

    @property
    def is_promoted(self) -> bool:
        return self.decision is Decision.PROMOTED
