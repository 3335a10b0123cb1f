"""The form of a specimen with event and organisms, saved as one request; templates, drafts, soft checks, next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.generic import drafts
from dina.web.generic.editing import FIELDS
from dina.web.placing import place_of
from dina.web.rendering import address, check_language, client_of, registry_of, render, say, who_of
from dina.web.specimens import checking, templates
from dina.web.specimens.carrying import carry, copied
from dina.web.specimens.composite import (
    ASSOCIATION,
    EVENT,
    ORGANISM,
    SAMPLE,
    Part,
    Specimen,
    blank,
    empty,
    finish,
    page_of,
    send,
    stored,
    with_row,
)
from dina.web.specimens.meeting import met
from dina.web.values import title_of

NO_PLACE = "No place has the code or name “{code}”."


async def new(request: Request) -> Response:
    """A new specimen, with a template (`template`); a copy of another (`copy`), or some values of it (`only`)."""
    check_language(request)
    specimen = await empty(request)
    query = request.query_params
    if request.method == "POST":
        return await submitted(request, specimen)
    await templates.choose(request, query.get("template", ""))
    kept = query.getlist("only")
    if query.get("copy") and kept:
        await carry(request, specimen, query["copy"], kept)
    elif query.get("copy"):
        await copied(request, specimen, query["copy"])
    for name in specimen.sample.form.view.relationships:
        if query.get(name):
            specimen.sample.form.links[name] = query[name]
    await templates.apply(request, specimen)
    return await show(request, specimen, kept=kept or ([] if "next" in query else templates.locked(request)))


async def edit(request: Request) -> Response:
    check_language(request)
    specimen = await stored(request, str(request.path_params["id"]))
    if request.method == "POST":
        return await submitted(request, specimen)
    await templates.choose(request, request.query_params.get("template", ""))
    return await show(request, specimen)


async def submitted(request: Request, specimen: Specimen) -> Response:
    given = await request.form(max_fields=FIELDS)
    specimen.type_in(given, await blank(request, 5), await blank(request, 5, ASSOCIATION))
    locks = [str(one) for one in given.getlist("_lock")]
    await templates.choose(request, str(given.get("_template", "")))
    if given.get("_organism") == "1":
        extra = with_row((await blank(request))[0], "determination")
        specimen.organisms.append(Part(f"organism.{len(specimen.organisms)}.", extra))
        return await show(request, specimen, kept=locks, typed=given)
    if given.get("_association") == "1":
        further = (await blank(request, 1, ASSOCIATION))[0]
        specimen.associations.append(Part(f"association.{len(specimen.associations)}.", further))
        return await show(request, specimen, kept=locks, typed=given)
    if specimen.change_rows(given) or given.get("_then") == "check":
        return await show(request, specimen, kept=locks, typed=given)
    for part in specimen.parts:
        part.form.compact()
    if (page := await met(request, specimen, given)) is not None:
        return page
    if specimen.sample.form.resource is None and templates.missing(request, specimen):
        return await show(request, specimen, 422, kept=locks, typed=given)
    sent: list[Part | None] = []
    try:
        operations = await prepared(request, specimen, sent)
        if operations is not None:
            results = await send(client_of(request), operations, key=str(given.get("_key", "")))
            made = page_of(results, SAMPLE)
            return await saved(request, specimen, made, given, locks)
    except Refused as fault:
        specimen.give_errors(fault.errors, sent)
    return await show(request, specimen, 422, kept=locks, typed=given)


async def prepared(
    request: Request, specimen: Specimen, sent: list[Part | None]
) -> list[dict[str, Any]] | None:
    """The operations that save the form; None when something cannot be read. `sent` says whose each is."""
    client, sample = client_of(request), specimen.sample
    attributes, relationships = sample.changed()
    group = attributes.get("group") or sample.form.raw.get("group", "")
    if sample.form.resource is not None:
        group = sample.form.resource.attributes.get("group", "")
    operations: list[dict[str, Any]] = []
    linked = sample.form.links.get("collectingEvent", "")
    event = await checking.with_meaning(client, specimen.event)
    organisms = [part.changed() for part in specimen.organisms]
    if specimen.event.form.resource is None and (event[0].keys() - {"group"} or event[1]) and not linked:
        add(operations, sent, specimen.event, EVENT, "event", event, group)
        relationships["collectingEvent"] = {"data": {"type": EVENT, "lid": "event"}}
    elif (
        specimen.event.form.resource is not None and any(event) and specimen.event.form.resource.id == linked
    ):
        change(operations, sent, specimen.event, event)
    links: list[dict[str, str]] = []
    for at, (part, found) in enumerate(zip(specimen.organisms, organisms, strict=True)):
        if part.form.resource is not None:
            links.append({"type": ORGANISM, "id": part.form.resource.id})
            if any(found):
                change(operations, sent, part, found)
        elif found[0].keys() - {"group"} or found[1]:
            add(operations, sent, part, ORGANISM, f"organism-{at}", found, group)
            links.append({"type": ORGANISM, "lid": f"organism-{at}"})
    relationships.pop("organism", None)
    if any("lid" in one for one in links):
        # Those that others have added meanwhile stay.
        there = {one["id"] for one in links if "id" in one}
        others = sample.form.resource.linked("organism") if sample.form.resource else []
        relationships["organism"] = {"data": [*(one for one in others if one["id"] not in there), *links]}
    if specimen.place:
        place = await place_of(client, specimen.place)
        if place is None:
            said = texts.translate(request.state.language, NO_PLACE, code=specimen.place[:80])
            specimen.faults.append(said)
            return None
        well = (
            {
                "wellRow": specimen.well.rstrip("0123456789"),
                "wellColumn": int(
                    "0" + specimen.well.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
                ),
            }
            if specimen.well
            else {}
        )
        data = {
            "type": "storage-unit-usage", "lid": "usage", "attributes": {"usageType": SAMPLE, **well},
            "relationships": {"storageUnit": {"data": {"type": "storage-unit", "id": place.id}}},
        }  # fmt: skip
        operations.append({"op": "add", "data": data})
        sent.append(None)
        relationships["storageUnitUsage"] = {"data": {"type": "storage-unit-usage", "lid": "usage"}}
    associated = [part.changed() for part in specimen.associations]
    if any(part.errors for part in specimen.parts):
        return None
    if sample.form.resource is None:
        add(operations, sent, sample, SAMPLE, "sample", (attributes, relationships), group)
    else:
        change(operations, sent, sample, (attributes, relationships))
    own = {"id": sample.form.resource.id} if sample.form.resource is not None else {"lid": "sample"}
    for at, (part, found) in enumerate(zip(specimen.associations, associated, strict=True)):
        if part.form.resource is None and (found[0] or found[1]):
            found[1]["sample"] = {"data": {"type": SAMPLE, **own}}
            add(operations, sent, part, ASSOCIATION, f"association-{at}", found, "")
        elif part.form.resource is not None and any(found) and part.form.resource.id not in specimen.gone:
            change(operations, sent, part, found)
    for id_ in specimen.gone:
        operations.append({"op": "remove", "ref": {"type": ASSOCIATION, "id": id_}})
        sent.append(None)
    return operations


Values = tuple[dict[str, Any], dict[str, Any]]


def add(
    operations: list[dict[str, Any]],
    sent: list[Part | None],
    part: Part,
    type_: str,
    lid: str,
    found: Values,
    group: str,
) -> None:
    attributes = found[0] | ({"group": group} if group and "group" in part.form.facts else {})
    data = {"type": type_, "lid": lid, "attributes": attributes, "relationships": found[1]}
    operations.append({"op": "add", "data": data})
    sent.append(part)


def change(operations: list[dict[str, Any]], sent: list[Part | None], part: Part, found: Values) -> None:
    resource = part.form.resource
    assert resource is not None
    version = resource.attributes.get("resourceVersion")
    attributes = found[0] | ({} if version is None else {"resourceVersion": version})
    attributes.pop("group", None) if part.prefix else None
    data = {"type": resource.type, "id": resource.id, "attributes": attributes, "relationships": found[1]}
    operations.append({"op": "update", "data": data})
    sent.append(part)


async def saved(
    request: Request, specimen: Specimen, made: Resource, given: Mapping[str, Any], locks: list[str]
) -> Response:
    language, view = request.state.language, specimen.sample.form.view
    resource = specimen.sample.form.resource
    await drafts.forget(request, SAMPLE, resource.id if resource else None)
    say(request, "“{title}” is saved.", title=title_of(view, made, language)[:80])
    if given.get("_then") == "empty":
        return RedirectResponse(address(language, SAMPLE, "new"), 303)
    if given.get("_then") == "next":
        template = str(request.state.template_id)
        asked = [("next", "1"), *([("template", template)] if template else [])]
        asked += [("copy", made.id), *(("only", name) for name in locks)] if locks else []
        return RedirectResponse(f"{address(language, SAMPLE, 'new')}?{urlencode(asked)}", 303)
    return RedirectResponse(address(language, SAMPLE, made.id), 303)


async def show(
    request: Request, specimen: Specimen, status: int = 200, *, kept: list[str] | None = None, typed: Mapping[str, Any] | None = None
) -> Response:  # fmt: skip
    """The form as a page; a draft is offered, or taken when asked for."""
    resource, language = specimen.sample.form.resource, request.state.language
    draft = await drafts.find(request, SAMPLE, resource.id if resource else None)
    taken = draft is not None and typed is None and request.query_params.get("draft") == "1"
    if draft is not None and taken:
        further = await blank(request, 5), await blank(request, 5, ASSOCIATION)
        specimen.type_in(drafts.as_form(draft), *further)
        await templates.choose(request, str(drafts.as_form(draft).get("_template", "")))
    opened = typed if typed is not None else drafts.as_form(draft) if draft is not None and taken else {}
    for part in specimen.parts:
        part.opened = str(opened.get(f"_version.{part.prefix}", "")) if part.form.resource is not None else ""
    await finish(request, specimen)
    sections = templates.sections(specimen, request)
    labels = {one.name: one for s in sections for f in s.every for one in f.every()}
    problems = [{"text": text, "field": ""} for text in specimen.unplaced]
    problems += [
        {"text": f"{one.label}{texts.translate(language, ':')} {text}", "field": one.name}
        for one in labels.values() for text in one.errors
    ]  # fmt: skip
    registry = await registry_of(request)
    who = who_of(request)
    view = registry.types[SAMPLE]
    return render(
        request, "specimens/form.html", status, view=view, specimen=specimen, sections=sections, problems=problems, resource=resource,
        title=title_of(view, resource, language) if resource else "", kept=kept or [], draft=None if taken or typed is not None else draft,
        taken=taken, chosen=request.state.template_id, place_hidden=not (specimen.place or templates.shows_place(request)), groups=[name for name in who.groups if who.may("create", SAMPLE, name)], key=(typed or {}).get("_key") or str(uuid.uuid4()),
        choices=await templates.every(client_of(request)), notes=await checking.notes(client_of(request), specimen, language) if typed is not None or taken else [],
    )  # fmt: skip
