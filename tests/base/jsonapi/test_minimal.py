"""Senders who only want to know that it was done (RFC 7240), and many operations answered together."""

from __future__ import annotations

import uuid

import httpx

ATOMIC = 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"'
BULK = "application/vnd.api+json; ext=bulk"


def person(name: str, id_: str) -> dict[str, object]:
    return {"type": "person", "id": id_, "attributes": {"displayName": name}}


async def test_a_bulk_write_tells_no_more_than_was_asked(api: httpx.AsyncClient) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    answer = await api.post(
        "/agent/v1/person/bulk",
        json={"data": [person(f"Minimal {n}", id_) for n, id_ in enumerate(ids)]},
        headers={"content-type": BULK, "prefer": "return=minimal"},
    )
    assert answer.status_code == 204
    assert answer.headers["preference-applied"] == "return=minimal"
    assert answer.content == b""
    assert (await api.get(f"/agent/v1/person/{ids[2]}")).json()["data"]["attributes"][
        "displayName"
    ] == "Minimal 2"


async def test_operations_of_several_types_are_answered_in_order(api: httpx.AsyncClient) -> None:
    ids = [str(uuid.uuid4()) for _ in range(2)]
    organization = {
        "type": "organization",
        "lid": "o",
        "attributes": {"names": [{"name": "House", "languageCode": "en"}]},
    }
    operations = [
        {"op": "add", "data": person("First", ids[0])},
        {"op": "add", "data": organization},
        {"op": "add", "data": person("Second", ids[1])},
        {"op": "update", "data": person("First, renamed", ids[0])},
        {"op": "remove", "ref": {"type": "person", "id": ids[1]}},
    ]
    answer = await api.post(
        "/agent/v1/operations", json={"atomic:operations": operations}, headers={"content-type": ATOMIC}
    )
    assert answer.status_code == 200, answer.text
    results = answer.json()["atomic:results"]
    assert [one.get("data", {}).get("type") for one in results] == [
        "person",
        "organization",
        "person",
        "person",
        None,
    ]
    assert results[3]["data"]["attributes"]["displayName"] == "First, renamed"
    quiet = await api.post(
        "/agent/v1/operations",
        json={"atomic:operations": [{"op": "remove", "ref": {"type": "person", "id": ids[0]}}]},
        headers={"content-type": ATOMIC, "prefer": "return=minimal"},
    )
    assert quiet.status_code == 204
