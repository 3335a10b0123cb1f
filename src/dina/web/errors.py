"""Pages for what was refused or is not there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dina.client import ApiError
from dina.web.rendering import render
from dina.web.texts import N_, number, translate

log = structlog.get_logger("dina.web")
FAILED = N_(
    "This is a fault of the system, not yours; nothing was half saved. If it comes again, tell the id."
)
POINTED_AT = N_("Nothing was deleted, because other records still point to this one: {references}.")


async def api_error(request: Request, fault: Exception) -> Response:
    """A page for what the API refused; those who are not signed in are sent to do so."""
    assert isinstance(fault, ApiError)
    if fault.status == 401:
        target = request.url.path + (
            f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        )
        where = f"/{request.state.language}/sign-in?" + urlencode({"to": target})
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"hx-redirect": where})
        return RedirectResponse(where, 303)
    errors = [in_words(request, one) for one in fault.errors]
    return render(request, "shell/error.html", fault.status, errors=errors, status_code=fault.status)


def in_words(request: Request, error: Mapping[str, Any]) -> Mapping[str, Any]:
    """An error of the API; what still points at a record is named as people call it, not by its type."""
    counts: dict[str, int] = (error.get("meta") or {}).get("references") or {}
    if not counts:
        return error
    language, types = request.state.language, request.app.state.registry.types
    named = [
        f"{types[name].facts['plural'][language] if name in types else name} ({number(language, count)})"
        for name, count in counts.items()
    ]
    return {**error, "detail": translate(language, POINTED_AT, references=", ".join(named))}


async def http_error(request: Request, fault: Exception) -> Response:
    """A page for an address that is not there, or not for what was done with it."""
    assert isinstance(fault, HTTPException)
    if not hasattr(request.state, "language"):
        return HTMLResponse(fault.detail, fault.status_code, fault.headers)
    answer = render(request, "shell/error.html", fault.status_code, errors=[], status_code=fault.status_code)
    answer.headers.update(fault.headers or {})
    return answer


def failed(request: Request, fault: Exception) -> Response:
    """A page for a fault of ours, with an id that leads to it in the log."""
    id_ = uuid.uuid4().hex
    log.error("page failed", id=id_, method=request.method, path=request.url.path, exc_info=fault)
    said = translate(request.state.language, FAILED)
    return render(request, "shell/error.html", 500, errors=[{"detail": said, "id": id_}], status_code=500)
