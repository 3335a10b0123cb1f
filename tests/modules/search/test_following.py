"""The index follows the modules: at once, completely, however it was cut off."""

from __future__ import annotations

import asyncio
import os
import sys
import time

import pytest
from psycopg import AsyncConnection

from dina.app import App
from dina.modules.search.index.follower import Follower, follow
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.helping import Help
from dina.modules.search.index.rebuild import asked, rebuild
from tests.conftest import WHOLE, linked
from tests.modules.search.conftest import ADMIN, CURATOR, Desk, caught_up, source_of
from tests.modules.search.editing import Editor
from tests.modules.search.making import change, delete, make

ENTRIES = (
    'SELECT type, id::text, mask, "group", terms, words::text, deps, near, lon, lat, first_day, last_day, oldest, youngest, '
    "sorts::text, parts::text, document::jsonb::text FROM search.entry_{} ORDER BY type, id, mask"
)
EDITS = 10_000 if WHOLE else 150
USAGE = 'SELECT term, "group", mask, n FROM search.usage_{} WHERE n <> 0 ORDER BY 1, 2, 3'


async def state(follower: Follower) -> tuple[set[str], set[str]]:
    """Everything that the index says, a text for each entry and each count."""
    connection = follower.store.connection
    generation = (await follower.store.generations())[0]
    entries = await (await connection.execute(ENTRIES.format(generation))).fetchall()  # type: ignore[arg-type]
    usage = await (await connection.execute(USAGE.format(generation))).fetchall()  # type: ignore[arg-type]
    return {repr(row) for row in entries}, {repr(row) for row in usage}


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
    async with searched.client_as(ADMIN) as client:
        editor = Editor(client, 3)
        editing = asyncio.create_task(editor.edits(EDITS))
        while not editing.done():
            if not await follower.step():
                await asyncio.sleep(0.05)
        await editing
    await caught_up(follower)
    followed = await state(follower)
    started = time.perf_counter()
    await rebuild(follower)
    print(
        f"{editor.done.total()} edits, {editor.refused.total()} refused; rebuilt in {time.perf_counter() - started:.0f} s"
    )
    print(dict(editor.done), dict(editor.refused))
    built = await state(follower)
    for one, other in zip(followed, built, strict=True):
        assert sorted(one - other)[:3] == []
        assert sorted(other - one)[:3] == []
    # Most of what is drawn can be done, and every kind of it was.
    assert editor.done.total() > 2 * editor.refused.total()
    assert EDITS < 1000 or len(editor.done) == len(editor.kinds)


async def test_with_the_help_of_another_process_the_same_is_made(
    searched: App, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    await caught_up(follower)
    await rebuild(follower)
    alone = await state(follower)
    monkeypatch.setattr("dina.modules.search.index.rebuild.HELP_AFTER", 0)
    monkeypatch.setattr(follower, "help", Help(1, {**os.environ, **searched.settings.environment()}))
    await rebuild(follower)
    assert await state(follower) == alone


async def test_when_a_process_that_helps_ends_the_index_is_not_left_in_halves(
    searched: App, follower: Follower, curator: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await caught_up(follower)
    before = (await follower.store.generations())[0]
    with monkeypatch.context() as patched:
        patched.setattr("dina.modules.search.index.rebuild.HELP_AFTER", 0)
        patched.setattr("dina.modules.search.index.helping.COMMAND", (sys.executable, "-c", "input()"))
        patched.setattr(follower, "help", Help(1))
        with pytest.raises(RuntimeError):
            await rebuild(follower)
    assert (await follower.store.generations())[0] == before
    assert await curator.names(q="carex")
    assert await asked(follower), "it is begun anew"
    await rebuild(follower)
    assert (await follower.store.generations())[0] > before


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
        other = await Follower.open(connection, source_of(searched))
        task = asyncio.create_task(other.until_idle())
        await asyncio.sleep(seconds)
        # The server ends its connection as it does when the process is gone.
        await follower.store.connection.execute(
            "SELECT pg_terminate_backend(%s)", [connection.info.backend_pid]
        )
        await asyncio.gather(task, return_exceptions=True)
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        source = source_of(searched)
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
    prefixes = prefixes_of(searched.services["search"])
    running = asyncio.create_task(follow(url, searched.client_as, prefixes, open=True))
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
    await caught_up(follower)
    told = await curator.get("/index-status")
    assert told["modules"]["collection"]["records"]["material-sample"] > 1000
    assert told["modules"]["collection"]["pending"] == 0
    refused = await curator.post("/index-rebuild")
    assert refused.status_code == 403
    assert (await admin.ask("/index-rebuild"))["asked"] is True
