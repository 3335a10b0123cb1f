"""An export of what a search finds: asked by whoever exports, who finds and reads what their lists show."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager

import httpx

from dina.modules.exchange import searches
from dina.modules.exchange.exporting.query import Params
from dina.modules.exchange.reading import Rows, Table, opened
from dina.modules.exchange.searches import Asked


async def question_of(client: httpx.AsyncClient, asked: Mapping[str, str], path: str) -> Asked | None:
    """What the search of a query asks for, None where there is none. Raises Failed."""
    type_ = path.rpartition("/")[2]
    if "q" in asked:
        return await searches.understood(client, type_, asked["q"])
    if "search" in asked:
        return {"filter": (await searches.tree_of(client, asked["search"], type_))["filter"]}
    return None


@asynccontextmanager
async def opened_found(
    client: httpx.AsyncClient, path: str, columns: Sequence[str], params: Params, question: Asked
) -> AsyncIterator[Table]:
    """A table of the records that a search finds, as `opened` gives one of a list."""
    limit = next((int(value) for name, value in params if name == "limit" and value.isdecimal()), None)
    kept = [one for one in params if one[0] != "limit"]
    # Without rows, for what the columns are.
    async with opened(client, path, columns, [*kept, ("limit", "0")]) as empty:
        described = empty.columns
    async with aclosing(_batches(client, path, columns, kept, question, limit)) as batches:
        yield Table(described, batches)


async def _batches(
    client: httpx.AsyncClient, path: str, columns: Sequence[str], params: Params, question: Asked, limit: int | None
) -> AsyncGenerator[Rows, None]:  # fmt: skip
    left = limit
    async with aclosing(searches.found(client, path.rpartition("/")[2], question)) as pages:
        async for ids in pages:
            chosen = [*params, ("filter[id][IN]", ",".join(ids)), ("sort", "id")]
            async with opened(client, path, columns, chosen) as table:
                async for rows in table.batches:
                    yield rows if left is None else rows[:left]
                    left = None if left is None else max(0, left - len(rows))
            if left == 0:
                return
