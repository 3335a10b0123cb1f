"""Building the next version of a data set, with what is confirmed of identifiers, and taking one back."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dina.web.exchange.common import act, to
from dina.web.rendering import check_language


async def build(request: Request) -> Response:
    """Publish: whatever was set the last time holds; identifiers that vanish are confirmed here."""
    check_language(request)
    form = await request.form()
    given: dict[str, Any] = {
        name: True for name in ("confirmTombstones", "confirmRedirects") if form.get(name)
    }
    redirects = {
        old.strip(): new.strip()
        for line in str(form.get("redirects", "")).splitlines()
        for old, mark, new in [line.partition("=")]
        if mark and old.strip() and new.strip()
    }
    if redirects:
        given["redirects"] = redirects
    return await publish(request, str(request.path_params["id"]), given)


async def publish(request: Request, id_: str, given: dict[str, Any]) -> Response:
    job = await act(request, f"dataset/{id_}/publish", given, "publication")
    return to(request, f"publish/{id_}", job)


async def withdraw(request: Request) -> Response:
    """The published version is taken back; a former one takes its place if one is named."""
    check_language(request)
    number = str((await request.form()).get("version", ""))
    id_ = str(request.path_params["id"])
    given = {"version": int(number)} if number.isdecimal() else {}
    await act(request, f"dataset/{id_}/withdraw", given, "withdrawal")
    return to(request, f"publish/{id_}")
