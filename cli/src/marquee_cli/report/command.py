"""`marquee report`: everything that is known of a model, as report.json and report.html in one folder."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marquee.contracts.registry import champion_of, registry
from marquee.errors import MarqueeError, Misconfigured
from marquee.kafka.models_topic import model_events
from marquee.logs import configure_logs
from marquee.settings import ServiceSettings
from marquee_cli.backtest import say
from marquee_cli.offline_data import read_offline_data
from marquee_cli.report.document import document_of
from marquee_cli.report.page import page
from trainer.config import TrainingConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = (
        "With --ratings and --movies two more things are measured, with trainings of their own on these files: lists "
        "of users that no training has seen, and movies similar to one. These trainings have the model's configuration."
    )
    parser.add_argument(
        "--model",
        metavar="VERSION|PATH",
        help="a version in MARQUEE_MODEL_DIR, or a bundle's folder; default: what serves",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write to; default: report-VERSION")
    parser.add_argument("--ratings", type=Path, help="ratings.csv")
    parser.add_argument("--movies", type=Path, help="movies.csv")
    parser.add_argument("--links", type=Path, help="links.csv, needed for --tmdb")
    parser.add_argument("--tmdb", type=Path, help="TMDB snapshot")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another value of a hyper-parameter in these trainings; may be given several times",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 with one line that says why."""
    try:
        folder = _folder_of(args.model, ServiceSettings())
        document = document_of(folder)  # a bundle that cannot be read costs no training
        out = args.out or Path(f"report-{document['version']}")
        _check_writable(out)
        if args.ratings or args.movies:
            document["offline"] = _offline(args, _config_of(document, args.set))
        _write(document, out)
    except MarqueeError as error:
        sys.stderr.write(f"marquee report: {error}\n")
        return 1
    print(f"{out / 'report.html'}\n{out / 'report.json'}")
    return 0


def _folder_of(model: str | None, settings: ServiceSettings) -> Path:
    """The bundle that is asked for, or the one that serves.

    Raises:
        Misconfigured: there is no such model, or none at all.
    """
    if model is None:
        configure_logs("marquee", level="CRITICAL", as_json=False)  # ours replaces the client's messages
        try:
            champion = champion_of(registry(asyncio.run(model_events(settings.kafka))))
        except MarqueeError as error:
            raise Misconfigured(f"{error}; --model PATH reports on a bundle without a broker") from error
        if champion is None:
            raise Misconfigured("no model serves yet; --model VERSION reports on one that does not")
        return settings.model_dir / champion.event.location
    for folder in (settings.model_dir / model, Path(model)):
        if folder.is_dir():
            return folder
    raise Misconfigured(
        f"there is no model {model}: neither in {settings.model_dir} nor a folder; `marquee models list` shows all"
    )


def _check_writable(out: Path) -> None:
    """Make the folder now, so that nothing is measured in vain.

    Raises:
        Misconfigured: it cannot be made or written to.
    """
    probe = out / ".writable"
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Misconfigured(f"cannot write to {out}: {error.strerror}") from error


def _config_of(document: Mapping[str, Any], settings: Sequence[str]) -> TrainingConfig:
    """The configuration of the model, as far as it says, with other values.

    Raises:
        Misconfigured: this code does not know the model's configuration, or a value is impossible.
    """
    made_with = document["made_with"]
    try:
        own = TrainingConfig() if made_with is None else TrainingConfig.model_validate(made_with["config"])
    except ValueError as error:  # pydantic's, of several lines
        raise Misconfigured(
            "the model's configuration is one of another release, which this one cannot train"
        ) from error
    return own.with_settings(settings)


def _offline(args: argparse.Namespace, config: TrainingConfig) -> dict[str, Any]:
    if not (args.ratings and args.movies):
        raise Misconfigured("--ratings and --movies belong together")
    from marquee_cli.report.offline import offline_quality

    data = read_offline_data(args.ratings, args.movies, links=args.links, tmdb=args.tmdb, say=say)
    return offline_quality(data.ratings, data.movies, config=config, say=say)


def _write(document: dict[str, Any], out: Path) -> None:
    """Both files.

    Raises:
        Misconfigured: a file cannot be written.
    """
    try:
        (out / "report.json").write_text(json.dumps(document, indent=2, allow_nan=False), encoding="utf-8")
        (out / "report.html").write_text(page(document), encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"cannot write to {out}: {error.strerror}") from error
