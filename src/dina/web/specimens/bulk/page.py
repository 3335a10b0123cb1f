"""The page of a bulk edit: fields are chosen one after the other, each with what is to be done; then the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused
from dina.web import texts
from dina.web.exchange.common import one, preview
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field
from dina.web.generic.naming import UUID, titles
from dina.web.generic.raw import Raw, Unreadable
from dina.web.rendering import address, check_language, client_of, registry_of, render, say
from dina.web.specimens.bulk.fields import LINES, WORDS, Editable, editable, making_for
from dina.web.specimens.bulk.selection import MOST_TICKED, Selection
from dina.web.specimens.composite import SAMPLE
from dina.web.texts import N_

MOST = 50
"""Fields that are changed at once."""
CONTROLS = MOST_TICKED + 1000
NO_FIELD, NO_VALUE, NO_FIND, NO_PAIR, CANNOT = (
    N_("Choose a field first."),
    N_("{field}: give the value."),
    N_("{field}: give the text to be replaced."),
    N_("{field}: give what is replaced and what it becomes."),
    N_("{field}: this cannot be read."),
)


@dataclass
class Row:
    """One field of the edit as it stands on the page."""

    field: Editable
    op: str
    raw: Raw = ""
    find: str = ""
    pattern: bool = False
    source: str = ""
    old: Raw = ""
    new: Raw = ""

    def operation(self) -> dict[str, Any]:
        """The operation for the API. Raises Unreadable, and ValueError with the sentence that says what is missing."""
        made: dict[str, Any] = {"field": self.field.path, "op": self.op}
        if self.op == "clear":
            return made
        if self.op == "copy":
            if not self.source:
                raise ValueError(NO_VALUE)
            return made | {"from": self.source}
        if self.op == "become":
            old, new = (self.field.element.value("set", raw) for raw in (self.old, self.new))
            if not old or not new:
                raise ValueError(NO_PAIR)
            return made | {"values": [{"from": old, "to": new}]}
        value = self.field.value(self.op, self.raw)
        if self.op == "replace":
            if not self.find:
                raise ValueError(NO_FIND)
            return (
                made | {"find": self.find, "value": value or ""} | ({"pattern": True} if self.pattern else {})
            )
        if value in (None, "", [], {}):
            raise ValueError(NO_VALUE)
        return made | {"value": value}


async def show(request: Request) -> Response:
    """Fields and what is done to them; `_then` preview hands them to the exchange module."""
    check_language(request)
    fields = await editable(request)
    form: Any = await request.form(max_fields=CONTROLS) if request.method == "POST" else request.query_params
    rows = rows_of(form, fields)
    selection = Selection.of(form)
    if request.method == "GET" and UUID.fullmatch(form.get("job", "")):
        request.path_params["id"] = form["job"]
        p = (await one(request, "job")).attributes["parameters"]
        selection, rows = Selection.of_job(p), rows_from(p, fields)
    if selection.empty:
        say(request, "Select records first.")
        return RedirectResponse(address(request.state.language, SAMPLE), 303)
    faults: list[str] = []
    pressed = str(form.get("_then", ""))
    if pressed == "add":
        chosen = fields.get(str(form.get("field", "")))
        if chosen is None:
            faults = [texts.translate(request.state.language, NO_FIELD)]
        elif len(rows) < MOST:
            rows.append(fresh(chosen, selection))
    elif pressed.startswith("remove."):
        rows = [row for at, row in enumerate(rows) if f"remove.{at}" != pressed]
    elif pressed == "preview":
        operations, faults = operations_of(rows, request.state.language)
        if operations and not faults:
            try:
                return await preview(request, {"type": SAMPLE, "operations": operations, **selection.asked})
            except Refused as fault:
                faults = fault.sentences
    return await page(request, selection, rows, fields, faults, new=pressed == "add" and not faults)


def fresh(chosen: Editable, selection: Selection) -> Row:
    """A field that was just chosen; of texts, what was searched for is probably what is to be replaced."""
    op = "replace" if selection.word and chosen.kind == "text" and not chosen.custom else chosen.ways[0]
    return Row(chosen, op, blank(chosen, op), selection.word if op == "replace" else "")


def blank(one: Editable, op: str) -> Raw:
    return raws.of_value(one.in_control(op), None) if one.kind not in ("link", "links") else ""


def rows_of(form: Mapping[str, Any], fields: Mapping[str, Editable]) -> list[Row]:
    """The rows as they were typed."""
    rows: list[Row] = []
    for at in range(MOST):
        chosen = fields.get(str(form.get(f"field-{at}", "")))
        if chosen is None:
            continue
        op = str(form.get(f"op-{at}", ""))
        op = op if op in chosen.ways else chosen.ways[0]
        raw = chosen.typed(op, f"value-{at}", form)
        old, new = (chosen.element.typed("set", f"{name}-{at}", form) for name in ("old", "new"))
        pattern = bool(form.get(f"pattern-{at}"))
        find, source = str(form.get(f"find-{at}", "")), str(form.get(f"from-{at}", ""))
        rows.append(Row(chosen, op, raw, find, pattern, source, old, new))
    return rows


def rows_from(p: Mapping[str, Any], fields: Mapping[str, Editable]) -> list[Row]:
    """The rows of a preview, to be mended."""
    rows: list[Row] = []
    for given in p.get("operations", ()):
        chosen = fields.get(given["field"])
        if chosen is None or given["op"] not in chosen.ways:
            continue
        value = given.get("value")
        if chosen.kind in ("link", "links"):
            raw: Raw = "\n".join(value if isinstance(value, list) else [value] if value else [])
        else:
            raw = raws.of_value(chosen.in_control(given["op"]), value)
        row = Row(
            chosen, given["op"], raw, given.get("find", ""), bool(given.get("pattern")), given.get("from", "")
        )
        row.old, row.new = next(iter(given.get("texts", {}).items()), ("", ""))
        rows.append(row)
    return rows


def operations_of(rows: list[Row], language: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The operations, and what is missing in them."""
    operations: list[dict[str, Any]] = []
    faults: list[str] = [] if rows else [texts.translate(language, NO_FIELD)]
    for row in rows:
        try:
            operations.append(row.operation())
        except Unreadable:
            faults.append(texts.translate(language, CANNOT, field=row.field.label))
        except ValueError as fault:
            faults.append(texts.translate(language, str(fault), field=row.field.label))
    return operations, faults


