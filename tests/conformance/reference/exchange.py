"""A request taken apart, an answer being made, a refusal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_plus

import httpx

JSON_API = "application/vnd.api+json"

TITLES = {
    "en": {400: "Bad request", 401: "Not authenticated", 403: "Forbidden", 404: "Not found", 410: "Gone"},
    "fr": {
        400: "Mauvaise requête",
        401: "Non authentifié",
        403: "Interdit",
        404: "Introuvable",
        410: "Supprimé",
    },
}


class Refusal(Exception):
    """Ends a request: one or more error objects."""

    def __init__(self, status: int, code: str, detail: str = "", **more: Any) -> None:
        self.status = status
        self.headers: dict[str, str] = more.pop("headers", {})
        source = {n: more.pop(n) for n in ("pointer", "parameter") if n in more}
        self.errors = [{"status": str(status), "code": code, "detail": detail or code.lower(), **more}]
        if source:
            self.errors[0]["source"] = source
        super().__init__(f"{status} {code} {detail}")

    @classmethod
    def of(cls, refusals: list[Refusal]) -> Refusal:
        """Several refusals as one."""
        first, *rest = refusals
        for other in rest:
            first.errors += other.errors
        return first


@dataclass
class Ask:
    """What was asked; `path` has no prefix, doubled or last slashes. Faults may change it."""

    method: str
    scheme: str
    origin_path: str
    raw_path: str
    query: list[tuple[str, str]]
    raw_query: str
    headers: dict[str, str]
    body: bytes
    prefix: str = ""
    path: str = ""
    caller: Any = None
    language: str = "en"

    @classmethod
    def of(cls, request: httpx.Request) -> Ask:
        raw, _, query = request.url.raw_path.decode().partition("?")
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        return cls(
            request.method,
            request.url.scheme,
            re.sub("/+", "/", unquote(raw)),
            raw,
            [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs],
            query,
            {n.lower(): v for n, v in request.headers.items()},
            request.read(),
        )

    def parameter(self, *names: str) -> str | None:
        return next((v for n, v in self.query if n in names), None)

    @property
    def compact(self) -> bool:
        spelled = self.headers.get("content-type", "").replace('"', "").replace(" ", "")
        return "ext=bulk" in spelled or self.headers.get("crnk-compact") == "true"

    @property
    def parts(self) -> list[str]:
        return [part for part in self.path.split("/") if part]

    def document(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, "MALFORMED_DOCUMENT", "the body is not JSON") from None


@dataclass
class Answer:
    """Status, headers, and a document or bytes. Faults may change it."""

    status: int = 200
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def response(self, method: str) -> httpx.Response:
        body = self.raw
        if body is None and self.document is not None:
            body = json.dumps(self.document, ensure_ascii=False).encode()
        return httpx.Response(
            self.status, headers=self.headers, content=b"" if method == "HEAD" else body or b""
        )

    @property
    def resources(self) -> list[dict[str, Any]]:
        """Primary and included resources, for faults."""
        document = self.document if isinstance(self.document, dict) else {}
        data = document.get("data")
        primary = data if isinstance(data, list) else [data] if data else []
        return [r for r in [*primary, *document.get("included", [])] if isinstance(r, dict)]
