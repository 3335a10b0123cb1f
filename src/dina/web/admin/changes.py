"""Change sets with a preview of their undo, and the history of everything by person, kind and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Refused, Resource
from dina.web.in_the_way import obstacles
from dina.web.registry import TypeView
from dina.web.rendering import check_language, client_of, registry_of, render, say
from dina.web.texts import N_, translate
from dina.web.values import title_of

PAGE = 25
NO_SETS = frozenset({"user"})
"""Modules that keep what belongs to one person alone; their changes are of no interest to others."""


@dataclass(frozen=True)
class Change:
    """A change set of a module."""

    module: str
    resource: Resource


async def prefix_of(request: Request) -> str:
    modules = dict((await registry_of(request)).modules)
    found = modules.get(request.path_params["module"])
    if found is None:
        raise HTTPException(404)
    return found


async def listing(request: Request) -> Response:
    """The change sets of all modules, newest first."""
    check_language(request)
    registry = await registry_of(request)
    found: list[Change] = []
    for module, prefix in registry.modules:
        if module in NO_SETS:
            continue
        try:
            page = await client_of(request).get(f"{prefix}/change-set", {"page[limit]": PAGE})
        except Refused:
            continue
        found += [Change(module, one) for one in page.data]
    found.sort(key=lambda one: str(one.resource.attributes["createdOn"]), reverse=True)
    return render(request, "admin/changes.html", found=found[: 2 * PAGE])


@dataclass(frozen=True)
class Version:
    """What was done to one record, and what the record is called in that version; `view` where it is known here."""

    facts: dict[str, Any]
    type: str
    id: str
    view: TypeView | None
    name: str


async def versions_of(request: Request, snapshots: Sequence[Resource]) -> list[Version]:
    registry = await registry_of(request)
    found: list[Version] = []
    for one in snapshots:
        type_, _, id_ = str(one.attributes["instanceId"]).partition("/")
        view = registry.types.get(type_)
        was = Resource(type_, id_, one.attributes["state"] or {})
        name = title_of(view, was, request.state.language) if view else id_
        found.append(Version(one.attributes, type_, id_, view, name if name != id_ else id_[:8]))
    return found


def offset_of(request: Request) -> int:
    given = request.query_params.get("offset", "")
    return min(int(given), 1_000_000) if given.isdecimal() else 0


async def show(request: Request) -> Response:
    """A change set, what its undo would do, and what stands in the way."""
    check_language(request)
    return await page(request, [])


async def page(request: Request, faults: Sequence[str]) -> Response:
    prefix, id_ = await prefix_of(request), str(request.path_params["id"])
    offset = offset_of(request)
    one = (await client_of(request).get(f"{prefix}/change-set/{id_}")).one
    preview = (await client_of(request).get(f"{prefix}/change-set/{id_}/undo")).one
    params = {"filter[changeSet]": id_, "page[limit]": PAGE, "page[offset]": offset}
    changes = await client_of(request).get(f"{prefix}/audit-snapshot", params)
    return render(
        request, "admin/change.html", 409 if faults else 200, faults=faults, module=request.path_params["module"], one=one, preview=preview.attributes,
        obstacles=await obstacles(request, preview.attributes["conflicts"] or []),
        changes=await versions_of(request, changes.data), total=changes.meta.get("totalResourceCount", 0), offset=offset,
        limit=PAGE,
        crumbs=[(translate(request.state.language, N_("Changes and undo")), f"/{request.state.language}/changes")],
    )  # fmt: skip


async def undo(request: Request) -> Response:
    """Take a change set back; the undo is a change set of its own."""
    check_language(request)
    prefix, id_ = await prefix_of(request), str(request.path_params["id"])
    rest = {"skipConflicts": "true"} if (await request.form()).get("skipConflicts") else {}
    try:
        answer = await client_of(request).request("POST", f"{prefix}/change-set/{id_}/undo", params=rest)
    except Refused as fault:
        return await page(request, fault.sentences)
    data: dict[str, Any] = answer.get("data") or {}
    say(request, "Taken back")
    module, language = request.path_params["module"], request.state.language
    made = data.get("id") if data.get("type") == "change-set" else id_
    return RedirectResponse(f"/{language}/changes/{module}/{made}", 303)


async def history(request: Request) -> Response:
    """Every version of every record that the caller may read; by person, kind of record and time."""
    check_language(request)
    registry, query = await registry_of(request), request.query_params
    modules = [(module, prefix) for module, prefix in registry.modules if module not in NO_SETS]
    module = query.get("module") if query.get("module") in dict(modules) else "collection"
    prefix = dict(modules).get(str(module), modules[0][1])
    offset = offset_of(request)
    params: list[tuple[str, Any]] = [("page[limit]", PAGE), ("page[offset]", offset)]
    params += [("filter[author]", query["author"][:100])] if query.get("author") else []
    params += [("filter[commitDateTime][GOE]", query["from"][:10])] if query.get("from") else []
    params += [("filter[commitDateTime][LOE]", query["to"][:10] + "T23:59:59Z")] if query.get("to") else []
    problem = ""
    try:
        page = await client_of(request).get(f"{prefix}/audit-snapshot", params)
        found, total = page.data, int(page.meta.get("totalResourceCount", 0))
    except ApiError as fault:
        if fault.status not in (400, 422):
            raise
        found, total = [], 0
        problem = fault.sentences[0]
    return render(
        request, "admin/history.html", found=await versions_of(request, found), total=total, offset=offset, limit=PAGE, modules=modules, module=module,
        problem=problem,
    )  # fmt: skip
