"""A broker that accepts clients and then says no more: what a client meets that connects to one that is overloaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class SilentBroker:
    """Counts its clients' connections."""

    address: str = ""
    accepted: int = 0
    silenced: asyncio.Event = field(default_factory=asyncio.Event)  # a client waits for an answer that never comes
    closed: asyncio.Event = field(default_factory=asyncio.Event)  # no connection is open any more
    open: int = 0


@asynccontextmanager
async def running_silent_broker(real: str) -> AsyncIterator[SilentBroker]:
    """The first request of each connection (which versions the broker speaks) is answered by the real broker."""
    host, _, port = real.rpartition(":")
    broker = SilentBroker()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker.accepted, broker.open = broker.accepted + 1, broker.open + 1
        broker.closed.clear()
        try:
            answers, requests = await asyncio.open_connection(host, int(port))
            requests.write(await _frame(reader))
            writer.write(await _frame(answers))
            requests.close()
            await _frame(reader)
            broker.silenced.set()
            while await reader.read(1_024):
                pass
        finally:
            writer.close()
            broker.open -= 1
            if not broker.open:
                broker.closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    broker.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield broker


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """One request or answer, with its length."""
    length = await reader.readexactly(4)
    return length + await reader.readexactly(int.from_bytes(length, "big"))
