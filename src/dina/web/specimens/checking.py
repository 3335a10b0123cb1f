"""Soft checks: what verbatim texts were taken to mean, names that are not understood, numbers that are taken."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.client import ApiError, Client
from dina.web import texts
from dina.web.generic.editing import FIELDS
from dina.web.rendering import check_language, client_of
from dina.web.specimens.composite import Part, Specimen, blank, empty, stored

SURE = ("certain", "probable")
DATE, COORDINATES = "verbatimEventDateTime", "dwcVerbatimCoordinates"
UUID = re.compile(r"[0-9a-f-]{36}")


async def read(client: Client, kind: str, text: str) -> dict[str, Any]:
    """What a text was taken to mean; nothing when the module does not answer."""
    body = {"data": {"type": "interpretation", "attributes": {"kind": kind, "verbatim": [text[:2000]]}}}
    try:
        answer = await client.request("POST", "/collection/v1/interpretation", body=body)
    except ApiError:
        return {"value": None, "confidence": "unknown", "reasons": []}
    return answer["data"]["attributes"]["results"][0]


async def with_meaning(client: Client, event: Part) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event to be sent; date and coordinates that are surely understood stand beside their verbatim texts."""
    attributes, relationships = event.changed()
    if attributes.get(DATE) and not event.form.raw.get("startEventDateTime"):
        told = await read(client, "date", attributes[DATE])
        if told["confidence"] in SURE and told["value"]:
            attributes["startEventDateTime"] = told["value"]["start"]
            if told["value"]["end"] != told["value"]["start"]:
                attributes["endEventDateTime"] = told["value"]["end"]
    if (
        attributes.get(COORDINATES)
        and not attributes.get("geoReferenceAssertions")
        and not event.form.raw.get("geoReferenceAssertions")
    ):
        told = await read(client, "coordinates", attributes[COORDINATES])
        if told["confidence"] in SURE and told["value"]:
            point = {
                "dwcDecimalLatitude": told["value"]["latitude"],
                "dwcDecimalLongitude": told["value"]["longitude"],
                "isPrimary": True,
            }
            attributes["geoReferenceAssertions"] = [point]
    return attributes, relationships


async def notes(client: Client, specimen: Specimen, language: str) -> list[dict[str, Any]]:
    """Notes beside controls, none of which keeps anybody from saving."""

    def said(text: str, /, **values: object) -> str:
        return texts.translate(language, text, **values)

    found: list[dict[str, Any]] = []
    event = specimen.event.form.raw
    if event.get(DATE):
        told = await read(client, "date", event[DATE])
        value = told["value"]
        text = (
            said("Understood as {value}", value=value["eventDate"])
            if value
            else reasons(told) or said("This date is not understood.")
        )
        found.append({"name": f"event.{DATE}", "text": text, "warn": told["confidence"] not in SURE})
    if event.get(COORDINATES):
        told = await read(client, "coordinates", event[COORDINATES])
        value = told["value"]
        text = (
            said("Understood as {value}", value=f"{value['latitude']:.5f}, {value['longitude']:.5f}")
            if value
            else reasons(told) or said("These coordinates are not understood.")
        )
        found.append({"name": f"event.{COORDINATES}", "text": text, "warn": told["confidence"] not in SURE})
    for part in specimen.organisms:
        for at, one in enumerate(part.form.raw.get("determination") or []):
            for name in ("scientificName", "verbatimScientificName"):
                if one.get(name):
                    told = await read(client, "scientificName", one[name])
                    value = told["value"]
                    text = (
                        said(
                            "Read as {name}", name=f"{value['canonical']} {value['authorship'] or ''}".strip()
                        )
                        if value
                        else said("This is not read as a scientific name.")
                    )
                    found.append(
                        {
                            "name": f"{part.prefix}determination.{at}.{name}",
                            "text": text,
                            "warn": told["confidence"] not in SURE,
                        }
                    )
    own = specimen.sample.form.resource.id if specimen.sample.form.resource else ""
    for name in ("materialSampleName", "barcode"):
        text = specimen.sample.form.raw.get(name)
        if text:
            page = await client.get("/collection/v1/scan", {"code": text[:200], "page[limit]": 3})
            same = [one for one in page.data if one.id != own and one.type == "material-sample"]
            if same:
                found.append(
                    {
                        "name": name,
                        "text": said("There is a specimen with this number already."),
                        "warn": True,
                        "link": f"/{language}/specimens/{same[0].id}",
                    }
                )
    return found


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
