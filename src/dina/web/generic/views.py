"""Saved views of lists: a saved search that keeps the address of the list, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError
from dina.web.generic.asked import Asked, asked
from dina.web.generic.filters import Filter
from dina.web.registry import TypeView
from dina.web.rendering import address, client_of, registry_of, say, view_of, who_of

KIND = "saved-query"
OPS = {
    "CONTAINS": "contains",
    "STARTS": "prefix",
    "IS": "eq",
    "NOT": "eq",
    "ANY": "in",
    "FROM": "ge",
    "TO": "le",
}


@dataclass(frozen=True)
class SavedView:
    """A saved view by name, with the address of its list."""

    name: str
    href: str
    private: bool


async def saved_views(request: Request, view: TypeView) -> list[SavedView]:
    """The saved views of a type that the caller may see; none where the search module is not there."""
    kept = (await registry_of(request)).types.get(KIND)
    if kept is None or not who_of(request).may("read", KIND):
        return []
    params = {"filter[searchedType]": view.type, "sort": "name", "page[limit]": 50}
    try:
        page = await client_of(request).get(kept.path, params)
    except ApiError:
        return []
    here = address(request.state.language, view.type)
    return [
        SavedView(str(one.attributes["name"]), f"{here}?{shown['list']}", bool(one.attributes.get("private")))
        for one in page.data
        if isinstance((shown := one.attributes.get("view") or {}).get("list"), str)
    ]


async def save(request: Request) -> Response:
    """Keep the list that the form was sent from under a name."""
    view = await view_of(request)
    state = await asked(request, view, parsed(str((await request.form()).get("list", ""))))
    return await keep(request, view, state.address(offset=""), question(state))


async def keep(request: Request, view: TypeView, where: str, query: dict[str, Any]) -> Response:
    """Keep what the list at an address (`?…`) asks for, by the name in the form."""
    kept = (await registry_of(request)).types[KIND]
    form, who = await request.form(), who_of(request)
    groups = [name for name in who.groups if who.may("create", KIND, name)]
    group = request.state.session.prefs.get("group", "")
    attributes: dict[str, Any] = {
        "name": str(form.get("name", "")).strip()[:250], "searchedType": view.type, "query": query,
        "view": {"list": where.removeprefix("?")}, "private": form.get("private") == "true",
        "group": group if group in groups else next(iter(groups), None),
    }  # fmt: skip
    made = await client_of(request).create(kept.path, {k: v for k, v in attributes.items() if v is not None})
    say(
        request,
        "Saved as “{name}”",
        name=attributes["name"],
        undo=address(request.state.language, KIND, made.id, "delete"),
    )
    return RedirectResponse(address(request.state.language, view.type) + where, 303)


def parsed(text: str) -> QueryParams:
    return QueryParams(text.removeprefix("?")[:8000])


def question(state: Asked) -> dict[str, Any]:
    """The conditions of a list as a question to the search module."""
    found: dict[str, Any] = {"q": state.text} if state.text else {}
    conditions = [condition(one) for one in state.filters]
    return found | ({"filter": {"all": conditions}} if conditions else {})


def condition(one: Filter) -> dict[str, Any]:
    if one.op in ("EMPTY", "FILLED"):
        exists = {"field": one.place.path, "op": "exists"}
        return {"not": exists} if one.op == "EMPTY" else exists
    field: dict[str, Any] = {"field": one.place.path, "op": OPS[one.op]}
    field |= {"values": one.values} if one.op == "ANY" else {"value": one.value}
    return {"not": field} if one.op == "NOT" else field
