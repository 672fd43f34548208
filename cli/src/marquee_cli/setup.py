"""Sets up the repository's environment from Python 3.11 alone: .venv, frontend/node_modules, a Chromium.

Standard library only, because it runs before anything is installed (the Makefile shows the call).
A part whose inputs have not changed is skipped. Nothing is removed except what the package managers replace.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from marquee_cli.chromium import find_chromium
from marquee_cli.node import Node, installed_node

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMP = VENV / ".marquee-setup"
FRONTEND = ROOT / "frontend"
MEMBERS = (
    "libs/marquee",
    *sorted(f"services/{project.parent.name}" for project in ROOT.glob("services/*/pyproject.toml")),
    "cli",
)


class SetupFailed(Exception):
    """One line: what could not be set up, and why."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="python, node or chromium; default: python node")
    parts = parser.parse_args(argv).parts or ["python", "node"]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    try:
        with one_at_a_time():
            done = [part for part in parts if PARTS[part]()]
    except SetupFailed as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    if done:
        print(f"setup: done in {time.monotonic() - started:.1f} s", flush=True)
    return 0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two calls in one tree run one after the other; the second finds everything done."""
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def set_up_python() -> bool:
    """Bring .venv to the state of requirements.lock, with our own packages editable. False if nothing changed."""
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        raise SetupFailed(
            f"Python 3.11 or 3.12 is needed, this is {sys.version.split()[0]}; try `make PYTHON=python3.11`"
        )
    wanted = _fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return False
    if not PYTHON.exists() or _fails([str(PYTHON), "-m", "pip", "--version"]):
        _run("creating .venv", [sys.executable, "-m", "venv", str(VENV)])
    bootstrap = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    _run("installing uv into .venv", [*bootstrap, "-r", "ci/uv.txt"])
    install = [str(UV), "pip", "install", "--quiet", "--python", str(PYTHON)]
    # Compiled here, once: under PYTHONDONTWRITEBYTECODE each short process of demo and tests would compile it again.
    hashed = ["--compile-bytecode", "--require-hashes", "-r", "requirements.lock"]
    _run("installing requirements.lock", [*install, *hashed])
    editable = [word for member in MEMBERS for word in ("-e", member)]
    _run("linking Marquee's own packages", [*install, "--no-deps", "--no-build-isolation", *editable])
    STAMP.write_text(wanted)
    return True


def set_up_node() -> bool:
    """Bring frontend/node_modules to the state of package-lock.json; installs Node.js from PyPI if it is missing."""
    if not (FRONTEND / "package-lock.json").exists():
        return False
    node, changed = usable_node()
    if not node_modules_differ():
        return changed
    _run(
        f"installing frontend/node_modules (Node.js {node.version})",
        [str(node.npm), "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=FRONTEND,
        env=node.environment(),
    )
    return True


def usable_node() -> tuple[Node, bool]:
    """A Node.js, and whether it was installed just now."""
    if node := installed_node(VENV):
        return node, False
    _run(
        "installing Node.js from PyPI (this machine has no node >= 20 with npm)",
        [str(UV), "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", "ci/node.txt"],
    )
    if node := installed_node(VENV):
        return node, True
    raise SetupFailed("the Node.js from PyPI does not run on this machine; install Node.js 20 or newer")


def set_up_chromium() -> bool:
    """Find a browser for the browser tests, or install Debian's package. Without one, fails only if CI=true."""
    if find_chromium():
        return False
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with contextlib.suppress(SetupFailed):
            _run("updating apt's package lists", ["apt-get", "update", "-qq"], env=quiet)
            _run("installing Debian's chromium", ["apt-get", "install", "-y", "-qq", "chromium"], env=quiet)
    if find_chromium():
        return True
    line = "no Chromium or Chrome found; install one, or set MARQUEE_CHROMIUM to its path"
    if os.environ.get("CI") == "true":
        raise SetupFailed(line)
    print(f"setup: {line}: the browser tests will be SKIPPED", flush=True)
    return False


def _fingerprint() -> str:
    """A digest of everything that .venv is made from."""
    sources = [ROOT / "requirements.lock", ROOT / "ci" / "uv.txt"]
    sources += [ROOT / member / "pyproject.toml" for member in MEMBERS]
    digest = hashlib.sha256(repr((sys.version_info[:2], str(ROOT))).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def node_modules_differ(frontend: Path = FRONTEND) -> bool:
    """Whether npm's record in node_modules differs from package-lock.json, ignoring other platforms' packages."""
    noted = frontend / "node_modules" / ".package-lock.json"
    if not noted.exists():
        return True
    wanted = json.loads((frontend / "package-lock.json").read_text())["packages"]
    found = json.loads(noted.read_text())["packages"]
    return any(
        found.get(path, {}).get("version") != entry.get("version")
        for path, entry in wanted.items()
        if path and not (entry.get("optional") and path not in found)
    )


def _fails(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode != 0
    except OSError:
        return True


def _run(what: str, command: Sequence[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command; print what it does and how long it took."""
    print(f"setup: {what} ...", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        raise SetupFailed(f"{what} failed with code {code}: {' '.join(map(str, command))}")
    print(f"setup: {what}: {time.monotonic() - started:.1f} s", flush=True)


PARTS = {"python": set_up_python, "node": set_up_node, "chromium": set_up_chromium}

if __name__ == "__main__":
    sys.exit(main())
