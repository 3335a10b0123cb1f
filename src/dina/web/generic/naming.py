"""Names of the records that others point at, and what is said where there is none: deleted, or not to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Page, Resource
from dina.web import texts
from dina.web.generic.columns import GROUP, Column, of_group
from dina.web.registry import Registry, TypeView
from dina.web.rendering import client_of, who_of
from dina.web.texts import N_
from dina.web.values import EMPTY, title_of

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
GONE = N_("record no longer here")
CLOSED = N_("record not to be read")
ASKED = 20
"""Records without a name that are asked for one by one; beyond that it is not said why they have none."""
Wanted = dict[str, set[str]]


async def named(request: Request, view: TypeView, ids: set[str]) -> dict[str, str]:
    """Names of records by id; where there is none, the reason in the reader's language."""
    ids = {one for one in ids if UUID.fullmatch(one)}
    found = await titles(request, view, ids) if ids else {}
    for id_ in sorted(ids - found.keys())[:ASKED]:
        if said := await without(request, view, id_):
            found[id_] = said
    return found


async def titles(request: Request, view: TypeView, ids: set[str]) -> dict[str, str]:
    """Names of records by id; what cannot be read has none."""
    params = {"fiql": f"id=in=({','.join(sorted(ids)[:100])})", "page[limit]": 100}
    try:
        page = await client_of(request).get(view.path, params)
    except ApiError:
        return {}
    return {one.id: title_of(view, one, request.state.language) for one in page.data}


async def without(request: Request, view: TypeView, id_: str) -> str:
    """Why a list did not name a record; empty when its module does not answer."""
    language = request.state.language
    try:
        page = await client_of(request).get(f"{view.path}/{id_}")
    except ApiError as fault:
        said = {404: GONE, 410: GONE, 401: CLOSED, 403: CLOSED}.get(fault.status)
        return texts.translate(language, said) if said else ""
    return title_of(view, page.one, language)


async def all_named(request: Request, registry: Registry, wanted: Wanted) -> dict[str, str]:
    """Names of records of several types."""
    names: dict[str, str] = {}
    for type_, ids in wanted.items():
        if type_ in registry.types:
            names |= await named(request, registry.types[type_], ids)
    return names


async def names_of(request: Request, registry: Registry, page: Page, *others: Resource) -> dict[str, str]:
    """Names of what a record points at: external links, ids inside embedded objects, its own and its linked ones'."""
    wanted: Wanted = {}
    for one in (page.one, *page.included.values(), *others):
        kind = registry.types.get(one.type)
        if kind is None:
            continue
        for name, fact in kind.relationships.items():
            if fact["external"]:
                for link in one.linked(name):
                    wanted.setdefault(link["type"], set()).add(link["id"])
        for name, fact in kind.attributes.items():
            inside(fact, one.attributes.get(name), wanted)
    return await all_named(request, registry, wanted)


async def names_in_cells(
    request: Request, registry: Registry, columns: Sequence[Column], page: Page
) -> dict[str, str]:
    """Names of what the values of a list point at."""
    wanted: Wanted = {}
    for one in columns:
        first, _, inner = one.path.partition(".")
        for record in page.data if one.kind in ("attribute", "linked") else ():
            for holder in page.related(record, first) if one.kind == "linked" else [record]:
                inside(one.fact, holder.attributes.get(inner or first), wanted)
    names = await all_named(request, registry, wanted)
    if any(one.path == GROUP for one in columns):
        who, language = who_of(request), request.state.language
        groups = {str(record.attributes.get(GROUP) or "") for record in page.data}
        names |= {of_group(name): who.group_label(name, language) for name in groups}
    return names


def inside(fact: Mapping[str, Any], value: Any, wanted: Wanted) -> None:
    """Collect the ids that a value, or members of embedded objects, hold."""
    if fact.get("target") and value:
        wanted.setdefault(fact["target"], set()).update(value if isinstance(value, list) else [value])
    for name, member in fact.get("members", {}).items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and item.get(name) not in EMPTY:
                inside(member, item[name], wanted)
