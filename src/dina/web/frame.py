"""Around every page: session, client, language, who asks, the check of unsafe requests, headers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dina.base.text import LANGUAGES
from dina.client import ApiError, Client
from dina.web import preferences, texts
from dina.web.session import Session
from dina.web.who import Who

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
MAX_FORM, MAX_FIELDS = 2_000_000, 3000
LARGE = texts.N_("This form is too large.")
EXPIRED = texts.N_("This form has expired. Go back, reload the page and try again.")


class Frame(BaseHTTPMiddleware):
    """What surrounds the answer to every request for a page."""

    async def dispatch(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        state = request.app.state
        if request.url.path.startswith("/static/"):
            answer = await call_next(request)
            answer.headers["cache-control"] = "public, max-age=31536000, immutable"
            answer.headers["x-content-type-options"] = "nosniff"
            return answer
        request.state.language = language_of(request)
        session = request.state.session = state.sessions.read(request)
        async with Client(transport=state.transport, language=request.state.language) as client:
            await state.sessions.fresh(session, client)
            if session.access:
                client.http.headers["authorization"] = f"Bearer {session.access}"
            request.state.client = client
            if too_large(request) or not await readable(request):
                answer: Response = HTMLResponse(texts.translate(request.state.language, LARGE), 413)
            elif request.method not in ("GET", "HEAD") and not await marked(request, session.csrf):
                answer = HTMLResponse(texts.translate(request.state.language, EXPIRED), 403)
            else:
                await recognise(request, session, client)
                answer = await call_next(request)
        session = request.state.session
        if session.changed:
            state.sessions.write(answer, session)
        answer.headers.update(HEADERS)
        answer.headers.setdefault("cache-control", "private, no-store")
        answer.headers["content-language"] = request.state.language
        return answer


async def recognise(request: Request, session: Session, client: Client) -> None:
    """Who asks and how they like the pages; without an answer of the API, nobody."""
    state = request.app.state
    request.state.who = Who()
    if not (session.signed_in or state.dev):
        return
    try:
        registry = await state.registry.load(client)
        request.state.who = await state.people.find(caller_key(session), client, registry)
        if session.prefs_of != request.state.who.username:
            await preferences.load(session, request.state.who, client, registry)
    except ApiError:
        return


def caller_key(session: Session) -> str:
    return hashlib.sha256(session.access.encode()).hexdigest()


def too_large(request: Request) -> bool:
    """Whether a form is larger than any of ours; files come as multipart, whose size the API judges."""
    length = request.headers.get("content-length", "")
    if request.method in ("GET", "HEAD") or request.headers.get("content-type", "").startswith("multipart/"):
        return False
    return not length.isdigit() or int(length) > MAX_FORM


async def readable(request: Request) -> bool:
    """Whether a form has no more fields than the largest of ours."""
    if request.method in ("GET", "HEAD"):
        return True
    await request.body()  # kept, so that the page can read the form again
    try:
        await request.form(max_fields=MAX_FIELDS)
    except HTTPException:
        return False
    return True


async def marked(request: Request, csrf: str) -> bool:
    """Whether an unsafe request carries the session's mark, and comes from our own pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    given = request.headers.get("x-csrf") or str((await request.form(max_fields=MAX_FIELDS)).get("csrf", ""))
    return hmac.compare_digest(given.encode(), csrf.encode())


def language_of(request: Request) -> str:
    first = request.url.path.split("/")[1]
    if first in LANGUAGES:
        return first
    accepted = request.headers.get("accept-language", "")[:2].lower()
    return accepted if accepted in LANGUAGES else "en"
