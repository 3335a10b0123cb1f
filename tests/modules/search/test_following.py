"""The index follows the modules: at once, completely, however it was cut off."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection

from dina.app import App
from dina.modules.search.index.follower import Follower, follow
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.rebuild import rebuild
from dina.modules.search.index.source import Source
from tests.conftest import linked
from tests.modules.search.conftest import CURATOR, Desk, caught_up
from tests.modules.search.making import change, delete, make

ENTRIES = (
    'SELECT type, id::text, mask, "group", terms, words::text, deps, near, lon, lat, first_day, last_day, oldest, youngest, '
    "sorts::text, parts::text, document::jsonb::text FROM search.entry_{} ORDER BY type, id, mask"
)
USAGE = 'SELECT term, "group", mask, n FROM search.usage_{} WHERE n <> 0 ORDER BY 1, 2, 3'


async def state(follower: Follower) -> tuple[list[Any], list[Any]]:
    connection = follower.store.connection
    generation = (await follower.store.generations())[0]
    entries = await (await connection.execute(ENTRIES.format(generation))).fetchall()  # type: ignore[arg-type]
    usage = await (await connection.execute(USAGE.format(generation))).fetchall()  # type: ignore[arg-type]
    return entries, usage


async def test_a_change_of_what_is_linked_is_found_in_the_record(
    searched: App, follower: Follower, curator: Desk
) -> None:
    async with searched.client_as(CURATOR) as client:
        person = await make(client, "person", {"displayName": "Quirina Zwölf"})
        event = await make(
            client, "collecting-event", {"group": "demo", "dwcVerbatimLocality": "Xanthorrhoea creek"},
            collectors=linked("person", person, many=True),
        )  # fmt: skip
        sample = await make(
            client, "material-sample", {"group": "demo", "materialSampleName": "FOLLOW-1"},
            collectingEvent=linked("collecting-event", event),
        )  # fmt: skip
        await caught_up(follower)
        assert await curator.names(q="xanthorrhoea quirina") == {"FOLLOW-1"}
        await change(client, "person", person, {"displayName": "Quirina Dreizehn"})
        await caught_up(follower)
        assert await curator.names(q="quirina dreizehn") == {"FOLLOW-1"}
        assert await curator.names(q="zwölf") == set()
        child = await make(
            client, "material-sample", {"group": "demo", "materialSampleName": "FOLLOW-1-a"},
            parentMaterialSample=linked("material-sample", sample),
        )  # fmt: skip
        await caught_up(follower)
        assert await curator.names(q="xanthorrhoea") == {"FOLLOW-1", "FOLLOW-1-a"}
        for id_ in (child, sample):
            await delete(client, "material-sample", id_)
        await caught_up(follower)
        assert await curator.names(q="xanthorrhoea") == set()


async def test_after_random_edits_the_index_is_what_a_rebuild_makes(
    searched: App, follower: Follower
) -> None:
    draw = random.Random(3)
    async with searched.client_as(CURATOR) as client:
        await edits(client, draw, 150)
    await caught_up(follower)
    followed = await state(follower)
    await rebuild(follower)
    built = await state(follower)
    for one, other in zip(followed, built, strict=True):
        assert [row for row in one if row not in other][:3] == []
        assert [row for row in other if row not in one][:3] == []


async def edits(client: httpx.AsyncClient, draw: random.Random, number: int) -> None:
    """Create, change, link and delete, at random."""
    made: dict[str, list[str]] = {"person": [], "collecting-event": [], "organism": [], "material-sample": []}
    for turn in range(number):
        type_ = draw.choice(list(made))
        attributes: dict[str, Any] = {
            "person": {"displayName": f"Person {draw.randint(0, 9)}"},
            "collecting-event": {
                "group": "demo", "dwcCountry": draw.choice(["Canada", "Türkiye", None]),
                "startEventDateTime": draw.choice(["1950", "1950-06", None]),
                "publiclyReleasable": draw.choice([True, False, None]),
            },
            "organism": {
                "group": "demo",
                "determination": [{"isPrimary": True, "verbatimScientificName": f"Carex s{draw.randint(0, 5)}"}],
            },
            "material-sample": {
                "group": "demo", "materialSampleName": f"EDIT-{turn}", "publiclyReleasable": draw.choice([True, False, None]),
                "managedAttributes": {},
            },
        }[type_]  # fmt: skip
        if made[type_] and draw.random() < 0.4:
            id_ = draw.choice(made[type_])
            attributes.pop("group", None)
            await change(client, type_, id_, attributes)
        elif type_ == "material-sample" and made[type_] and draw.random() < 0.3:
            await delete(client, type_, made[type_].pop())
        else:
            links: dict[str, Any] = {}
            if type_ == "collecting-event" and made["person"]:
                links["collectors"] = linked("person", draw.choice(made["person"]), many=True)
            if type_ == "material-sample":
                if made["collecting-event"]:
                    links["collectingEvent"] = linked(
                        "collecting-event", draw.choice(made["collecting-event"])
                    )
                if made["organism"]:
                    some = draw.sample(made["organism"], min(2, len(made["organism"])))
                    links["organism"] = linked("organism", *some, many=True)
            made[type_].append(await make(client, type_, attributes, **links))


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.3])
async def test_cut_off_at_any_moment_it_catches_up(
    searched: App, follower: Follower, curator: Desk, seconds: float
) -> None:
    async with searched.client_as(CURATOR) as client:
        for number in range(30):
            name = f"CUT{str(seconds)[2:]}x-{number}"
            await make(client, "material-sample", {"group": "demo", "materialSampleName": name})
    url = searched.settings.database_url
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        other = await Follower.open(
            connection, Source(searched.client_as, prefixes_of(searched.services["search"]))
        )
        task = asyncio.create_task(other.until_idle())
        await asyncio.sleep(seconds)
        # The server ends its connection as it does when the process is gone.
        await follower.store.connection.execute(
            "SELECT pg_terminate_backend(%s)", [connection.info.backend_pid]
        )
        await asyncio.gather(task, return_exceptions=True)
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        source = Source(searched.client_as, prefixes_of(searched.services["search"]))
        again = await Follower.open(connection, source)
        await caught_up(again)
        follower._positions.update(again._positions)
        await source.close()
    assert len(await curator.names(q=f"CUT{str(seconds)[2:]}x")) == 30


async def test_a_save_is_found_without_being_asked_for(
    searched: App, follower: Follower, curator: Desk
) -> None:
    await caught_up(follower)
    url = searched.settings.database_url
    running = asyncio.create_task(follow(url, searched.client_as, prefixes_of(searched.services["search"])))
    try:
        await asyncio.sleep(1.5)
        async with searched.client_as(CURATOR) as client:
            await make(client, "material-sample", {"group": "demo", "materialSampleName": "AT-ONCE-1"})
        async with asyncio.timeout(20):
            while not await curator.names(q="AT-ONCE-1"):
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_state_of_the_index_is_told(
    searched: App, follower: Follower, curator: Desk, admin: Desk
) -> None:
    told = await curator.get("/index-status")
    assert told["modules"]["collection"]["records"]["material-sample"] > 1000
    assert told["modules"]["collection"]["pending"] == 0
    refused = await curator.post("/index-rebuild")
    assert refused.status_code == 403
    assert (await admin.ask("/index-rebuild"))["asked"] is True
