"""What kind of work a request is: it decides which role may ask, and with how many others at once. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """Requests that cost alike and need the same rights."""

    OPERATIONS = "operations"  # health, versions and documents: never limited
    RANK = "rank"  # asks the ranker
    READ = "read"  # is answered from memory or Redis
    WRITE = "write"  # changes something
    ADMIN = "admin"  # changes what all are served


_OPERATIONS = ("/livez", "/readyz", "/version", "/openapi.json", "/docs")
_ADMIN = ("/train",)
_MODELS = ("/models",)
_READING = ("GET", "HEAD", "OPTIONS")
_RANKING = ("/rank", "/explain")


def kind_of(method: str, path: str) -> Kind:
    """The kind of a request; of an unknown path, that of its method."""
    bare = path.removeprefix("/v1")
    if _is_below(path, _OPERATIONS):
        return Kind.OPERATIONS
    if _is_below(bare, _ADMIN) or (_is_below(bare, _MODELS) and method not in _READING):
        return Kind.ADMIN
    if _is_below(bare, _RANKING) or bare.startswith("/rankings/") or is_similar(bare):
        return Kind.RANK
    return Kind.READ if method in _READING else Kind.WRITE


def is_similar(bare: str) -> bool:
    """Whether a path, without its version, asks for the movies similar to one."""
    return bare.startswith("/movies/") and bare.endswith("/similar")


def _is_below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith((f"{root}/", f"{root}:")) for root in roots)
