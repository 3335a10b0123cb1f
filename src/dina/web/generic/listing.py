"""The list of a type, its bin, and the suggestions of pickers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dina.client import ApiError, Page, Resource
from dina.web.generic import filters
from dina.web.generic.asked import SIZES, Asked, asked, hidden
from dina.web.generic.columns import cell, includes
from dina.web.generic.naming import all_named, names_in_cells
from dina.web.generic.views import saved_views
from dina.web.registry import Registry, TypeView
from dina.web.rendering import client_of, registry_of, render, view_of, who_of
from dina.web.values import Shown, title_of


async def listing(request: Request) -> Response:
    """A list: chips, text, columns, order, page; everything is in the address."""
    view = await view_of(request)
    state = await asked(request, view)
    added = new_filter(request, state) or new_columns(request, state)
    if added is not None:
        return RedirectResponse(request.url.path + added, 303)
    page = await client_of(request).get(view.path, [*state.params(), *paging(state)])
    total = int(page.meta.get("totalResourceCount", len(page.data)))
    registry = await registry_of(request)
    names = await names_in_cells(request, registry, state.columns, page)
    chosen: dict[str, set[str]] = {}
    for one in state.filters:
        if one.place.target:
            chosen.setdefault(one.place.target, set()).update(one.values)
    told = await all_named(request, registry, chosen)
    rows = [row(registry, view, state, page, one, names) for one in page.data]
    part = request.headers.get("hx-request") == "true" and request.headers.get("hx-target") == "results"
    who = who_of(request)
    return render(
        request, "generic/list-part.html" if part else "generic/list.html",
        view=view, state=state, rows=rows, total=total, sizes=SIZES, hidden=hidden, words=filters.WORDS,
        without_value=filters.WITHOUT_VALUE, chips=chips(request, state, told), place=state.places.get(request.query_params.get("add", "")),
        alone=await alone(request, state) if not rows and len(state.filters) > 1 else [], views=await saved_views(request, view),
        may_create=view.may("create") and who.may("create", view.type), selecting=request.query_params.get("all") == "1",
        crumbs=[(view.facts["plural"][state.language], state.address(bin="", offset=""))] if state.deleted else [],
    )  # fmt: skip


def paging(state: Asked) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("page[limit]", state.limit), ("page[offset]", state.offset)]
    names = includes(state.columns)
    return found + ([("include", ",".join(names))] if names else [])


def new_filter(request: Request, state: Asked) -> str | None:
    """The address with the filter that a form adds; None when none is added."""
    query = request.query_params
    if "op" not in query or "path" not in query:
        return None
    value = "\n".join(one for one in query.getlist("value") if one)
    one = filters.made(state.places, query["path"], query["op"], value)
    if one is None:
        return (
            state.address(offset="", add=query["path"], bad="1")
            if query["path"] in state.places
            else state.address()
        )
    return state.address(offset="", plus=one.text)


def new_columns(request: Request, state: Asked) -> str | None:
    """The address with the columns that were ticked; None when none were."""
    names = [name for name in request.query_params.getlist("col") if name in state.all_columns]
    return state.address(cols=",".join(names)) if names else None


def chips(request: Request, state: Asked, names: Mapping[str, str]) -> list[dict[str, str]]:
    """The conditions of the list as chips: how each is edited and removed; `names` of records by id."""
    found: list[dict[str, str]] = []
    if state.group:
        label = state.places["group"].label
        name = who_of(request).group_label(state.group, state.language)
        found.append(
            {"text": f"{label}: {name}", "remove": state.address(group="all", offset=""), "edit": ""}
        )
    for one in state.filters:
        edit = (
            state.address(without=one, offset="", add=one.place.path, had=one.op, was=one.value) + "#filter"
        )
        edit = "" if one.place.target else edit
        found.append(
            {
                "text": one.said(state.language, names),
                "remove": state.address(without=one, offset=""),
                "edit": edit,
            }
        )
    return found


async def alone(request: Request, state: Asked) -> list[tuple[str, str, int]]:
    """What each filter alone would give: its text, the address with it alone, how many."""
    found: list[tuple[str, str, int]] = []
    for one in state.filters[:6]:
        try:
            answer = await client_of(request).request(
                "GET", f"{state.view.path}/count", params={"fiql": one.fiql()}
            )
        except ApiError:
            continue
        address = "?f=" + quote_plus(one.text)
        found.append((one.said(state.language), address, answer["data"]["attributes"]["value"]))
    return found


def row(
    registry: Registry, view: TypeView, state: Asked, page: Page, resource: Resource, names: Mapping[str, str]
) -> dict[str, Any]:
    cells: list[list[Shown]] = [
        cell(registry, view, column, page, resource, state.language, names) for column in state.columns
    ]
    return {
        "id": resource.id,
        "title": title_of(view, resource, state.language),
        "cells": cells,
        "meta": resource.attributes,
    }


async def pick(request: Request) -> Response:
    """Suggestions for a picker: the API's list, cut to id and title."""
    view = await view_of(request)
    text = request.query_params.get("q", "").strip()[:100]
    params: dict[str, Any] = {"page[limit]": 10}
    if text and view.searched():
        params["fiql"] = filters.text_filter(view, text)
    page = await client_of(request).get(view.path, params)
    language = request.state.language
    return JSONResponse([{"id": one.id, "title": title_of(view, one, language)} for one in page.data])
