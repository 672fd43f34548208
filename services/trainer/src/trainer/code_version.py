"""Which code trains: the package's version, and the commit if the code lies in a git work tree."""

import hashlib
import platform
import subprocess
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve()
LIMIT_S = 10.0


def code_version(source: Path = HERE) -> str:
    """Such as "0.1.0+900aeb2cc2f1", with "-dirty" if files were changed; the package's version alone without git.

    Args:
        source: a file of the code; a work tree that does not track it belongs to somebody else and does not count.
    """
    package = version("marquee-trainer")
    if not _git(source, "ls-files", "--error-unmatch", source.name):
        return package
    commit = _git(source, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    return f"{package}+{commit}" if commit else package


NUMERIC = ("numpy", "scipy", "lightgbm")
"""Packages of whose versions the numbers depend."""


@cache
def code_identity() -> str:
    """Equal in two processes only if they compute the same: release, digest of our sources, Python, numeric packages.

    The commit is no part of it: an image has none, and most commits change no source of a training.
    """
    packages = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in NUMERIC)]
    sources = source_digest(*(_folder(name) for name in ("marquee", "trainer")))
    return f"{version('marquee-trainer')} (sources {sources}, {', '.join(packages)})"


def source_digest(*folders: Path) -> str:
    """Twelve hexadecimal digits that change with the name or the content of any Python file in the folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:12]


def _folder(package: str) -> Path:
    found = find_spec(package)
    assert found is not None and found.origin is not None  # noqa: S101  # this code is in one of them, and uses the other
    return Path(found.origin).parent


def _git(source: Path, *words: str) -> str:
    """What git prints; nothing if it is missing, fails, or takes too long."""
    command = ["git", "-C", str(source.parent), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603  # words of ours
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
