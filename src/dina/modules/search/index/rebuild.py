"""The whole index made anew beside the one that answers, then put in its place."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from dina.modules.search.index.batches import Kept, Read, entries, read
from dina.modules.search.index.flatten import Flattener
from dina.modules.search.index.helping import Helper, Helpers
from dina.modules.search.index.store import sql

if TYPE_CHECKING:
    from dina.modules.search.index.follower import Follower

log = structlog.get_logger("dina.search")
PAUSE = 0.25
AHEAD = 2
"""Batches that are read while one is flattened and written."""
HELP_AFTER = 20_000
"""Records of one type from which on it is worth to start processes that help."""


async def asked(follower: Follower) -> bool:
    cursor = await follower.store.connection.execute(
        "SELECT rebuild_asked OR building IS NOT NULL OR (%s AND NOT open) FROM search.state",
        [follower.source.open],
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def rebuild(follower: Follower) -> None:
    """Build a generation from all records of all types; what changes meanwhile is caught up with before it answers.

    Begun anew when it was cut off: a generation that nobody asks is dropped.
    """
    helpers = Helpers(follower.help)
    try:
        await _rebuild(follower, helpers)
    finally:
        await helpers.close()


async def _rebuild(follower: Follower, helpers: Helpers) -> None:
    connection, store = follower.store.connection, follower.store
    started = time.monotonic()
    await drop_unfinished(follower)
    await follower.skip_to_end()
    old = (await store.generations())[0]
    new = old + 1
    async with connection.transaction():
        await connection.execute("SELECT search.make_generation(%s)", [new])
        await connection.execute(
            "UPDATE search.state SET building = %s, rebuild_asked = false, progress = '{}'", [new]
        )
    rows = 0
    for type_ in follower.fields.searched:
        rows += await build_type(follower, helpers, type_, old, new, rows)
    await helpers.close()
    await follower.know_fields()
    await indexed(follower, old, new)
    while await follower.listen([old, new]) or await follower.work(new):
        pass
    async with connection.transaction():
        await connection.execute(
            "UPDATE search.state SET generation = %s, building = NULL, built_on = now(), progress = NULL, open = %s",
            [new, follower.source.open],
        )
        await connection.execute("DELETE FROM search.pending WHERE generation <> %s", [new])
    await drop(follower, keep=(old, new))
    log.info("index built", generation=new, records=rows, seconds=round(time.monotonic() - started, 1))


async def indexed(follower: Follower, old: int, new: int) -> None:
    """Make the indexes of the new generation on a connection of their own; meanwhile the old one is followed."""
    told = follower.store.connection.info
    address = make_conninfo(told.dsn, password=told.password) if told.password else told.dsn

    async def make() -> None:
        async with await AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute("SELECT search.index_generation(%s)", [new])

    task = asyncio.create_task(make())
    try:
        while not task.done():
            await follower.listen([old, new])
            if not await follower.work(old):
                await asyncio.wait([task], timeout=PAUSE)
        task.result()
    finally:
        task.cancel()


async def build_type(
    follower: Follower, helpers: Helpers, type_: str, old: int, new: int, before: int
) -> int:
    """All records of a type into the new generation; meanwhile the old one goes on being followed.

    Whoever is free takes the next ids: this process, and those that help it where there are many.
    """
    waiting: asyncio.Queue[list[str] | None] = asyncio.Queue(AHEAD)
    batches: asyncio.Queue[Read | None] = asyncio.Queue(AHEAD)
    number = 0

    async def listing(group: asyncio.TaskGroup) -> None:
        told, takers = 0, 1
        async for ids in follower.source.ids(type_):
            await waiting.put(ids)
            told += len(ids)
            if takers == 1 and told > HELP_AFTER:
                for helper in await helpers.started(follower.store, new):
                    takers += 1
                    group.create_task(helped(helper))
        for _ in range(takers):
            await waiting.put(None)

    async def helped(helper: Helper) -> None:
        nonlocal number
        while (ids := await waiting.get()) is not None:
            made = await helper.make(type_, ids)
            number += made
        made = await helper.finish()
        number += made

    async def reading() -> None:
        kept = Kept()
        while (ids := await waiting.get()) is not None:
            await batches.put(await read(follower.source, follower.fields, type_, ids, kept))
        await batches.put(None)

    async def writing() -> None:
        nonlocal number
        flattener = Flattener(follower.fields, follower.numbers)
        looked = time.monotonic()
        while (found := await batches.get()) is not None:
            await written(follower, flattener, found, new)
            number += len(found.ids)
            if time.monotonic() - looked > 1:
                await _progress(follower, {"type": type_, "records": before + number})
                await follower.listen([old, new])
                await follower.work(old)
                looked = time.monotonic()

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(listing(group))
            group.create_task(reading())
            group.create_task(writing())
    except BaseExceptionGroup as faults:
        raise faults.exceptions[0] from None
    return number


async def written(
    follower: Follower, flattener: Flattener, found: Read, generation: int, table: int | None = None
) -> None:
    """The entries of what was read into a generation without indexes; `table` is the oid that it must have."""
    made = await follower.flattened(flattener, lambda: entries(flattener, found))
    async with follower.store.connection.transaction():
        if table is not None:
            await follower.store.hold(generation, table)
        await follower.store.load(generation, made)
        told = await follower.store.keep(flattener)
    follower.store.remember(told)
    flattener.forget()


async def _progress(follower: Follower, told: dict[str, Any]) -> None:
    await follower.store.connection.execute(
        "UPDATE search.state SET progress = %s::jsonb", [orjson.dumps(told).decode()]
    )


async def drop_unfinished(follower: Follower) -> None:
    generations = await follower.store.generations()
    await follower.store.connection.execute("UPDATE search.state SET building = NULL")
    await drop(follower, keep=(generations[0] - 1, generations[0]))
    await follower.store.connection.execute(
        "DELETE FROM search.pending WHERE generation <> %s", [generations[0]]
    )


async def drop(follower: Follower, *, keep: tuple[int, int]) -> None:
    """Drop generations that nobody reads any more; the last one before stays for requests under way."""
    connection = follower.store.connection
    cursor = await connection.execute(
        "SELECT substring(tablename FROM '^entry_([0-9]+)$')::integer FROM pg_tables "
        "WHERE schemaname = 'search' AND tablename ~ '^entry_[0-9]+$'"
    )
    for (number,) in await cursor.fetchall():
        if number not in keep:
            tables = ", ".join(f"search.{table}_{number}" for table in ("entry", "usage", "said", "spot"))
            await connection.execute(sql(f"DROP TABLE IF EXISTS {tables}"))
