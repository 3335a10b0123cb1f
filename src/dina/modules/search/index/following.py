"""The follower as a worker runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import orjson
from psycopg import AsyncConnection

from dina.base.jsonapi.service import Service
from dina.modules.search.index.batches import Kept, Read, read
from dina.modules.search.index.flatten import Flattener
from dina.modules.search.index.follower import OPTIONS, Follower, follow
from dina.modules.search.index.helping import Help
from dina.modules.search.index.rebuild import written
from dina.modules.search.index.source import Source


def prefixes_of(service: Service) -> list[str]:
    """The prefixes of the modules whose types are searched."""
    return sorted({prefix for prefix in service.owners.values() if prefix})


async def beside(url: str, service: Service) -> None:
    """Keep the index in step as long as the worker runs."""
    assert service.client_as is not None
    await follow(url, service.client_as, prefixes_of(service), open=service.open, help=Help.of_this_machine())


async def help_along(
    url: str, service: Service, asked: AsyncIterator[bytes], answer: Callable[[int], None]
) -> None:
    """Make the entries that another process asks for, some ids a line, and answer how many there were."""
    assert service.client_as is not None
    source = Source(service.client_as, prefixes_of(service), open=service.open)
    async with await AsyncConnection.connect(
        url, autocommit=True, application_name="dina search", options=OPTIONS
    ) as connection:
        follower = await Follower.open(connection, source)
        flattener, kept = Flattener(follower.fields, follower.numbers), Kept()
        batches: asyncio.Queue[tuple[Read, int, int] | None] = asyncio.Queue(1)

        async def reading() -> None:
            async for line in asked:
                wanted = orjson.loads(line)
                found = await read(source, follower.fields, wanted["type"], wanted["ids"], kept)
                await batches.put((found, wanted["generation"], wanted["table"]))
            await batches.put(None)

        async def writing() -> None:
            while (one := await batches.get()) is not None:
                found, generation, table = one
                await written(follower, flattener, found, generation, table)
                answer(len(found.ids))

        async with asyncio.TaskGroup() as group:
            group.create_task(reading())
            group.create_task(writing())
        await source.close()
