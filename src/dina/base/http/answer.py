"""What an endpoint gives back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON_API = b"application/vnd.api+json"


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


@dataclass(slots=True)
class Answer:
    """Status, body and extra headers; `content_type` None leaves the header out (204).

    `stream` gives the body part by part where it is too long to hold; `body` is then empty.
    """

    status: int = 200
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    content_type: bytes | None = JSON_API
    stream: AsyncGenerator[bytes, None] | None = None

    def header(self, name: bytes, value: str | bytes) -> Answer:
        self.headers.append((name, value.encode("latin-1", "replace") if isinstance(value, str) else value))
        return self
