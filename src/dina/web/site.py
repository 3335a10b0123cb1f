"""The pages' application: routes, languages, sessions, protection of unsafe requests."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dina.base.text import LANGUAGES
from dina.client import ApiError, Client
from dina.web import editing, exchange, pages, public, texts
from dina.web.registry import Registry
from dina.web.session import Sessions

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def environment() -> Environment:
    found = Environment(
        loader=PackageLoader("dina.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    found.globals["asset_version"] = asset_version()
    return found


def asset_version() -> str:
    """Changes when an asset changes, so that browsers may keep assets for good."""
    newest = max(path.stat().st_mtime for path in Path(str(files("dina.web").joinpath("static"))).rglob("*"))
    return str(int(newest))


def create_site(
    api: Any, modules: Sequence[tuple[str, str]], *, secret: str, dev: bool = False, secure: bool = False
) -> Starlette:
    """The pages over an API in the same process (an ASGI application)."""
    transport = httpx.ASGITransport(app=api, raise_app_exceptions=False)
    static = Path(str(files("dina.web").joinpath("static")))
    prefix = "/{language}"
    routes = [
        Route("/", pages.choose_language),
        Mount("/static", StaticFiles(directory=static)),
        Route("/docs", pages.choose_docs),
        Route(f"{prefix}/docs", pages.reference),
        Route(prefix, pages.home),
        Route(f"{prefix}/sign-in", pages.sign_in, methods=["GET", "POST"]),
        Route(f"{prefix}/sign-out", pages.sign_out, methods=["POST"]),
        Route(f"{prefix}/specimens", pages.specimens),
        Route(f"{prefix}/specimens/{{id}}", pages.specimen),
        Route(f"{prefix}/pick/{{type}}", pages.pick),
        *exchange.routes(prefix),
        *public.routes(prefix),
        Route(f"{prefix}/{{type}}", pages.listing),
        Route(f"{prefix}/{{type}}/new", editing.new, methods=["GET", "POST"]),
        Route(f"{prefix}/{{type}}/{{id}}", pages.record),
        Route(f"{prefix}/{{type}}/{{id}}/edit", editing.edit, methods=["GET", "POST"]),
        Route(f"{prefix}/{{type}}/{{id}}/delete", editing.delete, methods=["POST"]),
        Route(f"{prefix}/{{type}}/{{id}}/restore", editing.restore, methods=["POST"]),
    ]
    site = Starlette(
        routes=routes,
        middleware=[Middleware(Frame)],
        exception_handlers={ApiError: pages.api_error, 404: pages.not_found},  # type: ignore[dict-item]
    )
    site.state.sessions = Sessions(secret, secure=secure)
    site.state.transport = transport
    site.state.registry = Registry(modules)
    site.state.templates = environment()
    site.state.dev = dev
    return site


class Frame(BaseHTTPMiddleware):
    """Around every page: session, client, language, the CSRF check, headers."""

    async def dispatch(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        state = request.app.state
        if request.url.path.startswith("/static/"):
            answer = await call_next(request)
            answer.headers["cache-control"] = "public, max-age=31536000, immutable"
            return answer
        request.state.language = language_of(request)
        session = request.state.session = state.sessions.read(request)
        async with Client(transport=state.transport, language=request.state.language) as client:
            await state.sessions.fresh(session, client)
            if session.access:
                client.http.headers["authorization"] = f"Bearer {session.access}"
            request.state.client = client
            if request.method not in ("GET", "HEAD") and not await marked(request, session.csrf):
                answer: Response = HTMLResponse(
                    texts.translate(
                        request.state.language,
                        "This form has expired. Go back, reload the page and try again.",
                    ),
                    403,
                )
            else:
                answer = await call_next(request)
        if session.changed:
            state.sessions.write(answer, session)
        answer.headers.update(HEADERS)
        answer.headers.setdefault("cache-control", "private, no-store")
        answer.headers["content-language"] = request.state.language
        return answer


async def marked(request: Request, csrf: str) -> bool:
    """Whether an unsafe request carries the session's mark, and comes from our own pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    await request.body()  # kept, so that the page can read the form again
    given = request.headers.get("x-csrf") or str((await request.form()).get("csrf", ""))
    return hmac.compare_digest(given.encode(), csrf.encode())


def language_of(request: Request) -> str:
    first = request.url.path.split("/")[1]
    if first in LANGUAGES:
        return first
    accepted = request.headers.get("accept-language", "")[:2].lower()
    return accepted if accepted in LANGUAGES else "en"


__all__ = ["RedirectResponse", "create_site"]
