"""API keys: one's own, and for those who administer the system everybody's. A new key is shown once, on the page that answers."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.rendering import address, check_language, client_of, registry_of, render, say, who_of
from dina.web.texts import N_

TYPE = "api-key"
MOST = 1000
NO_NAME = N_("Give the key a name.")
NO_DATE = N_("Give the end as a date: year-month-day.")
GONE = N_("There is no such key; it may have been revoked already.")
NOT_YOURS = N_("This key is somebody else’s; they, or who administers the system, can revoke it.")


async def page(request: Request) -> Response:
    """The keys and the form for another one; on POST it is made."""
    check_language(request)
    if request.method == "GET":
        return await show(request)
    form = await request.form()
    day = str(form.get("until", "")).strip()
    given: dict[str, Any] = {
        "name": str(form.get("name", "")).strip(),
        "readOnly": form.get("readOnly") == "1",
    }
    wrong = [] if given["name"] else [error("name", request, NO_NAME)]
    wrong += [] if is_date(day) else [error("expiresOn", request, NO_DATE)]
    if wrong:
        return await show(request, errors=wrong, given=given | {"until": day[:20]})
    given |= {"expiresOn": f"{day}T23:59:59Z"} if day else {}
    view = (await registry_of(request)).types[TYPE]
    try:
        made = await client_of(request).create(view.path, given)
    except Refused as fault:
        return await show(request, errors=[dict(one) for one in fault.errors], given=given | {"until": day})
    return await show(request, made)


def is_date(text: str) -> bool:
    """Whether this is a day, or nothing."""
    with contextlib.suppress(ValueError):
        return not text or (len(text) == 10 and bool(dt.date.fromisoformat(text)))
    return False


def error(member: str, request: Request, text: str) -> dict[str, Any]:
    """As the API would tell it."""
    detail = texts.translate(request.state.language, text)
    return {"source": {"pointer": f"/data/attributes/{member}"}, "detail": detail}


async def show(
    request: Request,
    made: Resource | None = None,
    errors: list[dict[str, Any]] | None = None,
    given: Any = None,
) -> Response:
    view = (await registry_of(request)).types[TYPE]
    found = await client_of(request).get(view.path, {"page[limit]": MOST, "sort": "-createdOn"})
    every, me = (
        request.query_params.get("all") == "1" and who_of(request).administrator,
        who_of(request).username,
    )
    keys = [one for one in found.data if every or one.attributes["createdBy"] == me]
    fields = {"name": "name", "expiresOn": "until", "readOnly": "readOnly"}
    by_field = {
        fields.get(str(one.get("source", {}).get("pointer", "")).rpartition("/")[2], ""): str(
            one.get("detail", "")
        )
        for one in errors or []
    }
    return render(
        request, "admin/keys.html", 422 if errors else 200, view=view, keys=keys, every=every, made=made, given=given or {},
        wrong=by_field, tomorrow=(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat(),
    )  # fmt: skip


async def revoke(request: Request) -> Response:
    check_language(request)
    view = (await registry_of(request)).types[TYPE]
    try:
        await client_of(request).delete(view.path, quote(str(request.path_params["id"])))
        say(request, "The key is revoked; within half a minute nothing can be done with it.")
    except Refused as fault:
        if fault.status not in (403, 404):
            raise
        say(request, GONE if fault.status == 404 else NOT_YOURS)
    return RedirectResponse(address(request.state.language, TYPE), 303)


async def elsewhere(request: Request) -> Response:
    """The addresses that the generic pages would have."""
    return RedirectResponse(address(request.state.language, TYPE), 303)
