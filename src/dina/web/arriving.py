"""What arrives with a request, kept without filling the memory; and how long the API took for the answer."""

from __future__ import annotations

import tempfile
import time

import httpx
from starlette.types import Message, Receive

IN_MEMORY = 1 << 20
PART = 1 << 16


class Body:
    """The body of a request, read once and given as often as it is wanted; a large one lies on the disk."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="dina-form-")  # noqa: SIM115 - closed by close()

    async def take(self, receive: Receive, most: int) -> bool:
        """Read all of it; False as soon as it is more than `most` bytes, or the sender is gone."""
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return False
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > most:
                return False
            self.file.write(part)
            if not message.get("more_body", False):
                return True

    def receive(self, after: Receive) -> Receive:
        """What an application receives: the body from its beginning, then whatever comes after it."""
        at, over = 0, False

        async def receiving() -> Message:
            nonlocal at, over
            if over:
                return await after()
            self.file.seek(at)
            part = self.file.read(PART)
            at += len(part)
            over = len(part) < PART
            return {"type": "http.request", "body": part, "more_body": not over}

        return receiving

    def close(self) -> None:
        self.file.close()


class Timed(httpx.AsyncBaseTransport):
    """A transport that counts the requests for one page and the time that they take."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.requests = 0
        self.seconds = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        begun = time.perf_counter()
        try:
            return await self.transport.handle_async_request(request)
        finally:
            self.seconds += time.perf_counter() - begun

    def told(self, whole: float) -> str:
        """The header that browsers show in their tools: the time of the API and that of the page itself."""
        page = max(0.0, whole - self.seconds)
        return (
            f'api;desc="{self.requests} requests";dur={self.seconds * 1000:.1f}, page;dur={page * 1000:.1f}'
        )
