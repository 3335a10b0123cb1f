"""Cells of many specimens typed over in a table: the same rows as a spreadsheet where scripts run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Page, Refused
from dina.web import texts
from dina.web.exchange.common import preview
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field
from dina.web.generic.raw import Unreadable
from dina.web.rendering import address, check_language, client_of, registry_of, render, say
from dina.web.specimens.bulk.fields import GRID, Editable, editable, making_for, stands
from dina.web.specimens.bulk.page import CANNOT
from dina.web.specimens.bulk.selection import UUID, Selection
from dina.web.specimens.composite import SAMPLE
from dina.web.specimens.listing import records
from dina.web.texts import N_
from dina.web.values import title_of

MOST = 500
"""Rows of one table."""
WIDEST = 12
COLUMNS = (
    "collectingEvent.dwcVerbatimLocality", "collectingEvent.dwcCountry", "collectingEvent.dwcRecordedBy",
    "organism.sex", "materialSampleRemarks",
)  # fmt: skip
UNCHANGED = N_("No cell was changed.")


async def show(request: Request) -> Response:
    """The table; on `_then` preview what differs from what stood there is handed to the exchange module."""
    check_language(request)
    form: Any = (
        await request.form(max_fields=MOST * (WIDEST + 2) + 100)
        if request.method == "POST"
        else request.query_params
    )
    selection, language = Selection.of(form), request.state.language
    if selection.empty:
        say(request, "Select records first.")
        return RedirectResponse(address(language, SAMPLE), 303)
    fields = {path: one for path, one in (await editable(request)).items() if one.kind in GRID}
    chosen = [path for path in dict.fromkeys(form.getlist("column")) if path in fields][:WIDEST]
    columns = [fields[path] for path in chosen or COLUMNS if path in fields]
    faults: list[str] = []
    if form.get("_then") == "preview":
        cells, faults = changed(form, columns, language)
        if cells and not faults:
            try:
                return await preview(request, {"type": SAMPLE, "cells": cells})
            except Refused as fault:
                faults = fault.sentences
        elif not faults:
            faults = [texts.translate(language, UNCHANGED)]
    client, view = client_of(request), (await registry_of(request)).types[SAMPLE]
    ids = await selection.first(client, MOST)
    page = await records(client, view.path, ids, ["collectingEvent", "organism"])
    making = await making_for(request, columns, {})
    rows = [
        {"id": one.id, "title": title_of(view, one, language), **line(page, at, columns, making, form if faults else {})}
        for at, one in enumerate(page.data)
    ]  # fmt: skip
    return render(
        request, "specimens/bulk-grid.html", 422 if faults else 200, view=view, selection=selection, columns=columns, rows=rows,
        number_of=await selection.number(client), most=MOST, widest=WIDEST, faults=faults, fields=fields.values(),
    )  # fmt: skip


def line(
    page: Page, at: int, columns: list[Editable], making: Any, form: Mapping[str, Any]
) -> dict[str, Any]:
    """The controls of a row, and its values as they were, by which it is known what was typed over."""
    values = [stands(page, page.data[at], one) for one in columns]
    cells: list[Field] = []
    for number, (one, value) in enumerate(zip(columns, values, strict=True)):
        name = f"cell-{at}-{number}"
        cell = making.field(name, one.fact, str(form.get(name, raws.of_value(one.fact, value))))
        cell.suggestions = []
        cells.append(cell)
    return {"cells": cells, "was": json.dumps(values, ensure_ascii=False)}


def changed(
    form: Mapping[str, Any], columns: list[Editable], language: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The cells that were typed over, with what stood there; and what cannot be read."""
    cells: list[dict[str, Any]] = []
    faults: list[str] = []
    for at in range(MOST):
        id_ = str(form.get(f"row-{at}", ""))
        if not UUID.fullmatch(id_):
            break
        try:
            was: Any = json.loads(str(form.get(f"was-{at}", "")))
        except ValueError:
            was = None
        if not isinstance(was, list) or len(was) != len(columns):  # pyright: ignore[reportUnknownArgumentType]
            continue
        for number, one in enumerate(columns):
            typed = raws.typed(form, f"cell-{at}-{number}")
            before: Any = was[number]
            stood = str(raws.of_value(one.fact, before))
            # A control of one line loses the ends of lines of what it shows; that is not typing.
            if typed in (stood, stood.replace("\r", "").replace("\n", "")):
                continue
            try:
                value = one.value("set", typed)
            except Unreadable:
                faults.append(texts.translate(language, CANNOT, field=f"{one.label} ({at + 1})"))
                continue
            cells.append({"id": id_, "field": one.path, "value": value, "was": before})
    return cells, faults
