"""Long work: the list, the drawer, one stream of events for a tab, stopping, going on, files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dina.client import ApiError, Client, Page, Resource
from dina.web.exchange.common import EXCHANGE, RUNNING, forward, job_html, one, page_number, render
from dina.web.rendering import check_language, client_of
from dina.web.session import safe_target

PAGE = 25
DRAWER = 10
LOOK, ALIVE, LAST = 1.0, 15, 600.0
"""Seconds between two looks, silent looks after which the line is kept open, seconds a stream lasts at most."""


async def listing(request: Request) -> Response:
    """One's own jobs and those of one's groups, the newest first."""
    check_language(request)
    offset = page_number(request, PAGE)
    found = await client_of(request).get(f"{EXCHANGE}/job", {"page[limit]": PAGE, "page[offset]": offset})
    total = int(found.meta["totalResourceCount"])
    return render(request, "exchange/jobs.html", jobs=found.data, offset=offset, limit=PAGE, total=total)


async def drawer(request: Request) -> Response:
    """The latest jobs, for the drawer of every page."""
    check_language(request)
    found = await client_of(request).get(f"{EXCHANGE}/job", {"page[limit]": DRAWER})
    return render(request, "exchange/jobs-drawer.html", jobs=found.data)


async def show(request: Request) -> Response:
    check_language(request)
    return render(request, "exchange/job-page.html", job=await one(request, "job"))


async def act(request: Request) -> Response:
    """Stop a job, or let it go on."""
    check_language(request)
    action = request.path_params["action"]
    id_ = quote(str(request.path_params["id"]))
    if action in ("stop", "retry"):
        await client_of(request).request("POST", f"{EXCHANGE}/job/{id_}/{action}")
    target = safe_target(str((await request.form()).get("to", "")), f"/{request.state.language}/jobs")
    return RedirectResponse(target, 303)


async def file(request: Request) -> Response:
    """What a job made."""
    id_, name = quote(str(request.path_params["id"])), quote(request.path_params["name"])
    return await forward(request, f"{EXCHANGE}/job/{id_}/files/{name}")


def told(job: Resource, html: str) -> bytes:
    a = job.attributes
    data = {
        "id": job.id, "kind": a["kind"], "state": a["state"], "label": a["label"], "over": a["state"] not in RUNNING,
        "html": html,
    }  # fmt: skip
    return b"event: job\ndata: " + orjson.dumps(data) + b"\n\n"


async def events(request: Request) -> Response:
    """Server-sent events: every job one may see, whenever it changes; a tab needs one of these.

    The stream ends before the session's token does, so that the browser's new request renews it.
    """
    check_language(request)
    session, state = request.state.session, request.app.state
    language: str = request.state.language
    ends = time.time() + LAST
    if session.signed_in:
        ends = min(ends, session.expires - 30)

    async def stream() -> AsyncIterator[bytes]:
        seen: dict[str, str] = {}
        silent = 0
        async with Client(transport=state.transport, language=language) as client:
            if session.access:
                client.http.headers["authorization"] = f"Bearer {session.access}"
            yield b"retry: 3000\n\n"
            while time.time() < ends:
                try:
                    # A tab that goes away must not break off a question to the database.
                    found = await asyncio.shield(client.get(f"{EXCHANGE}/job", {"page[limit]": PAGE}))
                except ApiError:
                    return
                for part in changed(request, found, seen):
                    silent = 0
                    yield part
                silent += 1
                if silent % ALIVE == 0:
                    yield b": alive\n\n"
                await asyncio.sleep(LOOK)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def changed(request: Request, found: Page, seen: dict[str, str]) -> list[bytes]:
    """The jobs that look otherwise than when they were last told."""
    parts: list[bytes] = []
    for job in reversed(found.data):
        text = job_html(request, job)
        if seen.get(job.id) != text:
            seen[job.id] = text
            parts.append(told(job, text))
    return parts
