"""Notes on a form as it stands: what verbatim texts and names were taken to mean, and soft checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.client import ApiError, Client
from dina.web import texts
from dina.web.generic import raw as raws
from dina.web.generic.editing import FIELDS
from dina.web.generic.form import begin
from dina.web.rendering import check_language, client_of, registry_of
from dina.web.specimens.composite import EVENT, Part, Specimen, blank, empty, stored
from dina.web.specimens.doubts import Note, attributes_of, doubts, unused_names
from dina.web.texts import N_

SURE = ("certain", "probable")
DATE, COORDINATES = "verbatimEventDateTime", "dwcVerbatimCoordinates"
NOT_UNDERSTOOD = {
    DATE: N_("This date is not understood."),
    COORDINATES: N_("These coordinates are not understood."),
}
UUID = re.compile(r"[0-9a-f-]{36}")


async def read(client: Client, kind: str, text: str) -> dict[str, Any]:
    """What a text was taken to mean; nothing when the module does not answer."""
    body = {"data": {"type": "interpretation", "attributes": {"kind": kind, "verbatim": [text[:2000]]}}}
    try:
        answer = await client.request("POST", "/collection/v1/interpretation", body=body)
    except ApiError:
        return {"value": None, "confidence": "unknown", "reasons": []}
    return answer["data"]["attributes"]["results"][0]


Told = dict[str, Any]


async def read_both(client: Client, values: Mapping[str, Any]) -> dict[str, Told]:
    """What the verbatim date and the verbatim coordinates were taken to mean, those that are given."""
    kinds = {DATE: "date", COORDINATES: "coordinates"}
    return {
        name: await read(client, kind, str(values[name])) for name, kind in kinds.items() if values.get(name)
    }


def understood(told: Mapping[str, Told], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and point that are surely meant, where nobody has typed any."""
    found: dict[str, Any] = {}
    date, point = (
        one["value"] if (one := told.get(name)) and one["confidence"] in SURE else None
        for name in (DATE, COORDINATES)
    )
    if date and raws.empty(raw.get("startEventDateTime", "")):
        found["startEventDateTime"] = date["start"]
        if date["end"] != date["start"]:
            found["endEventDateTime"] = date["end"]
    if point and raws.empty(raw.get("geoReferenceAssertions", "")):
        found["geoReferenceAssertions"] = [
            {
                "dwcDecimalLatitude": point["latitude"],
                "dwcDecimalLongitude": point["longitude"],
                "isPrimary": True,
            }
        ]
    return found


async def with_meaning(client: Client, event: Part) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event to be sent; date and coordinates that are surely understood stand beside their verbatim texts."""
    attributes, relationships = event.changed()
    return attributes | understood(await read_both(client, attributes), event.form.raw), relationships


async def notes(client: Client, specimen: Specimen, language: str) -> list[Note]:
    """Notes beside controls, none of which keeps anybody from saving."""
    found, event = await of_event(client, specimen.event, language)
    for part in specimen.organisms:
        for at, one in enumerate(part.form.raw.get("determination") or []):
            for name in ("scientificName", "verbatimScientificName"):
                if one.get(name):
                    told = await read(client, "scientificName", one[name])
                    place = f"{part.prefix}determination.{at}.{name}"
                    found.append(
                        {
                            "name": place,
                            "text": name_read(told, language),
                            "warn": told["confidence"] not in SURE,
                        }
                    )
    link = specimen.sample.form.links.get("collectingEvent", "").strip()
    only_linked = specimen.event.form.resource is None and bool(link) and not event.keys() - {"group"}
    if only_linked:
        event = await linked_event(client, link)
    for one in await doubts(client, language, event, specimen.event, specimen):
        # What is odd about an event that is only linked is told where that is typed.
        if not (only_linked and one["rule"].startswith("event.")):
            found.append(one)
    return found + await unused_names(client, language, specimen)


async def linked_event(client: Client, id_: str) -> dict[str, Any]:
    """The values of an event that is there already."""
    try:
        return (await client.get(f"/collection/v1/collecting-event/{quote(id_, safe='')}")).one.attributes
    except ApiError:
        return {}


async def of_event(client: Client, part: Part, language: str) -> tuple[list[Note], dict[str, Any]]:
    """How verbatim texts of an event are understood, and its values with that."""
    told = await read_both(client, part.form.raw)
    found: list[Note] = []
    for name, one in told.items():
        value = one["value"]
        if value:
            shown = (
                value["eventDate"] if name == DATE else f"{value['latitude']:.5f}, {value['longitude']:.5f}"
            )
            text = texts.translate(language, "Understood as {value}", value=shown)
        else:
            text = reasons(one) or texts.translate(language, NOT_UNDERSTOOD[name])
        found.append({"name": part.prefix + name, "text": text, "warn": one["confidence"] not in SURE})
    return found, attributes_of(part) | understood(told, part.form.raw)


def name_read(told: Told, language: str) -> str:
    value = told["value"]
    if not value:
        return texts.translate(language, "This is not read as a scientific name.")
    name = f"{value['canonical']} {value['authorship'] or ''}".strip()
    return texts.translate(language, "Read as {name}", name=name)


def reasons(told: dict[str, Any]) -> str:
    return " ".join(str(one["detail"]) for one in told["reasons"])


async def check(request: Request) -> Response:
    """`POST /specimens/check`: notes on the form as it stands."""
    check_language(request)
    given = await request.form(max_fields=FIELDS)
    id_ = str(given.get("_record", ""))
    specimen = await stored(request, id_) if UUID.fullmatch(id_) else await empty(request)
    specimen.type_in(given, await blank(request, 5))
    return JSONResponse(await notes(client_of(request), specimen, request.state.language))


async def check_event(request: Request) -> Response:
    """`POST /collecting-event/check`: notes on the form of an event."""
    check_language(request)
    language, client = request.state.language, client_of(request)
    given = await request.form(max_fields=FIELDS)
    view = (await registry_of(request)).types[EVENT]
    id_ = str(given.get("_record", ""))
    stored_ = (await client.get(f"{view.path}/{id_}")).one if UUID.fullmatch(id_) else None
    part = Part("", await begin(request, view, stored_))
    part.form.type_in(given)
    found, event = await of_event(client, part, language)
    return JSONResponse(found + await doubts(client, language, event, part))
