"""python -m support.shared_out FOLDER go | kill | wait: a training that two processes share, in a process of its own.

It prints the ids of the two, then its progress. At the first progress one of the two is killed, or all wait for ever.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import active_children
from pathlib import Path

from support.broken_models import CONFIG, N_MOVIES, returning_users
from support.trainings import LATER_MS
from support.worlds import a_catalog
from trainer.executor import HERE, Executor, executor_at
from trainer.pipeline import train

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def bundle(
    folder: Path, version: str, executor: Executor = HERE, progress: Callable[[str], None] = lambda _: None
) -> dict[str, bytes]:
    """The files of one that is trained on this world."""
    movies = a_catalog(N_MOVIES, with_people=True)
    parts = train(returning_users(), movies, as_of_ms=LATER_MS, config=CONFIG, executor=executor, progress=progress)
    return files_of(parts.write(folder, version=version, created_at=NOW))


def files_of(written: Path) -> dict[str, bytes]:
    """Every file of a bundle but the manifest, which has the version's name."""
    files = {str(path.relative_to(written)): path for path in written.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "manifest.json"}


def main(folder: str, what: str) -> None:
    told = 0

    def progress(message: str) -> None:
        nonlocal told
        print(message, flush=True)
        told += 1
        if told == 1 and what == "kill":
            os.kill(next(iter(ids)), signal.SIGKILL)
        if told == 1 and what == "wait":
            signal.pause()

    with executor_at("", wait_s=0, progress=progress, n_processes=2) as several:
        ids = {child.pid or 0 for child in active_children()}
        print(*ids, flush=True)
        bundle(Path(folder), "shared", several, progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
