"""Which code trains: the package's version, and the commit if the code lies in a git work tree."""

import subprocess
from importlib.metadata import version
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


def _git(source: Path, *words: str) -> str:
    """What git prints; nothing if it is missing, fails, or takes too long."""
    command = ["git", "-C", str(source.parent), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603  # words of ours
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
