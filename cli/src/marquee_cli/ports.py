"""TCP ports of the embedded run: any free ports inside, fixed ones for the API and the page."""

import os
import random
import socket
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

PUBLIC = {"MARQUEE_GATEWAY_PORT": 8000, "MARQUEE_FRONTEND_PORT": 3000}
FIRST, LAST = 20_000, 32_000  # below the ports that Linux and macOS give to outgoing connections


class PortBusy(Exception):
    """One line: which port is taken, by whom, and which variable sets another one."""


def public_port(variable: str, default: int) -> int:
    """The port in an environment variable, or the default.

    Raises:
        PortBusy: the value is no port number.
    """
    given = os.environ.get(variable) or str(default)
    if not given.isdigit() or not 0 < int(given) < 65_536:
        raise PortBusy(f"{variable} must be a port number, not {given!r}")
    return int(given)


def public_ports() -> dict[str, int]:
    """The ports of the API and the page, by the variable that sets each.

    Raises:
        PortBusy: a variable holds no port number, or both hold the same one.
    """
    chosen = {variable: public_port(variable, default) for variable, default in PUBLIC.items()}
    if len(set(chosen.values())) < len(chosen):
        raise PortBusy(f"{' and '.join(chosen)} are both {min(chosen.values())}; set one of them to another port")
    return chosen


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now. A port in TIME_WAIT is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError:
            return False
    return True


def require_free(variables: Mapping[str, int], host: str = "127.0.0.1") -> None:
    """Check that the public ports are free.

    Args:
        variables: environment variable -> the port it sets.
    Raises:
        PortBusy: one of the ports is taken.
    """
    for variable, port in variables.items():
        if not is_free(port, host):
            raise PortBusy(f"port {port} is in use{_by_whom(port)}; set {variable} to another one")


def internal_ports(
    names: Iterable[str],
    remembered: Mapping[str, int],
    *,
    ours: Collection[int] = (),
    excluded: Collection[int] = (),
) -> dict[str, int]:
    """A free port for each name, all different; the remembered one if it is still free.

    Args:
        ours: ports held by parts of this run; a remembered port among them counts as free.
        excluded: ports that something else is about to take.
    """
    chosen: dict[str, int] = {}
    with ExitStack() as held:
        for name in names:
            preferred = remembered.get(name)
            candidates = ([preferred] if preferred else []) + random.sample(range(FIRST, LAST), 200)
            usable = (port for port in candidates if port not in excluded and port not in chosen.values())
            chosen[name] = next(port for port in usable if (port == preferred and port in ours) or _hold(port, held))
    return chosen


def _hold(port: int, held: ExitStack) -> bool:
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
        probe.listen()
    except OSError:
        probe.close()
        return False
    held.callback(probe.close)
    return True


def _by_whom(port: int) -> str:
    """' by python (pid 12)' on Linux, if the process can be found; else empty."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            inodes |= {row[9] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*") if wanted else ():
        try:
            if any(str(link.readlink()) in wanted for link in (process / "fd").iterdir()):
                return f" by {(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:  # ended, or not ours to look at
            continue
    return ""
