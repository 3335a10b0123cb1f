"""A code that nothing has: make a specimen with it, or give it to one that is there already."""

from __future__ import annotations

import uuid
from typing import Any

from dina.client import Page
from dina.web.placing import COLLECTION, NOTHING, SAMPLE, change_headers, scan, version_of
from dina.web.storage.scanning import Said, Station, Thing, thing_of

PATH = f"{COLLECTION}/material-sample"


async def make(station: Station, group: str) -> Said:
    """A specimen of which only the barcode is known; then as if it had been scanned. Raises ApiError."""
    code, change_set = station.state.unknown, str(uuid.uuid4())
    attributes = {"group": group, "barcode": code, "materialSampleName": code}
    told = await station.client.request(
        "POST", PATH, body={"data": {"type": SAMPLE, "attributes": attributes}},
        headers=change_headers(change_set, code),
    )  # fmt: skip
    made = Page.read(told).one
    thing = Thing(type=SAMPLE, id=uuid.UUID(made.id), label=code)
    station.state.unknown = ""
    station.done(f"+ {code}", thing, "collection", change_set)
    return await station.took(thing)


async def give(station: Station, to: str) -> Said:
    """The code becomes the barcode of a specimen; the barcode it had stays among its other numbers. Raises ApiError."""
    code, change_set = station.state.unknown, str(uuid.uuid4())
    known = next((one for one in await scan(station.client, to) if one.type == SAMPLE), None)
    if known is None:
        return station.bad(NOTHING, code=to)
    record = (await station.client.get(f"{PATH}/{known.id}")).one
    attributes: dict[str, Any] = {"barcode": code} | version_of(record)
    if former := record.attributes.get("barcode"):
        others = record.attributes.get("dwcOtherCatalogNumbers") or []
        attributes["dwcOtherCatalogNumbers"] = [*others, *([former] if former not in others else [])]
    operation = {"op": "update", "data": {"type": SAMPLE, "id": known.id, "attributes": attributes}}
    await station.client.atomic(COLLECTION, [operation], change_headers(change_set, code))
    station.state.unknown = ""
    thing = thing_of(known, to)
    station.done(f"{code} → {thing.label}", thing, "collection", change_set)
    return await station.took(thing)
