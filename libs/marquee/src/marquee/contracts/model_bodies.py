"""Bodies of /v1/models: all models with their states, one model with what it was judged by, and who is to serve."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from marquee.contracts.bodies import Answer, Body
from marquee.contracts.events import ModelState
from marquee.contracts.manifest import ModelManifest
from marquee.contracts.registry import Entry
from marquee.contracts.verdict import Check, Outcome, Verdict

VERSION = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
"""What the name of a bundle, and so a model's version, looks like."""
MAX_REASON = 500
"""Characters of a reason that an admin gives."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text


class DecisionRequest(Body):
    """Why a model is to serve."""

    reason: Annotated[
        str, StringConstraints(max_length=MAX_REASON, strip_whitespace=True), AfterValidator(_printable)
    ] = Field(default="", description="one line, kept in the model's history")


class JudgedModel(Answer):
    """What a verdict says in short."""

    outcome: Outcome
    is_promoted: bool = Field(description="whether it may serve; what could not be decided may")
    reasons: tuple[str, ...] = Field(default=(), description="why it failed or is undecided")
    champion: str | None = Field(default=None, description="the model that served while it was judged")
    users: int = Field(default=0, description="on whose lists of the newest window it was judged")

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            outcome=verdict.outcome,
            is_promoted=verdict.is_promoted,
            reasons=verdict.reasons,
            champion=verdict.champion,
            users=verdict.users,
        )


class ModelEntry(Answer):
    """A model and where it is in its life."""

    version: str
    state: ModelState
    since: datetime = Field(description="when it came into this state")
    by: str = Field(default="", description="who decided: gate, watch or admin; empty in earlier releases")
    reason: str = ""
    metrics: dict[str, float] = Field(default_factory=dict, description="on the newest window of its training")
    verdict: JudgedModel | None = Field(default=None, description="null: nobody has judged it")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        event = entry.event
        return cls(
            version=event.version,
            state=entry.state,
            since=event.changed_at,
            by=event.by,
            reason=event.reason,
            metrics=event.metrics,
            verdict=None if event.verdict is None else JudgedModel.of(event.verdict),
        )


class Models(Answer):
    """Every model that is known, the one that serves first, then by `since`, newest first."""

    models: tuple[ModelEntry, ...]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        return cls(models=tuple(ModelEntry.of(entry) for entry in entries))


class ModelMade(Answer):
    """How a model was made, as its bundle says."""

    created_at: datetime
    as_of: datetime = Field(description="its newest rating")
    ranker: str = Field(description="what orders the candidates: lambdarank or retrieval_order")
    note: str = Field(default="", description="why that is no trained model, if it is none")
    counts: dict[str, int]
    code_version: str | None = Field(default=None, description="null in bundles of earlier releases")

    @classmethod
    def of(cls, manifest: ModelManifest) -> Self:
        return cls(
            created_at=manifest.created_at,
            as_of=datetime.fromtimestamp(manifest.as_of_ms / 1_000, tz=UTC),
            ranker=manifest.ranker,
            note=manifest.reason,
            counts=manifest.counts,
            code_version=manifest.made_with.code_version if manifest.made_with else None,
        )


class ModelObserved(Answer):
    """What the rankers counted of a model since it serves, or since it is a shadow; they report every few seconds."""

    rankings: int = Field(description="computed with it; of a shadow, those it was compared on")
    users: int = Field(description="different users of these")
    failed: int = Field(description="rankings that failed")
    empty: int = Field(description="rankings without a movie")
    overlap: float | None = Field(
        default=None, description="share of the champion's first ten that a shadow has in its own; null of a champion"
    )
    ms: float | None = Field(default=None, description="processor time of a ranking by this model")
    champion_ms: float | None = Field(default=None, description="the same rankings by the champion")


class ModelDetail(ModelEntry):
    """A model with every check of its verdict, what rankers observe, and what its bundle says while it is kept."""

    checks: tuple[Check, ...] = ()
    observed: ModelObserved | None = Field(
        default=None, description="of the champion and a shadow; null of others, and until a ranker has reported"
    )
    made: ModelMade | None = Field(default=None, description="null: its bundle is no longer kept, or cannot be read")
    report: dict[str, JsonValue] | None = Field(
        default=None,
        description="report.json of its bundle: `systems` by name with `ndcg@10` and its interval, `by_kind`, "
        "`difference`; null as `made`",
    )


class Decided(Answer):
    """Which model serves from now on; rankers follow within a second or two."""

    model: ModelEntry
    instead_of: str | None = Field(default=None, description="the model that served until now")
