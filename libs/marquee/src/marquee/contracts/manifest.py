"""The manifest of a model bundle: what the bundle is, what it holds, and how it was made."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from marquee.contracts.verdict import Verdict

SCHEMA = 2
"""Also raised when a feature keeps its name and changes its meaning: 2 counts ages in logical time (ADR 0004)."""


class FeatureColumn(BaseModel):
    """One feature, in the model's column order."""

    model_config = ConfigDict(frozen=True)
    name: str
    family: str


class MadeWith(BaseModel):
    """How a model was made: with the same code, configuration and ratings it comes out the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    code_version: str
    config: dict[str, JsonValue]  # trainer.config.TrainingConfig: every hyper-parameter, and the seed


class SimilarOrder(BaseModel):
    """What orders movies similar to one.

    Attributes:
        reason: why the weighted sum does, or what could not be shown of the model; empty if it passed its gate.
        features: of the model, in its column order. metrics: inverse-popularity recall@10 by system, newest window.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    ranker: Literal["lambdarank", "weighted_sum"]
    reason: str = ""
    features: tuple[FeatureColumn, ...] = ()
    metrics: dict[str, float] = {}


class ModelManifest(BaseModel):
    """`ranker` names what orders the candidates; `reason` says why, when that is not a trained model."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    schema_version: int = SCHEMA
    version: str
    created_at: AwareDatetime
    as_of_ms: int
    ranker: Literal["lambdarank", "retrieval_order"]
    reason: str = ""
    features: tuple[FeatureColumn, ...]
    files: dict[str, str]  # relative path -> sha256
    counts: dict[str, int]
    metrics: dict[str, float]
    made_with: MadeWith | None = None  # bundles of earlier releases do not say
    known: dict[str, tuple[int, ...]] = {}  # by topic where each partition ended; empty: the bundle does not say
    verdict: Verdict | None = None  # None: nobody has judged it, as in earlier releases
    similar: SimilarOrder | None = None  # None: the weighted sum, as in earlier releases
