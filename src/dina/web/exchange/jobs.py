"""Long work: the list, the drawer, one stream of events for a tab, stopping, going on, files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dina.client import ApiError, Client, Resource
from dina.web.exchange.common import EXCHANGE, RUNNING, forward, job_html, page_number, render
from dina.web.rendering import check_language, client_of, who_of
from dina.web.session import safe_target

USER = "/user/v1"
PAGE, MOST = 25, 1000
DRAWER = 10
LOOK, ALIVE, LAST = 1.0, 15, 600.0
"""Seconds between two looks, silent looks after which the line is kept open, seconds a stream lasts at most."""


async def newest(request: Request, client: Client, limit: int, offset: int = 0) -> tuple[list[Resource], int]:
    """Jobs of all modules that one may see, the newest first, and how many there are. Raises ApiError."""
    asked = {"page[limit]": min(offset + limit, MOST)}
    prefixes = (EXCHANGE, USER) if who_of(request).administrator else (EXCHANGE,)
    pages = [await client.get(f"{prefix}/job", asked) for prefix in prefixes]
    found = sorted(
        (one for page in pages for one in page.data),
        key=lambda one: one.attributes["createdOn"],
        reverse=True,
    )
    return found[offset : offset + limit], sum(int(page.meta["totalResourceCount"]) for page in pages)


async def path_of(request: Request) -> str:
    """Where the job of the address is in the API; that of another module only for administrators."""
    id_ = quote(str(request.path_params["id"]))
    if who_of(request).administrator:
        try:
            await client_of(request).get(f"{USER}/job/{id_}")
        except ApiError:
            pass
        else:
            return f"{USER}/job/{id_}"
    return f"{EXCHANGE}/job/{id_}"


async def listing(request: Request) -> Response:
    """One's own jobs and those of one's groups, the newest first."""
    check_language(request)
    offset = page_number(request, PAGE)
    found, total = await newest(request, client_of(request), PAGE, offset)
    return render(request, "exchange/jobs.html", jobs=found, offset=offset, limit=PAGE, total=total)


async def drawer(request: Request) -> Response:
    """The latest jobs, for the drawer of every page."""
    check_language(request)
    found, _ = await newest(request, client_of(request), DRAWER)
    return render(request, "exchange/jobs-drawer.html", jobs=found)


async def show(request: Request) -> Response:
    check_language(request)
    return render(
        request, "exchange/job-page.html", job=(await client_of(request).get(await path_of(request))).one
    )


async def act(request: Request) -> Response:
    """Stop a job, or let it go on."""
    check_language(request)
    action = request.path_params["action"]
    if action in ("stop", "retry"):
        await client_of(request).request("POST", f"{await path_of(request)}/{action}")
    target = safe_target(str((await request.form()).get("to", "")), f"/{request.state.language}/jobs")
    return RedirectResponse(target, 303)


async def file(request: Request) -> Response:
    """What a job made."""
    return await forward(request, f"{await path_of(request)}/files/{quote(request.path_params['name'])}")


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
                    found, _ = await asyncio.shield(newest(request, client, PAGE))
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


def changed(request: Request, found: Sequence[Resource], seen: dict[str, str]) -> list[bytes]:
    """The jobs that look otherwise than when they were last told."""
    parts: list[bytes] = []
    for job in reversed(found):
        text = job_html(request, job)
        if seen.get(job.id) != text:
            seen[job.id] = text
            parts.append(told(job, text))
    return parts
