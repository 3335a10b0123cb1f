"""The page of a collecting event: where it was, what was gathered in it, what was written and what is meant by it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Client, Page, Resource
from dina.web.events.form import MOST
from dina.web.generic import record
from dina.web.rendering import address, client_of, registry_of
from dina.web.specimens.composite import EVENT, SAMPLE
from dina.web.values import formatted_name, summary, title_of

VERBATIM = frozenset(
    {
        "dwcFieldNumber", "dwcRecordNumber", "otherRecordNumbers", "verbatimEventDateTime", "dwcRecordedBy", "dwcVerbatimLocality",
        "dwcVerbatimCoordinates", "dwcVerbatimLatitude", "dwcVerbatimLongitude", "dwcVerbatimCoordinateSystem", "dwcVerbatimSRS",
        "dwcVerbatimElevation", "dwcVerbatimDepth",
    }
)  # fmt: skip
"""What stands on labels and in field books; everything else is what somebody made of it."""
FIRST = 25
"""Specimens that are named on the page; the list has all."""


async def show(request: Request) -> Response:
    """The generic page of a record with a map, the specimens, and the two readings side by side."""
    request.path_params["type"], request.path_params["id"] = EVENT, str(request.path_params["id"])
    return await record.page_of(request, "events/record.html", further)


async def further(request: Request, page: Page) -> dict[str, Any]:
    registry, language, id_ = await registry_of(request), request.state.language, page.one.id
    view = registry.types[SAMPLE]
    found = await gathered(
        client_of(request), id_, MOST if request.query_params.get("specimens") == "all" else FIRST
    )
    specimens = [
        (
            one.id,
            address(language, SAMPLE, one.id),
            title_of(view, one, language),
            names_in(found, one, language),
        )
        for one in found.data
    ]
    return {
        "verbatim": VERBATIM, "samples": view, "specimens": specimens, "georeferences": georeferences(page.one),
        "more": min(MOST, int(found.meta.get("totalResourceCount", 0))) if len(found.data) == FIRST else 0, "gathered": int(found.meta.get("totalResourceCount", len(found.data))), "list": listed(language, id_),
    }  # fmt: skip


async def gathered(client: Client, event: str, most: int = FIRST) -> Page:
    """The first specimens that come from an event, by number; none when they cannot be read."""
    params = {
        "fiql": f"collectingEvent.id=={event}", "include": "organism", "page[limit]": most, "sort": "materialSampleName",
    }  # fmt: skip
    try:
        return await client.get("/collection/v1/material-sample", params)
    except ApiError:
        return Page([], {}, {}, {})


def listed(language: str, event: str) -> str:
    """The address of the list of all specimens of an event."""
    return f"{address(language, SAMPLE)}?q=collectingEvent.id:={event}"


def names_in(page: Page, one: Resource, language: str) -> list[Any]:
    """What a specimen was identified as."""
    return [
        formatted_name(o) or summary(o.attributes["determination"], language)
        for o in page.related(one, "organism")
        if o.attributes.get("determination")
    ]


def georeferences(event: Resource) -> list[dict[str, Any]]:
    """The points that were found for the event, the primary one first: as the map takes them."""
    found = [
        {
            "point": f"{one['dwcDecimalLatitude']},{one['dwcDecimalLongitude']}",
            "uncertainty": one.get("dwcCoordinateUncertaintyInMeters"), "primary": bool(one.get("isPrimary")),
        }
        for one in event.attributes.get("geoReferenceAssertions") or []
        if one.get("dwcDecimalLatitude") is not None and one.get("dwcDecimalLongitude") is not None
    ]  # fmt: skip
    if not found and (place := (event.attributes.get("eventGeom") or {}).get("coordinates")):
        found = [{"point": f"{place[1]},{place[0]}", "uncertainty": None, "primary": True}]
    return sorted(found, key=lambda one: not one["primary"])
