"""The gateway: mounts, clean paths, identity, limits, errors and headers around every module (api.md §1, §2, §26)."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from dina.base.errors import Error, Problem
from dina.base.http.answer import JSON_API, Answer, dumps
from dina.base.http.inside import CALLER
from dina.base.http.negotiation import answer_type, asks_by_post, ending
from dina.base.http.request import MAX_BODY, Request, accepted_language, most_errors
from dina.base.identity.caller import ANONYMOUS, Caller
from dina.base.jsonapi.operation import asks, is_public
from dina.base.jsonapi.router import dispatch
from dina.base.jsonapi.service import Service
from dina.base.metrics import Metrics
from dina.base.text import LANGUAGES

log = structlog.get_logger("dina.request")
MAX_URL = 64 * 1024
FORWARDED_PREFIX = re.compile(rb"(/[A-Za-z0-9._~-]+)+/?")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,100}")
VARY = b"Accept, Accept-Language, Authorization"
FIXED = [
    (b"vary", VARY),
    (b"cache-control", b"private, no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
ALLOWED_HEADERS = (
    b"Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, Idempotency-Key, "
    b"include-dina-permission, Crnk-Compact, X-Change-Set, X-Change-Set-Label"
)


class Identifies(Protocol):
    """Tells who asks; `cached` is the fast way for a token seen before."""

    def cached(self, authorization: bytes) -> Caller | None: ...

    async def caller(self, headers: Mapping[bytes, bytes], client_host: str) -> Caller: ...


class Limits(Protocol):
    def wait(self, caller: Caller) -> float: ...


@dataclass(slots=True)
class Gateway:
    """An ASGI application over the services of one process. `mounts` maps a prefix to its service."""

    mounts: Mapping[str, Service]
    identity: Identifies
    limits: Limits | None = None
    metrics: Metrics = field(default_factory=Metrics)
    origins: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    anonymous: bool = False
    https_only: bool = False
    max_body: int = MAX_BODY
    log_requests: bool = True

    def mount(self, path: str) -> tuple[str, Service] | None:
        """The longest prefix of the path that a service is mounted under."""
        at = len(path)
        while at > 0:
            service = self.mounts.get(path[:at])
            if service is not None:
                return path[:at], service
            at = path.rfind("/", 0, at)
        return None

    def serves(self, path: str) -> bool:
        return self.mount(clean(path)) is not None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        started = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        who: Caller = ANONYMOUS
        try:
            request, service = await self.read(scope, headers, receive, request_id)
            who = request.caller
            # What everybody may read are files and feeds of many kinds, for programs that ask for anything.
            everybody = is_public(service, request.method, request.path)
            content_type = (
                JSON_API if everybody else answer_type(headers.get(b"accept", b""), ending(request.path))
            )
            answer = await dispatch(service, request)
            language = request.language
            if answer.content_type == JSON_API:
                answer.content_type = content_type
        except Exception as fault:
            language = language_of(scope, headers)
            answer = self.failed(fault, language, request_id, most_errors(headers))
        answer.headers.append((b"x-request-id", request_id.encode()))
        answer.headers.append((b"content-language", language.encode()))
        self.cross_origin(headers, answer)
        await respond(scope["method"], answer, send)
        seconds = time.perf_counter() - started
        self.metrics.request(scope["method"], answer.status, seconds)
        # What the system's own work asks for would drown what people ask for; a job tells of itself.
        if self.log_requests and CALLER not in scope:
            log.info(
                "request", id=request_id, method=scope["method"], path=scope["path"], status=answer.status,
                ms=round(seconds * 1000, 1), user=who.username,
            )  # fmt: skip

    async def read(
        self, scope: Any, headers: dict[bytes, bytes], receive: Any, request_id: str
    ) -> tuple[Request, Service]:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        if len(raw_path) + len(scope["query_string"]) > MAX_URL:
            raise Problem(Error("URI_TOO_LONG", values={"limit": MAX_URL // 1024}))
        path = clean(raw_path.decode("latin-1"))
        found = self.mount(path)
        if found is None or path == found[0]:
            raise Problem(Error("NO_SUCH_ENDPOINT"))
        prefix, service = found
        host = (scope.get("client") or ("", 0))[0]
        trusted = host in self.proxies
        if self.https_only and not self.is_secure(scope, headers, trusted):
            raise Problem(Error("FORBIDDEN", key="forbidden.http"))
        below = path[len(prefix) :]
        if trusted and FORWARDED_PREFIX.fullmatch(headers.get(b"x-forwarded-prefix", b"")):
            prefix = headers[b"x-forwarded-prefix"].decode("latin-1").rstrip("/") + prefix
        method: str = scope["method"]
        inside: Caller | None = scope.get(CALLER)
        caller = inside or await self.who(headers, host, method, service, below)
        request = Request(
            method, prefix, below, scope["query_string"], headers, caller, receive, request_id, self.max_body
        )
        if self.limits is not None and inside is None:
            wait = self.limits.wait(caller)
            if wait > 0:
                seconds = max(1, int(wait + 0.999))
                raise Problem(
                    Error("RATE_LIMITED", values={"seconds": seconds}), headers={"Retry-After": str(seconds)}
                )
        return request, service

    async def who(
        self, headers: Mapping[bytes, bytes], host: str, method: str, service: Service, path: str
    ) -> Caller:
        authorization = headers.get(b"authorization")
        if authorization is not None:
            known = self.identity.cached(authorization)
            if known is not None:
                return known
        if method == "OPTIONS" and authorization is None:
            return ANONYMOUS
        caller = await self.identity.caller(headers, host)
        reads = method in ("GET", "HEAD") or asks_by_post(method, path) or asks(service, method, path)
        if caller.anonymous and not ((self.anonymous and reads) or is_public(service, method, path)):
            raise Problem(Error("NOT_AUTHENTICATED"), headers={"WWW-Authenticate": "Bearer"})
        return caller

    @staticmethod
    def is_secure(scope: Any, headers: Mapping[bytes, bytes], trusted: bool) -> bool:
        if trusted and b"x-forwarded-proto" in headers:
            return headers[b"x-forwarded-proto"] == b"https"
        return scope.get("scheme") == "https"

    def failed(self, fault: Exception, language: str, request_id: str, most: int | None = None) -> Answer:
        """The error document of a Problem, or of a fault of ours, which is logged and never shown."""
        if isinstance(fault, Problem):
            problem = fault
        elif isinstance(fault, (PoolTimeout, OperationalError)):
            log.warning("unavailable", id=request_id, error=str(fault))
            problem = Problem(Error("UNAVAILABLE"), headers={"Retry-After": "5"})
        else:
            log.exception("fault", id=request_id, exc_info=fault)
            problem = Problem(Error("INTERNAL_ERROR"))
        body = dumps({"jsonapi": {"version": "1.1"}, "errors": problem.documents(language, request_id, most)})
        answer = Answer(problem.status, body)
        for name, value in problem.headers.items():
            answer.header(name.lower().encode(), value)
        return answer

    def cross_origin(self, headers: Mapping[bytes, bytes], answer: Answer) -> None:
        origin = headers.get(b"origin")
        if origin is None or origin.decode("latin-1") not in self.origins:
            return
        answer.headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"Location, ETag, Retry-After, X-Request-Id, X-Change-Set"),
        ]
        if b"access-control-request-method" in headers:
            answer.headers += [
                (b"access-control-allow-methods", b"GET, HEAD, POST, PATCH, DELETE, OPTIONS"),
                (b"access-control-allow-headers", ALLOWED_HEADERS),
                (b"access-control-max-age", b"600"),
            ]


def clean(path: str) -> str:
    """Repeated slashes are one; one at the end is ignored (api.md §1.2)."""
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def language_of(scope: Any, headers: Mapping[bytes, bytes]) -> str:
    """The language of an error: the parameter, else the header."""
    match = re.search(rb"(?:^|&)lang(?:uage)?=([a-z]{2})(?:&|$)", scope["query_string"])
    if match and match[1].decode() in LANGUAGES:
        return match[1].decode()
    return accepted_language(headers.get(b"accept-language", b""))


async def respond(method: str, answer: Answer, send: Callable[[Any], Awaitable[None]]) -> None:
    headers = [*FIXED, *answer.headers]
    if answer.content_type is not None:
        headers.append((b"content-type", answer.content_type))
    if answer.stream is not None:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if method != "HEAD":
            # Closed at once when nobody reads on, not when it happens to be collected: it may hold a connection.
            async with aclosing(answer.stream) as stream:
                async for part in stream:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if method == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
