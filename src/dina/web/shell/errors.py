"""Pages for what was refused or is not there."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dina.client import ApiError
from dina.web.rendering import render


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


async def not_found(request: Request, fault: Exception) -> Response:
    if not hasattr(request.state, "language"):
        return HTMLResponse("Not found", 404)
    return render(request, "shell/error.html", 404, errors=[], status_code=404)
