"""The models over HTTP (internal): what there is, each in detail, and which is to serve."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path

from marquee.bundle import REPORT, BundleRefused, read_manifest
from marquee.contracts.events import ModelState, ModelStatus
from marquee.contracts.model_bodies import (
    VERSION,
    Decided,
    DecisionRequest,
    ModelDetail,
    ModelEntry,
    ModelMade,
    ModelObserved,
    Models,
)
from marquee.contracts.registry import Entry
from marquee.contracts.serving_reports import Role
from trainer.model_registry import named
from trainer.process_reports import Reports
from trainer.routes import Parts

Version = Annotated[str, Path(pattern=VERSION)]
Given = Annotated[DecisionRequest | None, Body()]

router = APIRouter()


@router.get("/v1/models")
async def models(parts: Parts) -> Models:
    """All models, the one that serves first."""
    return Models.of(await parts.models.entries())


@router.get("/v1/models/{version}")
async def model(version: Version, parts: Parts) -> ModelDetail:
    """One model: its verdict with every check, and its bundle's report; 404 for an unknown one."""
    entry = named(await parts.models.entries(), version)
    found = await asyncio.to_thread(detail, entry, parts.models.model_dir / entry.event.location)
    return found.model_copy(update={"observed": observed(entry, parts.reports)})


@router.post("/v1/models/{version}/promote")
async def promote(version: Version, parts: Parts, given: Given = None) -> Decided:
    """Let a model serve; 409 if it was refused, serves already, or its bundle is not whole."""
    return await _decided(parts, version, ModelStatus.PROMOTED, given)


@router.post("/v1/models/{version}/rollback")
async def rollback(version: Version, parts: Parts, given: Given = None) -> Decided:
    """Let a model serve again; 409 also if it has never served."""
    return await _decided(parts, version, ModelStatus.ROLLED_BACK, given)


async def _decided(parts: Parts, version: str, status: ModelStatus, given: DecisionRequest | None) -> Decided:
    reason = given.reason if given else ""
    entry, before = await parts.models.decide(version, status, reason=reason, clock=lambda: datetime.now(UTC))
    return Decided(model=ModelEntry.of(entry), instead_of=before)


def detail(entry: Entry, bundle: FilePath) -> ModelDetail:
    """Everything about a model, with what its bundle says if that can be read."""
    verdict = entry.event.verdict
    short = dict(ModelEntry.of(entry))
    short["checks"] = verdict.checks if verdict else ()
    try:
        manifest = read_manifest(bundle)
    except BundleRefused:
        return ModelDetail(**short)
    return ModelDetail(**short, made=ModelMade.of(manifest), report=report_of(bundle))


def observed(entry: Entry, reports: Reports) -> ModelObserved | None:
    """What rankers counted of the champion, or of a shadow; None of others, and without a ranking."""
    if entry.state is ModelState.CHAMPION:
        seen = reports.of_champion(entry.event)
        rankings = seen.rankings
    elif entry.state is ModelState.SHADOW:
        seen = reports.of(entry.version, Role.SHADOW)
        rankings = seen.compared + seen.errors
    else:
        return None
    if not rankings:
        return None
    return ModelObserved(
        rankings=rankings,
        users=seen.users,
        failed=seen.errors,
        empty=seen.empty,
        overlap=seen.overlap,
        ms=seen.ms,
        champion_ms=seen.champion_ms,
    )


def report_of(bundle: FilePath) -> dict[str, Any] | None:
    """A bundle's report, with null for what is no number; None if it cannot be read."""
    try:
        found = json.loads((bundle / REPORT).read_text(encoding="utf-8"), parse_constant=lambda _: None)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
