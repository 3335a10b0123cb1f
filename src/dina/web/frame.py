"""Around every page: session, client, language, who asks, the check of unsafe requests, headers."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from contextlib import closing

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dina.base.text import LANGUAGES
from dina.client import ApiError, Client
from dina.web import errors, preferences, texts
from dina.web.arriving import Body, Timed
from dina.web.rendering import render
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
ASSET = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
MAX_FORM, MAX_FIELDS, MAX_FILE = 2_000_000, 3000, 1 << 30
FILES = re.compile(r"/\w\w/imports/(new|[0-9a-f-]{36}/file)")
"""The pages that files are sent to."""
LARGE = texts.N_("What was sent is too large. Send less at once, or a file by the import page.")
EXPIRED = texts.N_("This form has expired. Go back, reload the page and try again.")


class Frame:
    """What surrounds the answer to every request for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"].startswith("/static/"):
            # Files that the server sends by itself would not be compressed.
            await self.app({**scope, "extensions": {}}, receive, with_headers(send, ASSET))
        else:
            with closing(Body()) as body:
                await self.page(Request(scope, receive), receive, send, body)

    async def page(self, request: Request, receive: Receive, send: Send, body: Body) -> None:
        state, begun = request.app.state, time.perf_counter()
        language = request.state.language = language_of(request)
        session = request.state.session = state.sessions.read(request)
        if session.signed_in and session.language != language and request.url.path.startswith(f"/{language}"):
            session.language, session.changed = language, True
        timed = Timed(state.transport)
        async with Client(transport=timed, language=language) as client:
            await state.sessions.fresh(session, client)
            if session.access:
                client.http.headers["authorization"] = f"Bearer {session.access}"
            request.state.client, request.state.who = client, Who()
            refusal = None
            if request.method not in ("GET", "HEAD"):
                most = MAX_FORM if not (session.signed_in or state.dev) else limit_of(request)
                refusal = await refused(request, receive, body, session, most)
                receive = body.receive(receive)
            await recognise(request, session, client)
            app = self.app if refusal is None else refuse(request, *refusal)

            begins = False

            async def answer(message: Message) -> None:
                nonlocal begins
                if message["type"] == "http.response.start":
                    begins = True
                    headers = MutableHeaders(scope=message)
                    current: Session = request.state.session
                    # What others may keep and give away is nobody's own.
                    if current.changed and "public" not in headers.get("cache-control", ""):
                        state.sessions.write(headers, current)
                    for name, value in HEADERS.items():
                        headers.setdefault(name, value)
                    headers.setdefault("cache-control", "private, no-store")
                    headers["content-language"] = language
                    headers["server-timing"] = timed.told(time.perf_counter() - begun)
                await send(message)

            try:
                await app(request.scope, receive, answer)
            except Exception as fault:
                if begins:
                    raise
                await errors.failed(request, fault)(request.scope, receive, answer)


def with_headers(send: Send, values: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(values)
        await send(message)

    return sending


def limit_of(request: Request) -> int:
    """How much an address takes: files only where files are asked for."""
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    return MAX_FILE if multipart and FILES.fullmatch(request.url.path) else MAX_FORM


async def refused(
    request: Request, receive: Receive, body: Body, session: Session, most: int
) -> tuple[int, str] | None:
    """Status and text for an unsafe request that is not done: too large, not from our pages, without the mark.

    What its headers give away is refused before anything of it is read.
    """
    length = request.headers.get("content-length", "")
    if length and (not length.isdecimal() or int(length) > most):
        return 413, LARGE
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return 403, EXPIRED
    if "x-csrf" in request.headers and not session.marked(request.headers["x-csrf"]):
        return 403, EXPIRED
    if not await body.take(receive, most):
        return 413, LARGE
    try:
        async with Request(request.scope, body.receive(receive)).form(max_fields=MAX_FIELDS) as form:
            given = request.headers.get("x-csrf") or str(form.get("csrf", ""))
    except HTTPException:
        return 413, LARGE
    return None if session.marked(given) else (403, EXPIRED)


def refuse(request: Request, status: int, text: str) -> ASGIApp:
    """The page that says why."""
    said = texts.translate(request.state.language, text)
    if request.headers.get("hx-request") == "true":
        return HTMLResponse(said, status)
    return render(request, "shell/error.html", status, errors=[{"detail": said}], status_code=status)


async def recognise(request: Request, session: Session, client: Client) -> None:
    """Who asks and how they like the pages; without an answer of the API, nobody."""
    state = request.app.state
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


def language_of(request: Request) -> str:
    first = request.url.path.split("/")[1]
    if first in LANGUAGES:
        return first
    accepted = request.headers.get("accept-language", "")[:2].lower()
    return accepted if accepted in LANGUAGES else "en"
