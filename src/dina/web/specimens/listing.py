"""The list of specimens: a box with the language of the search, facets, and the results as table, map, charts or tree."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Client, Page, Refused
from dina.web import texts
from dina.web.generic import listing as generic
from dina.web.generic.asked import SIZES, asked, hidden
from dina.web.generic.columns import cell, includes
from dina.web.generic.naming import names_in_cells
from dina.web.generic.views import keep, saved_views
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.specimens import charts, places, taxa, tree, treemap
from dina.web.specimens.chip_names import with_names
from dina.web.specimens.conditions.panel import panel_of
from dina.web.specimens.question import (
    CHARTS,
    DEEPEST,
    FACETS,
    TYPE,
    VIEWS,
    Question,
    ask,
    facets_asked,
    quoted,
    state_of,
    term,
)
from dina.web.values import title_of

COLUMNS = ("materialSampleName", "organism", "collectingEvent", "materialSampleType", "collection")
NUMBER = re.compile(r"[^\s:]*\d[^\s:]*")


async def listing(request: Request) -> Response:
    """The whole state is in the address; the bin and lists by FIQL are the generic list's."""
    check_language(request)
    query = request.query_params
    registry = await registry_of(request)
    if query.get("bin") or "f" in query or "search-query" not in known_types(registry):
        request.path_params["type"] = "specimens"
        return await generic.listing(request)
    state, client, language = state_of(request), client_of(request), request.state.language
    if group := of_group(request):
        return RedirectResponse(request.url.path + state.plus(group), 303)
    panel = await panel_of(request, state)
    if query.getlist("col"):
        return RedirectResponse(request.url.path + state.address(cols=",".join(query.getlist("col"))), 303)
    part = request.headers.get("hx-request") == "true" and request.headers.get("hx-target") == "results"
    if (
        state.q
        and not part
        and not panel
        and "offset" not in query
        and (found := await exact(client, state.q))
    ):
        return RedirectResponse(address(language, TYPE, found), 303)
    view = registry.types[TYPE]
    columns = await asked(request, view, {"cols": state.cols or ",".join(COLUMNS)})
    summed = state.view in ("charts", "tree")
    grown = tree.of(request, state) if state.view == "tree" else None
    facets = () if grown else CHARTS if summed else FACETS
    more = {"map": places.FACET, "charts": taxa.FACETS, "tree": grown.facets() if grown else []}
    asking = state.asking(
        page={"limit": 0 if summed else state.limit, "offset": state.offset}, fields=["id"],
        facets=facets_asked(facets, 12) + more.get(state.view, []),
    )  # fmt: skip
    fault: ApiError | None = None
    told: dict[str, Any] = {"total": 0, "exact": True, "hits": [], "facets": {}, "chips": [], "doubts": []}
    page = Page([], {}, {}, {})
    try:
        told |= await ask(client, "search", asking)
        page = await records(
            client, view.path, [one["id"] for one in told["hits"]], includes(columns.columns)
        )
    except Refused as error:
        fault = error
    await with_names(request, told["chips"])
    names = await names_in_cells(request, registry, columns.columns, page)
    rows = [
        {"id": one.id, "title": title_of(view, one, language), "cells": [cell(registry, view, c, page, one, language, names) for c in columns.columns]}
        for one in page.data
    ]  # fmt: skip
    who = who_of(request)
    return render(
        request, "specimens/list-part.html" if part else "specimens/list.html", 503 if fault and fault.status >= 500 else 200,
        view=view, state=state, rows=rows, columns=columns, told=told, fault=fault, sizes=SIZES, hidden=hidden, deepest=DEEPEST,
        facets=[] if summed else summaries(state, told, language), chips=chips(state, told),
        charts=charts.drawn(state, told, language, view.attributes) if state.view == "charts" else [], views=VIEWS,
        treemap=treemap.drawn(state, told, language) if state.view == "charts" else None,
        tree=grown.drawn(told, language) if grown else None, by=query.get("by", ""),
        spots=places.spots(state, told) if state.view == "map" else [], saved=[] if part else await saved_views(request, view),
        may_create=who.may("create", TYPE), selecting=query.get("all") == "1", panel=panel,
        alone=await alone(client, state, told) if not told["total"] else [],
        total=int(told["total"]),
    )  # fmt: skip


