"""A series: what all specimens share, their numbers, the fields that differ; made as one change set with one Undo."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client, Refused
from dina.web import texts
from dina.web.generic.editing import FIELDS
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.specimens import checking, templates
from dina.web.specimens.composite import (
    EVENT,
    ORGANISM,
    SAMPLE,
    Part,
    Specimen,
    as_one_change,
    blank,
    empty,
    finish,
    send,
    stored,
)
from dina.web.specimens.question import quoted
from dina.web.texts import N_, Counted

MOST = 500
COUNTER = re.compile(r"(.*?)(\d+)(\D*)$", re.DOTALL)
NUMBERS = (("next", N_("Next of the collection")), ("base", N_("Counted up from")), ("list", N_("As listed")))
DIFFERING = ("sex", "lifeStage")
MADE = Counted("{n} specimen made: {first}", "{n} specimens made: {first} to {last}")
FEW = N_("Numbers that are given: {n}; specimens: {count}.")
NO_COLLECTION = N_("Choose the collection whose numbers are to be used.")
HOW_MANY = N_("Give a number of specimens from 1 to {most}.")


async def show(request: Request) -> Response:
    """Shared values and numbers; then the rows as a preview; then all are made at once."""
    check_language(request)
    specimen = await empty(request)
    # What one specimen is associated with is not what a series shares.
    specimen.associations = []
    if request.method == "GET":
        if request.query_params.get("like"):
            await like(request, specimen, request.query_params["like"])
        if event := request.query_params.get("collectingEvent"):
            specimen.sample.form.links["collectingEvent"] = event
        await templates.choose(request, request.query_params.get("template", ""))
        await templates.apply(request, specimen)
        return await page(request, specimen, {}, [])
    given = await request.form(max_fields=FIELDS + 10 * MOST)
    await templates.choose(request, str(given.get("_template", "")))
    specimen.type_in(given, await blank(request, 1))
    if specimen.change_rows(given):
        return await page(request, specimen, given, [])
    try:
        rows = await rows_of(client_of(request), specimen, given, request.state.language)
        if given.get("_then") != "create" or specimen.faults:
            return await page(request, specimen, given, rows, 422 if specimen.faults else 200)
        return await create(request, specimen, given, rows)
    except Refused as fault:
        specimen.faults += fault.sentences
    return await page(request, specimen, given, [], 422)


async def like(request: Request, specimen: Specimen, id_: str) -> None:
    """Shared values as those of a specimen that there is; the same event."""
    source = await stored(request, id_)
    own = ("materialSampleName", "barcode", "dwcCatalogNumber", "dwcOtherCatalogNumbers", "identifiers")
    for name, raw in source.sample.form.raw.items():
        if name not in own:
            specimen.sample.form.raw[name] = raw
    for name in ("collection", "collectingEvent", "projects", "assemblages", "preparationType"):
        specimen.sample.form.links[name] = source.sample.form.links.get(name, "")
    if source.organisms and source.organisms[0].form.resource:
        specimen.organisms[0].form.raw |= source.organisms[0].form.raw


async def rows_of(
    client: Client, specimen: Specimen, given: Mapping[str, Any], language: str
) -> list[dict[str, str]]:
    """The rows: numbers once given stay; each may be typed over, and what differs is typed beside it."""
    count = int(given["count"]) if str(given.get("count", "")).isdecimal() else 0
    if not 1 <= count <= MOST:
        specimen.faults.append(texts.translate(language, HOW_MANY, most=MOST))
        return []
    kept = [str(given.get(f"row.{at}.name", "")).strip() for at in range(count)]
    same = given.get("_numbers") == signature(specimen, given) and any(kept)
    names = kept if same else await numbers(client, specimen, given, count, language)
    before = str(given.get("_seen", "")).splitlines()
    seen = before if same and len(before) == len(names) else names
    return [
        {"name": name, "seen": seen[at]}
        | {one: str(given.get(f"row.{at}.{one}", "")).strip() for one in DIFFERING}
        for at, name in enumerate(names)
    ]


def signature(specimen: Specimen, given: Mapping[str, Any]) -> str:
    """What the numbers were made from; when it changes, they are made anew."""
    parts = [str(given.get(name, "")) for name in ("count", "numbers", "base", "listed")]
    return (
        "\x1f".join([*parts, specimen.sample.form.links.get("collection", "")])
        .replace("\r", "")
        .replace("\n", " ")
    )


async def numbers(
    client: Client, specimen: Specimen, given: Mapping[str, Any], count: int, language: str
) -> list[str]:
    """The next numbers of the collection's sequence, counted up from one, or as they were listed."""
    match given.get("numbers", "next"):
        case "list":
            found = [line.strip() for line in str(given.get("listed", "")).splitlines() if line.strip()]
            if len(found) != count:
                specimen.faults.append(texts.translate(language, FEW, n=len(found), count=count))
            return found[:count]
        case "base":
            return counted(str(given.get("base", "")).strip() or "1", count)
        case _:
            collection = specimen.sample.form.links.get("collection", "").strip()
            if not collection:
                specimen.faults.append(texts.translate(language, NO_COLLECTION))
                return []
            return await sequence(client, collection, count, reserve=False)


