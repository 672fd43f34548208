"""The verdict on a trained model: what was checked, with which numbers, and whether it may serve (docs/adr/0018)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """How a check, or the verdict made of all of them, ended. Undecided: the data shows neither good nor harm."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Check(BaseModel):
    """One check.

    Attributes:
        detail: one sentence, with the numbers.
        value, limit: what was compared with what; of a paired difference, the low end of its interval.
        mean, low, high: of a paired difference of nDCG@10, with its interval.
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


class Verdict(BaseModel):
    """What follows from the checks.

    Attributes:
        is_promoted: whether the model may serve. What failed may not; what is undecided may, unless nothing at all
            could be measured and a model serves that was judged.
        reasons: why the model failed or is undecided; none if every check passed.
        is_judged: whether its ranking quality was measured on enough users.
        champion: the version that served while it was judged.
        lists, users: of the newest window, on which it was judged.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    outcome: Outcome
    is_promoted: bool
    reasons: tuple[str, ...] = ()
    is_judged: bool = False
    champion: str | None = None
    lists: int = 0
    users: int = 0
    checks: tuple[Check, ...] = ()
