"""Identifying many specimens at once: they are scanned or chosen, given one identification, and taken back as one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client, Page, Refused, Resource
from dina.web import texts
from dina.web.generic.selection import TOO_MANY
from dina.web.rendering import address, check_language, client_of, registry_of, render, say
from dina.web.specimens.composite import ORGANISM, SAMPLE, as_one_change
from dina.web.specimens.listing import records
from dina.web.specimens.question import Question, ids_of
from dina.web.specimens.record import identifications, type_status
from dina.web.texts import N_, Counted
from dina.web.values import title_of

MOST = 1000
FIELDS = ("scientificName", "verbatimDeterminer", "determinedOn", "determinationRemarks")
NOT_FOUND = N_("No specimen has the code “{code}”.")
IDENTIFIED = Counted("{n} specimen identified as {name}", "{n} specimens identified as {name}")
NO_NAME = N_("Give a scientific name.")


async def show(request: Request) -> Response:
    """Which specimens, what they are; a preview of names before and after; then all at once."""
    check_language(request)
    client, language = client_of(request), request.state.language
    form: Mapping[str, Any] = await request.form(max_fields=MOST + 50) if request.method == "POST" else {}
    faults: list[str] = []
    ids = [str(one) for one in form.getlist("id")] if form else []  # type: ignore[attr-defined]
    if form.get("all") == "1":
        ids = await ids_of(client, Question.parsed(str(form.get("list", ""))), MOST + 1)
        if len(ids) > MOST:
            say(request, TOO_MANY, most=texts.number(language, MOST))
            there = Question.parsed(str(form.get("list", ""))).address()
            return RedirectResponse(address(language, SAMPLE) + there, 303)
    for code in re.split(r"[\n\r\t,;]+", str(form.get("codes", ""))):
        found = await specimen_of(client, code.strip()[:200]) if code.strip() else None
        if found:
            ids.append(found)
        elif code.strip():
            faults.append(texts.translate(language, NOT_FOUND, code=code.strip()))
    ids = list(dict.fromkeys(ids))[:MOST]
    view = (await registry_of(request)).types[SAMPLE]
    page = await records(client, view.path, ids, ["organism"])
    given = {name: str(form.get(name, "")).strip() for name in FIELDS}
    if form.get("_then") == "apply" and page.data and not faults:
        if not given["scientificName"]:
            faults.append(texts.translate(language, NO_NAME))
        else:
            try:
                return await apply(request, page, given)
            except Refused as fault:
                faults = fault.sentences[:20]
    types = type_status(await registry_of(request))
    rows: list[dict[str, Any]] = []
    for one in page.data:
        said = [d for o in page.related(one, "organism") for d in identifications(o, {}, types, language)]
        rows.append(
            {
                "id": one.id,
                "title": title_of(view, one, language),
                "now": said[:1],
                "type": next((d["type"] for d in said if d["type"]), ""),
            }
        )
    return render(
        request, "specimens/identify.html", 422 if faults else 200, view=view, rows=rows, given=given, faults=faults,
        codes="",
    )  # fmt: skip


async def specimen_of(client: Client, code: str) -> str:
    page = await client.get("/collection/v1/scan", {"code": code, "page[limit]": 5})
    return next((one.id for one in page.data if one.type == SAMPLE), "")


async def apply(request: Request, page: Page, given: Mapping[str, str]) -> Response:
    """The new identification becomes the current one; those before it are kept."""
    new = {name: value for name, value in given.items() if value} | {"isPrimary": True}
    operations: list[dict[str, Any]] = []
    for one in page.data:
        organisms = page.related(one, "organism")
        chosen = next(
            (o for o in organisms if o.attributes.get("isTarget")), organisms[0] if organisms else None
        )
        operations += with_organism(chosen, new) if chosen else without(one, new)
    name = given["scientificName"]
    await as_one_change(request, operations, name, IDENTIFIED, n=len(page.data), name=name)
    return RedirectResponse(address(request.state.language, SAMPLE, "identify"), 303)


def with_organism(organism: Resource, new: dict[str, Any]) -> list[dict[str, Any]]:
    earlier = [
        {name: value for name, value in one.items() if name != "parsedName"} | {"isPrimary": False}
        for one in organism.attributes.get("determination") or []
    ]
    attributes: dict[str, Any] = {"determination": [*earlier, new]}
    if organism.attributes.get("resourceVersion") is not None:
        attributes["resourceVersion"] = organism.attributes["resourceVersion"]
    return [{"op": "update", "data": {"type": ORGANISM, "id": organism.id, "attributes": attributes}}]


def without(sample: Resource, new: dict[str, Any]) -> list[dict[str, Any]]:
    lid = f"of-{sample.id}"
    made = {
        "type": ORGANISM,
        "lid": lid,
        "attributes": {"group": sample.attributes["group"], "determination": [new]},
    }
    linked = {"organism": {"data": [{"type": ORGANISM, "lid": lid}]}}
    return [
        {"op": "add", "data": made},
        {"op": "update", "data": {"type": SAMPLE, "id": sample.id, "relationships": linked}},
    ]
