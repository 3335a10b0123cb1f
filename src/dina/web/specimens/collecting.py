"""Putting one specimen into a set, from its page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Client, Resource
from dina.web.generic import selection
from dina.web.generic.naming import UUID
from dina.web.registry import Registry
from dina.web.rendering import address, check_language, client_of, registry_of, say
from dina.web.specimens.question import SEARCH, TYPE
from dina.web.texts import N_
from dina.web.who import Who

SET = "record-set"
OFFERED = 8
PUT = N_("In the set “{name}” now.")


async def sets(client: Client, registry: Registry, who: Who) -> list[Resource] | None:
    """The sets of specimens that were used last; none when the caller may have no sets."""
    if SET not in registry.types or not who.may("create", SET):
        return None
    asked = {"fiql": f"recordType=={TYPE}", "sort": "-lastUpdatedOn,-createdOn", "page[limit]": OFFERED}
    try:
        return (await client.get(registry.types[SET].path, asked)).data
    except ApiError:
        return []


async def into_set(request: Request) -> Response:
    """Into the set that was chosen, or into a new one, whose form opens."""
    check_language(request)
    id_, chosen = str(request.path_params["id"]), str((await request.form()).get("set", ""))
    if not UUID.fullmatch(chosen):
        return await selection.into_set(request, TYPE, [id_])
    client, view = client_of(request), (await registry_of(request)).types[SET]
    body = {"data": {"type": "record-set-change", "attributes": {"ids": [id_]}}}
    await client.request("POST", f"{SEARCH}/record-set/{chosen}/add", body=body)
    told = (await client.get(f"{view.path}/{chosen}")).one
    say(request, PUT, name=str(told.attributes["name"])[:80])
    return RedirectResponse(address(request.state.language, TYPE, id_), 303)
