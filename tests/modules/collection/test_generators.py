"""Numbers and names that the server makes, and the summary of a sample."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from typing import Any

import httpx
import pytest

from dina.modules.collection.operations.identifiers import following
from dina.settings import Settings
from tests.conftest import linked, resource
from tests.modules.collection.storage_facts import GROUP, made, member_of, said, sample

SEQUENCE = "/collection/v1/collection-sequence-generator"
NAMES = "/collection/v1/material-sample-identifier-generator"


async def reserve(api: httpx.AsyncClient, collection: str, amount: int) -> httpx.Response:
    body = resource("collection-sequence-generator", {"collectionId": collection, "amount": amount})
    return await api.post(SEQUENCE, json=body)


async def test_numbers_of_a_collection_begin_with_one(api: httpx.AsyncClient) -> None:
    collection = await made(api, "collection", {"group": GROUP, "name": "Beetles"})
    answer = await reserve(api, collection, 5)
    assert answer.status_code == 201
    attributes = answer.json()["data"]["attributes"]
    assert attributes["result"] == {"lowReservedID": 1, "highReservedID": 5}
    assert (attributes["group"], attributes["amount"]) == (GROUP, 5)
    body = resource("collection-sequence-generator", {"collectionId": collection})
    following_one = (await api.post(SEQUENCE, json=body)).json()["data"]["attributes"]["result"]
    assert following_one == {"lowReservedID": 6, "highReservedID": 6}


async def test_looking_at_the_next_numbers_takes_none(api: httpx.AsyncClient) -> None:
    collection = await made(api, "collection", {"group": GROUP, "name": "Wasps"})
    for start in (1, 4):
        for _ in range(2):
            looked = {"collectionId": collection, "amount": 3, "reserve": False}
            answer = await api.post(SEQUENCE, json=resource("collection-sequence-generator", looked))
            seen = answer.json()["data"]["attributes"]["result"]
            assert seen == {"lowReservedID": start, "highReservedID": start + 2}
        taken = (await reserve(api, collection, 3)).json()["data"]["attributes"]["result"]
        assert taken == seen


async def test_fifty_people_reserve_numbers_without_gap_or_duplicate(api: httpx.AsyncClient) -> None:
    collection = await made(api, "collection", {"group": GROUP, "name": "Moths"})
    answers = await asyncio.gather(*(reserve(api, collection, 1 + n % 7) for n in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    results = [answer.json()["data"]["attributes"]["result"] for answer in answers]
    numbers = [n for one in results for n in range(one["lowReservedID"], one["highReservedID"] + 1)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) == sum(1 + n % 7 for n in range(50))


@pytest.mark.parametrize(
    ("attributes", "status", "pointer"),
    [
        ({"amount": 1}, 422, "/data/attributes"),
        ({"collectionId": str(uuid.uuid4()), "amount": 0}, 422, "/data/attributes/amount"),
        ({"collectionId": "x"}, 422, "/data/attributes/collectionId"),
        ({"collectionId": str(uuid.uuid4())}, 404, "/data/attributes/collectionId"),
        ({"collectionId": str(uuid.uuid4()), "amount": 2**70}, 422, "/data/attributes/amount"),
    ],
)
async def test_what_cannot_be_reserved_is_said(
    api: httpx.AsyncClient, attributes: dict[str, Any], status: int, pointer: str
) -> None:
    answer = await api.post(SEQUENCE, json=resource("collection-sequence-generator", attributes))
    assert (answer.status_code, said(answer)[0][1]) == (status, pointer)


async def test_numbers_are_reserved_by_members_of_the_group(
    api: httpx.AsyncClient, settings: Settings
) -> None:
    theirs = await made(api, "collection", {"group": "others", "name": "Not ours"})
    ours = await made(api, "collection", {"group": "cnc", "name": "Ours"})
    async with member_of(settings, "/cnc/guest") as guest:
        answer = await reserve(guest, theirs, 1)
        assert answer.status_code == 403
        assert said(answer)[0][:2] == ("FORBIDDEN", "/data/attributes/collectionId")
        assert (await reserve(guest, ours, 1)).status_code == 201
    async with member_of(settings, "/cnc/read-only") as reader:
        assert (await reserve(reader, ours, 1)).status_code == 403


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        ("NUMBER", None, ["1", "2", "3"]),
        ("NUMBER", "9", ["10", "11", "12"]),
        ("NUMBER", "008", ["009", "010", "011"]),
        ("NUMBER", "099", ["100", "101", "102"]),
        ("NUMBER", "999", ["1000", "1001", "1002"]),
        ("LOWER_LETTER", None, ["a", "b", "c"]),
        ("LOWER_LETTER", "y", ["z", "aa", "ab"]),
        ("LOWER_LETTER", "az", ["ba", "bb", "bc"]),
        ("UPPER_LETTER", "ZY", ["ZZ", "AAA", "AAB"]),
        ("UPPER_LETTER", None, ["A", "B", "C"]),
    ],
)
def test_a_series_goes_on(kind: str, part: str | None, expected: list[str]) -> None:
    assert list(itertools.islice(following(kind, part), 3)) == expected


async def names(api: httpx.AsyncClient, **attributes: Any) -> dict[str, list[str]]:
    answer = await api.post(NAMES, json=resource("material-sample-identifier-generator", attributes))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["attributes"]["nextIdentifiers"]


async def family(api: httpx.AsyncClient, name: str, *children: str, **more: Any) -> str:
    parent = await sample(api, name, **more)
    for child in children:
        await sample(api, child, parentMaterialSample=("material-sample", parent))
    return parent


@pytest.mark.parametrize(
    ("children", "kind", "separator", "expected"),
    [
        ([], "NUMBER", "DASH", ["P-1", "P-2"]),
        ([], "UPPER_LETTER", "UNDERSCORE", ["P_A", "P_B"]),
        (["P-9", "P-10", "P-2"], "NUMBER", "DASH", ["P-11", "P-12"]),
        (["P-08", "P-009"], "NUMBER", "DASH", ["P-010", "P-011"]),
        (["P z", "P b"], "LOWER_LETTER", "SPACE", ["P aa", "P ab"]),
        (["P-1", "P-A"], "UPPER_LETTER", "DASH", ["P-B", "P-C"]),
        (["P-1-7", "P-2"], "NUMBER", "DASH", ["P-3", "P-4"]),
        (["Old name-4"], "NUMBER", "DASH", ["P-5", "P-6"]),
        (["P%-3", "P_7"], "NUMBER", "UNDERSCORE", ["P_8", "P_9"]),
    ],
)
async def test_names_follow_the_greatest_of_the_children(
    api: httpx.AsyncClient, children: list[str], kind: str, separator: str, expected: list[str]
) -> None:
    parent = await family(api, "P", *children)
    found = await names(
        api, currentParentUUID=parent, strategy="DIRECT_PARENT", characterType=kind, separator=separator,
        quantity=2,
    )  # fmt: skip
    assert found == {parent: expected}


async def test_a_series_by_kind_begins_at_the_nearest_sample_of_another_kind(api: httpx.AsyncClient) -> None:
    plant = await family(api, "Plant", materialSampleType="WHOLE_ORGANISM")
    leaf = await sample(
        api, "Plant-1", materialSampleType="ORGANISM_PART", parentMaterialSample=("material-sample", plant)
    )
    half = await sample(
        api, "Plant-2", materialSampleType="ORGANISM_PART", parentMaterialSample=("material-sample", leaf)
    )
    by_kind = {"strategy": "TYPE_BASED", "characterType": "NUMBER", "separator": "DASH"}
    part = {**by_kind, "materialSampleType": "ORGANISM_PART"}
    assert await names(api, currentParentUUID=half, **part) == {half: ["Plant-3"]}
    together = await names(api, currentParentsUUID=[half, leaf], quantity=2, **part)
    assert together == {half: ["Plant-3", "Plant-4"], leaf: ["Plant-5", "Plant-6"]}
    extract = await names(
        api, currentParentUUID=half, **{**by_kind, "materialSampleType": "MOLECULAR_SAMPLE"}
    )
    assert extract == {half: ["Plant-2-1"]}


async def test_a_series_by_kind_may_begin_at_a_marked_sample(api: httpx.AsyncClient) -> None:
    kind = {"materialSampleType": "CULTURE_STRAIN"}
    mother = await sample(api, "Mother", isBaseForSplitByType=True, **kind)
    child = await sample(api, "Mother-a", parentMaterialSample=("material-sample", mother), **kind)
    asked = {"strategy": "TYPE_BASED", "characterType": "LOWER_LETTER", "separator": "DASH", **kind}
    assert await names(api, currentParentUUID=child, **asked) == {child: ["Mother-b"]}
    lonely = await sample(api, "Lonely", **kind)
    answer = await api.post(
        NAMES, json=resource("material-sample-identifier-generator", {"currentParentUUID": lonely, **asked})
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["meta"]["rule"] == "identifiers.noBase"


async def test_a_series_has_no_greatest_length(api: httpx.AsyncClient) -> None:
    parent = await sample(api, "Many")
    children = [
        resource(
            "material-sample", {"group": GROUP, "materialSampleName": f"Many-{n}"},
            relationships={"parentMaterialSample": linked("material-sample", parent)},
        )["data"]
        for n in range(1, 1203)
    ]  # fmt: skip
    bulk = {"Content-Type": "application/vnd.api+json; ext=bulk"}
    assert (
        await api.post("/collection/v1/material-sample/bulk", json={"data": children}, headers=bulk)
    ).status_code == 200
    found = await names(api, currentParentUUID=parent, quantity=600)
    assert found[parent] == [f"Many-{n}" for n in range(1203, 1803)]


@pytest.mark.parametrize(
    ("attributes", "status", "pointer"),
    [
        ({}, 422, "/data/attributes"),
        ({"currentParentUUID": str(uuid.uuid4())}, 404, "/data/attributes/currentParentUUID"),
        ({"currentParentsUUID": [str(uuid.uuid4())]}, 404, "/data/attributes/currentParentsUUID/0"),
        ({"currentParentUUID": str(uuid.uuid4()), "strategy": "TYPE_BASED"}, 422, "/data/attributes"),
        ({"currentParentUUID": str(uuid.uuid4()), "strategy": "GUESS"}, 422, "/data/attributes/strategy"),
        ({"currentParentUUID": str(uuid.uuid4()), "quantity": 0}, 422, "/data/attributes/quantity"),
    ],
)
async def test_names_that_cannot_be_made_are_refused(
    api: httpx.AsyncClient, attributes: dict[str, Any], status: int, pointer: str
) -> None:
    answer = await api.post(NAMES, json=resource("material-sample-identifier-generator", attributes))
    assert (answer.status_code, said(answer)[0][1]) == (status, pointer)


async def test_a_summary_takes_determinations_from_the_nearest_ancestor(api: httpx.AsyncClient) -> None:
    determination = [{"scientificName": "Acer rubrum", "isPrimary": True}]
    organism = await made(api, "organism", {"group": GROUP, "determination": determination})
    tree = await sample(api, "Tree")
    link = {"data": [{"type": "organism", "id": organism}]}
    await api.patch(f"/collection/v1/material-sample/{tree}/relationships/organism", json=link)
    leaf = await sample(api, "Leaf", parentMaterialSample=("material-sample", tree))
    path = "/collection/v1/material-sample-summary"
    found = (await api.get(f"{path}/{leaf}")).json()["data"]
    assert found["type"] == "material-sample-summary"
    assert found["id"] == leaf
    assert found["attributes"]["materialSampleName"] == "Leaf"
    assert [one["scientificName"] for one in found["attributes"]["effectiveDeterminations"]] == [
        "Acer rubrum"
    ]
    alone = await sample(api, "Alone")
    body = {"data": [{"type": "material-sample-summary", "id": id_} for id_ in (alone, tree)]}
    bulk = {"Content-Type": "application/vnd.api+json; ext=bulk"}
    loaded = (await api.post(f"{path}/bulk-load", json=body, headers=bulk)).json()["data"]
    assert [one["id"] for one in loaded] == [alone, tree]
    assert [len(one["attributes"]["effectiveDeterminations"]) for one in loaded] == [0, 1]
    assert (await api.get(f"{path}/{uuid.uuid4()}")).status_code == 404
    assert (await api.get(f"{path}/nonsense")).status_code == 404
