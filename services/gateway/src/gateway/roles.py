"""Who may do what: keys with roles, compared in constant time, and what is open without a key (docs/adr/0012)."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address
from pathlib import Path

from gateway.route_kinds import Kind
from marquee.errors import Misconfigured

MIN_KEY = 16
"""Characters of a key that is given as it is: shorter ones can be guessed."""
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


class Role(IntEnum):
    """Each may do what the ones before it may."""

    NONE = 0
    READ = 1
    WRITE = 2
    ADMIN = 3


NEEDED = {Kind.OPERATIONS: Role.NONE, Kind.RANK: Role.READ, Kind.READ: Role.READ}
NEEDED |= {Kind.WRITE: Role.WRITE, Kind.ADMIN: Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Keys:
    """The known keys.

    Attributes:
        of_digest: roles by SHA-256 of the key.
        without: the role of a request without a key.
    """

    of_digest: tuple[tuple[bytes, Role], ...]
    without: Role

    def role_of(self, key: bytes) -> Role | None:
        """The role of a key, None for an unknown one; takes as long for any key."""
        digest, found = hashlib.sha256(key).digest(), None
        for known, role in self.of_digest:
            if hmac.compare_digest(known, digest):
                found = role
        return found


def keys_from(given: str, file: Path | None, *, without: Role) -> Keys:
    """The keys of the settings: entries `role:key` or `role:sha256:<hex>`, with commas or lines between.

    Raises:
        Misconfigured: the file cannot be read, or an entry is none; its text is not repeated.
    """
    found = [*_entries("MARQUEE_API_KEYS", given.split(","))]
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise Misconfigured(f"MARQUEE_API_KEYS_FILE: cannot read {file} ({type(error).__name__})") from error
        found += _entries("MARQUEE_API_KEYS_FILE", text.splitlines())
    roles: dict[bytes, Role] = {}
    for digest, role in found:
        if roles.setdefault(digest, role) is not role:
            raise Misconfigured("MARQUEE_API_KEYS: one key has two roles")
    return Keys(tuple(roles.items()), without)


def _entries(name: str, entries: Iterable[str]) -> Iterator[tuple[bytes, Role]]:
    for at, entry in enumerate(map(str.strip, entries), start=1):
        if not entry or entry.startswith("#"):
            continue
        role, _, key = entry.partition(":")
        if role not in ("read", "write", "admin"):
            raise Misconfigured(f"{name}: entry {at} does not begin with read:, write: or admin:")
        hashed = _HASH.fullmatch(key)
        if hashed is None and (len(key) < MIN_KEY or key.startswith("sha256:")):
            raise Misconfigured(
                f"{name}: entry {at} has neither a key of {MIN_KEY} characters nor sha256: and 64 digits"
            )
        yield bytes.fromhex(hashed[1]) if hashed else hashlib.sha256(key.encode()).digest(), Role[role.upper()]


def role_without_key(open_to: str, address: str, *, is_behind_proxy: bool = False) -> Role:
    """The role of whoever sends no key: as set, else reading and rating if only this machine can ask.

    Args:
        is_behind_proxy: strangers arrive from this machine too, through a proxy on it.
    """
    if open_to:
        return Role[open_to.upper()]
    return Role.WRITE if _is_loopback(address) and not is_behind_proxy else Role.NONE


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"
