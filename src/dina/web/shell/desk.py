"""The first page: what somebody was doing, what waits for them, what they look at often, how much there is.

Each part is asked for by itself, at the same time as the others; one that fails leaves the others alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Refused, Resource
from dina.web.generic import drafts
from dina.web.generic.naming import titles
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of

COUNTED = ("material-sample", "collecting-event", "organism", "person", "storage-unit", "collection")
"""The kinds whose numbers are shown; all others are one page further."""
FEW, TILES, LOOKED_AT = 5, 8, 40
SEARCH = "/search/v1"


@dataclass(frozen=True)
class Line:
    """Something to go to: what it is called, where, when, of which kind, how many."""

    text: str
    href: str
    at: str = ""
    kind: str = ""
    count: int | None = None


async def home(request: Request) -> Response:
    check_language(request)
    await registry_of(request)
    begun, jobs, news, recent, tiles, counts = await asyncio.gather(
        *(calm(part, request) for part in (continued, latest_jobs, notices, changed, saved, counted))
    )
    return render(
        request,
        "shell/home.html",
        begun=begun,
        jobs=jobs,
        news=news,
        recent=recent,
        tiles=tiles,
        counts=counts,
    )


async def calm(part: Callable[[Request], Awaitable[list[Any]]], request: Request) -> list[Any] | None:
    """A part of the page; None where its module does not answer. Raises ApiError to those who are to sign in."""
    try:
        return await part(request)
    except Refused:
        return None


async def continued(request: Request) -> list[Line]:
    """What was typed and not saved."""
    registry, language = await registry_of(request), request.state.language
    found: list[Line] = []
    for one in (await drafts.every(request))[:FEW]:
        view = registry.types.get(str(one.attributes["recordType"]))
        if view is None:
            continue
        id_, values = one.attributes.get("recordId") or "", one.attributes.get("values") or {}
        name = next((str(values[n]) for n in (view.facts["title"], "name", "title") if values.get(n)), "")
        there = address(language, view.type, id_, "edit") if id_ else address(language, view.type, "new")
        at = str(one.attributes.get("lastUpdatedOn") or one.attributes.get("createdOn") or "")
        found.append(Line(name, f"{there}?draft=1", at, view.facts["label"][language]))
    return found


async def latest_jobs(request: Request) -> list[Resource]:
    prefix = dict((await registry_of(request)).modules).get("exchange")
    if prefix is None:
        return []
    return (await client_of(request).get(f"{prefix}/job", {"page[limit]": FEW})).data


async def notices(request: Request) -> list[Resource]:
    """Notices that nobody has read yet."""
    view = (await registry_of(request)).types.get("notification")
    if view is None or who_of(request).anonymous:
        return []
    params = {"filter[createdBy]": who_of(request).username, "filter[status]": "NEW", "sort": "-createdOn"}
    return (await client_of(request).get(view.path, params | {"page[limit]": FEW})).data


async def changed(request: Request) -> list[Line]:
    """The records one has changed last."""
    registry, language = await registry_of(request), request.state.language
    prefix = dict(registry.modules).get("collection")
    if prefix is None or who_of(request).anonymous:
        return []
    params = {"filter[author]": who_of(request).username, "page[limit]": LOOKED_AT, "sort": "-commitDateTime"}
    page = await client_of(request).get(f"{prefix}/audit-snapshot", params)
    seen: dict[tuple[str, str], str] = {}
    for one in page.data:
        type_, _, id_ = str(one.attributes["instanceId"]).partition("/")
        if type_ in registry.types:
            seen.setdefault((type_, id_), str(one.attributes["commitDateTime"]))
    names: dict[str, str] = {}
    for kind in {type_ for type_, _ in seen}:
        names |= await titles(request, registry.types[kind], {id_ for type_, id_ in seen if type_ == kind})
    return [
        Line(names[id_], address(language, type_, id_), at, registry.types[type_].facts["label"][language])
        for (type_, id_), at in seen.items()
        if id_ in names
    ][: 2 * FEW]


async def saved(request: Request) -> list[Line]:
    """Saved searches with how much they find just now."""
    registry, language = await registry_of(request), request.state.language
    view = registry.types.get("saved-query")
    if view is None or not who_of(request).may("read", view.type):
        return []
    page = await client_of(request).get(view.path, {"page[limit]": TILES, "sort": "name"})

    async def tile(one: Resource) -> Line | None:
        type_ = str(one.attributes.get("searchedType"))
        shown: dict[str, Any] = one.attributes.get("view") or {}
        if type_ not in registry.types or not isinstance(shown.get("list"), str):
            return None
        asked = {**(one.attributes.get("query") or {}), "type": type_}
        body = {"data": {"type": "search-count", "attributes": asked}}
        try:
            told = await client_of(request).request("POST", f"{SEARCH}/search/count", body=body)
        except ApiError:
            told = {"data": {"attributes": {"total": None}}}
        href = f"{address(language, type_)}?{shown['list']}"
        return Line(str(one.attributes["name"]), href, count=told["data"]["attributes"]["total"])

    return [one for one in await asyncio.gather(*(tile(one) for one in page.data)) if one is not None]


async def counted(request: Request) -> list[Line]:
    """How much there is of the kinds people ask for first."""
    registry, language, who = await registry_of(request), request.state.language, who_of(request)

    async def number(type_: str) -> Line:
        view = registry.types[type_]
        told = await client_of(request).request("GET", f"{view.path}/count")
        found = int(told["data"]["attributes"]["value"])
        return Line(view.facts["plural"][language], address(language, type_), count=found)

    return list(
        await asyncio.gather(*(number(n) for n in COUNTED if n in registry.types and who.may("read", n)))
    )
