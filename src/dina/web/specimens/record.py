"""The page of a specimen: what it is, where it comes from, where it is, what it was identified as, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Client, Resource
from dina.web import texts
from dina.web.generic import history
from dina.web.generic.asked import whole
from dina.web.generic.naming import names_of
from dina.web.generic.record import LATEST, custom_facts, gone
from dina.web.registry import ADMINISTRATIVE, Registry, TypeView
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.specimens import lineage
from dina.web.specimens.collecting import sets
from dina.web.specimens.question import DEEPEST, TYPE, ask, state_of
from dina.web.values import Shown, formatted_name, named, shown, title_of

EVENT = "collecting-event"
NOT_SHOWN = frozenset({"hierarchy", "materialSampleChildren", "managedAttributes", *ADMINISTRATIVE})
OWN_PART = frozenset({"organism", "collectingEvent", "storageUnitUsage"})


async def record(request: Request) -> Response:
    """One specimen; a deleted one is told by the generic page."""
    check_language(request)
    registry, client, language = await registry_of(request), client_of(request), request.state.language
    view, id_ = registry.types[TYPE], str(request.path_params["id"])
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    params = {"include": ",".join(internal), f"optfields[{TYPE}]": "hierarchy,materialSampleChildren"}
    try:
        page = await client.get(f"{view.path}/{id_}", params, **{"include-dina-permission": "true"})
    except ApiError as fault:
        if fault.status != 410:
            raise
        return await gone(request, view, id_, fault)
    one = page.one
    own_event = next(iter(page.related(one, "collectingEvent")), None)
    organisms, event, organism_from, event_from = await inherited(
        client, view, one, page.related(one, "organism"), own_event
    )
    links = [
        (f, list(one.linked(n))) for n, f in view.relationships.items() if f["external"] and one.linked(n)
    ]
    said = [d for o in organisms for d in o.attributes.get("determination") or []]
    names = await names_of(request, registry, page, *organisms, *([event] if event else []))
    steps, total = await history.steps(request, view, id_, LATEST)
    related: list[Any] = []
    for name, fact in view.relationships.items():
        target = registry.types.get(fact["targets"][0])
        found = [] if fact["external"] or name in OWN_PART else page.related(one, name)
        if found and target:
            related.append((fact, [(target, r, title_of(target, r, language)) for r in found]))
    kinds, empty = registry.types, request.query_params.get("empty") == "1"
    types = type_status(registry)
    return render(
        request, "specimens/record.html", view=view, resource=one, title=title_of(view, one, language),
        name=next((found for o in organisms if (found := formatted_name(o))), ""),
        badges=badges(request, view, one, [named(types, d["typeStatus"], language) for d in said if d.get("typeStatus") and d.get("isPrimary")]),
        attributes=[
            (name, fact, Shown(named(types, value.text, language)) if fact.get("term") == types["term"] else value)
            for name, fact, value in filled(view, one, language, empty=empty, names=names)
        ], empty=empty, sets=await sets(client, registry, who_of(request)),
        organisms=[(o, identifications(o, names, types, language), filled(kinds["organism"], o, language, "determination", names=names)) for o in organisms],
        organism_from=organism_from, event=event, event_from=event_from, point=point_of(event), uncertainty=uncertainty_of(event),
        event_title=title_of(kinds[EVENT], event, language) if event else "",
        event_facts=filled(kinds[EVENT], event, language, names=names) if event else [], related=related, external=links, names=names,
        custom=await custom_facts(request, view, one, empty=empty), whereabouts=await whereabouts(client, id_),
        picture=lineage.drawn(await lineage.graph(client, id_), id_, language, view.attributes),
        associations=await associations(client, registry, id_, language), steps=steps, total=total,
        children=one.attributes.get("materialSampleChildren") or [], parents=(one.attributes.get("hierarchy") or [])[1:],
        permissions=one.meta.get("permissions", []), **await neighbours(request, client),
    )  # fmt: skip


async def inherited(
    client: Client, view: TypeView, one: Resource, organisms: list[Resource], event: Resource | None
) -> tuple[list[Resource], Resource | None, Resource | None, Resource | None]:
    """Organisms and event of the nearest ancestor that has them, and which that is."""
    organism_from = event_from = None
    for ancestor in (one.attributes.get("hierarchy") or [])[1:]:
        if organisms and event:
            break
        try:
            page = await client.get(
                f"{view.path}/{ancestor['uuid']}", {"include": "organism,collectingEvent"}
            )
        except ApiError:
            continue
        if not organisms and (organisms := page.related(page.one, "organism")):
            organism_from = page.one
        if event is None and (event := next(iter(page.related(page.one, "collectingEvent")), None)):
            event_from = page.one
    return organisms, event, organism_from, event_from


def filled(
    view: TypeView,
    one: Resource,
    language: str,
    *without: str,
    empty: bool = False,
    names: Mapping[str, str] | None = None,
) -> list[tuple[str, Any, Any]]:
    """The attributes that have values (or all of them), as the list of facts shows them."""
    return [
        (name, fact, shown(fact, one.attributes.get(name), language, names))
        for name, fact in view.attributes.items()
        if (empty or one.attributes.get(name) not in (None, [], {}, "", False))
        and name not in NOT_SHOWN and name not in without and fact.get("kind") not in ("json", "point")
    ]  # fmt: skip


def type_status(registry: Registry) -> dict[str, Any]:
    """The description of type statuses, with the words for them."""
    return registry.types["organism"].attributes["determination"]["members"]["typeStatus"]


def identifications(
    organism: Resource, names: Mapping[str, str], types: dict[str, Any], language: str
) -> list[dict[str, Any]]:
    """The current identification first, then the earlier ones, newest first."""
    rows = [
        {
            "html": formatted_name(Resource("organism", "", {"determination": [one]})),
            "text": one.get("scientificName") or one.get("verbatimScientificName") or "",
            "current": bool(one.get("isPrimary")), "on": one.get("determinedOn") or one.get("verbatimDate") or "",
            "by": ", ".join(names.get(p, p) for p in one.get("determiner") or []) or one.get("verbatimDeterminer") or "",
            "type": named(types, one.get("typeStatus"), language), "remarks": one.get("determinationRemarks") or "",
            "path": ((one.get("scientificNameDetails") or {}).get("classificationPath") or "").replace("|", " › "),
        }
        for one in organism.attributes.get("determination") or []
    ]  # fmt: skip
    rows.sort(key=lambda one: str(one["on"]), reverse=True)
    return sorted(rows, key=lambda one: not one["current"])


def badges(request: Request, view: TypeView, one: Resource, types: Sequence[str]) -> list[dict[str, str]]:
    """Type status, state, and what outsiders may not see; the group."""
    a, language = one.attributes, request.state.language
    found = [{"text": text, "kind": "good"} for text in sorted(set(types))]
    if a.get("materialSampleState"):
        state = named(view.attributes["materialSampleState"], a["materialSampleState"], language)
        found.append({"text": state, "kind": "info"})
    if a.get("publiclyReleasable") is False:
        found.append({"text": texts.translate(language, "Not public"), "kind": "warn"})
    if a.get("isRestricted"):
        found.append({"text": texts.translate(language, "Restricted"), "kind": "bad"})
    return [*found, {"text": who_of(request).group_label(str(a.get("group", "")), language), "kind": ""}]


def point_of(event: Resource | None) -> str:
    """Latitude and longitude as the map takes them."""
    geometry = (event.attributes.get("eventGeom") if event else None) or {}
    lon, lat = geometry.get("coordinates") or (None, None)
    return f"{lat},{lon}" if lat is not None else ""


def uncertainty_of(event: Resource | None) -> int | None:
    """How far from the primary point the place may be, in metres."""
    said = (event.attributes.get("geoReferenceAssertions") if event else None) or []
    return next((one.get("dwcCoordinateUncertaintyInMeters") for one in said if one.get("isPrimary")), None)


async def whereabouts(client: Client, id_: str) -> dict[str, Any]:
    try:
        document = await client.request("GET", f"/collection/v1/material-sample/{id_}/whereabouts")
    except ApiError:
        return {"path": [], "history": []}
    return document["data"]["attributes"]


async def associations(
    client: Client, registry: Registry, id_: str, language: str
) -> list[tuple[str, str, str]]:
    """How it relates to other specimens, in both directions: kind, name and address."""
    found: list[tuple[str, str, str]] = []
    for own, other in (("sample", "associatedSample"), ("associatedSample", "sample")):
        params = {f"filter[{own}.id]": id_, "include": other, "page[limit]": 50}
        try:
            page = await client.get(registry.types["association"].path, params)
        except ApiError:
            continue
        for one in page.data:
            fact = registry.types["association"].attributes["associationType"]
            kind = named(fact, one.attributes["associationType"], language)
            found += [
                (kind, title_of(registry.types[TYPE], s, language), address(language, TYPE, s.id))
                for s in page.related(one, other)
            ]
    return found


async def neighbours(request: Request, client: Client) -> dict[str, Any]:
    """The records before and after this one in the list one came from, and its place there."""
    at = whole(request.query_params.get("at", ""), 0, DEEPEST - 2)
    if not at:
        return {"at": 0}
    state, here = state_of(request), address(request.state.language, TYPE)
    page = {"offset": max(at - 2, 0), "limit": 3}
    try:
        told = await ask(client, "search", state.asking(page=page, fields=["id"]))
    except ApiError:
        return {"at": 0}
    ids = [one["id"] for one in told["hits"]]
    before, after = (ids[:1], ids[2:]) if at > 1 else ([], ids[1:2])
    return {
        "at": at, "of": told["total"], "list": here + state.address(offset=(at - 1) // state.limit * state.limit),
        "previous": f"{here}/{before[0]}{state.address(at=at - 1)}" if before else "",
        "next": f"{here}/{after[0]}{state.address(at=at + 1)}" if after else "",
    }  # fmt: skip
