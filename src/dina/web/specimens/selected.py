"""What can be done with selected specimens, or with all that a search finds."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web.generic import exporting
from dina.web.generic import selection as generic
from dina.web.generic.asked import asked
from dina.web.rendering import address, check_language, client_of, registry_of, say
from dina.web.specimens.question import TYPE, Question, ids_of

MOST = 5000


async def act(request: Request) -> Response:
    """The buttons below the list; `all=1` means the whole search."""
    check_language(request)
    form = await request.form()
    state = Question.parsed(str(form.get("list", "")))
    here = address(request.state.language, TYPE)
    client, what = client_of(request), str(form.get("what", ""))
    ids = (
        await ids_of(client, state, MOST) if form.get("all") == "1" or (what == "csv" and not form.getlist("id"))
        else [str(one) for one in form.getlist("id")][:MOST]
    )  # fmt: skip
    if not ids:
        say(request, "Select records first.")
        return RedirectResponse(here + state.address(), 303)
    if what == "set":
        return await generic.into_set(request, TYPE, ids)
    view = (await registry_of(request)).types[TYPE]
    if what == "csv":
        columns = await asked(request, view, {"cols": state.cols})
        return await exporting.at_once(request, replace(columns, text="", filters=[], group=""), ids)
    if what == "delete":
        await generic.delete(request, view.path, TYPE, ids)
    return RedirectResponse(here + state.address(), 303)
