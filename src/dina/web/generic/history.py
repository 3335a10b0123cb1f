"""The history of a record: what each version changed, and bringing back a value or a whole version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Page, Resource
from dina.web.custom import MEMBER
from dina.web.generic.naming import all_named
from dina.web.registry import TypeView
from dina.web.rendering import address, client_of, registry_of, render, say, view_of
from dina.web.values import EMPTY, shown, title_of

PAGE = 20
SEARCHED = 500
"""Versions that are looked through for the changes of one field."""
SERVERS = frozenset({"createdBy", "createdOn", "lastUpdatedOn", "resourceVersion", "version"})


@dataclass(frozen=True)
class Difference:
    """A field before and after; `back` says that its former value can be set again."""

    name: str
    label: str
    before: str
    after: str
    back: bool


@dataclass(frozen=True)
class Step:
    """A version: who made it when, and how it differs from the one before."""

    version: int
    kind: str
    author: str
    at: str
    differences: list[Difference] = field(default_factory=list[Difference])


async def steps(
    request: Request, view: TypeView, id_: str, limit: int = PAGE, offset: int = 0
) -> tuple[list[Step], int]:
    """The newest versions of a record and how many there are; none where there is no history or no right to see it."""
    path = f"{view.path}/{quote(id_, safe='')}/revisions"
    try:
        page = await client_of(request).get(path, {"page[limit]": limit + 1, "page[offset]": offset})
    except ApiError:
        return [], 0
    names = await linked_names(request, view, page.data)
    found: list[Step] = []
    for at, one in enumerate(page.data[:limit]):
        older = page.data[at + 1] if at + 1 < len(page.data) else None
        values = one.attributes
        compared = values["snapshotType"] == "UPDATE" and older is not None
        found.append(
            Step(
                values["version"], values["snapshotType"], values["author"], values["commitDateTime"],
                differences(view, older.attributes["state"] or {}, values["state"] or {}, request.state.language, names) if compared and older else [],
            )
        )  # fmt: skip
    return found, int(page.meta.get("totalResourceCount", len(page.data)))


def differences(
    view: TypeView, before: dict[str, Any], after: dict[str, Any], language: str, names: dict[str, str]
) -> list[Difference]:
    """What two states of a record differ in, in words."""
    found: list[Difference] = []
    for name in [*view.attributes, *view.relationships]:
        old, new = before.get(name), after.get(name)
        if name in SERVERS or old == new or (old in EMPTY and new in EMPTY):
            continue
        fact = view.attributes.get(name) or view.relationships[name]
        back = name in view.relationships or not fact.get("readOnly")
        sides = [said(view, name, value, language, names) for value in (old, new)]
        found.append(Difference(name, fact["label"][language], sides[0], sides[1], back))
    return found


def said(view: TypeView, name: str, value: Any, language: str, names: dict[str, str]) -> str:
    if value in EMPTY:
        return "—"
    if name in view.relationships:
        return ", ".join(names.get(one["id"], one["id"]) for one in as_list(value))
    return shown(view.attributes[name], value, language, names).line(language) or "—"


def as_list(data: Any) -> list[dict[str, str]]:
    return data if isinstance(data, list) else [data] if data else []


async def linked_names(request: Request, view: TypeView, revisions: list[Resource]) -> dict[str, str]:
    """Names of the records that the versions point at."""
    registry = await registry_of(request)
    wanted: dict[str, set[str]] = {}
    for one in revisions:
        for name, link in view.relationships.items():
            for data in as_list((one.attributes["state"] or {}).get(name)):
                wanted.setdefault(link["targets"][0], set()).add(data["id"])
    return await all_named(request, registry, wanted)


def touching(name: str, found: list[Step]) -> list[Step]:
    """The versions that changed a field, with that change alone, and the one that made the record."""
    kept = [replace(one, differences=[d for d in one.differences if d.name == name]) for one in found]
    return [one for one in kept if one.differences or one.kind == "INITIAL"]


def fields_of(view: TypeView, language: str) -> list[tuple[str, str]]:
    """The fields that a history can be narrowed to, by label."""
    facts = {**view.attributes, **view.relationships}
    named = [(name, str(fact["label"][language])) for name, fact in facts.items() if name not in SERVERS]
    return sorted(named, key=lambda one: one[1].casefold())


async def compared(request: Request, view: TypeView, id_: str) -> tuple[int, int, list[Difference]] | None:
    """Two versions that the address names, the older first, and how they differ; None where none are named."""
    given = [request.query_params.get(name, "") for name in ("from", "to")]
    if not all(one.isascii() and one.isdecimal() and len(one) < 10 for one in given):
        return None
    one, other = sorted(map(int, given))
    path, client = f"{view.path}/{quote(id_, safe='')}/revisions", client_of(request)
    found = [Page.read(await client.request("GET", f"{path}/{number}")).one for number in (one, other)]
    names = await linked_names(request, view, found)
    before, after = (revision.attributes["state"] or {} for revision in found)
    return one, other, differences(view, before, after, request.state.language, names)


async def page(request: Request) -> Response:
    """The whole history of a record."""
    view = await view_of(request)
    id_, language = request.path_params["id"], request.state.language
    offset = int(given) if (given := request.query_params.get("offset", "")).isdecimal() else 0
    only = request.query_params.get("field", "")
    only = only if only in view.attributes or only in view.relationships else ""
    if only:
        found = touching(only, (await steps(request, view, id_, SEARCHED))[0])
        total, offset, found = len(found), min(offset, len(found)), found[offset : offset + PAGE]
    else:
        found, total = await steps(request, view, id_, PAGE, min(offset, 100_000))
    resource, title = None, id_
    try:
        resource = (
            await client_of(request).get(
                f"{view.path}/{quote(id_, safe='')}", **{"include-dina-permission": "true"}
            )
        ).one
        title = title_of(view, resource, language)
    except ApiError as fault:
        if fault.status != 410:
            raise
    crumbs = [
        (view.facts["plural"][language], address(language, view.type)),
        (title, address(language, view.type, id_)),
    ]
    return render(
        request, "generic/history.html", view=view, id=id_, title=title, steps=found, total=total, offset=offset, limit=PAGE,
        crumbs=crumbs, compared=await compared(request, view, id_), only=only, fields=fields_of(view, language), may=resource is not None and "update" in resource.meta.get("permissions", ()),
    )  # fmt: skip


async def bring_back(request: Request) -> Response:
    """Set a record to a former version, or one field to what it was before a version."""
    view = await view_of(request)
    id_, language = request.path_params["id"], request.state.language
    form = await request.form()
    version, name = str(form.get("version", "")), str(form.get("field", ""))
    path = f"{view.path}/{quote(id_, safe='')}"
    client = client_of(request)
    if not version.isdecimal():
        return RedirectResponse(address(language, view.type, id_, "history"), 303)
    if not name:
        await client.request("POST", f"{path}/revisions/{version}/revert")
        say(request, "Version {n} is restored.", n=version)
    elif name in view.attributes or name in view.relationships:
        document = await client.request("GET", f"{path}/revisions/{int(version) - 1}")
        state = document["data"]["attributes"]["state"] or {}
        value = state.get(name)
        if name in view.relationships:
            await client.update(view.path, quote(id_, safe=""), {}, {name: {"data": value}})
        else:
            await client.update(
                view.path, quote(id_, safe=""), {name: value if value is not None or name != MEMBER else {}}
            )
        fact = view.attributes.get(name) or view.relationships[name]
        say(request, "“{title}” has its former value again.", title=fact["label"][language])
    return RedirectResponse(address(language, view.type, id_), 303)
