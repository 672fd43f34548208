"""Calls to the ranker and to ingest: bodies are handed on as they are, in both directions."""

from dataclasses import dataclass

import httpx
from fastapi import Response

from marquee.errors import Transient
from marquee.requests import REQUEST_ID


@dataclass(frozen=True, slots=True)
class Upstream:
    """One service behind the gateway."""

    name: str
    client: httpx.AsyncClient
    timeout_s: float

    async def post(self, path: str, body: bytes, *, request_id: str) -> Response:
        """Its answer, whatever status below 500 it has.

        Raises:
            Transient: it did not answer in time, or with a 5xx.
        """
        headers = {"content-type": "application/json", REQUEST_ID: request_id}
        try:
            answer = await self.client.post(path, content=body, headers=headers, timeout=self.timeout_s)
        except httpx.HTTPError as error:
            raise Transient(f"{self.name} at {self.client.base_url}: {type(error).__name__}") from error
        if answer.status_code >= 500:
            raise Transient(f"{self.name}: {detail_of(answer)}")
        kept = {"server-timing": timing} if (timing := answer.headers.get("server-timing")) else {}
        return Response(answer.content, answer.status_code, kept, media_type=answer.headers.get("content-type"))

    async def ping(self) -> str:
        """Its liveness."""
        answer = await self.client.get("/livez", timeout=self.timeout_s)
        answer.raise_for_status()
        return str(self.client.base_url)


def detail_of(answer: httpx.Response) -> str:
    """What a problem says, or its status."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
