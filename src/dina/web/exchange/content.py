"""Which specimens a data set holds: by filters of the list or by a saved search, as its form and its page tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request

from dina.client import ApiError, Resource
from dina.web.exchange.common import EXCHANGE, groups_of
from dina.web.rendering import client_of, registry_of, who_of

SPECIMENS = "/collection/v1/material-sample"
COLLECTION = "filter[collection.id][EQ]"
SAVED = "saved-query"


async def content_of(request: Request, dataset: Resource) -> dict[str, Any]:
    """How many specimens are found, and how many of them are released."""
    query = dataset.attributes.get("query") or {}
    if query.get("search"):
        return await searched(request, dataset)
    filters: dict[str, str] = dict(query.get("filters") or {})
    if not any("group" in name for name in filters):
        filters["filter[group][EQ]"] = dataset.attributes.get("group", "")
    released = filters | {"filter[publiclyReleasable][EQ]": "true"}
    if not dataset.attributes.get("withRestricted"):
        released["filter[isRestricted][NEQ]"] = "true"
    try:
        found = await count(request, filters)
        shown = await count(request, released)
    except ApiError as fault:
        return {"fault": fault.sentences[0]}
    return {"found": found, "released": shown, "filters": query.get("filters") or {}}


async def count(request: Request, filters: Mapping[str, str]) -> int:
    document = await client_of(request).request("GET", f"{SPECIMENS}/count", params=filters)
    return int(document["data"]["attributes"]["value"])


async def searched(request: Request, dataset: Resource) -> dict[str, Any]:
    """What a publication by the saved search would find just now: only the exchange module asks as the public."""
    try:
        told = await client_of(request).request("GET", f"{EXCHANGE}/dataset/{quote(dataset.id)}/content")
    except ApiError as fault:
        return {"fault": fault.sentences[0]}
    return told["data"]["attributes"]


async def searches_of(request: Request, dataset: Resource | None, chosen: str) -> list[dict[str, str]]:
    """The saved searches that a data set may name: of specimens, shared in its group."""
    groups = [dataset.attributes.get("group", "")] if dataset else groups_of(request)
    shared = {"filter[private][EQ]": "false", "filter[group][IN]": ",".join(groups)}
    return await saved_searches(request, "material-sample", shared if groups else None, chosen)


async def saved_searches(
    request: Request, type_: str, narrowed: Mapping[str, str] | None, chosen: str = ""
) -> list[dict[str, str]]:
    """The saved searches of a type that the reader sees; none where `narrowed` is none. One that is gone stays chosen."""
    view = (await registry_of(request)).types.get(SAVED)
    found: list[Resource] = []
    if view is not None and narrowed is not None and who_of(request).may("read", SAVED):
        params = {"filter[searchedType][EQ]": type_, "sort": "name", "page[limit]": 500, **narrowed}
        found = (await client_of(request).get(view.path, params)).data
    told = [
        {"id": one.id, "name": str(one.attributes["name"]), "group": str(one.attributes["group"])}
        for one in found
    ]
    if chosen and all(one["id"] != chosen for one in told):
        told.insert(0, {"id": chosen, "name": "", "group": ""})
    return told


def query_of(form: FormData) -> dict[str, Any]:
    """What the form says of the specimens. Whoever gives filters beside a search is told so by the API."""
    filters, search = filters_of(form), str(form.get("search", ""))
    found: dict[str, Any] = {"type": "material-sample"}
    return (
        found
        | ({"search": search} if search else {})
        | ({"filters": filters} if filters or not search else {})
    )


def filters_of(form: FormData) -> dict[str, str]:
    found: dict[str, str] = {}
    if collection := str(form.get("collection", "")):
        found[COLLECTION] = collection
    if fiql := str(form.get("fiql", "")).strip():
        found["fiql"] = fiql
    for line in str(form.get("rest", "")).splitlines():
        name, _, value = line.partition("=")
        if name.strip():
            found[name.strip()] = value.strip()
    return found
