"""Notices that the broker's process was replaced: an idle connection that is kept open to it ends then.

A broker that acknowledges before it writes (the embedded one, ADR 0002) loses its newest records when it is killed, and
gives their offsets to other records. The protocol does not report that; the end of a connection does, and at once.
"""

import asyncio
from contextlib import suppress

RETRY_S = 0.1


class BrokerWatch:
    """Counts the lives of the broker's process by the connections to it that have ended."""

    def __init__(self, bootstrap: str) -> None:
        self._addresses = [address.strip().rpartition(":") for address in bootstrap.split(",")]
        self._life = 0
        self._reader: asyncio.StreamReader | None = None

    @property
    def life(self) -> int | None:
        """If equal before and after something, one broker process answered throughout. None: not connected."""
        return None if self._reader is None or self._reader.at_eof() else self._life

    async def run(self) -> None:
        """Hold a connection to one of the addresses until cancelled."""
        while True:
            for host, _, port in self._addresses:
                await self._hold(host, int(port))
                await asyncio.sleep(RETRY_S)

    async def _hold(self, host: str, port: int) -> None:
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            return
        self._life += 1
        self._reader = reader
        try:
            while await reader.read(1_024):
                pass
        except OSError:
            pass
        finally:
            self._reader = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
