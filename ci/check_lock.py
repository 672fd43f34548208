"""Checks that the locks hold what the members ask for, and that nothing tracked names this machine or an index.

`python ci/check_lock.py`, from the repository root. Prints each finding; exit code 1 if there is one.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

LOCKS = ("requirements.lock", "ci/uv.txt", "ci/node.txt", "frontend/package-lock.json")
MACHINE_PATH = r"(?<![\w.])/(?:root|home|work|opt/wheels)/"
REGISTRY = r"\b(?:py[p]i|files\.python[h]osted|registry\.np[m]js)\.(?:org|com)\b"  # bracketed: it must not find itself
NOT_TRACKED = re.compile(f"{MACHINE_PATH}|{REGISTRY}")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def main() -> int:
    findings = [*outdated(), *addresses(), *machine_paths()]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return 1 if findings else 0


def outdated() -> Iterator[str]:
    """Bounds of the members, their extras and the dev group that the lock does not meet."""
    locked = {_plain(name): version for name, version in PIN.findall(Path("requirements.lock").read_text())}
    for source, requirement in _requirements():
        wanted = Requirement(requirement)
        name = _plain(wanted.name)
        if name.startswith("marquee-") or not _applies(wanted):
            continue
        if name not in locked:
            yield f"{source}: {requirement} is not in requirements.lock; run `make lock`"
        elif not wanted.specifier.contains(locked[name], prereleases=True):
            yield f"{source}: {requirement}, but requirements.lock has {locked[name]}; run `make lock`"


def addresses() -> Iterator[str]:
    """Download addresses in lock files."""
    for lock in LOCKS:
        path = Path(lock)
        for number, line in enumerate(path.read_text().splitlines(), 1) if path.exists() else ():
            if re.search(r'https?://|"resolved"', line):
                yield f"{lock}:{number} has an address"


def machine_paths() -> Iterator[str]:
    """Tracked text that names a path of one machine or the host of a package index."""
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout.decode().split("\0")  # noqa: S607  # git of the PATH
    for name in filter(None, tracked):
        path = Path(name)
        if not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := NOT_TRACKED.search(line):
                yield f"{name}:{number} has {found[0]!r}"


def _requirements() -> Iterator[tuple[str, str]]:
    root = tomllib.loads(Path("pyproject.toml").read_text())
    for requirement in root["dependency-groups"]["dev"]:
        yield "pyproject.toml", requirement
    for member in ("libs/marquee", *sorted(map(str, Path("services").glob("*"))), "cli"):
        source = Path(member) / "pyproject.toml"
        project = tomllib.loads(source.read_text())["project"]
        for requirements in (project["dependencies"], *project.get("optional-dependencies", {}).values()):
            for requirement in requirements:
                yield str(source), requirement


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(default_environment() | {"extra": ""})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
