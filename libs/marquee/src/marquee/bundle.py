"""The model bundle: one folder with everything a ranker needs, complete or not there at all."""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from marquee.errors import MarqueeError
from marquee.explanation.attribution import Trees
from marquee.features.vector import SPECS
from marquee.retrieval.fitted import FittedRetrieval
from marquee.state.movie_table import MovieTable

MANIFEST, ONNX, TREES, REPORT, CATALOG, SNAPSHOT = (
    "manifest.json", "ranker.onnx", "trees.npz", "report.json", "catalog.npz", "snapshot",
)  # fmt: skip
SCHEMA = 2
"""Raised also when a feature of the same name means something else: 2 counts ages in logical time (ADR 0004)."""


class BundleRefused(MarqueeError):
    """The folder is no bundle this code may serve; the message says which file and why."""


class FeatureColumn(BaseModel):
    """One feature, in the model's column order."""

    model_config = ConfigDict(frozen=True)
    name: str
    family: str


class ModelManifest(BaseModel):
    """What a bundle is and holds. `ranker` says what orders the candidates; `reason` why it is not the model."""

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


@dataclass(frozen=True, slots=True)
class BundleParts:
    """What goes into a bundle; `onnx` and `trees` are None when retrieval order has to do."""

    catalog: MovieTable
    snapshot: FittedRetrieval
    onnx: bytes | None
    trees: Trees | None
    report: dict[str, Any]
    counts: dict[str, int]
    metrics: dict[str, float]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle, its large arrays memory-mapped."""

    path: Path
    manifest: ModelManifest
    catalog: MovieTable
    snapshot: FittedRetrieval
    onnx: bytes | None
    trees: Trees | None
    report: dict[str, Any]


def write_bundle(parts: BundleParts, folder: Path, *, version: str, created_at: datetime) -> Path:
    """Write `folder/version`, first under another name and then by one rename.

    Raises:
        BundleRefused: that version is there already.
    """
    target = folder / version
    if target.exists():
        raise BundleRefused(f"{target}: a bundle of this version is there already")
    draft = folder / f".{version}.{os.getpid()}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_parts(parts, draft)
        manifest = ModelManifest(
            version=version,
            created_at=created_at,
            as_of_ms=parts.snapshot.as_of_ms,
            ranker="retrieval_order" if parts.onnx is None else "lambdarank",
            reason=parts.reason,
            features=tuple(FeatureColumn(name=spec.name, family=spec.family.value) for spec in SPECS),
            files={str(path.relative_to(draft)): _sha256(path) for path in sorted(draft.rglob("*")) if path.is_file()},
            counts=parts.counts,
            metrics=parts.metrics,
        )
        (draft / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def load_bundle(path: Path) -> Bundle:
    """Read a bundle and check every file's digest and the feature schema.

    Raises:
        BundleRefused: something is missing, changed, or made for other features.
    """
    manifest = read_manifest(path)
    for name, digest in manifest.files.items():
        file = path / name
        if not file.is_file():
            raise BundleRefused(f"{file}: named in the manifest but missing")
        if _digest(file) != digest:
            raise BundleRefused(f"{file}: its sha256 is not the manifest's")
    is_model = manifest.ranker == "lambdarank"
    try:
        catalog, snapshot = load_catalog(path / CATALOG), FittedRetrieval.load(path / SNAPSHOT)
        if {snapshot.n_movies, snapshot.terms.shape[0]} != {len(catalog)}:
            raise ValueError(f"{len(catalog)} movies in the catalogue, {snapshot.n_movies} in the retrieval arrays")
        return Bundle(
            path=path,
            manifest=manifest,
            catalog=catalog,
            snapshot=snapshot,
            onnx=(path / ONNX).read_bytes() if is_model else None,
            trees=Trees.load(path / TREES) if is_model else None,
            report=json.loads((path / REPORT).read_text(encoding="utf-8")),
        )
    except Exception as error:  # whatever a library raises over bytes that it does not understand
        raise BundleRefused(f"{path}: {type(error).__name__}: {error}") from error


def save_catalog(catalog: MovieTable, path: Path) -> None:
    """The columns that serving reads; cast and keywords live on in the snapshot's terms only."""
    np.savez(
        path,
        movie_id=catalog.movie_id,
        year=catalog.year,
        genres=catalog.genres,
        runtime_min=catalog.runtime_min,
        vote_average=catalog.vote_average,
        vote_count=catalog.vote_count,
        tmdb_popularity=catalog.tmdb_popularity,
        texts=np.frombuffer(json.dumps([catalog.titles, catalog.genre_names, catalog.directors]).encode(), np.uint8),
    )


def load_catalog(path: Path) -> MovieTable:
    """Read what `save_catalog` wrote.

    Raises:
        ValueError: its columns are not equally long.
    """
    with path.open("rb") as file, np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    titles, genre_names, directors = json.loads(arrays.pop("texts").tobytes())
    lengths = {len(titles), len(directors), *(len(column) for column in arrays.values())}
    if len(lengths) > 1:
        raise ValueError(f"{path.name}: its columns are of {', '.join(map(str, sorted(lengths)))} rows")
    nothing: tuple[tuple[str, ...], ...] = ((),) * len(titles)
    return MovieTable(
        **arrays,
        titles=tuple(titles),
        genre_names=tuple(genre_names),
        directors=tuple(tuple(names) for names in directors),
        keywords=nothing,
        cast=nothing,
    )


def _write_parts(parts: BundleParts, folder: Path) -> None:
    save_catalog(parts.catalog, folder / CATALOG)
    parts.snapshot.save(folder / SNAPSHOT)
    if parts.onnx is not None and parts.trees is not None:
        (folder / ONNX).write_bytes(parts.onnx)
        parts.trees.save(folder / TREES)
    (folder / REPORT).write_text(json.dumps(parts.report, indent=2), encoding="utf-8")


def read_manifest(path: Path) -> ModelManifest:
    """The manifest alone, checked against the features this code computes.

    Raises:
        BundleRefused: there is none, or it is of another schema.
    """
    try:
        manifest = ModelManifest.model_validate_json((path / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise BundleRefused(f"{path}: no {MANIFEST}, so this is no bundle") from error
    except (OSError, ValidationError) as error:
        raise BundleRefused(f"{path / MANIFEST}: {error}") from error
    if manifest.schema_version != SCHEMA:
        raise BundleRefused(f"{path}: bundle schema {manifest.schema_version}, this code reads {SCHEMA}")
    ours = tuple((spec.name, spec.family.value) for spec in SPECS)
    theirs = tuple((column.name, column.family) for column in manifest.features)
    if ours != theirs:
        changed = sorted({name for name, _ in set(ours) ^ set(theirs)}) or ["their order"]
        raise BundleRefused(f"{path}: made for other features than this code computes: {', '.join(changed[:5])}")
    return manifest


def _digest(path: Path) -> str:
    try:
        return _sha256(path)
    except OSError as error:
        raise BundleRefused(f"{path}: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
