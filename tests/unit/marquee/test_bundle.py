"""A bundle is complete and unchanged, or it is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from marquee.bundle import BundleParts, BundleRefused, load_bundle
from marquee.contracts.manifest import MadeWith
from marquee.explanation.crowd import Crowd
from marquee.retrieval.config import DEFAULTS, RetrievalConfig
from marquee.retrieval.fitted import fit_retrieval
from support.worlds import a_catalog, checkerboard

NOW = datetime(2020, 1, 1, tzinfo=UTC)


def parts(config: RetrievalConfig = DEFAULTS) -> BundleParts:
    catalog = a_catalog(with_people=True)
    return BundleParts(
        catalog=catalog,
        retrieval=fit_retrieval(checkerboard(), catalog, config),
        made_with=MadeWith(code_version="0.1.0", config={"seed": 7}),
        report={"a": 1},
        counts={"ratings": 960},
        metrics={},
        crowd=Crowd.of(checkerboard(), catalog),
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return parts().write(tmp_path, version="v1", created_at=NOW)


def test_a_loaded_bundle_holds_the_arrays_that_were_written(bundle: Path) -> None:
    written = parts()

    loaded = load_bundle(bundle)

    assert loaded.catalog.titles == written.catalog.titles
    assert loaded.catalog.directors == written.catalog.directors
    assert np.array_equal(loaded.catalog.genres, written.catalog.genres)
    assert np.array_equal(loaded.retrieval.links.toarray(), written.retrieval.links.toarray())
    assert np.array_equal(loaded.retrieval.terms.toarray(), written.retrieval.terms.toarray())
    assert loaded.retrieval.term_names == written.retrieval.term_names != ()
    assert loaded.crowd is not None and written.crowd is not None
    assert np.array_equal(loaded.crowd.fan, written.crowd.fan)
    assert loaded.manifest.counts == {"ratings": 960}


def test_a_bundle_of_an_earlier_release_has_neither_crowd_nor_names_of_terms(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    later = [name for name in manifest["files"] if name.startswith("crowd/") or name.endswith("terms.names.npy")]
    for name in later:
        del manifest["files"][name]
        (bundle / name).unlink()
    (bundle / "crowd").rmdir()
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    loaded = load_bundle(bundle)

    assert len(later) > 2
    assert loaded.crowd is None
    assert loaded.retrieval.term_names == ()


def test_a_crowd_of_another_catalogue_is_refused(tmp_path: Path) -> None:
    other = replace(parts(), crowd=Crowd.of(checkerboard(), a_catalog(39)))

    with pytest.raises(BundleRefused, match="39 in the crowd's counts"):
        load_bundle(other.write(tmp_path, version="v1", created_at=NOW))


def test_a_changed_file_is_named_and_refused(bundle: Path) -> None:
    (bundle / "report.json").write_text("{}")

    with pytest.raises(BundleRefused, match=r"report\.json"):
        load_bundle(bundle)


def test_a_missing_file_is_named_and_refused(bundle: Path) -> None:
    (bundle / "snapshot" / "links.data.npy").unlink()

    with pytest.raises(BundleRefused, match=r"links\.data\.npy"):
        load_bundle(bundle)


def test_a_bundle_made_for_other_features_is_refused(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["features"][0]["name"] = "of_tomorrow"
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleRefused, match="of_tomorrow"):
        load_bundle(bundle)


@pytest.mark.parametrize("text", ["", "{}", "[1]"])
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(BundleRefused):
        load_bundle(tmp_path)


def test_a_version_is_not_written_twice_and_no_draft_stays_behind(bundle: Path) -> None:
    with pytest.raises(BundleRefused):
        parts().write(bundle.parent, version="v1", created_at=NOW)

    assert [path.name for path in bundle.parent.iterdir()] == ["v1"]


def test_a_bundle_of_an_earlier_schema_is_refused(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["schema_version"] = 1  # the same feature names, with ages in calendar time
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleRefused, match="schema 1"):
        load_bundle(bundle)


def test_the_manifest_says_how_the_model_was_made(bundle: Path) -> None:
    made_with = load_bundle(bundle).manifest.made_with

    assert made_with is not None
    assert made_with.code_version == "0.1.0"
    assert made_with.config == {"seed": 7, "retrieval": DEFAULTS.model_dump(mode="json")}


def test_retrieval_is_loaded_with_the_values_that_it_was_fitted_with(tmp_path: Path) -> None:
    path = parts(RetrievalConfig(per_source=3)).write(tmp_path, version="v1", created_at=NOW)

    assert load_bundle(path).retrieval.config.per_source == 3


def test_a_bundle_that_does_not_say_how_it_was_made_is_served_with_the_defaults(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest["made_with"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    assert load_bundle(bundle).retrieval.config == DEFAULTS


def test_a_bundle_made_with_an_unknown_hyper_parameter_is_refused(bundle: Path) -> None:
    """An older release must not serve it with other values than it was trained for."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["made_with"]["config"]["retrieval"]["of_tomorrow"] = 1
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BundleRefused, match="of_tomorrow"):
        load_bundle(bundle)
