"""What a call without an answer failed of: aiohttp's own exception says it, which is the cause of httpx's."""

from enum import StrEnum

import aiohttp
import httpx


class Failure(StrEnum):
    """Why there is no answer, as the end of a sentence about the service."""

    REFUSED = "nobody listens there"
    BROKEN = "the connection broke"
    LATE = "no answer in time"


def failure_of(error: httpx.HTTPError | TimeoutError) -> Failure:
    """What the call failed of."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError) or isinstance(error, httpx.ConnectError):
        return Failure.REFUSED
    if isinstance(cause, aiohttp.ClientError):
        return Failure.LATE if isinstance(cause, TimeoutError) else Failure.BROKEN
    return Failure.LATE if isinstance(error, TimeoutError | httpx.TimeoutException) else Failure.BROKEN
