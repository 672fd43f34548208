"""The command `marquee ingest`, also `python -m ingest.command`: one bulk load with a progress line and a report."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime

from ingest.bulk_load import load
from ingest.datasets import DEFAULT, NAMED
from ingest.known_movies import KnownMovies
from ingest.progress import LoadReport, Progress, progress_line, report_lines
from ingest.settings import IngestSettings
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.errors import MarqueeError
from marquee.kafka.clients import ensure_topics
from marquee.logs import configure_logs
from marquee.settings import warn_of_unknown_variables

PLAIN_EVERY_S = 2.0
TTY_EVERY_S = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", default="", help=f"a directory, or one of {', '.join(NAMED)} (default: MARQUEE_DATA, else {DEFAULT})"
    )
    parser.add_argument("--force", action="store_true", help="load although the same content is already loaded")


def run(args: argparse.Namespace) -> int:
    """0: loaded, or nothing to do. 1: one line on standard error says why not."""
    given = IngestSettings()
    chosen = {"data": args.data or given.data or DEFAULT, "force_load": args.force or given.force_load}
    settings = given.model_copy(update=chosen)
    configure_logs("ingest", level="WARNING", as_json=False)
    warn_of_unknown_variables(os.environ)
    try:
        report = asyncio.run(_load(settings))
    except MarqueeError as error:
        print(f"ingest: {error}", file=sys.stderr)  # noqa: T201  # a command: this is its output
        return 1
    except KeyboardInterrupt:
        print("ingest: stopped; run it again: ratings already loaded are not counted twice", file=sys.stderr)  # noqa: T201  # a command: this is its output
        return 130
    print("\n".join(report_lines(report)))  # noqa: T201  # a command: this is its output
    return 0


async def _load(settings: IngestSettings) -> LoadReport:
    await ensure_topics(settings.kafka, (CATALOG, RATINGS), wait_s=settings.wait_s)
    progress = Progress()
    shown = asyncio.create_task(_show(progress))
    try:
        return await load(settings, progress, KnownMovies(), clock=lambda: datetime.now(UTC))
    finally:
        shown.cancel()
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")


async def _show(progress: Progress) -> None:
    """A line that is rewritten on a terminal; elsewhere a new line now and then."""
    is_terminal = sys.stderr.isatty()
    while True:
        await asyncio.sleep(TTY_EVERY_S if is_terminal else PLAIN_EVERY_S)
        line = progress_line(progress.status())
        sys.stderr.write(f"\r\033[K{line}" if is_terminal else f"{line}\n")
        sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="ingest.command", description=__doc__)
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
