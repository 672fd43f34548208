"""Builds the frontend if its sources have changed, and copies it for one run: `python -m marquee_cli.page DIR`.

A run serves its own copy, so that a later build does not replace files that it is serving. Standard library only.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from marquee_cli.node import installed_node
from marquee_cli.setup import FRONTEND, VENV

STAMP = FRONTEND / ".next" / "marquee-build"
STANDALONE = FRONTEND / ".next" / "standalone"
COPY_STAMP = "marquee-build"
NOT_SOURCES = {"node_modules", ".next", ".test", "test-results", "next-env.d.ts"}


def main(argv: Sequence[str] | None = None) -> int:
    """Build if needed, then copy to the given directory. Two callers in one tree run one after the other."""
    target = Path((argv or sys.argv[1:])[0])
    lock = os.open(FRONTEND, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code = build()
        if code == 0:
            copy_to(target)
        return code
    finally:
        os.close(lock)


def copy_to(target: Path) -> None:
    """Copy the built page, ready for `node server.js`, unless the target already holds this build."""
    stamp = target / COPY_STAMP
    if stamp.exists() and stamp.read_text() == STAMP.read_text():
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(STANDALONE, target, symlinks=True)
    stamp.write_text(STAMP.read_text())


def build() -> int:
    """Run `npm run build` unless the last build had the same sources. Returns npm's exit code."""
    wanted = sources_digest()
    if (STANDALONE / "server.js").exists() and STAMP.exists() and STAMP.read_text() == wanted:
        print("page: nothing changed since the last build", flush=True)
        return 0
    node = installed_node(VENV)
    if node is None:
        print("page: Node.js 20 or newer is missing; run `make setup`", file=sys.stderr)
        return 1
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    code = subprocess.run([str(node.npm), "run", "build"], cwd=FRONTEND, env=node.environment(), check=False).returncode
    if code == 0:
        STAMP.write_text(wanted)
        print(f"page: built in {time.monotonic() - started:.1f} s", flush=True)
    return code


def sources_digest() -> str:
    """A digest of every file that the build reads."""
    digest = hashlib.sha256()
    for source in sorted(_sources(FRONTEND)):
        digest.update(str(source.relative_to(FRONTEND)).encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_SOURCES or entry.suffix in (".tsbuildinfo", ".md"):
            continue
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.is_file():
            yield entry


if __name__ == "__main__":
    sys.exit(main())
