"""What the pages ask of the API about places: what a code is, putting things somewhere, taking them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.client import Client, Resource
from dina.web.texts import N_

COLLECTION = "/collection/v1"
SAMPLE, UNIT = "material-sample", "storage-unit"
OF = {SAMPLE: "storageUnitUsage", UNIT: "parentStorageUnit"}
"""What leads from a thing to where it is."""
NOTHING = N_("Nothing has the code “{code}”.")


async def scan(client: Client, code: str) -> list[Resource]:
    """What a code is: specimens and places, the best first."""
    page = await client.get(f"{COLLECTION}/scan", {"code": code, "page[limit]": 5})
    return [one for one in page.data if one.type in OF]


async def put(
    client: Client,
    to: str,
    samples: Sequence[str],
    units: Sequence[str] = (),
    well: str = "",
    fill: bool = False,
    change_set: str = "",
) -> dict[str, Any]:
    """Move into a place; the answer names the change set, which may be given. Raises ApiError."""
    given: dict[str, Any] = {"storageUnit": to, "materialSamples": list(samples), "storageUnits": list(units)}
    given |= {"wells": [well]} if well else {"fillFreeWells": True} if fill and samples else {}
    body = {"data": {"type": "storage-move", "attributes": given}}
    headers = change_headers(change_set) if change_set else {}
    told = await client.request("POST", f"{COLLECTION}/storage-move", body=body, headers=headers)
    return told["data"]["attributes"]


async def take_out(client: Client, samples: Sequence[str], units: Sequence[str], change_set: str) -> None:
    """Out of where they are, into no other place. Raises ApiError."""
    operations: list[dict[str, Any]] = []
    for type_, id_ in [*((SAMPLE, one) for one in samples), *((UNIT, one) for one in units)]:
        record = (await client.get(f"{COLLECTION}/{type_}/{id_}", {"include": OF[type_]})).one
        operations.append(linked_to(record, OF[type_], ()))
        if type_ == SAMPLE:
            operations += [
                {"op": "remove", "ref": {"type": x["type"], "id": x["id"]}} for x in record.linked(OF[type_])
            ]
    await client.atomic(COLLECTION, operations, change_headers(change_set))


def linked_to(one: Resource, name: str, targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The operation that links a record to one other, or to none."""
    target = {"type": targets[0]["type"], "id": targets[0]["id"]} if targets else None
    data: dict[str, Any] = {"type": one.type, "id": one.id, "relationships": {name: {"data": target}}}
    if version := version_of(one):
        data["attributes"] = version
    return {"op": "update", "data": data}


def version_of(one: Resource) -> dict[str, Any]:
    """What tells the API that nobody changed the record meanwhile."""
    version = one.attributes.get("resourceVersion")
    return {} if version is None else {"resourceVersion": version}


async def place_of(client: Client, text: str) -> Resource | None:
    """The place with this id, barcode or name."""
    return next((one for one in await scan(client, text) if one.type == UNIT), None)


def change_headers(change_set: str, label: str = "") -> dict[str, str]:
    """What makes requests parts of one change set, with a name when it is given."""
    headers = {"x-change-set": change_set}
    return headers | ({"x-change-set-label": label} if label else {})
