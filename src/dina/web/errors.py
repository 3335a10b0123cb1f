"""Pages for what was refused or is not there."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dina.client import ApiError
from dina.web.rendering import render
from dina.web.texts import N_, translate

log = structlog.get_logger("dina.web")
FAILED = N_(
    "This is a fault of the system, not yours; nothing was half saved. If it comes again, tell the id."
)


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
    return render(request, "shell/error.html", fault.status, errors=fault.errors, status_code=fault.status)


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
