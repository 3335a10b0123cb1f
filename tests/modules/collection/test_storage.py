"""Storage places, grids and positions, as clients see them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import linked, resource
from tests.modules.collection.storage_facts import GROUP, box, made, place, position, said, sample

UNITS, USAGES = "/collection/v1/storage-unit", "/collection/v1/storage-unit-usage"


def usage(unit: str | None = None, row: str | None = None, column: int | None = None, **more: Any) -> Any:
    links: dict[str, Any] = {}
    if unit:
        links["storageUnit"] = linked("storage-unit", unit)
    if "kind" in more:
        links["storageUnitType"] = linked("storage-unit-type", more["kind"])
    attributes = {"usageType": "material-sample", "wellRow": row, "wellColumn": column}
    return resource("storage-unit-usage", attributes, relationships=links)


async def test_a_place_tells_what_it_is_in_and_what_is_in_it(api: httpx.AsyncClient) -> None:
    kind = await made(api, "storage-unit-type", {"group": GROUP, "name": "Cabinet"})
    room = await place(api, "Room 4")
    cabinet = await place(api, "Cabinet 12", inside=room, kind=kind, barcode="C12")
    drawers = [await place(api, name, inside=cabinet) for name in ("drawer b", "Drawer a")]
    asked = {"optfields[storage-unit]": "hierarchy,storageUnitChildren"}
    found = (await api.get(f"{UNITS}/{cabinet}", params=asked)).json()["data"]["attributes"]
    assert found["hierarchy"] == [
        {
            "uuid": cabinet, "name": "Cabinet 12", "barcode": "C12", "rank": 1, "typeUuid": kind,
            "typeName": "Cabinet",
        },
        {"uuid": room, "name": "Room 4", "rank": 2},
    ]  # fmt: skip
    children = found["storageUnitChildren"]
    assert [child["uuid"] for child in children] == drawers[::-1]
    assert {"name", "group", "createdBy", "createdOn"} <= set(children[0])
    plain = (await api.get(f"{UNITS}/{cabinet}")).json()["data"]["attributes"]
    assert "hierarchy" not in plain
    assert "storageUnitChildren" not in plain


async def test_a_place_is_not_inside_itself(api: httpx.AsyncClient) -> None:
    room = await place(api, "Room")
    shelf = await place(api, "Shelf", inside=room)
    body = resource(
        "storage-unit", id=room, relationships={"parentStorageUnit": linked("storage-unit", shelf)}
    )
    answer = await api.patch(f"{UNITS}/{room}", json=body)
    assert answer.status_code == 400
    assert said(answer)[0][:2] == ("HIERARCHY_LOOP", "/data/relationships/parentStorageUnit")


async def test_a_place_with_content_stays(api: httpx.AsyncClient) -> None:
    cabinet = await place(api, "Full cabinet")
    drawer = await place(api, "Drawer", inside=cabinet)
    for _ in range(2):
        await position(api, cabinet)
    answer = await api.delete(f"{UNITS}/{cabinet}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["code"] == "STILL_REFERENCED"
    assert error["meta"]["references"] == {"storage-unit": 1, "storage-unit-usage": 2}
    assert "2 Storage positions" in error["detail"]
    assert (await api.delete(f"{UNITS}/{drawer}")).status_code == 204


@pytest.mark.parametrize(
    ("direction", "row", "column", "number"),
    [
        ("BY_ROW", "A", 1, 1),
        ("BY_ROW", "A", 12, 12),
        ("BY_ROW", "B", 1, 13),
        ("BY_ROW", "h", 12, 96),
        ("BY_COLUMN", "B", 1, 2),
        ("BY_COLUMN", "A", 2, 9),
        ("BY_COLUMN", "H", 12, 96),
    ],
)
async def test_cells_are_counted_as_the_grid_is_filled(
    api: httpx.AsyncClient, direction: str, row: str, column: int, number: int
) -> None:
    unit = await box(api, direction=direction, name="Counted")
    id_ = await position(api, unit, row, column)
    found = (await api.get(f"{USAGES}/{id_}")).json()["data"]["attributes"]
    assert (found["cellNumber"], found["storageUnitName"]) == (number, "Counted")
    assert found["wellRow"] == row.upper()


async def test_a_position_of_a_type_is_counted_in_the_type_s_grid(api: httpx.AsyncClient) -> None:
    grid = {"numberOfRows": 30, "numberOfColumns": 4, "fillDirection": "BY_ROW"}
    kind = await made(
        api, "storage-unit-type", {"group": GROUP, "name": "Tall", "gridLayoutDefinition": grid}
    )
    answer = await api.post(USAGES, json=usage(row="ab", column=3, kind=kind))
    assert answer.status_code == 201, answer.text
    found = answer.json()["data"]["attributes"]
    assert (found["wellRow"], found["cellNumber"], found["storageUnitName"]) == ("AB", 27 * 4 + 3, None)


@pytest.mark.parametrize(
    ("row", "column", "pointer", "sentence"),
    [
        ("C", 1, "wellRow", "Row C is outside the grid, which ends at B3."),
        ("A", 4, "wellColumn", "Column 4 is outside the grid, which ends at B3."),
        ("AA", 1, "wellRow", "Row AA is outside the grid, which ends at B3."),
    ],
)
async def test_a_well_lies_inside_its_grid(
    api: httpx.AsyncClient, row: str, column: int, pointer: str, sentence: str
) -> None:
    answer = await api.post(USAGES, json=usage(await box(api, 2, 3), row, column))
    assert answer.status_code == 422
    assert said(answer) == [("BUSINESS_RULE", f"/data/attributes/{pointer}", sentence)]


async def test_a_well_needs_a_grid(api: httpx.AsyncClient) -> None:
    answer = await api.post(USAGES, json=usage(await place(api, "Shelf"), "A", 1))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["meta"]["rule"] == "storage.noGrid"


async def test_a_well_holds_one_thing(api: httpx.AsyncClient) -> None:
    unit = await box(api, name="Box 7")
    first = await position(api, unit, "A", 1)
    answer = await api.post(USAGES, json=usage(unit, "a", 1), headers={"Accept-Language": "fr"})
    assert answer.status_code == 422
    expected = ("NOT_UNIQUE", "/data/attributes/wellRow", "Le puits A1 de « Box 7 » est occupé.")
    assert said(answer) == [expected]
    twice = {"data": [usage(unit, "B", 2)["data"], usage(unit, "b", 2)["data"]]}
    answer = await api.post(
        f"{USAGES}/bulk", json=twice, headers={"Content-Type": "application/vnd.api+json; ext=bulk"}
    )
    assert said(answer) == [
        ("NOT_UNIQUE", "/data/1/attributes/wellRow", "Well B2 of «Box 7» is taken."),
    ]
    assert (await api.delete(f"{USAGES}/{first}")).status_code == 204
    assert (await api.post(USAGES, json=usage(unit, "A", 1))).status_code == 201


async def test_two_specimens_are_not_in_one_well(api: httpx.AsyncClient) -> None:
    well = await position(api, await box(api), "A", 1)
    await sample(api, "first", storageUnitUsage=("storage-unit-usage", well))
    second = resource(
        "material-sample", {"group": GROUP, "materialSampleName": "second"},
        relationships={"storageUnitUsage": linked("storage-unit-usage", well)},
    )  # fmt: skip
    answer = await api.post("/collection/v1/material-sample", json=second)
    assert answer.status_code == 422
    assert said(answer)[0][:2] == ("NOT_UNIQUE", "/data/relationships/storageUnitUsage")
    shared = await position(api, await place(api, "Drawer"))
    for name in ("one", "other"):
        await sample(api, name, storageUnitUsage=("storage-unit-usage", shared))


async def test_two_hundred_people_fill_one_box(api: httpx.AsyncClient) -> None:
    unit = await box(api, name="Rush")
    wells = [(f"{'ABCDEFGH'[n % 8]}", n // 8 % 12 + 1) for n in range(200)]
    answers = await asyncio.gather(*(api.post(USAGES, json=usage(unit, *well)) for well in wells))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 96
    assert statuses.count(422) == 104
    assert {said(answer)[0][0] for answer in answers if answer.status_code == 422} == {"NOT_UNIQUE"}
    listed = await api.get(USAGES, params={"filter[storageUnit.id]": unit, "page[limit]": "1000"})
    placed = [
        (one["attributes"]["wellRow"], one["attributes"]["wellColumn"]) for one in listed.json()["data"]
    ]
    assert sorted(placed) == sorted(set(wells))


async def test_a_grid_stays_large_enough_for_what_is_in_it(api: httpx.AsyncClient) -> None:
    unit = await box(api, 8, 12)
    await position(api, unit, "H", 12)
    kind = (await api.get(f"{UNITS}/{unit}", params={"include": "storageUnitType"})).json()["included"][0][
        "id"
    ]
    small = {"numberOfRows": 8, "numberOfColumns": 11, "fillDirection": "BY_ROW"}
    body = resource("storage-unit-type", {"gridLayoutDefinition": small}, id=kind)
    answer = await api.patch(f"/collection/v1/storage-unit-type/{kind}", json=body)
    assert answer.status_code == 422
    sentence = "1 position would lie outside the grid: move it first."
    assert said(answer) == [("BUSINESS_RULE", "/data/attributes/gridLayoutDefinition", sentence)]
    body = resource("storage-unit", id=unit, relationships={"storageUnitType": {"data": None}})
    answer = await api.patch(f"{UNITS}/{unit}", json=body)
    assert said(answer)[0][:2] == ("BUSINESS_RULE", "/data/relationships/storageUnitType")
    large = {**small, "numberOfColumns": 24}
    body = resource("storage-unit-type", {"gridLayoutDefinition": large}, id=kind)
    assert (await api.patch(f"/collection/v1/storage-unit-type/{kind}", json=body)).status_code == 200
