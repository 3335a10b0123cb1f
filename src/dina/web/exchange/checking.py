"""The third step of an import: what is wrong, by column and text, and mending it for one row, a group or all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.client import ApiError, Refused, Resource
from dina.web import texts
from dina.web.exchange.columns import Fields, fields_of
from dina.web.exchange.common import EXCHANGE, act, dataset_of, job_of, page_number, render, to, with_job
from dina.web.rendering import client_of

GROUPS = 50
ROWS = 50
NAMES = 100
AT_ONCE = 1000
"""Rows that the grid asks for in one request."""
SEVERITIES = ("error", "choice", "warning")


async def show(request: Request) -> Response:
    """Problems in groups; on POST the texts that were given are put in their place, and all is checked again."""
    dataset, job = await with_job(request, "check")
    if request.method == "GET":
        return await page(request, dataset, job)
    form = await request.form()
    path = f"import-dataset/{dataset.id}"
    try:
        changed = await mend(request, path, form)
        if form.get("then") == "check" or form.get("then") == "proposals":
            return to(request, f"imports/{dataset.id}/check", await act(request, f"{path}/check"))
    except Refused as fault:
        return await page(request, dataset, job, fault.sentences)
    said = texts.translate(
        request.state.language, "Changed cells: {count}. Check again to see what is left.", count=changed
    )
    return await page(request, await dataset_of(request), job, said=said)


async def mend(request: Request, path: str, form: FormData) -> int:
    """Do what the form of the groups says; how many cells changed. Raises ApiError."""
    if form.get("then") == "proposals":
        answer = await act(request, f"{path}/fix", {})
        return int(answer.one.attributes["changed"])
    only = str(form.get("only", ""))
    changed = 0
    for at in range(GROUPS):
        if f"column-{at}" not in form or (only and only != str(at)):
            continue
        column, value = int(str(form[f"column-{at}"])), str(form.get(f"value-{at}", ""))
        to_ = str(form.get(f"to-{at}", ""))
        empty = bool(form.get(f"empty-{at}"))
        if not empty and (not to_ or to_ == value):
            continue
        given = {"column": column, "value": value or None, "to": None if empty else to_}
        changed += int((await act(request, f"{path}/fix", given)).one.attributes["changed"])
    return changed


async def page(
    request: Request, dataset: Resource, job: Resource | None, faults: list[str] | None = None, said: str = "",
    sought: Mapping[str, str] = MappingProxyType({}),
) -> Response:  # fmt: skip
    severity = request.query_params.get("show", "")
    severity = severity if severity in SEVERITIES else ""
    offset = page_number(request, GROUPS)
    params: dict[str, Any] = {"page[limit]": GROUPS, "page[offset]": offset}
    if severity:
        params["severity"] = severity
    groups = await client_of(request).get(f"{EXCHANGE}/import-dataset/{dataset.id}/problems", params)
    names = names_to_decide(dataset.attributes.get("decisions") or {})
    fields = await fields_of(request, dataset.attributes["targetType"]) if names else Fields([], {})
    return render(
        request, "exchange/import-check.html", 422 if faults else 200, dataset=dataset, job=job, groups=groups.data,
        total=int(groups.meta["totalResourceCount"]), offset=offset, limit=GROUPS, severity=severity,
        names=names, field_name=lambda path: fields.name(path, request.state.language), faults=faults or [], said=said, step="check", columns=columns_of(dataset),
        summary=dataset.attributes.get("summary") or {}, sought=sought,
    )  # fmt: skip


def columns_of(dataset: Resource) -> list[dict[str, Any]]:
    tables = dataset.attributes.get("tables") or []
    return tables[0]["columns"] if tables else []


def names_to_decide(decisions: dict[str, Any]) -> list[dict[str, Any]]:
    """Names of linked columns by field, those to decide about first and then the most frequent."""
    found: list[dict[str, Any]] = []
    for field, names in decisions.items():
        told = [{"name": name, **one} for name, one in names.items()]
        told.sort(key=lambda one: (one["action"] != "ask", -one.get("count", 0), one["name"]))
        counts: dict[str, int] = {}
        for one in told:
            counts[one["action"]] = counts.get(one["action"], 0) + 1
        found.append({"field": field, "names": told[:NAMES], "total": len(told), "counts": counts})
    return sorted(found, key=lambda one: -one["counts"].get("ask", 0))


async def names(request: Request) -> Response:
    """What is done with each name of a linked column; one answer for all open ones if that is asked."""
    dataset = await dataset_of(request)
    form = await request.form()
    field, before = str(form.get("field", "")), dataset.attributes.get("decisions") or {}
    known: dict[str, Any] = before.get(field, {})
    decided: list[dict[str, Any]] = []
    everything = str(form.get("all", ""))
    for at, one in enumerate(names_to_decide({field: known})[0]["names"] if known else []):
        action, _, id_ = str(form.get(f"action-{at}", "")).partition(":")
        if str(form.get(f"name-{at}", "")) != one["name"] or not action:
            continue
        if (action, id_) != (one["action"], one.get("id", "")) and not everything:
            decided.append(
                {"field": field, "name": one["name"], "action": action} | ({"id": id_} if id_ else {})
            )
    if everything in ("leave", "create"):
        decided = [
            {"field": field, "name": name, "action": everything}
            for name, one in known.items()
            if one["action"] == "ask"
        ]
    for start in range(0, len(decided), 5000):
        part = decided[start : start + 5000]
        await act(request, f"import-dataset/{dataset.id}/decisions", {"decisions": part})
    if decided:
        return to(
            request, f"imports/{dataset.id}/check", await act(request, f"import-dataset/{dataset.id}/check")
        )
    return to(request, f"imports/{dataset.id}/check")


async def replace(request: Request) -> Response:
    """Find a part of a text, or a pattern, and replace it; counted first if that is asked."""
    dataset = await dataset_of(request)
    form = await request.form()
    column = str(form.get("column", ""))
    given = {
        "find": str(form.get("find", "")), "replace": str(form.get("replace", "")),
        "column": int(column) if column.isdecimal() else None, "count": form.get("then") == "count",
        "pattern": bool(form.get("pattern")),
    }  # fmt: skip
    job = await job_of(request, dataset.id, "check")
    sought = {name: str(form.get(name, "")) for name in ("find", "replace", "column", "pattern")}
    try:
        told = await act(request, f"import-dataset/{dataset.id}/replace", given)
    except Refused as fault:
        return await page(request, dataset, job, fault.sentences, sought=sought)
    changed = int(told.one.attributes["changed"])
    language = request.state.language
    if given["count"]:
        said = texts.translate(language, "Cells that hold this text: {count}.", count=changed)
    else:
        said = texts.translate(
            language, "Changed cells: {count}. Check again to see what is left.", count=changed
        )
    return await page(request, await dataset_of(request), job, said=said, sought=sought)


async def rows(request: Request) -> Response:
    """Staged rows as a plain table of inputs; on POST the cells that differ are changed."""
    dataset = await dataset_of(request)
    state = request.query_params.get("state", "")
    offset = page_number(request, ROWS)
    if request.method == "POST":
        form = await request.form()
        found = await staged(request, dataset, state, offset, ROWS)
        edits = edits_of(form, found, len(columns_of(dataset)))
        if edits:
            await act(request, f"import-dataset/{dataset.id}/rows", {"edits": edits}, method="PATCH")
        if form.get("then") == "check":
            return to(
                request,
                f"imports/{dataset.id}/check",
                await act(request, f"import-dataset/{dataset.id}/check"),
            )
    found = await staged(request, dataset, state, offset, ROWS)
    return render(
        request, "exchange/import-rows.html", dataset=dataset, rows=found.data, columns=columns_of(dataset),
        total=int(found.meta["totalResourceCount"]), offset=offset, limit=ROWS, state=state, step="check",
    )  # fmt: skip


async def staged(request: Request, dataset: Resource, state: str, offset: int, limit: int) -> Any:
    params: dict[str, Any] = {"page[limit]": limit, "page[offset]": offset}
    if state in (*SEVERITIES, "imported", "waiting"):
        params["state"] = state
    return await client_of(request).get(f"{EXCHANGE}/import-dataset/{quote(dataset.id)}/rows", params)


def edits_of(form: FormData, found: Any, width: int) -> list[dict[str, Any]]:
    """The cells of a page that were typed into."""
    edits: list[dict[str, Any]] = []
    for one in found.data:
        number, values = one.attributes["row"], one.attributes["values"]
        for column in range(width):
            given = form.get(f"cell-{number}-{column}")
            if given is not None and str(given).replace("\r\n", "\n") != (values[column] or ""):
                edits.append(
                    {"row": number, "column": column, "value": str(given).replace("\r\n", "\n") or None}
                )
    return edits


async def rows_json(request: Request) -> Response:
    """The same rows for the grid."""
    dataset = await dataset_of(request)
    found = await staged(
        request, dataset, request.query_params.get("state", ""), page_number(request, AT_ONCE), AT_ONCE
    )
    return JSONResponse(
        {"total": found.meta["totalResourceCount"], "rows": [one.attributes for one in found.data]}
    )


async def cells(request: Request) -> Response:
    """Cells that were changed in the grid: `{"edits": [{row, column, value}]}`."""
    given = await request.json()
    id_ = quote(str(request.path_params["id"]))
    try:
        told = await act(request, f"import-dataset/{id_}/rows", {"edits": given["edits"]}, method="PATCH")
    except ApiError as fault:
        return JSONResponse({"errors": fault.sentences}, fault.status)
    return JSONResponse({"changed": told.one.attributes["changed"]})
