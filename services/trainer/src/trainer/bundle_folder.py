"""The folder of bundles: their names, what is noted beside them, and which ones are removed."""

import os
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import ValidationError

from marquee.bundle import BundleRefused, read_manifest
from marquee.contracts.events import ModelChanged

log = structlog.get_logger()

PROMOTED = "promoted.json"
REFUSED = "refused.txt"
"""In a bundle that the gate let pass and serving refused, with the reason; no part of the model."""


def read_promoted(model_dir: Path) -> ModelChanged | None:
    """The promotion noted beside the bundles, or None if there is none that can be read."""
    try:
        return ModelChanged.model_validate_json((model_dir / PROMOTED).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("promotion_unreadable", file=str(model_dir / PROMOTED), error=str(error))
        return None


def note_promoted(model_dir: Path, event: ModelChanged) -> None:
    """Note a promotion durably and in one step.

    Raises:
        OSError: it could not be written.
    """
    new = model_dir / f".{PROMOTED}.tmp"
    with new.open("w", encoding="utf-8") as file:
        file.write(event.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    new.replace(model_dir / PROMOTED)


def mark_refused(bundle: Path, reason: str) -> None:
    """Note in a bundle that serving refused its model: it takes no place among those that could serve.

    Raises:
        OSError: it could not be written.
    """
    (bundle / REFUSED).write_text(reason, encoding="utf-8")


def free_version(model_dir: Path, now: datetime) -> str:
    """A name by the second, numbered after the bundles of the same second: versions sort by time."""
    first = now.strftime("%Y%m%dT%H%M%SZ")
    taken = sorted(path.name for path in model_dir.glob(f"{first}*"))
    if not taken:
        return first
    _, _, number = taken[-1].partition("-")
    return f"{first}-{int(number or 1) + 1:03d}"


def prune(model_dir: Path, *, keep: int, spare: Collection[str] = ()) -> None:
    """Remove all bundles but the newest `keep`, as many refused ones, those to spare, and drafts that were left behind.

    Raises:
        OSError: the folder could not be read.
    """
    folders = [path for path in model_dir.iterdir() if path.is_dir()]
    drafts = [path for path in folders if path.name.startswith(".") and path.name.endswith(".draft")]
    bundles = sorted(path for path in folders if not path.name.startswith("."))
    refused = [path for path in bundles if _is_refused(path)]  # they push out no model that could serve again
    others = [path for path in bundles if path not in refused]
    for old in [*drafts, *(path for path in [*others[:-keep], *refused[:-keep]] if path.name not in spare)]:
        shutil.rmtree(old, ignore_errors=True)


def _is_refused(path: Path) -> bool:
    if (path / REFUSED).exists():
        return True
    try:
        verdict = read_manifest(path).verdict
    except BundleRefused:
        return False
    return verdict is not None and not verdict.is_promoted
