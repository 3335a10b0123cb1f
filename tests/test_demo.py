"""The demo shows every kind of collection that has data one may give away."""

from __future__ import annotations

import httpx
import pytest
import pytest_asyncio

BASE = "/collection/v1"
TOKEN = "/auth/realms/dina/protocol/openid-connect/token"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def curator(demo_server: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=demo_server, timeout=60)
    form = {
        "grant_type": "password",
        "client_id": "dina-public",
        "username": "curator",
        "password": "curator",
    }
    token = (await client.post(TOKEN, data=form)).json()["access_token"]
    client.headers["authorization"] = f"bearer {token}"
    return client


@pytest.mark.parametrize(
    ("type_", "least"),
    [
        ("geological-context", 40), ("survey", 5), ("observation", 25), ("measurement", 30), ("storage-unit", 6),
        ("storage-unit-usage", 100), ("process", 50), ("material-sample", 500),
    ],
)  # fmt: skip
async def test_there_are_some_of_each_kind(curator: httpx.AsyncClient, type_: str, least: int) -> None:
    meta = (await curator.get(f"{BASE}/{type_}?page[limit]=1")).json()["meta"]
    assert meta["totalResourceCount"] >= least


async def test_what_is_shown_hangs_together(curator: httpx.AsyncClient) -> None:
    found = await curator.get(f"{BASE}/geological-search?interval=Permian&page[limit]=1")
    assert found.json()["meta"]["totalResourceCount"] >= 20
    tissue = await curator.get(
        f"{BASE}/storage-unit-usage?filter[wellRow]=A&filter[wellColumn]=1&include=storageUnit"
    )
    (usage,) = tissue.json()["data"]
    box = usage["relationships"]["storageUnit"]["data"]["id"]
    asked = f"{BASE}/storage-unit/{box}?optfields[storage-unit]=hierarchy"
    above = (await curator.get(asked)).json()["data"]["attributes"]["hierarchy"]
    assert above[0]["name"] == "Tissue box 1"
    assert len(above) == 3
    process = (await curator.get(f"{BASE}/process?page[limit]=1&include=outputs")).json()["data"][0]
    part = process["relationships"]["outputs"]["data"][0]["id"]
    graph = await curator.get(f"{BASE}/material-sample/{part}/provenance")
    assert process["id"] in graph.text