async def page(
    request: Request, selection: Selection, rows: list[Row], fields: Mapping[str, Editable], faults: list[str], *, new: bool
) -> Response:  # fmt: skip
    client, language = client_of(request), request.state.language
    registry = await registry_of(request)
    names: dict[str, str] = {}
    for row in rows:
        ids = {one for raw in (row.raw, row.old, row.new) for one in str(raw).split() if UUID.fullmatch(one)}
        target = (row.field.fact.get("targets") or [row.field.fact.get("target")])[0]
        if ids and target in registry.types:
            names |= await titles(request, registry.types[target], ids)
    making = await making_for(request, [row.field for row in rows], names)
    controls: list[Field] = []
    pairs: list[list[Field]] = []
    for at, row in enumerate(rows):
        control = row.field.control(making, row.op, f"value-{at}", row.raw)
        control.label, control.help, control.required = row.field.label, "", False
        controls.append(control)
        one = row.field.element
        pairs.append(
            [one.control(making, "set", f"{n}-{at}", raw) for n, raw in (("old", row.old), ("new", row.new))]
            if "become" in row.field.ways else []
        )  # fmt: skip
    sections: dict[str, list[Editable]] = {}
    for found in fields.values():
        sections.setdefault(found.section, []).append(found)
    try:
        number = await selection.number(client)
    except Refused as fault:
        number, faults = 0, [*faults, *fault.sentences]
    return render(
        request, "specimens/bulk.html", 422 if faults else 200, view=registry.types[SAMPLE], selection=selection,
        number_of=number, set_name=await selection.name(client), rows=list(zip(rows, controls, pairs, strict=True)), faults=faults,
        sections=sections, words={name: texts.translate(language, word) for name, word in WORDS.items()}, new=new,
        lines=LINES, sources=[one for one in fields.values() if one.kind not in ("objects", "link", "links")],
    )  # fmt: skip
