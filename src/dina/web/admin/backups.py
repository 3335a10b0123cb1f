"""Backups: when the last one was made, making one now, taking one, and how one comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dina.client import Refused, refusal
from dina.web import texts
from dina.web.rendering import check_language, client_of, render, say
from dina.web.texts import N_

USER = "/user/v1"
KEPT, MOST = 10, 1000
RUNNING = frozenset({"queued", "running"})
NO_NUMBER = N_("Say how many backups are to be kept: a number from 1 to {most}.")
GONE = N_("There is no such backup; it may have been deleted already.")
UNITS = {"en": ("bytes", "kB", "MB", "GB", "TB"), "fr": ("octets", "ko", "Mo", "Go", "To")}


def size(language: str, count: int) -> str:
    """A number of bytes as people say it."""
    value, units = float(count), UNITS[language]
    at = 0
    while value >= 1000 and at < len(units) - 1:
        value, at = value / 1000, at + 1
    return f"{texts.number(language, round(value, 1) if at else count)}\u00a0{units[at]}"


async def state(request: Request) -> dict[str, Any]:
    """The archives there are, and the work at one if there is any. Raises ApiError."""
    client, language = client_of(request), request.state.language
    jobs = await client.get(f"{USER}/job", {"filter[kind]": "backup", "page[limit]": 1})
    found = await client.get(f"{USER}/backup")
    job = jobs.data[0] if jobs.data else None
    keep = found.data[0].attributes["keep"] if found.data else KEPT
    return {
        "backups": found.data, "job": job, "running": job is not None and job.attributes["state"] in RUNNING,
        "failed": job if job and job.attributes["state"] == "failed" else None, "keep": keep, "most": MOST,
        "size": lambda count: size(language, count),
    }  # fmt: skip


async def show(request: Request) -> Response:
    """The page; a part of it while a backup is being made."""
    check_language(request)
    part = request.headers.get("hx-request") == "true"
    template = "admin/backups-part.html" if part else "admin/backups.html"
    return render(request, template, problem="", **await state(request))


async def make(request: Request) -> Response:
    """Have one made."""
    check_language(request)
    given = str((await request.form()).get("keep", "")).strip()
    problem = ""
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= MOST):
        problem = texts.translate(request.state.language, NO_NUMBER, most=MOST)
    else:
        body = {"data": {"type": "backup", "attributes": {"keep": int(given)}}}
        try:
            await client_of(request).request("POST", f"{USER}/backup", body=body)
        except Refused as fault:
            if fault.status == 403:
                raise
            problem = fault.sentences[0]
    if problem:
        return render(request, "admin/backups.html", 422, problem=problem, **await state(request))
    return to_page(request)


def to_page(request: Request) -> Response:
    return RedirectResponse(f"/{request.state.language}/backup", 303)


async def remove(request: Request) -> Response:
    """Delete one."""
    check_language(request)
    try:
        await client_of(request).request("DELETE", address(request))
        say(request, "The backup is deleted.")
    except Refused as fault:
        if fault.status != 404:
            raise
        say(request, GONE)
    return to_page(request)


def address(request: Request) -> str:
    return f"{USER}/backup/{quote(str(request.path_params['id']))}"


async def file(request: Request) -> Response:
    """The archive, handed on part by part: it may be larger than memory."""
    check_language(request)
    http = client_of(request).http
    answer = await http.send(
        http.build_request("GET", f"{address(request)}/file", headers={"accept": "*/*"}), stream=True
    )
    if answer.status_code >= 400:
        await answer.aread()
        raise refusal(answer.status_code, answer.json().get("errors", []))

    async def parts() -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():
                yield part
        finally:
            await answer.aclose()

    names = ("content-disposition", "content-type", "content-length")
    headers = {name: answer.headers[name] for name in names if name in answer.headers}
    # An archive is packed already; packing it once more would take long and hide its length.
    return StreamingResponse(parts(), headers={**headers, "content-encoding": "identity"})
