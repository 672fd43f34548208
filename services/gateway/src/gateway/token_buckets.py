"""How many requests each client may send: a bucket of tokens that fills up again. Pure."""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

MAX_CLIENTS = 20_000
"""Buckets that are kept, about 4 MB; of more clients the ones that asked longest ago start again with a full one."""


@dataclass(slots=True)
class TokenBuckets:
    """One bucket per client.

    Attributes:
        rate: tokens per second; a request takes one.
        burst: what a full bucket holds.
    """

    rate: float
    burst: float
    max_clients: int = MAX_CLIENTS
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # (tokens, when), oldest first

    def wait_of(self, client: str, now: float) -> float:
        """Take a token: 0, or without one the seconds until there will be one."""
        tokens, since = self._levels.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + max(0.0, now - since) * self.rate)
        is_taken = tokens >= 1
        self._levels[client] = (tokens - is_taken, now)
        if len(self._levels) > self.max_clients:
            self._levels.popitem(last=False)
        return 0.0 if is_taken else (1 - tokens) / self.rate

    def __len__(self) -> int:
        return len(self._levels)


def client_of(address: str) -> str:
    """Whom an address belongs to: of IPv6 the network of 64 bits, which one client has to itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return f"{ip.packed[:8].hex()}::/64"
