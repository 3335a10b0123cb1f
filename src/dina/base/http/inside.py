"""Asking the API of one's own process: the same requests and answers, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx

from dina.base.identity.caller import Caller

CALLER = "dina.caller"
"""Where the caller stands in the scope of a request made here; no server ever puts anything there."""
AHEAD = 4
"""Parts of an answer that may wait to be read."""


class InProcess(httpx.AsyncBaseTransport):
    """An httpx transport that calls an ASGI application; answers are streamed, not collected.

    With a caller it asks as somebody; without one, as whom the headers say.
    """

    def __init__(self, app: Callable[[Any, Any, Any], Awaitable[None]], caller: Caller | None = None) -> None:
        self.app = app
        self.caller = caller

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 0),
        } | ({} if self.caller is None else {CALLER: self.caller})
        assert isinstance(request.stream, httpx.AsyncByteStream)
        body = aiter(request.stream)
        told: asyncio.Queue[Any] = asyncio.Queue(AHEAD)

        async def receive() -> dict[str, Any]:
            try:
                return {"type": "http.request", "body": await anext(body), "more_body": True}
            except StopAsyncIteration:
                return {"type": "http.request", "body": b"", "more_body": False}

        async def call() -> None:
            try:
                await self.app(scope, receive, told.put)
                await told.put(None)
            except Exception as fault:
                await told.put(fault)

        task = asyncio.create_task(call())
        try:
            start = await told.get()
        except asyncio.CancelledError:
            task.cancel()
            raise
        if start is None or isinstance(start, Exception):
            raise httpx.ReadError(str(start), request=request)
        return httpx.Response(
            start["status"],
            headers=start["headers"],
            stream=_Parts(task, told, request),
        )


class _Parts(httpx.AsyncByteStream):
    def __init__(self, task: asyncio.Task[None], told: asyncio.Queue[Any], request: httpx.Request) -> None:
        self.task = task
        self.told = told
        self.request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self.told.get()) is not None:
            if isinstance(message, Exception):
                raise httpx.ReadError(str(message), request=self.request)
            if message.get("body"):
                yield message["body"]

    async def aclose(self) -> None:
        self.task.cancel()
