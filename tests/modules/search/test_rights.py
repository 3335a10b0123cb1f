"""What a caller may not see is in no answer: everything is asked with and without it, and nothing differs."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.identity.caller import ANONYMOUS, Caller
from dina.modules.search.index.follower import Follower
from dina.settings import Settings
from tests.conftest import client_of, linked
from tests.modules.search.conftest import ADMIN, CURATOR, STRANGER, Desk, caught_up, desk_of
from tests.modules.search.making import change, delete, make
from tests.modules.search.secrets_kept import KEPT, WIRE, Secrets, asked_of, keep_secret


@pytest_asyncio.fixture
async def secrets(searched: App, follower: Follower) -> AsyncIterator[Secrets]:
    made = await keep_secret(searched)
    await caught_up(follower)
    yield made
    async with searched.client_as(CURATOR) as client:
        for type_, id_ in reversed(made.others):
            await client.delete(f"/collection/v1/{type_}/{id_}")
        await client.delete(f"/collection/v1/material-sample/{made.samples[0]}")
    await caught_up(follower)


@pytest.mark.parametrize("caller", [STRANGER, ANONYMOUS], ids=["stranger", "not signed in"])
async def test_a_stranger_learns_nothing_of_what_is_withheld(
    searched: App, follower: Follower, secrets: Secrets, caller: Caller
) -> None:
    stranger, curator, admin = (desk_of(searched, one) for one in (caller, CURATOR, ADMIN))
    # Those who may know find it all.
    for desk in (curator, admin):
        assert await desk.names(q="zzwithheld") == {"ZZWITHHELD-1"}
        assert await desk.names(q="zzhabitat") == await desk.names(q="zzplace") == {"RARE-OPEN-1"}
        near = {"near": {"lat": 11.23456, "lon": 22.34567, "km": 0.5}}
        assert await desk.names(geometry=near) == {"RARE-OPEN-1"}
    # Others find the open sample, in the middle of its cell, and nothing else.
    assert await stranger.names(q='"RARE OPEN 1"') == {"RARE-OPEN-1"}
    middle = {"near": {"lat": 11.5, "lon": 22.5, "km": 0.5}}
    assert await stranger.names(geometry=middle) == {"RARE-OPEN-1"}
    before = await asked_of(stranger, random.Random(1))
    assert len(before) > 1000
    # The same without the withheld sample, and with other words and another place in the same cell.
    async with searched.client_as(CURATOR) as client:
        await delete(client, "material-sample", secrets.samples[0])
        await change(
            client, "collecting-event", secrets.events[0],
            {
                "habitat": "elsewhere", "dwcVerbatimLocality": "elsewhere",
                "geoReferenceAssertions": [
                    {"isPrimary": True, "dwcDecimalLatitude": 11.9, "dwcDecimalLongitude": 22.1}
                ],
            },
        )  # fmt: skip
    await caught_up(follower)
    after = await asked_of(stranger, random.Random(1))
    for one, other in zip(before, after, strict=True):
        assert without_versions(one) == without_versions(other)


def without_versions(answer: Any) -> Any:
    """The API itself tells everybody when a record was changed and how often."""
    if isinstance(answer, dict):
        return {
            k: without_versions(v)
            for k, v in answer.items()
            if k not in ("resourceVersion", "version", "lastUpdatedOn")
        }
    return [without_versions(one) for one in answer] if isinstance(answer, list) else answer


async def test_a_new_determination_blurs_the_place_of_all_that_was_found_there(
    searched: App, follower: Follower, secrets: Secrets
) -> None:
    stranger = desk_of(searched, STRANGER)
    async with searched.client_as(CURATOR) as client:
        event = await make(
            client, "collecting-event",
            {
                "group": KEPT,
                "geoReferenceAssertions": [{"isPrimary": True, "dwcDecimalLatitude": -41.2, "dwcDecimalLongitude": 3.2}],
            },
        )  # fmt: skip
        organism = await make(
            client,
            "organism",
            {"group": KEPT, "determination": [{"isPrimary": True, "verbatimScientificName": "Carex alba"}]},
        )
        for name in ("BLUR-1", "BLUR-2"):
            links = {"organism": linked("organism", organism, many=True)} if name == "BLUR-1" else {}
            await make(
                client, "material-sample", {"group": KEPT, "materialSampleName": name},
                collectingEvent=linked("collecting-event", event), **links,
            )  # fmt: skip
        await caught_up(follower)
        near = {"near": {"lat": -41.2, "lon": 3.2, "km": 1}}
        assert await stranger.names(geometry=near) == {"BLUR-1", "BLUR-2"}
        rare = [{"isPrimary": True, "verbatimScientificName": "Zzrara occulta"}]
        await change(client, "organism", organism, {"determination": rare})
        await caught_up(follower)
        assert await stranger.names(geometry=near) == set()
        assert await desk_of(searched, CURATOR).names(geometry=near) == {"BLUR-1", "BLUR-2"}
        listed = await client.get("/collection/v1/sensitive-taxon")
        for one in listed.json()["data"]:
            await delete(client, "sensitive-taxon", one["id"])
        await caught_up(follower)
        assert await stranger.names(geometry=near) == {"BLUR-1", "BLUR-2"}


async def test_those_who_have_not_signed_in_are_told_what_is_released(
    searched: App, follower: Follower, nobody: Desk, curator: Desk
) -> None:
    async with searched.client_as(CURATOR) as client:
        event = await make(
            client, "collecting-event", {"group": "demo", "habitat": "zzopen fen", "publiclyReleasable": True}
        )
        made = [
            await make(
                client, "material-sample",
                {"group": "demo", "materialSampleName": f"ZZOPEN-{number}", "publiclyReleasable": released},
                collectingEvent=linked("collecting-event", event),
            )
            for number, released in enumerate([True, False, None])
        ]  # fmt: skip
    await caught_up(follower)
    assert await curator.names(q="zzopen") == {"ZZOPEN-0", "ZZOPEN-1", "ZZOPEN-2"}
    assert await nobody.names(q="zzopen") == {"ZZOPEN-0"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=searched), base_url="http://dina.test"
    ) as client:  # type: ignore[arg-type]
        # The same over the gateway, with no token at all.
        asked = {"data": {"type": "search", "attributes": {"type": "material-sample", "q": "zzopen"}}}
        answer = await client.post("/search/v1/search", json=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["attributes"]["total"] == 1
        assert (await client.get("/search/v1/fields?type=material-sample")).status_code == 200
        assert (await client.post("/search/v1/saved-query", json={"data": {}})).status_code == 401
        assert (await client.post("/search/v1/index-rebuild", json=asked)).status_code == 401
    async with searched.client_as(CURATOR) as client:
        for id_ in made:
            await delete(client, "material-sample", id_)


async def test_where_nobody_reads_without_signing_in_search_does_not_either(
    database_url: str, tmp_path: Path
) -> None:
    settings = replace(
        Settings(),
        database_url=database_url,
        data_dir=tmp_path,
        auth_mode="local",
        web=False,
        rate=0,
        log_requests=False,
    )
    async with running(App(settings, load_modules(settings))) as app, client_of(app) as client:
        asked = {"data": {"type": "search", "attributes": {"type": "material-sample"}}}
        assert (await client.post("/search/v1/search", json=asked)).status_code == 401
        for path in ("search", "count"):
            answer = await client.post(f"{WIRE}/{path}?indexName=dina_material_sample_index", json={})
            assert answer.status_code == 401
