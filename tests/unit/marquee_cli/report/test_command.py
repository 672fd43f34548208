"""`marquee report`: its files, and its one line when something is wrong."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marquee.bundle import BundleParts
from marquee_cli.report import command

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def models(trained: BundleParts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models with one, v1."""
    folder = tmp_path / "models"
    trained.write(folder, version="v1", created_at=NOW)
    monkeypatch.setenv("MARQUEE_MODEL_DIR", str(folder))
    return folder


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


@pytest.mark.parametrize("named_by", ["version", "path"])
def test_a_model_is_found_by_its_version_and_by_its_folder(models: Path, tmp_path: Path, named_by: str) -> None:
    out = tmp_path / "deep" / "out"

    assert run("--model", "v1" if named_by == "version" else models / "v1", "--out", out) == 0

    document = json.loads((out / "report.json").read_text())
    assert document["version"] == "v1"
    assert document["training"] == json.loads((models / "v1" / "report.json").read_text())
    assert (out / "report.html").read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json"]


def test_a_model_that_is_not_there_is_named(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--model", "v9", "--out", tmp_path / "out") == 1

    assert "there is no model v9" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_bundle_is_refused_with_the_file(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (models / "v1" / "trees.npz").write_bytes(b"other")

    assert run("--model", "v1", "--out", tmp_path / "out") == 1

    assert "trees.npz: its sha256 is not the manifest's" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_named(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    assert run("--model", "v1", "--out", tmp_path / "file" / "out") == 1

    assert f"cannot write to {tmp_path / 'file' / 'out'}" in capsys.readouterr().err


def test_ratings_without_movies_are_refused(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--model", "v1", "--out", tmp_path / "out", "--ratings", tmp_path / "ratings.csv") == 1

    assert "--ratings and --movies belong together" in capsys.readouterr().err


def test_a_configuration_of_another_release_is_refused_before_anything_is_trained(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((models / "v1" / "manifest.json").read_text())
    manifest["made_with"]["config"]["unheard_of"] = 1
    (models / "v1" / "manifest.json").write_text(json.dumps(manifest))
    files = ("--ratings", tmp_path / "ratings.csv", "--movies", tmp_path / "movies.csv")

    assert run("--model", "v1", "--out", tmp_path, *files) == 1

    assert "configuration is one of another release" in capsys.readouterr().err


def test_changed_settings_are_those_that_are_not_the_default(models: Path, tmp_path: Path) -> None:
    manifest = json.loads((models / "v1" / "manifest.json").read_text())
    manifest["made_with"]["config"]["ranker"]["num_leaves"] = 31
    (models / "v1" / "manifest.json").write_text(json.dumps(manifest))

    run("--model", "v1", "--out", tmp_path)

    document = json.loads((tmp_path / "report.json").read_text())
    assert document["made_with"]["changed"] == {"ranker.num_leaves": 31}
