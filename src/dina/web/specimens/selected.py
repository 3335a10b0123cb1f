"""What can be done with selected specimens, or with all that a search finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web import texts
from dina.web.generic import exporting
from dina.web.generic import selection as generic
from dina.web.generic.asked import asked
from dina.web.rendering import address, check_language, client_of, registry_of, say
from dina.web.specimens.question import TYPE, Question, ids_of, pages_of

MOST = 5000
"""Records that are deleted at once."""
PART = 1000


async def act(request: Request) -> Response:
    """The buttons below the list; `all=1` means the whole search."""
    check_language(request)
    form = await request.form()
    state = Question.parsed(str(form.get("list", "")))
    here = address(request.state.language, TYPE)
    client, what = client_of(request), str(form.get("what", ""))
    ids = [str(one) for one in form.getlist("id")][:MOST]
    whole = form.get("all") == "1" or (what == "csv" and not ids)
    if not ids and not whole:
        say(request, "Select records first.")
        return RedirectResponse(here + state.address(), 303)
    view = (await registry_of(request)).types[TYPE]
    if what == "csv":
        columns = replace(await asked(request, view, {"cols": state.cols}), text="", filters=[], group="")
        return await exporting.in_parts(request, columns, pages_of(client, state) if whole else once(ids))
    if what == "set":
        made = await generic.into_set(request, TYPE, [] if whole else ids)
        if whole:
            id_ = made.headers["location"].split("/")[-2]
            body = {
                "data": {
                    "type": "record-set-change",
                    "attributes": {"q": state.q} if state.q else {"filter": {"all": []}},
                }
            }
            await client.request("POST", f"/search/v1/record-set/{id_}/add", body=body)
        return made
    if what == "delete":
        ids = await ids_of(client, state, MOST + 1) if whole else ids
        if len(ids) > MOST:
            say(request, generic.TOO_MANY, most=texts.number(request.state.language, MOST))
        else:
            await generic.delete(request, view.path, TYPE, ids)
    return RedirectResponse(here + state.address(), 303)


async def once(ids: list[str]) -> AsyncIterator[list[str]]:
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]