def known_types(registry: Any) -> set[str]:
    """`search-query` stands for the search module itself, which need not be there."""
    return {"search-query"} if any(name == "search" for name, _ in registry.modules) else set()


async def records(client: Client, path: str, ids: list[str], names: list[str]) -> Page:
    """The records found, in the order of the search."""
    if not ids:
        return Page([], {}, {}, {})
    params: dict[str, Any] = {"fiql": f"id=in=({','.join(ids)})", "page[limit]": len(ids)}
    params |= {"include": ",".join(names)} if names else {}
    page = await client.get(path, params)
    order = {id_: at for at, id_ in enumerate(ids)}
    page.data.sort(key=lambda one: order.get(one.id, len(ids)))
    return page


async def exact(client: Client, text: str) -> str:
    """The specimen with this barcode or number, when the text is one and there is only one such."""
    if not NUMBER.fullmatch(text):
        return ""
    try:
        page = await client.get("/collection/v1/scan", {"code": text, "page[limit]": 3})
    except ApiError:
        return ""
    found = [one for one in page.data if one.type == TYPE and one.meta.get("match") == "exact"]
    return found[0].id if len(found) == 1 else ""


async def save(request: Request) -> Response:
    """Keep the list under a name; whoever finds by it finds what its box says."""
    check_language(request)
    state = Question.parsed(str((await request.form()).get("list", "")))
    view = (await registry_of(request)).types[TYPE]
    return await keep(request, view, state.address(offset=""), {"q": state.q} if state.q else {})


def of_group(request: Request) -> str:
    """The search that a bare address stands for: what belongs to the group that was chosen for all lists."""
    preferred = request.state.session.prefs.get("group", "")
    chosen = not request.url.query and preferred in who_of(request).groups
    return f"group:={quoted(preferred)}" if chosen else ""


def chips(state: Question, told: dict[str, Any]) -> list[dict[str, str]]:
    """The parts of the search as the server understood them, each with the address without it and the one that changes it."""
    return [
        {
            "text": one["label"],
            "remove": state.address(q=one["without"], offset="", **({} if one["without"] else {"group": "all"})),
            "edit": state.address(edit=str(at)) + "#filter",
        }
        for at, one in enumerate(told["chips"])
    ]  # fmt: skip


def summaries(state: Question, told: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """The facets: values with counts, each a link that adds it to the search."""
    found: list[dict[str, Any]] = []
    for facet in FACETS:
        buckets = told["facets"].get(facet.label, {}).get("buckets", [])
        if facet.kind == "decade":
            buckets = sorted(buckets, key=lambda one: str(one["value"]), reverse=True)[:12]
        values = [
            {
                "text": f"{one['value']}–{int(one['value']) + 9}" if facet.kind == "decade" else str(one["value"]),
                "count": one["count"], "href": state.plus(term(facet.name, one["value"], facet.kind)),
                "chosen": term(facet.name, one["value"], facet.kind) in state.q,
            }
            for one in buckets
        ]  # fmt: skip
        if values:
            found.append({"label": texts.translate(language, facet.label), "values": values})
    return found


async def alone(client: Client, state: Question, told: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What each part of a search that finds nothing would find by itself."""
    found: list[tuple[str, str, int]] = []
    if len(told["chips"]) < 2:
        return found
    for one in told["chips"][:6]:
        counted = await ask(client, "search/count", {"type": TYPE, "q": one["text"]})
        found.append((one["label"], "?q=" + quote(one["text"]), counted["total"]))
    return found
