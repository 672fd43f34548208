"""How much memory a training may take: what the machine has left, or the container."""

from pathlib import Path

GIB = float(2**30)

LIMITS = (
    ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current", "file"),
    ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes", "total_cache"),
)
"""Of a control group, in both versions: limit, use, and the line of `memory.stat` with what of it only caches files."""


def free_gib(root: Path = Path("/")) -> float:
    """Memory that can be had without swapping, in GiB; unlimited where the system tells nothing of it."""
    available_kib = _field(root / "proc/meminfo", "MemAvailable:")
    found = [float("inf") if available_kib is None else available_kib * 1_024]
    for limit, used, cached in LIMITS:
        most, taken = _number(root / limit), _number(root / used)
        if most is not None and taken is not None:
            in_files = _field((root / used).with_name("memory.stat"), cached)
            found.append(most - taken + (in_files or 0.0))
    return min(found) / GIB


def needed_gib(n_ratings: int, n_processes: int) -> float:
    """About the most that a training takes on several processes together, from three measured ones (docs/growth.md).

    Each process has the libraries and one window's models, which grow with the ratings up to the number that they are
    fitted on. So do the lists, with the users, up to a limit that some 900,000 ratings reach.
    """
    millions = n_ratings / 1e6
    fitted = min(millions, 5.0)
    lists = 1.7 * min(millions / 0.9, 1.0)
    return 0.45 + 0.35 * n_processes + lists + fitted * (0.05 + 0.25 * n_processes) + 0.2 * (millions - fitted)


def _number(path: Path) -> float | None:
    """What the file holds; None without a number, as where there is no limit."""
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _field(path: Path, name: str) -> float | None:
    """The number behind this name, which begins a line of the file; None without it."""
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    return next((float(words[1]) for words in lines if words[:1] == [name]), None)
