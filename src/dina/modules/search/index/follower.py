"""Following the modules: what changes anywhere is in the index a moment later, whatever happens in between.

Every step is one transaction: a place in a feed is written with the changes read up to it, entries are written
with the removal of what asked for them. Whoever starts again goes on from there; doing a thing twice changes
nothing. One follower works at a time, the one that holds the lock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
from psycopg import AsyncConnection, OperationalError

from dina.base.identity.caller import Caller
from dina.modules.search.fields import Fields
from dina.modules.search.index.batches import entries, read
from dina.modules.search.index.flatten import Entry, Flattener
from dina.modules.search.index.helping import Help
from dina.modules.search.index.numbers import Numbers
from dina.modules.search.index.source import BATCH, Change, Source, module_of
from dina.modules.search.index.store import LOCK, Store
from dina.modules.search.roots import roots

log = structlog.get_logger("dina.search")
PAUSE = 0.25
"""Seconds between two looks at the feeds."""
SOME = 500
"""Records whose entries are made in one transaction."""
OPTIONS = "-c timezone=UTC -c jit=off"
Item = tuple[str, str, str, str, bool]


@dataclass
class Follower:
    """Keeps the index in step as long as `run` runs."""

    store: Store
    source: Source
    fields: Fields
    numbers: Numbers = field(default_factory=Numbers)
    help: Help | None = None
    """Processes that may help to make the whole index."""
    _positions: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    async def open(cls, connection: AsyncConnection[Any], source: Source) -> Follower:
        store = Store(connection)
        await store.prepare()
        found = cls(store, source, await source.fields(roots()))
        cursor = await connection.execute("SELECT module, after FROM search.position")
        found._positions = dict(await cursor.fetchall())
        await found.know_fields()
        return found

    async def know_fields(self) -> None:
        """The fields that have been met, whoever met them."""
        await self.numbers.load(self.store.connection)
        for (type_, path), kind in self.numbers.kinds.items():
            self.fields.saw(type_, path, kind)

    async def run(self) -> None:
        """Follow until cancelled; build the index anew when it was asked for."""
        from dina.modules.search.index.rebuild import asked, rebuild

        while True:
            if await asked(self):
                await rebuild(self)
            if not await self.step() and not await self.store.put_threes():
                await asyncio.sleep(PAUSE)

    async def step(self) -> bool:
        """Look at the feeds and do some of what waits; whether there was anything to do."""
        generations = await self.store.generations()
        news = await self.listen(generations)
        return await self.work(generations[0]) or news

    async def until_idle(self) -> None:
        while await self.step():
            pass

    async def listen(self, generations: Sequence[int]) -> bool:
        """Read on in every feed; whether there was news."""
        news = False
        for prefix in self.source.prefixes:
            module = module_of(prefix)
            if module in roots().skipped_modules:
                continue
            before = self._positions.get(module, "")
            changes, after = await self.source.changes(prefix, before)
            if after != before:
                await self.store.note(module, after, changes, generations)
                self._positions[module] = after
                news = True
        return news

    async def skip_to_end(self) -> None:
        """Go to the end of feeds never read, without doing anything: for an index that is made from everything."""
        for prefix in self.source.prefixes:
            module = module_of(prefix)
            if module in roots().skipped_modules or module in self._positions:
                continue
            while True:
                before = self._positions.get(module, "")
                _, after = await self.source.changes(prefix, before)
                if after == before:
                    break
                self._positions[module] = after
            await self.store.note(module, self._positions.get(module, ""), [], [])

    async def work(self, generation: int) -> bool:
        """Make the entries of some records that wait; whether there were any."""
        items = await self.store.waiting(generation, SOME)
        if not items:
            return False
        flattener = Flattener(self.fields, self.numbers)
        made = await self.make(flattener, items)
        keys = [(type_, id_) for type_, id_, *_ in items]
        async with self.store.connection.transaction():
            await self.store.done(generation, keys)
            kept = await self.store.keep(flattener)
            near = await self.store.replace(
                generation, [key for key in keys if key[0] in self.fields.prefixes], made
            )
            await self.pass_on(generation, [item for item in items if item[4]], near)
        self.store.remember(kept)
        return True

    async def make(self, flattener: Flattener, items: Sequence[Item]) -> list[Entry]:
        """The entries of records as the API tells of them now."""
        by_type: dict[str, list[str]] = {}
        for type_, id_, *_ in items:
            if type_ in self.fields.prefixes:
                by_type.setdefault(type_, []).append(id_)
        found = [await read(self.source, self.fields, type_, ids) for type_, ids in by_type.items()]
        return await self.flattened(
            flattener, lambda: [one for some in found for one in entries(flattener, some)]
        )

    async def flattened(self, flattener: Flattener, make: Callable[[], list[Entry]]) -> list[Entry]:
        """The entries; fields met for the first time get their numbers first."""
        made = make()
        if flattener.unknown:
            await self.numbers.give(self.store.connection, flattener.unknown)
            for (type_, path), kind in flattener.unknown.items():
                self.fields.saw(type_, path, kind)
            flattener.unknown = {}
            flattener.forget(numbers=True)
            made = make()
        return made

    async def pass_on(self, generation: int, items: Sequence[Item], near: Sequence[str]) -> None:
        """Whatever tells something of what has changed is to be made again too."""
        if not items:
            return
        since = min(item[3] for item in items)
        ids = [item[1] for item in items]
        table = f"search.entry_{generation}"
        await self.store.touch(generation, "deps && %(ids)s::uuid[]", {"ids": ids}, since)
        # What is derived from a record inherits from it, over several steps.
        await self.store.touch(
            generation,
            f"deps && ARRAY(SELECT id FROM {table} WHERE deps && %(ids)s::uuid[] AND type = 'material-sample' LIMIT 5000)",
            {"ids": ids},
            since,
        )
        told = roots()
        groups = sorted({item[2] for item in items if item[0] == told.told_by})
        if groups:
            await self.store.touch(generation, '"group" = ANY(%(groups)s)', {"groups": groups}, since)
        careful = await self._careful(generation, {item[2] for item in items if item[0] in told.ripples})
        if careful:
            await self._ripple(generation, [*ids, *near], careful, since)

    async def _careful(self, generation: int, groups: set[str]) -> list[str]:
        """Those of the groups that keep something from others."""
        cursor = await self.store.connection.execute(
            f'SELECT DISTINCT "group" FROM search.entry_{generation} WHERE type = %s AND "group" = ANY(%s)',  # type: ignore[arg-type]
            [roots().told_by, sorted(groups)],
        )
        return [row[0] for row in await cursor.fetchall()]

    async def _ripple(self, generation: int, ids: Sequence[str], groups: list[str], since: str) -> None:
        """What may be told of a record can depend on what was found with it: all that hangs together is made again."""
        reached: set[str] = set()
        edge = set(ids)
        while edge:
            reached |= edge
            cursor = await self.store.connection.execute(
                f"SELECT DISTINCT unnest(near)::text FROM search.entry_{generation} "  # type: ignore[arg-type]
                'WHERE near && %s::uuid[] AND "group" = ANY(%s)',
                [sorted(edge), groups],
            )
            edge = {row[0] for row in await cursor.fetchall()} - reached
        await self.store.touch(
            generation, 'near && %(ids)s::uuid[] AND "group" = ANY(%(groups)s)',
            {"ids": sorted(reached), "groups": groups}, since,
        )  # fmt: skip


async def follow(
    url: str, client_as: Callable[[Caller], httpx.AsyncClient], prefixes: Sequence[str], *, open: bool = False,
    help: Help | None = None,
) -> None:  # fmt: skip
    """Follow as long as this process lives, or wait for its turn; faults are logged and tried again."""
    while True:
        try:
            async with await AsyncConnection.connect(
                url, autocommit=True, application_name="dina search", options=OPTIONS
            ) as connection:
                await connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
                source = Source(client_as, prefixes, open=open)
                try:
                    follower = await Follower.open(connection, source)
                    follower.help = help
                    await follower.run()
                finally:
                    await source.close()
        except OperationalError as fault:
            log.warning("the database is away", error=str(fault))
        except Exception as fault:
            log.exception("search index fault", exc_info=fault)
        await asyncio.sleep(2)


__all__ = ["BATCH", "Change", "Follower", "follow", "time"]
