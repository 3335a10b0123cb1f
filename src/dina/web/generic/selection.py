"""What can be done with the selected records of a list: put them into a set, merge them, delete them."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client
from dina.client.api import BULK
from dina.web import texts
from dina.web.generic.asked import Asked, asked
from dina.web.generic.exporting import chosen, condition
from dina.web.generic.views import parsed
from dina.web.rendering import address, client_of, registry_of, say, view_of, who_of
from dina.web.texts import N_, Counted

MOST = 5000
PORTION = 500
FROM_LIST = N_("Deleted from a list")
"""How such a change is called; pages translate it."""
MERGED = 100
"""Ids that the page of merging is given, which says how many are too many."""
DELETED = Counted("{n} record deleted", "{n} records deleted")
TOO_MANY = N_(
    "These are more than {most}, which is the most for this at once. Nothing was done; narrow the search."
)


async def selected(client: Client, state: Asked, ids: list[str]) -> list[str]:
    """The ids of the selected records; of a whole query one more than is done at once, to know it."""
    if ids:
        return ids
    found: list[str] = []
    params: dict[str, Any] = {f"fields[{state.view.type}]": state.view.facts["title"]}
    params |= {"fiql": condition(state, ids)} if condition(state, ids) else {}
    async for one in client.every(state.view.path, params):
        found.append(one.id)
        if len(found) > MOST:
            break
    return found


async def act(request: Request) -> Response:
    """The buttons below a list."""
    view = await view_of(request)
    form = await request.form()
    state = await asked(request, view, parsed(str(form.get("list", ""))))
    here = address(request.state.language, view.type) + state.address()
    ids = chosen(form)
    if not ids and form.get("all") != "1":
        say(request, "Select records first.")
        return RedirectResponse(here, 303)
    found = await selected(client_of(request), state, ids)
    if len(found) > MOST:
        say(request, TOO_MANY, most=texts.number(request.state.language, MOST))
        return RedirectResponse(here, 303)
    if form.get("what") == "merge":
        return RedirectResponse(
            f"{address(request.state.language, view.type)}/merge?ids={','.join(found[:MERGED])}", 303
        )
    if form.get("what") == "set":
        return await into_set(request, view.type, found)
    if form.get("what") == "delete":
        await delete(request, view.path, view.type, found)
    return RedirectResponse(here, 303)


async def into_set(request: Request, type_: str, ids: list[str]) -> Response:
    """A new set with these records; its form opens, so that it gets a name."""
    sets = (await registry_of(request)).types["record-set"]
    who = who_of(request)
    groups = [name for name in who.groups if who.may("create", sets.type, name)]
    group = request.state.session.prefs.get("group", "")
    made = await client_of(request).create(
        sets.path,
        {
            "name": texts.translate(request.state.language, "New set"), "recordType": type_, "records": ids, "private": True,
            "group": group if group in groups else next(iter(groups), ""),
        },
    )  # fmt: skip
    return RedirectResponse(address(request.state.language, sets.type, made.id, "edit"), 303)


async def delete(request: Request, path: str, type_: str, ids: list[str]) -> None:
    """Delete them all as one change set, which can be undone as one."""
    change_set = str(uuid.uuid4())
    headers = {"x-change-set": change_set, "x-change-set-label": FROM_LIST}
    for start in range(0, len(ids), PORTION):
        body = {"data": [{"type": type_, "id": one} for one in ids[start : start + PORTION]]}
        await client_of(request).request(
            "DELETE", f"{path}/bulk", body=body, content_type=BULK, headers=headers
        )
    module = path.split("/")[1]
    undo = f"/{request.state.language}/changes/{module}/{change_set}/undo"
    say(request, DELETED, n=len(ids), undo=undo)