async def sequence(client: Client, collection: str, count: int, *, reserve: bool) -> list[str]:
    """The next numbers of a collection: taken with `reserve`, else only looked at. Raises ApiError."""
    one = (await client.get(f"/collection/v1/collection/{collection}")).one.attributes
    asking = {"collectionId": collection, "amount": count, "reserve": reserve}
    body = {"data": {"type": "collection-sequence-generator", "attributes": asking}}
    told = await client.request("POST", "/collection/v1/collection-sequence-generator", body=body)
    first = told["data"]["attributes"]["result"]["lowReservedID"]
    return [f"{one.get('code') or one.get('name')}-{first + at:05d}" for at in range(count)]


async def take_numbers(
    client: Client, rows: list[dict[str, str]], operations: list[dict[str, Any]], collection: str
) -> None:  # fmt: skip
    """Take the numbers of the sequence for good, once nothing else is wrong; what was typed over stays as typed.

    Somebody may have taken those that were looked at: then it is the ones after them. Raises ApiError.
    """
    await send(client, operations, dry=True)
    taken = await sequence(client, collection, len(rows), reserve=True)
    samples = [one["data"] for one in operations if one["data"]["type"] == SAMPLE]
    for row, data, name in zip(rows, samples, taken, strict=True):
        if row["name"] in ("", row["seen"]):
            row["name"] = data["attributes"]["materialSampleName"] = name


def counted(first: str, count: int) -> list[str]:
    """`CNC-0098` is followed by `CNC-0099`, `CNC-0100`; without digits a counter is put behind."""
    match = COUNTER.fullmatch(first) or COUNTER.fullmatch(first + "-1")
    assert match is not None
    head, digits, tail = match.groups()
    return [f"{head}{int(digits) + at:0{len(digits)}d}{tail}" for at in range(count)]


async def create(
    request: Request, specimen: Specimen, given: Mapping[str, Any], rows: list[dict[str, str]]
) -> Response:
    """One request: the event once, then each specimen with its organism."""
    for part in specimen.parts:
        part.form.compact()
    attributes, relationships = specimen.sample.changed()
    event = await checking.with_meaning(client_of(request), specimen.event)
    organism = specimen.organisms[0].changed() if specimen.organisms else ({}, {})
    group = {"group": attributes.get("group", "")} if attributes.get("group") else {}
    operations: list[dict[str, Any]] = []
    sent: list[Part | None] = []
    relationships.pop("organism", None)
    if (event[0].keys() - {"group"}) and not specimen.sample.form.links.get("collectingEvent"):
        data = {"type": EVENT, "lid": "event", "attributes": event[0] | group, "relationships": event[1]}
        operations.append({"op": "add", "data": data})
        sent.append(specimen.event)
        relationships["collectingEvent"] = {"data": {"type": EVENT, "lid": "event"}}
    for at, row in enumerate(rows):
        own = {name: row[name] for name in DIFFERING if row[name]}
        linked: dict[str, Any] = {}
        if (organism[0].keys() - {"group"}) or own:
            data = {"type": ORGANISM, "lid": f"organism-{at}", "attributes": organism[0] | own | group}
            operations.append({"op": "add", "data": data})
            sent.append(specimen.organisms[0] if specimen.organisms else None)
            linked = {"organism": {"data": [{"type": ORGANISM, "lid": f"organism-{at}"}]}}
        values = {name: value for name, value in attributes.items() if name != "barcode"}
        data = {
            "type": SAMPLE, "lid": f"sample-{at}", "attributes": values | {"materialSampleName": row["name"]},
            "relationships": relationships | linked,
        }  # fmt: skip
        operations.append({"op": "add", "data": data})
        sent.append(specimen.sample)
    if any(part.errors for part in specimen.parts):
        return await page(request, specimen, given, rows, 422)
    client, collection = client_of(request), specimen.sample.form.links.get("collection", "").strip()
    try:
        if given.get("numbers", "next") == "next" and collection:
            await take_numbers(client, rows, operations, collection)
        first, last = rows[0]["name"], rows[-1]["name"]
        await as_one_change(
            request, operations, f"{first} - {last}", MADE, key=str(given.get("_key", "")), n=len(rows), first=first, last=last
        )  # fmt: skip
    except Refused as fault:
        specimen.give_errors(fault.errors[:20], sent)
        return await page(request, specimen, given, rows, 422)
    query = f"number:{quoted(first)}..{quoted(last)}"
    return RedirectResponse(address(request.state.language, SAMPLE) + "?" + urlencode({"q": query}), 303)


async def page(
    request: Request,
    specimen: Specimen,
    given: Mapping[str, Any],
    rows: list[dict[str, str]],
    status: int = 200,
) -> Response:
    await finish(request, specimen)
    sections = templates.sections(specimen, request)
    for one in sections:
        own = ("materialSampleName", "barcode")
        one.open = [f for f in one.open if f.name not in own]
    fields = {inner.name: inner for s in sections for f in s.every for inner in f.every()}
    problems = [{"text": text, "field": ""} for text in specimen.unplaced]
    problems += [
        {"text": f"{f.label}: {text}", "field": f.name} for f in fields.values() for text in f.errors
    ]
    registry, who = await registry_of(request), who_of(request)
    organism = registry.types[ORGANISM]
    return render(
        request, "specimens/series.html", status, view=registry.types[SAMPLE], specimen=specimen, sections=sections, problems=problems,
        rows=rows, given=given, numbers=NUMBERS, most=MOST, differing=[(n, organism.attributes[n]) for n in DIFFERING],
        groups=[name for name in who.groups if who.may("create", SAMPLE, name)], signature=signature(specimen, given),
        seen="\n".join(row["seen"] for row in rows), key=given.get("_key") or str(uuid.uuid4()), chosen=request.state.template_id,
    )  # fmt: skip
