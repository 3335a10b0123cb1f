"""Moving things between storage places, and what is remembered of it."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from dina.settings import Settings
from tests.conftest import resource
from tests.modules.collection.storage_facts import box, made, member_of, place, position, said, sample

BASE = "/collection/v1"


async def move(api: httpx.AsyncClient, unit: str, *samples: str, **more: Any) -> httpx.Response:
    attributes = {"storageUnit": unit, **more} | ({"materialSamples": list(samples)} if samples else {})
    return await api.post(f"{BASE}/storage-move", json=resource("storage-move", attributes))


async def content(api: httpx.AsyncClient, unit: str, **parameters: str) -> list[tuple[Any, ...]]:
    answer = await api.get(f"{BASE}/storage-unit/{unit}/content", params=parameters)
    assert answer.status_code == 200, answer.text
    return [
        (one["meta"].get("label"), one["meta"]["depth"], well(one["meta"])) for one in answer.json()["data"]
    ]


def well(facts: dict[str, Any]) -> str:
    return f"{facts.get('wellRow') or ''}{facts.get('wellColumn') or ''}"


async def whereabouts(api: httpx.AsyncClient, id_: str, type_: str = "material-sample", **more: str) -> Any:
    answer = await api.get(f"{BASE}/{type_}/{id_}/whereabouts", params=more)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


async def test_specimens_fill_the_next_free_wells(api: httpx.AsyncClient) -> None:
    unit = await box(api, 2, 3, "BY_COLUMN", name="Small")
    await position(api, unit, "B", 1)
    samples = [await sample(api, f"tube {n}") for n in range(4)]
    answer = await move(api, unit, *samples, fillFreeWells=True, reason="sorted")
    assert answer.status_code == 200, answer.text
    moved = answer.json()["data"]["attributes"]
    assert [well(one) for one in moved["materialSamples"]] == ["A1", "A2", "B2", "A3"]
    assert moved["reason"] == "sorted"
    late = [await sample(api, "late one"), await sample(api, "late two")]
    answer = await move(api, unit, *late, fillFreeWells=True)
    assert answer.status_code == 422
    expected = "«Small» has 1 free wells; 2 are needed."
    assert said(answer) == [("BUSINESS_RULE", "/data/attributes/fillFreeWells", expected)]
    assert (await whereabouts(api, late[0]))["path"] == []


async def test_specimens_go_where_they_are_told_and_may_change_places(api: httpx.AsyncClient) -> None:
    unit = await box(api, name="Swaps")
    one, other = await sample(api, "one"), await sample(api, "other")
    assert (await move(api, unit, one, other, wells=["a1", "A2"])).status_code == 200
    assert (await move(api, unit, one, other, wells=["A2", "A1"])).status_code == 200
    assert await content(api, unit) == [("other", 1, "A1"), ("one", 1, "A2")]
    third = await sample(api, "third")
    answer = await move(api, unit, third, one, wells=["A1", "B1"])
    assert said(answer) == [("NOT_UNIQUE", "/data/attributes/wells/0", "Well A1 of «Swaps» is taken.")]
    answer = await move(api, unit, third, one, wells=["C3", "c3"])
    assert said(answer)[0][:2] == ("NOT_UNIQUE", "/data/attributes/wells/1")
    assert await content(api, unit) == [("other", 1, "A1"), ("one", 1, "A2")]


async def test_a_move_is_one_change_set_that_can_be_undone(api: httpx.AsyncClient) -> None:
    first, second = await place(api, "First"), await place(api, "Second")
    samples = [await sample(api, f"s{n}") for n in range(3)]
    assert (await move(api, first, *samples)).status_code == 200
    moved = (await move(api, second, *samples)).json()["data"]
    change_set = moved["attributes"]["changeSet"]
    undone = await api.post(f"{BASE}/change-set/{change_set}/undo")
    assert undone.status_code in (200, 201), undone.text
    assert len(await content(api, first)) == 3
    assert await content(api, second) == []


async def test_the_places_of_a_thing_are_remembered(api: httpx.AsyncClient) -> None:
    room = await place(api, "Room 1")
    cabinet = await place(api, "Cabinet A", inside=room)
    other = await place(api, "Cabinet B", inside=room)
    drawer = await place(api, "Drawer 3", inside=cabinet)
    id_ = await sample(api, "wanderer")
    person = str(uuid.uuid4())
    early = {"movedOn": "2001-05-06T07:08:09Z", "movedBy": person, "reason": "inventory"}
    assert (await move(api, drawer, id_, **early)).status_code == 200
    found = await whereabouts(api, id_)
    assert [one["name"] for one in found["path"]] == ["Drawer 3", "Cabinet A", "Room 1"]
    (entry,) = found["history"]
    assert (entry["since"], entry["movedBy"]) == ("2001-05-06T07:08:09.000000Z", person)
    assert entry["reason"] == "inventory"
    assert "until" not in entry
    assert (await move(api, other, storageUnits=[drawer])).status_code == 200
    found = await whereabouts(api, id_)
    assert [one["name"] for one in found["path"]] == ["Drawer 3", "Cabinet B", "Room 1"]
    assert len(found["history"]) == 1
    history = (await whereabouts(api, drawer, "storage-unit"))["history"]
    assert [one["storageUnitName"] for one in history] == ["Cabinet B", "Cabinet A"]
    assert history[1]["until"] == history[0]["since"]
    then = await whereabouts(api, id_, at="2001-05-06T07:08:10Z")
    assert [one["name"] for one in then["path"]] == ["Drawer 3"]
    assert (await whereabouts(api, id_, at="1999-01-01T00:00:00Z"))["path"] == []


async def test_whatever_path_moves_a_thing_it_is_remembered(api: httpx.AsyncClient) -> None:
    unit, other = await box(api, name="Plain"), await place(api, "Shelf")
    usage = await position(api, unit, "A", 1)
    id_ = await sample(api, "moved by hand", storageUnitUsage=("storage-unit-usage", usage))

    async def patch(type_: str, target: str, **members: Any) -> None:
        answer = await api.patch(f"{BASE}/{type_}/{target}", json=resource(type_, id=target, **members))
        assert answer.status_code == 200, answer.text

    await patch("storage-unit-usage", usage, attributes={"wellColumn": 2})
    shelf = {"storageUnit": {"data": {"type": "storage-unit", "id": other}}}
    none: dict[str, Any] = {"wellRow": None, "wellColumn": None}
    await patch("storage-unit-usage", usage, attributes=none, relationships=shelf)
    await patch("material-sample", id_, relationships={"storageUnitUsage": {"data": None}})
    found = await whereabouts(api, id_)
    assert found["path"] == []
    assert [(one["storageUnitName"], well(one)) for one in found["history"]] == [
        ("Shelf", ""), ("Plain", "A2"), ("Plain", "A1"),
    ]  # fmt: skip
    assert all("until" in one for one in found["history"])
    parameters = {"filter[storageUnit.id]": unit}
    listed = (await api.get(f"{BASE}/storage-placement", params=parameters)).json()
    assert listed["meta"]["totalResourceCount"] == 2
    assert listed["data"][0]["relationships"]["item"]["data"] == {"type": "material-sample", "id": id_}


async def test_a_deleted_specimen_is_nowhere_and_comes_back_where_it_was(api: httpx.AsyncClient) -> None:
    shelf = await place(api, "Shelf of the deleted")
    id_ = await sample(api, "deleted")
    await move(api, shelf, id_)
    assert (await api.delete(f"{BASE}/material-sample/{id_}")).status_code == 204
    assert (await api.get(f"{BASE}/material-sample/{id_}/whereabouts")).status_code == 410
    assert (await api.post(f"{BASE}/material-sample/{id_}/restore")).status_code == 200
    found = await whereabouts(api, id_)
    assert [one["name"] for one in found["path"]] == ["Shelf of the deleted"]
    assert len(found["history"]) == 2


async def test_content_is_nested_and_paged(api: httpx.AsyncClient) -> None:
    room = await place(api, "Room 2")
    cabinet = await place(api, "Cabinet", inside=room)
    inner = await box(api, name="Box")
    await move(api, cabinet, storageUnits=[inner])
    samples = [await sample(api, f"c{n}") for n in range(3)]
    await move(api, inner, *samples, wells=["A10", "A2", "B1"])
    loose = await sample(api, "loose")
    await move(api, cabinet, loose)
    everything = [
        ("Cabinet", 1, ""), ("loose", 2, ""), ("Box", 2, ""), ("c1", 3, "A2"), ("c0", 3, "A10"), ("c2", 3, "B1"),
    ]  # fmt: skip
    assert await content(api, room) == everything
    assert await content(api, room, depth="1") == everything[:1]
    assert await content(api, room, **{"page[limit]": "2", "page[offset]": "3"}) == everything[3:5]
    answer = (await api.get(f"{BASE}/storage-unit/{room}/content", params={"page[offset]": "99"})).json()
    assert (answer["data"], answer["meta"]["totalResourceCount"]) == ([], 6)
    first = (await api.get(f"{BASE}/storage-unit/{room}/content", params={"page[offset]": "3"})).json()[
        "data"
    ][0]
    assert first["type"] == "material-sample"
    assert first["id"] == samples[1]
    assert first["meta"]["path"] == ["Cabinet", "Box"]
    for depth in ("0", "101", "x", "-1", "²"):
        answer = await api.get(f"{BASE}/storage-unit/{room}/content", params={"depth": depth})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["source"]["parameter"] == "depth"


async def test_a_place_is_emptied(api: httpx.AsyncClient) -> None:
    unit = await place(api, "To empty")
    inner = await place(api, "Inner", inside=unit)
    id_, deep = await sample(api, "out"), await sample(api, "stays inside")
    await move(api, unit, id_)
    await move(api, inner, deep)
    plate = {"usageType": "pcr-batch-item"}
    await made(api, "storage-unit-usage", plate, storageUnit=("storage-unit", unit))
    body = resource("storage-move", {"reason": "pests"})
    answer = await api.post(f"{BASE}/storage-unit/{unit}/empty", json=body)
    assert answer.status_code == 200, answer.text
    out = answer.json()["data"]["attributes"]
    assert (out["materialSamples"], out["storageUnits"], out["left"]) == ([{"id": id_}], [{"id": inner}], 1)
    assert [label for label, _, _ in await content(api, unit)] == ["pcr-batch-item"]
    assert [label for label, _, _ in await content(api, inner)] == ["stays inside"]
    assert (await whereabouts(api, id_))["path"] == []


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({}, ""),
        ({"materialSamples": ["§", "§"]}, "/materialSamples/1"),
        ({"materialSamples": ["§"], "wells": []}, "/wells"),
        ({"materialSamples": ["§"], "wells": ["A1"], "fillFreeWells": True}, "/fillFreeWells"),
        ({"materialSamples": ["§"], "wells": ["1A"]}, "/wells/0"),
        ({"materialSamples": ["§"], "wells": ["A0"]}, "/wells/0"),
        ({"materialSamples": ["§"], "wells": ["Z99"]}, "/wells/0"),
        ({"materialSamples": ["§"], "movedOn": "2999-01-01T00:00:00Z"}, "/movedOn"),
        ({"materialSamples": ["§"], "movedOn": "soon"}, "/movedOn"),
        ({"materialSamples": ["§"], "storageUnit": str(uuid.uuid4())}, "/storageUnit"),
        ({"materialSamples": [str(uuid.uuid4())]}, "/materialSamples/0"),
        ({"storageUnits": [str(uuid.uuid4())]}, "/storageUnits/0"),
    ],
)
async def test_a_move_that_cannot_be_made_says_why(
    api: httpx.AsyncClient, attributes: dict[str, Any], pointer: str
) -> None:
    id_ = await sample(api, "stubborn")
    given = {"storageUnit": await box(api), **attributes}
    if "materialSamples" in given:
        given["materialSamples"] = [id_ if one == "§" else one for one in given["materialSamples"]]
    answer = await api.post(f"{BASE}/storage-move", json=resource("storage-move", given))
    assert answer.status_code in (400, 404, 422), answer.text
    assert said(answer)[0][1].startswith(f"/data/attributes{pointer}")
    assert (await whereabouts(api, id_))["path"] == []


async def test_a_place_is_not_moved_into_itself(api: httpx.AsyncClient) -> None:
    outer = await place(api, "Outer")
    inner = await place(api, "Inner", inside=outer)
    for target, moved in ((inner, outer), (outer, outer)):
        answer = await move(api, target, storageUnits=[moved])
        assert said(answer)[0][:2] == ("HIERARCHY_LOOP", "/data/attributes/storageUnits/0")


async def test_things_are_moved_by_members_of_their_group(api: httpx.AsyncClient, settings: Settings) -> None:
    theirs = await made(api, "storage-unit", {"group": "others", "name": "Theirs", "isGeneric": False})
    ours, id_ = await place(api, "Ours"), await sample(api, "ours")
    foreign = await made(api, "material-sample", {"group": "others", "materialSampleName": "foreign"})
    await move(api, theirs, foreign)
    async with member_of(settings, "/cnc/user") as member:
        answer = await move(member, theirs, id_)
        assert said(answer)[0][:2] == ("FORBIDDEN", "/data/attributes/storageUnit")
        answer = await move(member, ours, id_, foreign)
        assert said(answer)[0][:2] == ("FORBIDDEN", "/data/attributes/materialSamples/1")
        assert (await move(member, ours, id_)).status_code == 200
        assert await content(member, theirs) == []
        hidden = (await member.get(f"{BASE}/material-sample/{foreign}/whereabouts")).json()
        assert hidden["data"]["attributes"]["history"] == []
    assert len(await content(api, theirs)) == 1


async def test_two_hundred_moves_at_once_fill_a_box_to_the_last_well(api: httpx.AsyncClient) -> None:
    unit, other = await box(api, name="Rush"), await box(api, name="Second rush")
    samples = await asyncio.gather(*(sample(api, f"rush {n}") for n in range(200)))
    answers = await asyncio.gather(
        *(move(api, (unit, other)[n // 104], id_, fillFreeWells=True) for n, id_ in enumerate(samples))
    )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(422)) == (192, 8)
    back = await asyncio.gather(
        *(move(api, unit, id_, wells=[f"{'ABCDEFGH'[n % 8]}1"]) for n, id_ in enumerate(samples[104:150]))
    )
    assert {answer.status_code for answer in back} == {422}
    found = await content(api, unit, **{"page[limit]": "1000"})
    assert len({one[2] for one in found}) == len(found) == 96
