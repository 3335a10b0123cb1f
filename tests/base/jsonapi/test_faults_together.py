"""Every fault of a request is in one answer: nobody should have to send a form five times (api.md §21)."""

from __future__ import annotations

import httpx

from tests.conftest import resource

PROJECT = "/collection/v1/project"


async def test_what_is_wrong_and_what_is_missing_are_told_together(api: httpx.AsyncClient) -> None:
    answer = await api.post(PROJECT, json=resource("project", {"group": "cnc", "startDate": "yesterday"}))
    assert answer.status_code == 422
    found = {(e["source"]["pointer"], e.get("meta", {}).get("member")) for e in answer.json()["errors"]}
    assert found == {("/data/attributes/startDate", None), ("/data/attributes", "name")}


async def test_a_bulk_names_the_faults_of_every_item_in_order(api: httpx.AsyncClient) -> None:
    items = [
        {"type": "project", "attributes": {"group": "cnc"}},
        {"type": "project", "attributes": {"group": "cnc", "name": "fine"}},
        {"type": "project", "attributes": {"group": "cnc", "startDate": "x", "endDate": "y"}},
    ]
    before = (await api.get(f"{PROJECT}/count")).json()["data"]["attributes"]["value"]
    answer = await api.post(
        f"{PROJECT}/bulk", json={"data": items}, headers={"content-type": "application/vnd.api+json"}
    )
    assert answer.status_code == 422, answer.text
    faults = [(e["meta"]["index"], e["source"]["pointer"]) for e in answer.json()["errors"]]
    assert faults == [
        (0, "/data/0/attributes"),
        (2, "/data/2/attributes/startDate"),
        (2, "/data/2/attributes/endDate"),
        (2, "/data/2/attributes"),
    ]
    assert (await api.get(f"{PROJECT}/count")).json()["data"]["attributes"]["value"] == before


async def test_values_of_the_wrong_kind_do_not_reach_the_rules(api: httpx.AsyncClient) -> None:
    for path, type_, attributes in (
        ("/collection/v1/organism", "organism", {"determination": [["x"]]}),
        ("/collection/v1/collecting-event", "collecting-event", {"managedAttributes": [None]}),
        ("/collection/v1/controlled-vocabulary", "controlled-vocabulary", {"name": [None]}),
    ):
        answer = await api.post(path, json=resource(type_, attributes))
        assert answer.status_code == 422, answer.text
