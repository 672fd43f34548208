"""A client of one service of ours: httpx's requests and answers, sent by aiohttp."""

from types import TracebackType
from typing import Any, Self

import aiohttp
import httpx

IDLE_S = 4.0
"""How long a connection is kept for the next call: a second less than services keep theirs, so that none is closed
while a request is on its way to it."""


class StraightClient(httpx.AsyncClient):
    """Leaves out what httpx's own client does around each call, and how it reads an answer piece by piece.

    That one looks for redirects, cookies, authentication and proxies, of which there are none between services; with it
    the gateway takes a sixth more processor time (docs/adr/0031). To be entered before the first call.

    It waits as long as its caller does: calls of one service differ in how long they may take, and an `asyncio.timeout`
    around each holds for the whole of it.

    Args:
        url: of the service.
    """

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, timeout=None, transport=httpx.AsyncBaseTransport(), trust_env=False)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_S)  # requests in hand have limits (guards.py)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._session.close()
        await super().__aexit__(exc_type, exc_value, traceback)

    async def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """The whole answer; what else httpx's own client can be told is of no meaning here.

        Raises:
            httpx.TransportError: there is none; its cause is aiohttp's own exception.
        """
        sent = self._session.request(
            request.method,
            str(request.url),
            headers=request.headers.multi_items(),
            data=request.content or None,
            allow_redirects=False,
        )
        try:
            async with sent as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise httpx.TransportError(f"{type(error).__name__}: {error}", request=request) from error
        return httpx.Response(answer.status, headers=answer.raw_headers, content=body, request=request)
