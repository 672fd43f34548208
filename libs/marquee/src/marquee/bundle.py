"""The model bundle: one folder with everything a ranker needs, complete or not there at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from marquee.contracts.manifest import SCHEMA, FeatureColumn, MadeWith, ModelManifest, SimilarOrder
from marquee.contracts.verdict import Verdict
from marquee.errors import MarqueeError
from marquee.explanation.crowd import Crowd
from marquee.explanation.trees import Trees
from marquee.features.distribution import Distribution
from marquee.features.similar.vector import PAIR_SPECS
from marquee.features.spec import Specs
from marquee.features.vector import SPECS
from marquee.retrieval.config import DEFAULTS, RetrievalConfig
from marquee.retrieval.fitted import FittedRetrieval
from marquee.state.movie_table import MovieTable

MANIFEST, ONNX, TREES, TRIAL, REPORT, CATALOG, RETRIEVAL, CROWD, DISTRIBUTION = (
    "manifest.json", "ranker.onnx", "trees.npz", "trial.txt", "report.json", "catalog.npz", "snapshot", "crowd",
    "distribution.npz",
)  # fmt: skip
SIMILAR_ONNX, SIMILAR_TREES = "similar.onnx", "similar_trees.npz"


class BundleRefused(MarqueeError):
    """The folder is no bundle this code may serve; the message says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarParts:
    """What orders similar movies; without `onnx` and `trees` it is the weighted sum, and `reason` says why.

    Attributes:
        metrics: what was measured before the model was let in, by system.
    """

    onnx: bytes | None = None
    trees: Trees | None = None
    reason: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimilarModel:
    """A model of similar movies as it is stored."""

    onnx: bytes
    trees: Trees


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleParts:
    """What goes into a bundle; without `onnx` and `trees`, retrieval alone ranks and `reason` says why.

    Attributes:
        trial: LightGBM's text of the same ranker trained without the newest window, by which the next model is judged.
        known: by topic, the offset after the last record of each partition that the catalogue is made of.
        distribution: of the features in training, with which serving is compared.
    """

    catalog: MovieTable
    retrieval: FittedRetrieval
    made_with: MadeWith
    onnx: bytes | None = None
    trees: Trees | None = None
    report: Mapping[str, Any]
    counts: Mapping[str, int]
    metrics: Mapping[str, float]
    reason: str = ""
    crowd: Crowd | None = None
    trial: str | None = None
    verdict: Verdict | None = None
    known: Mapping[str, Sequence[int]] = field(default_factory=dict)
    distribution: Distribution | None = None
    similar: SimilarParts | None = None

    def write(self, folder: Path, *, version: str, created_at: datetime) -> Path:
        """Write the bundle `folder/version`, first under another name and then by one rename; returns its path.

        Raises:
            BundleRefused: there is a bundle of that version already.
        """
        target = folder / version
        if target.exists():
            raise BundleRefused(f"{target}: there is a bundle of this version already")
        draft = folder / f".{version}.{os.getpid()}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            self._write_files(draft)
            manifest = self._manifest(draft, version=version, created_at=created_at)
            (draft / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target

    def _write_files(self, folder: Path) -> None:
        save_catalog(self.catalog, folder / CATALOG)
        self.retrieval.save(folder / RETRIEVAL)
        if self.crowd is not None:
            self.crowd.save(folder / CROWD)
        if self.onnx is not None and self.trees is not None:
            (folder / ONNX).write_bytes(self.onnx)
            self.trees.save(folder / TREES)
        if self.similar is not None and self.similar.onnx is not None and self.similar.trees is not None:
            (folder / SIMILAR_ONNX).write_bytes(self.similar.onnx)
            self.similar.trees.save(folder / SIMILAR_TREES)
        if self.trial is not None:
            (folder / TRIAL).write_text(self.trial, encoding="utf-8")
        if self.distribution is not None:
            self.distribution.save(folder / DISTRIBUTION)
        (folder / REPORT).write_text(json.dumps(dict(self.report), indent=2), encoding="utf-8")

    def _manifest(self, folder: Path, *, version: str, created_at: datetime) -> ModelManifest:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return ModelManifest(
            version=version,
            created_at=created_at,
            as_of_ms=self.retrieval.as_of_ms,
            ranker="retrieval_order" if self.onnx is None else "lambdarank",
            reason=self.reason,
            features=_columns(SPECS),
            files={str(path.relative_to(folder)): _sha256(path) for path in files},
            counts=dict(self.counts),
            metrics=dict(self.metrics),
            made_with=self._made_with(),
            known={topic: tuple(ends) for topic, ends in self.known.items()},
            verdict=self.verdict,
            similar=self._similar(),
        )

    def _similar(self) -> SimilarOrder | None:
        if self.similar is None:
            return None
        return SimilarOrder(
            ranker="weighted_sum" if self.similar.onnx is None else "lambdarank",
            reason=self.similar.reason,
            features=_columns(PAIR_SPECS) if self.similar.onnx is not None else (),
            metrics=dict(self.similar.metrics),
        )

    def _made_with(self) -> MadeWith:
        """As given, with the configuration that the retrieval was in fact fitted with: it decides how it is served."""
        retrieval = self.retrieval.config.model_dump(mode="json")
        return self.made_with.model_copy(update={"config": {**self.made_with.config, "retrieval": retrieval}})


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle, its large arrays memory-mapped; one of an earlier release lacks what is None.

    Attributes:
        similar: None also where the weighted sum orders similar movies.
    """

    path: Path
    manifest: ModelManifest
    catalog: MovieTable
    retrieval: FittedRetrieval
    onnx: bytes | None
    trees: Trees | None
    report: dict[str, Any]
    crowd: Crowd | None = None
    trial: str | None = None
    distribution: Distribution | None = None
    similar: SimilarModel | None = None


def load_bundle(path: Path) -> Bundle:
    """Read a bundle and check every file's digest and the feature schema.

    Raises:
        BundleRefused: something is missing, changed, or made for other features.
    """
    manifest = verified_manifest(path)
    is_model = manifest.ranker == "lambdarank"
    try:
        catalog, retrieval = (
            load_catalog(path / CATALOG),
            FittedRetrieval.load(path / RETRIEVAL, _retrieval_config(manifest)),
        )
        if {retrieval.n_linked, retrieval.n_movies} != {len(catalog)}:
            raise ValueError(f"{len(catalog)} movies in the catalogue, {retrieval.n_linked} in the retrieval arrays")
        crowd = Crowd.load(path / CROWD) if (path / CROWD).is_dir() else None
        if crowd is not None and len(crowd) != len(catalog):
            raise ValueError(f"{len(catalog)} movies in the catalogue, {len(crowd)} in the crowd's counts")
        return Bundle(
            path=path,
            manifest=manifest,
            catalog=catalog,
            retrieval=retrieval,
            onnx=(path / ONNX).read_bytes() if is_model else None,
            trees=Trees.load(path / TREES) if is_model else None,
            report=json.loads((path / REPORT).read_text(encoding="utf-8")),
            crowd=crowd,
            trial=(path / TRIAL).read_text(encoding="utf-8") if (path / TRIAL).is_file() else None,
            distribution=Distribution.load(path / DISTRIBUTION) if (path / DISTRIBUTION).is_file() else None,
            similar=_similar_model(path, manifest),
        )
    except Exception as error:  # whatever a library raises over bytes that it does not understand
        raise BundleRefused(f"{path}: {type(error).__name__}: {error}") from error


def _similar_model(path: Path, manifest: ModelManifest) -> SimilarModel | None:
    if manifest.similar is None or manifest.similar.ranker != "lambdarank":
        return None
    return SimilarModel((path / SIMILAR_ONNX).read_bytes(), Trees.load(path / SIMILAR_TREES))


def _retrieval_config(manifest: ModelManifest) -> RetrievalConfig:
    """How the bundle's retrieval was fitted; a bundle that does not say was made with the defaults."""
    if manifest.made_with is None:
        return DEFAULTS
    return RetrievalConfig.model_validate(manifest.made_with.config["retrieval"])


def save_catalog(catalog: MovieTable, path: Path) -> None:
    """Write the columns that serving reads; cast and keywords are kept in the terms of the retrieval alone."""
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


def verified_manifest(path: Path) -> ModelManifest:
    """The manifest, once every file that it names is found to be the one that was written.

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
    return manifest


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
    _require_features(path, _columns(SPECS), manifest.features)
    if manifest.similar is not None and manifest.similar.ranker == "lambdarank":
        _require_features(path, _columns(PAIR_SPECS), manifest.similar.features)
    return manifest


def _columns(specs: Specs) -> tuple[FeatureColumn, ...]:
    return tuple(FeatureColumn(name=spec.name, family=spec.family.value) for spec in specs)


def _require_features(path: Path, ours: tuple[FeatureColumn, ...], theirs: tuple[FeatureColumn, ...]) -> None:
    """Refuse a model that would read other columns than this code computes."""
    if ours != theirs:
        changed = sorted({column.name for column in {*ours} ^ {*theirs}}) or ["their order"]
        raise BundleRefused(f"{path}: made for other features than this code computes: {', '.join(changed[:5])}")


def _digest(path: Path) -> str:
    try:
        return _sha256(path)
    except OSError as error:
        raise BundleRefused(f"{path}: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
