"""The form of a collecting event: it says whom a change concerns; specimens may get a copy of their own."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web import texts
from dina.web.generic import editing
from dina.web.generic.form import Form, begin
from dina.web.generic.naming import UUID
from dina.web.permission import check
from dina.web.placing import COLLECTION, change_headers, linked_to
from dina.web.rendering import address, client_of, registry_of, say
from dina.web.specimens.composite import EVENT, SAMPLE, users_of
from dina.web.texts import N_, Counted
from dina.web.values import title_of

USED = Counted(
    "{n} specimen comes from this event; what is changed here changes for it.",
    "{n} specimens come from this event; what is changed here changes for all of them.",
)
COPY = N_("Make a copy for “{title}” alone")
COPIED = Counted(
    "“{title}” has an event of its own now, with the same values.",
    "{n} specimens have an event of their own now, with the same values.",
)
NOBODY = N_("Select specimens first.")
MEANWHILE = N_("Some of these specimens no longer come from this event. Nothing was changed.")
MOST = 500
"""Specimens that get an event of their own at once."""


async def new(request: Request) -> Response:
    request.path_params["type"] = EVENT
    soft_checks(request)
    return await editing.new(request)


def soft_checks(request: Request) -> None:
    """The form is told of soft checks while it is filled in."""
    request.state.soft = f"/{request.state.language}/collecting-event/check"


async def edit(request: Request) -> Response:
    """The generic form, with how many specimens come from the event; `specimen` is the one it was reached from."""
    id_ = str(request.path_params["id"])
    request.path_params["type"], request.path_params["id"] = EVENT, id_
    soft_checks(request)
    client, language = client_of(request), request.state.language
    used, specimen = await users_of(client, id_), request.query_params.get("specimen", "")
    if used:
        request.state.notice = editing.Notice(texts.translate(language, USED, n=used))
    if used > 1 and UUID.fullmatch(specimen):
        view = (await registry_of(request)).types[SAMPLE]
        one = (await client.get(f"{view.path}/{specimen}", {"include": "collectingEvent"})).one
        if any(link["id"] == id_ for link in one.linked("collectingEvent")):
            request.state.notice = editing.Notice(
                request.state.notice.text,
                texts.translate(language, COPY, title=title_of(view, one, language)[:80]),
                address(language, EVENT, id_, "copy"),
                {"specimen": specimen},
            )
    return await editing.edit(request)


async def copy(request: Request) -> Response:
    """A new event with the same values, and some specimens linked to it instead; one change set, with its Undo."""
    check(request, "create", EVENT)
    client, registry, language = client_of(request), await registry_of(request), request.state.language
    given = [str(one) for one in (await request.form()).getlist("specimen")]
    id_, view, samples = str(request.path_params["id"]), registry.types[EVENT], registry.types[SAMPLE]
    source = await editing.read(request, view, id_)
    if not given:
        say(request, NOBODY)
        return RedirectResponse(address(language, EVENT, id_), 303)
    if len(given) > MOST or not all(UUID.fullmatch(one) for one in given):
        raise HTTPException(404)
    asked = {"filter[id][IN]": ",".join(given), "page[limit]": MOST, "include": "collectingEvent"}
    page = await client.get(samples.path, asked)
    found = [one for one in page.data if any(link["id"] == id_ for link in one.linked("collectingEvent"))]
    if len(found) != len(set(given)):
        # Somebody has linked one of them to another event meanwhile, or deleted it.
        say(request, MEANWHILE)
        return RedirectResponse(address(language, EVENT, id_), 303)
    made: Form = await begin(request, view)
    links = {name: [one["id"] for one in source.one.linked(name)] for name in view.relationships}
    made.take(source.one.attributes, links)
    attributes, relationships, _ = made.changes(None)
    lid = {"type": EVENT, "lid": "event"}
    operations: list[dict[str, Any]] = [
        {"op": "add", "data": {**lid, "attributes": attributes, "relationships": relationships}}
    ]
    for one in found:
        link = linked_to(one, "collectingEvent", ())
        link["data"]["relationships"]["collectingEvent"]["data"] = lid
        operations.append(link)
    change_set, title = str(uuid.uuid4()), title_of(samples, found[0], language)[:80]
    results = await client.atomic(COLLECTION, operations, change_headers(change_set, title))
    say(request, COPIED, n=len(found), title=title, undo=f"/{language}/changes/collection/{change_set}/undo")
    own = next(one["data"]["id"] for one in results if one.get("data", {}).get("type") == EVENT)
    after = f"?specimen={found[0].id}" if len(found) == 1 else ""
    return RedirectResponse(address(language, EVENT, own, "edit") + after, 303)
