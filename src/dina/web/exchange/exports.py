"""Exports of a search: which columns in which form, written in the background, and the file when it is ready."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Refused
from dina.web.exchange.common import EXCHANGE, forward, one, page_number, render
from dina.web.exchange.content import saved_searches
from dina.web.registry import TypeView
from dina.web.rendering import check_language, client_of, registry_of

PAGE = 25
FORMATS = {
    "XLSX": "Excel (XLSX)", "CSV": "CSV", "TSV": "TSV", "PARQUET": "Parquet", "GEOPARQUET": "GeoParquet",
}  # fmt: skip
FORMULAS = 2
"""Lines for computed columns."""
USUAL = (
    "dwcCatalogNumber", "materialSampleName", "collection.code", "organism[isTarget].determination[isPrimary].scientificName",
    "collectingEvent.startEventDateTime", "collectingEvent.dwcRecordedBy", "collectingEvent.dwcCountry",
    "collectingEvent.dwcVerbatimLocality",
)  # fmt: skip
"""Columns that most lists of specimens want."""


async def listing(request: Request) -> Response:
    check_language(request)
    offset = page_number(request, PAGE)
    params = {"page[limit]": PAGE, "page[offset]": offset, "sort": "-createdOn"}
    found = await client_of(request).get(f"{EXCHANGE}/data-export", params)
    total = int(found.meta.get("totalResourceCount", len(found.data)))
    return render(
        request, "exchange/exports.html", exports=found.data, offset=offset, limit=PAGE, total=total
    )


async def new(request: Request) -> Response:
    """Columns, form and formulas; the address may say which records (`type`, `q`, `filter[…]`, `fiql`, `sort`)."""
    check_language(request)
    registry = await registry_of(request)
    type_ = request.query_params.get("type", "material-sample")
    view = registry.types.get(type_) or registry.types["material-sample"]
    if request.method == "GET":
        return await page(request, view, {}, [])
    form = await request.form()
    try:
        made = await client_of(request).create(f"{EXCHANGE}/data-export", attributes_of(form, view))
    except Refused as fault:
        return await page(request, view, form, fault.sentences)
    return RedirectResponse(f"/{request.state.language}/exports/{made.id}", 303)


async def page(request: Request, view: TypeView, form: Any, faults: list[str]) -> Response:
    registry, language = await registry_of(request), request.state.language
    known = [path for path in USUAL if view.type == "material-sample"] or view.columns()
    paths: list[tuple[str, str]] = [(name, fact["label"][language]) for name, fact in view.attributes.items()]
    for name, link in view.relationships.items():
        target = registry.types.get(link["targets"][0])
        if target is None or link["external"]:
            continue
        paths += [
            (f"{name}.{inner}", f"{link['label'][language]} › {fact['label'][language]}")
            for inner, fact in target.attributes.items()
        ]
    query = {
        k: v for k, v in request.query_params.items() if k.startswith("filter[") or k in ("fiql", "sort")
    }
    kinds = sorted(
        (v.type, v.facts["plural"][language]) for v in registry.types.values() if v.module == "collection"
    )
    return render(
        request, "exchange/export-new.html", 422 if faults else 200, view=view, form=form, faults=faults, paths=paths,
        columns="\n".join(known), formats=FORMATS, kinds=kinds, formulas=range(FORMULAS),
        records="\n".join(f"{name}={value}" for name, value in query.items()), address=request.url.query,
        q=form.get("q", request.query_params.get("q", "")), search=form.get("search", ""),
        searches=await saved_searches(request, view.type, {}, form.get("search", "")),
    )  # fmt: skip


def attributes_of(form: FormData, view: TypeView) -> dict[str, Any]:
    """An export as the API takes it; `path = heading` on each line of the columns."""
    columns: list[str] = []
    aliases: list[str | None] = []
    for line in str(form.get("columns", "")).splitlines():
        path, _, heading = line.partition("=")
        if path.strip():
            columns.append(path.strip())
            aliases.append(heading.strip() or None)
    functions: dict[str, Any] = {}
    for at in range(FORMULAS):
        name, kind = str(form.get(f"formula-{at}", "")).strip(), str(form.get(f"kind-{at}", ""))
        items = [one.strip() for one in str(form.get(f"of-{at}", "")).split(",") if one.strip()]
        if not name or not items:
            continue
        if kind == "CONCAT":
            told: Any = {"items": items, "separator": str(form.get(f"separator-{at}", "")) or " "}
        else:
            told = items
        functions[name] = {"functionDef": kind or "CONCAT", "params": told}
        if name not in columns:
            columns.append(name)
            aliases.append(None)
    options = {
        "format": str(form.get("format", "XLSX")),
        "headings": "LABELS" if form.get("labels") else "PATHS",
    }
    made: dict[str, Any] = {
        "name": str(form.get("name", "")).strip()[:100] or view.type, "exportType": "TABULAR_DATA", "source": view.type,
        "exportOptions": options, "schema": {view.type: {"columns": columns, "aliases": aliases}},
        "query": orjson.dumps(query_of(str(form.get("query", ""))) | searched(form)).decode(),
    }  # fmt: skip
    return made | ({"functions": functions} if functions else {})


def searched(form: FormData) -> dict[str, str]:
    """What the form says of a search; whoever gives both kinds is told so by the API."""
    return {name: told for name in ("q", "search") if (told := str(form.get(name, "")).strip())}


def query_of(text: str) -> dict[str, Any]:
    """Lines of `filter[name][OP]=value`, `fiql=…`, `sort=…` as the query of an export."""
    found: dict[str, Any] = {}
    filters: dict[str, str] = {}
    for line in text.splitlines():
        name, mark, value = line.partition("=")
        name = name.strip()
        if not mark:
            continue
        if name.startswith("filter["):
            inner = name.removeprefix("filter[")
            path, _, operator = inner.partition("][")
            path, operator = path.rstrip("]"), operator.rstrip("]")
            filters[f"{path}[{operator}]" if operator else path] = value.strip()
        elif name in ("fiql", "sort"):
            found[name] = value.strip()
    return found | ({"filter": filters} if filters else {})


async def show(request: Request) -> Response:
    check_language(request)
    export = await one(request, "data-export")
    try:
        job = await one(request, "job")
    except ApiError as fault:
        if fault.status != 404:
            raise
        job = None
    return render(request, "exchange/export.html", export=export, job=job)


async def file(request: Request) -> Response:
    """The file that was written."""
    check_language(request)
    return await forward(request, f"{EXCHANGE}/file/{quote(str(request.path_params['id']))}")
