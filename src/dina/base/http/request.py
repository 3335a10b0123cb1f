"""One request as endpoints see it."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.identity.caller import Caller
from dina.base.text import DEFAULT_LANGUAGE, LANGUAGES

Receive = Callable[[], Awaitable[Any]]
MAX_BODY = 20 * 1024 * 1024


class Request:
    """Method, path below the module's prefix, headers and who asks.

    `prefix` is the mount the request came through: every link in the answer begins with it.
    """

    __slots__ = (
        "_body", "_receive", "arrived", "caller", "headers", "id", "language", "max_body", "method", "passed_over",
        "path", "prefix", "query", "started", "warnings",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        prefix: str,
        path: str,
        query: bytes,
        headers: dict[bytes, bytes],
        caller: Caller,
        receive: Receive,
        request_id: str,
        max_body: int = MAX_BODY,
    ) -> None:
        self.method = method
        self.prefix = prefix
        self.path = path
        self.query = query
        self.headers = headers
        self.caller = caller
        self.id = request_id
        self.max_body = max_body
        self.started = time.perf_counter()
        self.arrived = dt.datetime.now(dt.UTC)
        self.language = accepted_language(headers.get(b"accept-language", b""))
        self.warnings: dict[str, Any] = {}
        self.passed_over = False
        self._receive = receive
        self._body: bytes | None = None

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def words(self, name: bytes) -> str | None:
        """A header that holds words of people: UTF-8, or Latin-1 from programs that know no better."""
        value = self.headers.get(name)
        try:
            return None if value is None else value.decode()
        except UnicodeDecodeError:
            return self.header(name)

    @property
    def compact(self) -> bool:
        return self.headers.get(
            b"crnk-compact", b""
        ).lower() == b"true" or b"urn:dina:profile:compact" in self.headers.get(b"accept", b"")

    def replay(self, body: bytes) -> None:
        """Let the body be read once more."""
        self._body = body

    async def body(self) -> bytes:
        """The whole body. Raises Problem PAYLOAD_TOO_LARGE beyond the limit, before reading it to the end."""
        if self._body is not None:
            return self._body
        return b"".join([part async for part in self.stream(self.max_body)])

    async def stream(self, limit: int) -> AsyncIterator[bytes]:
        """The body part by part, at most `limit` bytes. Raises Problem where it is longer or cut off."""
        declared = self.headers.get(b"content-length")
        if declared is not None and declared.isdigit() and int(declared) > limit:
            raise _too_large(limit)
        size = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Problem(Error("MALFORMED_DOCUMENT", key="body.cutOff"))
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            yield part
            more = message.get("more_body", False)

    @property
    def minimal(self) -> bool:
        """Whether the sender wants no more than to know that it was done (RFC 7240 `return=minimal`)."""
        return b"return=minimal" in self.headers.get(b"prefer", b"")


def _too_large(limit: int) -> Problem:
    shown = limit // (1024 * 1024)
    return Problem(Error("PAYLOAD_TOO_LARGE", values={"limit": shown}, meta={"limit": limit}))


def most_errors(headers: Mapping[bytes, bytes]) -> int | None:
    """How many errors the sender can take (`Prefer: errors=5000`); None for the usual number."""
    found = re.search(rb"\berrors=(\d{1,5})\b", headers.get(b"prefer", b""))
    return int(found[1]) if found else None


def accepted_language(header: bytes) -> str:
    """The best supported language of an Accept-Language header, else the default (api.md §20)."""
    if not header:
        return DEFAULT_LANGUAGE
    best, weight = DEFAULT_LANGUAGE, 0.0
    for part in header.decode("latin-1").split(",")[:20]:
        tag, _, rest = part.strip().partition(";")
        code = tag[:2].lower()
        try:
            q = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if code in LANGUAGES and q > weight and (len(tag) == 2 or tag[2:3] == "-"):
            best, weight = code, q
    return best
