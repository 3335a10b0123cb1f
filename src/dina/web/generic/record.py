"""One resource: its attributes, custom fields, what it is linked with, its history, its neighbours in a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Page, Refused, Resource
from dina.web import texts
from dina.web.custom import ITEM, MEMBER
from dina.web.generic import history, used
from dina.web.generic.asked import asked
from dina.web.generic.naming import names_of
from dina.web.registry import ADMINISTRATIVE, TypeView
from dina.web.rendering import address, client_of, registry_of, render, view_of, who_of
from dina.web.values import EMPTY, Shown, formatted_name, shown, title_of

ON_REQUEST = ("hierarchy", "materialSampleChildren")
SHOWN_WHOLE = ("organism", "collecting-event")
"""Linked records whose values are shown on the page of what they belong to."""
LATEST = 5
Further = Callable[[Request, Page], Awaitable[dict[str, Any]]]


async def record(request: Request) -> Response:
    """The page of a record; a deleted one says who deleted it and how it comes back."""
    return await page_of(request, "generic/record.html")


async def page_of(request: Request, template: str, further: Further | None = None) -> Response:
    """The page of a record by a template of its type, with what is shown further there."""
    view = await view_of(request)
    id_ = request.path_params["id"]
    try:
        page = await read(request, view, id_)
    except ApiError as fault:
        if fault.status != 410:
            raise
        return await gone(request, view, id_, fault)
    language, registry, resource = request.state.language, await registry_of(request), page.one
    empty = request.query_params.get("empty") == "1"
    names = await names_of(request, registry, page)
    attributes = [
        (name, fact, value if name != "group" else Shown(who_of(request).group_label(value.text, language)))
        for name, fact, value in facts(view, resource, language, names, empty=empty)
        if name not in ON_REQUEST
    ]
    custom = await custom_facts(request, view, resource, empty=empty)
    related = [
        (fact, [(registry.types[fact["targets"][0]], one, title_of(registry.types[fact["targets"][0]], one, language)) for one in page.related(resource, name)])
        for name, fact in view.relationships.items()
        if not fact["external"] and page.related(resource, name)
    ]  # fmt: skip
    external = [
        (fact, list(resource.linked(name)))
        for name, fact in view.relationships.items()
        if fact["external"] and resource.linked(name)
    ]
    linked = [
        (fact, target, one, title, [row for row in facts(target, one, language, names) if row[0] not in ADMINISTRATIVE])
        for fact, found in related for target, one, title in found if target.type in SHOWN_WHOLE
    ]  # fmt: skip
    steps, total = await history.steps(request, view, id_, LATEST)
    permissions = resource.meta.get("permissions", [])
    use = await use_of(request, view, resource) if view.type == ITEM and "delete" in permissions else None
    return render(
        request, template, use=use, used=used.is_shown(registry, view), view=view, resource=resource, title=title_of(view, resource, language),
        attributes=[one for one in attributes if one[0] not in ADMINISTRATIVE], custom=custom,
        about=[one for one in attributes if one[0] in ADMINISTRATIVE and one[2].text], related=related, external=external, names=names,
        linked=linked, steps=steps, total=total, children=resource.attributes.get("materialSampleChildren") or [], empty=empty,
        lineage=(resource.attributes.get("hierarchy") or [])[1:], permissions=[one for one in permissions if one != "delete" or not use], near=await neighbours(request, view),
        formatted=formatted_name(resource) if view.type == "organism" else None,
        crumbs=[(view.facts["plural"][language], address(language, view.type) + await back(request, view))],
        **(await further(request, page) if further else {}),
    )  # fmt: skip


async def read(request: Request, view: TypeView, id_: str) -> Page:
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    optional = [name for name in ON_REQUEST if name in view.attributes]
    params: dict[str, Any] = {"include": ",".join(internal)} if internal else {}
    if optional:
        params[f"optfields[{view.type}]"] = ",".join(optional)
    path = f"{view.path}/{quote(id_, safe='')}"
    return await client_of(request).get(path, params, **{"include-dina-permission": "true"})


def facts(
    view: TypeView, resource: Resource, language: str, names: dict[str, str], *, empty: bool = False
) -> list[tuple[str, dict[str, Any], Shown]]:
    """The attributes with their values, those without only when asked for; custom fields stand apart."""
    return [
        (name, fact, shown(fact, resource.attributes.get(name), language, names))
        for name, fact in view.attributes.items()
        if name != MEMBER and (empty or resource.attributes.get(name) not in EMPTY)
    ]


async def use_of(request: Request, view: TypeView, resource: Resource) -> list[str]:
    """What keeps a value of a vocabulary, or a custom field, from being deleted: the API judges, nothing is done."""
    removal = {"op": "remove", "ref": {"type": view.type, "id": resource.id}}
    try:
        await client_of(request).atomic(view.prefix, [removal], params={"dryRun": "true"})
    except Refused as fault:
        return fault.sentences
    except ApiError:
        return []
    return []


async def custom_facts(
    request: Request, view: TypeView, resource: Resource, *, empty: bool
) -> list[tuple[str, dict[str, Any], Shown]]:
    """The custom fields with their labels and units; values of fields that are no more keep their key."""
    values: dict[str, Any] = resource.attributes.get(MEMBER) or {}
    language = request.state.language
    known = await request.app.state.custom.of(view.type, client_of(request), await registry_of(request))
    found = [
        (one.key, one.fact, custom_value(one.fact, values.get(one.key), language))
        for one in known
        if empty or values.get(one.key) not in EMPTY
    ]
    lost = sorted(values.keys() - {one.key for one in known})
    return found + [(key, {"label": {language: key}}, Shown(str(values[key]))) for key in lost]


def custom_value(fact: dict[str, Any], value: Any, language: str) -> Shown:
    if fact["kind"] == "boolean" and value in ("true", "false"):
        return Shown(texts.translate(language, "Yes" if value == "true" else "No"))
    return shown(fact, value, language)


async def back(request: Request, view: TypeView) -> str:
    """The address of the list one came from."""
    if "at" not in request.query_params:
        return ""
    state = await asked(request, view)
    at = int(given) - 1 if (given := request.query_params["at"]).isdecimal() else 0
    return state.address(offset=at // state.limit * state.limit)


async def neighbours(request: Request, view: TypeView) -> dict[str, Any]:
    """The record before and after in the list one came from, and the place between them."""
    given = request.query_params.get("at", "")
    if not given.isdecimal() or not 0 < int(given) < 10_000_000:
        return {}
    state, at = await asked(request, view), int(given)
    params = [*state.params(), ("page[limit]", 3), ("page[offset]", max(at - 2, 0))]
    try:
        page = await client_of(request).get(view.path, params)
    except ApiError:
        return {}
    ids = [one.id for one in page.data]
    here = 1 if at > 1 else 0

    def link(index: int, place: int) -> str:
        if not 0 <= index < len(ids):
            return ""
        return address(state.language, view.type, ids[index]) + state.address(offset="", at=place)

    total = int(page.meta.get("totalResourceCount", 0))
    previous = link(here - 1, at - 1) if at > 1 else ""
    return {"at": at, "total": total, "previous": previous, "next": link(here + 1, at + 1)}


async def gone(request: Request, view: TypeView, id_: str, fault: ApiError) -> Response:
    """The page in place of a deleted record."""
    steps, _ = await history.steps(request, view, id_, LATEST)
    language = request.state.language
    last = steps[0] if steps and steps[0].kind == "TERMINAL" else None
    crumbs = [(view.facts["plural"][language], address(language, view.type))]
    return render(
        request,
        "generic/gone.html",
        410,
        view=view,
        id=id_,
        steps=steps,
        fault=fault,
        last=last,
        crumbs=crumbs,
    )
