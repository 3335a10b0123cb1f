"""Scanning codes, and lists of what is due."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from dina.settings import Settings
from tests.conftest import resource
from tests.modules.collection.storage_facts import GROUP, made, member_of, place, sample

BASE = "/collection/v1"
USER = "0198a6c2-0000-7000-8000-0000000000aa"


async def scan(api: httpx.AsyncClient, code: str, **more: str) -> list[tuple[str, str, str, str]]:
    answer = await api.get(f"{BASE}/scan", params={"code": code, **more})
    assert answer.status_code == 200, answer.text
    return [
        (one["type"], one["id"], one["meta"]["member"], one["meta"]["match"]) for one in answer.json()["data"]
    ]


async def test_a_code_is_looked_up_wherever_codes_are(api: httpx.AsyncClient) -> None:
    code = "CNC 00-77x"
    one = await sample(api, "by barcode", barcode=code)
    two = await sample(api, code)
    three = await sample(api, "by other", dwcOtherCatalogNumbers=["a", "cnc00-77X"])
    four = await sample(api, "by number", dwcCatalogNumber=code)
    unit = await place(api, "Cabinet", barcode="CNC00-77X")
    event = await made(api, "collecting-event", {"group": GROUP, "dwcFieldNumber": code})
    collection = await made(api, "collection", {"group": GROUP, "name": "C", "code": "CNC00-77x"})
    assert await scan(api, code) == [
        ("material-sample", one, "barcode", "exact"),
        ("material-sample", two, "materialSampleName", "exact"),
        ("material-sample", four, "dwcCatalogNumber", "exact"),
        ("collecting-event", event, "dwcFieldNumber", "exact"),
        ("storage-unit", unit, "barcode", "folded"),
        ("collection", collection, "code", "folded"),
        ("material-sample", three, "dwcOtherCatalogNumbers", "folded"),
    ]
    assert [found[1] for found in await scan(api, "cnc 00-77 x ")] == [
        one,
        unit,
        two,
        four,
        event,
        collection,
        three,
    ]
    assert len(await scan(api, code, **{"page[limit]": "2", "page[offset]": "1"})) == 2
    await api.delete(f"{BASE}/material-sample/{one}")
    assert one not in [found[1] for found in await scan(api, code)]


async def test_a_code_is_found_among_identifiers(api: httpx.AsyncClient) -> None:
    vocabulary = "019c961e-4c0d-7398-b4ae-73687826b3b5"
    attributes = {
        "group": GROUP, "name": "Tube id", "dinaComponent": "MATERIAL_SAMPLE", "vocabularyElementType": "STRING",
    }  # fmt: skip
    item = ("controlled-vocabulary", vocabulary)
    await made(api, "controlled-vocabulary-item", attributes, controlledVocabulary=item)
    id_ = await sample(api, "tube", identifiers={"tube_id": "T-900"})
    assert await scan(api, "t-900") == [("material-sample", id_, "identifiers.tube_id", "folded")]


async def test_an_address_with_an_id_is_that_record(api: httpx.AsyncClient) -> None:
    id_ = await sample(api, "labelled with a link")
    for code in (id_, id_.upper(), f"https://example.org/s/{id_}", f"https://example.org/{id_}?from=label"):
        assert await scan(api, code) == [("material-sample", id_, "id", "exact")]
    assert await scan(api, str(uuid.uuid4())) == []


HOSTILE = [
    "'; DROP TABLE collection.material_sample; --", "%", "_", "%s", "%(code)s", "{visible}", "\\", "\x1d01\x1d", "\u202e",
    "a" * 500, "💥", "NULL", "{}", "[]", "*", "'", '"', "$1", "\ud7ff", "‮ﷺ", "<script>alert(1)</script>", "..", "()",
]  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE)
async def test_a_hostile_code_is_only_a_code(api: httpx.AsyncClient, code: str) -> None:
    id_ = await sample(api, "hostile", dwcOtherCatalogNumbers=[code]) if "<" not in code else None
    found = [one[1] for one in await scan(api, code)]
    folded = "".join(code.split())
    assert (id_ in found) if id_ and folded else found == []


@pytest.mark.parametrize("code", ["", "   ", "\x00", "a\x00b", "a" * 501])
async def test_what_is_no_code_is_refused(api: httpx.AsyncClient, code: str) -> None:
    answer = await api.get(f"{BASE}/scan", params={"code": code})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["source"]["parameter"] == "code"


async def action(api: httpx.AsyncClient, name: str, *actions: dict[str, Any]) -> str:
    return await sample(api, name, scheduledActions=list(actions))


async def actions(api: httpx.AsyncClient, **parameters: str) -> list[tuple[str, str | None]]:
    answer = await api.get(f"{BASE}/scheduled-action", params=parameters)
    assert answer.status_code == 200, answer.text
    return [
        (one["attributes"]["actionType"], one["attributes"].get("date"))
        for one in answer.json()["data"]
        if one["attributes"]["materialSampleName"].startswith("due ")
    ]


async def test_actions_are_listed_by_the_day_they_are_due(api: httpx.AsyncClient) -> None:
    first = await action(
        api, "due one", {"actionType": "later", "date": "2031-01-01", "actionStatus": "planned"},
        {"actionType": "sooner", "date": "2030-01-01", "assignedTo": {"type": "user", "id": USER}},
    )  # fmt: skip
    gone = await action(api, "due gone", {"actionType": "never", "date": "2030-01-01"})
    await api.delete(f"{BASE}/material-sample/{gone}")
    await action(api, "due two", {"actionType": "some day"})
    assert await actions(api) == [("sooner", "2030-01-01"), ("later", "2031-01-01"), ("some day", None)]
    assert await actions(api, **{"due-before": "2030-01-01"}) == [("sooner", "2030-01-01")]
    assert await actions(api, **{"due-after": "2030-06-01"}) == [("later", "2031-01-01")]
    assert await actions(api, status="PLANNED") == [("later", "2031-01-01")]
    assert await actions(api, **{"assigned-to": USER}) == [("sooner", "2030-01-01")]
    assert await actions(api, group="nobody") == []
    answer = (await api.get(f"{BASE}/scheduled-action", params={"page[limit]": "1"})).json()
    assert len(answer["data"]) == 1
    assert answer["meta"]["totalResourceCount"] >= 3
    listed = (await api.get(f"{BASE}/scheduled-action", params={"assigned-to": USER})).json()["data"][0]
    assert listed["relationships"]["materialSample"]["data"] == {"type": "material-sample", "id": first}
    for name, value in (
        ("due-before", "soon"),
        ("due-after", "2030-13-01"),
        ("assigned-to", "me"),
        ("status", "\x00"),
    ):
        answer = await api.get(f"{BASE}/scheduled-action", params={name: value})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["source"]["parameter"] == name


async def test_scanning_shows_what_lists_show(api: httpx.AsyncClient, settings: Settings) -> None:
    body = resource("storage-unit", {"group": "others", "name": "X-17", "isGeneric": False})
    theirs = (await api.post(f"{BASE}/storage-unit", json=body)).json()["data"]["id"]
    async with member_of(settings, "/cnc/read-only") as member:
        in_list = (await member.get(f"{BASE}/storage-unit", params={"filter[name]": "X-17"})).json()["data"]
        assert (
            [one["id"] for one in in_list] == [found[1] for found in await scan(member, "x-17")] == [theirs]
        )
