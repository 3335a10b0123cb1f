"""The list of a type, and the suggestions of pickers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.client import Page, Resource
from dina.web.registry import Registry, TypeView
from dina.web.rendering import address as address_of
from dina.web.rendering import client_of, registry_of, render, view_of
from dina.web.values import Shown, formatted_name, shown, title_of

PAGE = 25
ESCAPED = re.compile(r"([,;()*\\])")


def text_filter(view: TypeView, text: str) -> str:
    """The free-text filter in FIQL: any searchable text contains it; for specimens also what is linked."""
    pattern = "*" + ESCAPED.sub(r"\\\1", text) + "*"
    paths = view.searched()
    if view.type == "material-sample":
        paths += [
            "organism.determination.verbatimScientificName", "organism.determination.scientificName",
            "collectingEvent.dwcRecordedBy", "collectingEvent.dwcVerbatimLocality", "collectingEvent.dwcCountry",
        ]  # fmt: skip
    return ",".join(f"{path}=={pattern}" for path in paths)


async def listing(request: Request) -> Response:
    """A list with text filter, sorting and paging."""
    view = await view_of(request)
    query = request.query_params
    text = query.get("q", "").strip()[:200]
    offset = int(query["offset"]) if query.get("offset", "").isdigit() else 0
    offset = min(offset, 10_000_000)
    sort = query.get("sort", "")
    if sort.removeprefix("-") not in view.attributes or not view.attributes[sort.removeprefix("-")].get(
        "sortable"
    ):
        sort = ""
    include = view.listed_relationships()
    params: list[tuple[str, Any]] = [("page[limit]", PAGE), ("page[offset]", offset)]
    if include:
        params.append(("include", ",".join(include)))
    if sort:
        params.append(("sort", sort))
    if text and view.searched():
        params.append(("fiql", text_filter(view, text)))
    page = await client_of(request).get(view.path, params)
    total = int(page.meta.get("totalResourceCount", 0))

    def address(**changes: Any) -> str:
        values = {"q": text, "sort": sort, "offset": offset} | changes
        return "?" + urlencode({k: v for k, v in values.items() if v})

    registry = await registry_of(request)
    rows = [list_row(registry, view, page, resource, request.state.language) for resource in page.data]
    return render(
        request,
        "generic/list-part.html" if request.headers.get("hx-request") == "true" else "generic/list.html",
        view=view, rows=rows, text=text, sort=sort, offset=offset, total=total, limit=PAGE, address=address,
        last=max(0, (total - 1) // PAGE * PAGE),
    )  # fmt: skip


def list_row(
    registry: Registry, view: TypeView, page: Page, resource: Resource, language: str
) -> dict[str, Any]:
    cells: list[list[Shown]] = [
        [shown(view.attributes[name], resource.attributes.get(name), language)] for name in view.columns()
    ]
    for name in view.listed_relationships():
        target = registry.types[view.relationships[name]["targets"][0]]
        cells.append(
            [
                Shown(
                    title_of(target, one, language),
                    link=address_of(language, target.type, one.id),
                    italic=target.type == "organism",
                    html=formatted_name(one) if target.type == "organism" else None,
                )
                for one in page.related(resource, name)
            ]
        )
    return {"id": resource.id, "title": title_of(view, resource, language), "cells": cells}


async def pick(request: Request) -> Response:
    """Suggestions for a picker: the API's list, cut to id and title."""
    view = await view_of(request)
    text = request.query_params.get("q", "").strip()[:100]
    params: dict[str, Any] = {"page[limit]": 10}
    if text and view.searched():
        params["fiql"] = text_filter(view, text)
    page = await client_of(request).get(view.path, params)
    language = request.state.language
    return JSONResponse([{"id": one.id, "title": title_of(view, one, language)} for one in page.data])
