"""The report as one JSON document: the bundle's manifest and its training's report, and what was measured offline."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marquee.bundle import REPORT, BundleRefused, verified_manifest
from marquee.contracts.manifest import ModelManifest
from trainer.config import TrainingConfig


def document_of(path: Path, *, offline: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is known of the model in this folder.

    Args:
        offline: what `offline_quality` measured; None if nothing was.
    Returns:
        JSON-ready; `training` is the bundle's report.json as it is.
    Raises:
        BundleRefused: the folder is no bundle, or a damaged one.
    """
    manifest = verified_manifest(path)
    try:
        training = json.loads((path / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleRefused(f"{path / REPORT}: {error}") from error
    verdict = manifest.verdict
    return {
        "version": manifest.version,
        "created_at": manifest.created_at.astimezone(UTC).isoformat(timespec="seconds"),
        "ratings_until": datetime.fromtimestamp(manifest.as_of_ms / 1_000, UTC).isoformat(timespec="seconds"),
        "ranker": manifest.ranker,
        "reason": manifest.reason,
        "features": len(manifest.features),
        "counts": manifest.counts,
        "metrics": manifest.metrics,
        "verdict": None if verdict is None else verdict.model_dump(mode="json"),
        "training": training,
        "offline": None if offline is None else dict(offline),
        "made_with": _made_with(manifest),
    }


def _made_with(manifest: ModelManifest) -> dict[str, Any] | None:
    """The code, and the configuration with what in it is not this code's default; None in bundles that do not say."""
    if manifest.made_with is None:
        return None
    config, defaults = manifest.made_with.config, dict(_flat(TrainingConfig().model_dump(mode="json")))
    changed = {key: value for key, value in _flat(config) if key not in defaults or defaults[key] != value}
    return {"code_version": manifest.made_with.code_version, "changed": changed, "config": config}


def _flat(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys with their values."""
    for name, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
