"""Two people who put two things into each other at the same moment: one of them is told that it cannot be."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import httpx
import pytest

from dina.app import App
from dina.base.errors import Problem
from dina.base.http import Request
from dina.base.identity.caller import Caller
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import write
from tests.conftest import linked, resource
from tests.modules.collection.storage_facts import made, place, said, sample

BASE = "/collection/v1"
ROOT = Caller("0", "root", admin=True)


def into(type_: str, name: str, child: str, parent: str) -> dict[str, Any]:
    return resource(type_, id=child, relationships={name: linked(type_, parent)})


@pytest.mark.parametrize(
    ("type_", "name"), [("storage-unit", "parentStorageUnit"), ("material-sample", "parentMaterialSample")]
)
async def test_the_second_of_two_waits_and_sees_the_first(
    api: httpx.AsyncClient, app: App, type_: str, name: str
) -> None:
    make = place if type_ == "storage-unit" else sample
    one, other = [await make(api, f"loop {n}") for n in (1, 2)]
    service = app.services["collection"]

    async def put(child: str, parent: str, written: asyncio.Event, end: asyncio.Event) -> None:
        request = Request("PATCH", BASE, "", b"", {}, ROOT, None, "")  # type: ignore[arg-type]
        async with transaction(service, request) as connection:
            change = Change("update", service.types[type_], child, relationships={name: parent})
            await write(service, request, connection, [change])
            written.set()
            await end.wait()

    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    earlier = asyncio.create_task(put(one, other, first, end))
    await first.wait()
    later = asyncio.create_task(put(other, one, second, end))
    await asyncio.sleep(0.3)
    waited = not second.is_set()
    end.set()
    done = await asyncio.gather(earlier, later, return_exceptions=True)
    assert waited
    assert done[0] is None
    assert isinstance(done[1], Problem)
    assert [error.code for error in done[1].errors] == ["HIERARCHY_LOOP"]


async def test_a_process_and_a_parent_make_no_loop_together(api: httpx.AsyncClient) -> None:
    for n in range(10):
        one, other = [await sample(api, f"graph {n} {m}") for m in (1, 2)]
        process = resource(
            "process", {"group": "cnc", "processType": "SPLITTING"},
            relationships={"inputs": linked("material-sample", one, many=True), "outputs": linked("material-sample", other, many=True)},
        )  # fmt: skip
        body = into("material-sample", "parentMaterialSample", one, other)
        answers = await asyncio.gather(
            api.post(f"{BASE}/process", json=process), api.patch(f"{BASE}/material-sample/{one}", json=body)
        )
        assert sorted(a.status_code >= 400 for a in answers) == [False, True], [a.text for a in answers]
        assert {said(a)[0][0] for a in answers if a.status_code >= 400} == {"HIERARCHY_LOOP"}


async def test_two_hundred_moves_at_once_leave_a_tree(api: httpx.AsyncClient) -> None:
    units = [await place(api, f"wild {n}") for n in range(12)]
    chance = random.Random(3)
    pairs = [chance.sample(units, 2) for _ in range(200)]

    async def patched(child: str, parent: str) -> httpx.Response:
        if chance.random() < 0.3:
            move = {"storageUnit": parent, "storageUnits": [child]}
            return await api.post(f"{BASE}/storage-move", json=resource("storage-move", move))
        body = into("storage-unit", "parentStorageUnit", child, parent)
        return await api.patch(f"{BASE}/storage-unit/{child}", json=body)

    answers = await asyncio.gather(*(patched(*pair) for pair in pairs))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {200, 201, 400} or set(statuses) == {200, 400}, statuses
    codes = {said(answer)[0][0] for answer in answers if answer.status_code == 400}
    assert codes == {"HIERARCHY_LOOP"}
    parents: dict[str, str | None] = {}
    for unit in units:
        found = await api.get(f"{BASE}/storage-unit/{unit}?include=parentStorageUnit")
        data = found.json()["data"]["relationships"]["parentStorageUnit"]["data"]
        parents[unit] = data and data["id"]
    for unit in units:
        seen, here = {unit}, parents[unit]
        while here is not None:
            assert here not in seen
            seen.add(here)
            here = parents[here]


async def test_nobody_waits_for_those_who_only_make_children(api: httpx.AsyncClient) -> None:
    parent = await sample(api, "many at once")
    names = [f"child {n}" for n in range(40)]
    made_ = await asyncio.gather(
        *(
            made(
                api,
                "material-sample",
                {"group": "cnc", "materialSampleName": name},
                parentMaterialSample=("material-sample", parent),
            )
            for name in names
        )
    )
    assert len(set(made_)) == 40
