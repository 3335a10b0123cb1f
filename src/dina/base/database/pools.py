"""Connection pools: one for writing, one for reading (a replica where configured)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.adapt import Buffer, Loader
from psycopg_pool import AsyncConnectionPool

STATEMENT_SECONDS = 30
WORK_MEM = "64MB"
STREAM_SECONDS, STREAMS = 3600, 4
"""How long a whole table may take to be read by who asked for it, and how many are given out at once."""
Pool = AsyncConnectionPool[AsyncConnection[Any]]


class RawText(Loader):
    """Text as the bytes PostgreSQL sent: documents pass through Python without being decoded."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


@dataclass(frozen=True, slots=True)
class Pools:
    """`write` goes to the primary; `read` and `fixed` may go to a replica and give text as bytes.

    `read` plans a statement by its values, as filters need, and has room for sets of matches; `fixed` plans once, for statements whose best
    plan does not depend on values (single resources, unfiltered pages): half of their time was planning.
    `stream` is for statements whose rows are read one by one: few, so that they leave the others room.
    """

    write: Pool
    read: Pool
    fixed: Pool
    stream: Pool


async def _configure(connection: AsyncConnection[Any]) -> None:
    connection.prepare_threshold = 0
    connection.prepared_max = 400
    await connection.set_autocommit(True)


async def _configure_reading(connection: AsyncConnection[Any]) -> None:
    await _configure(connection)
    connection.adapters.register_loader("text", RawText)


async def _configure_streaming(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    connection.adapters.register_loader("json", RawText)


@asynccontextmanager
async def open_pools(url: str, replica: str | None = None, *, size: int = 8) -> AsyncGenerator[Pools]:
    """Open both pools; `size` connections each. Statements end after 30 s (api.md §27)."""

    def pool(address: str, configure: Any, mode: str, more: str = "") -> Pool:
        options = f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC -c plan_cache_mode={mode}{more}"
        kwargs = {"options": options, "application_name": "dina"}
        return AsyncConnectionPool(
            address, min_size=1, max_size=size, open=False, kwargs=kwargs, configure=configure, timeout=10
        )

    write = pool(url, _configure, "force_generic_plan")
    read = pool(replica or url, _configure_reading, "auto", f" -c work_mem={WORK_MEM}")
    fixed = pool(replica or url, _configure_reading, "force_generic_plan")
    # Compiling such a wide statement to machine code takes longer than it ever gains.
    options = f"-c statement_timeout={STREAM_SECONDS}s -c timezone=UTC -c jit=off -c work_mem={WORK_MEM}"
    stream: Pool = AsyncConnectionPool(
        replica or url,
        min_size=0,
        max_size=STREAMS,
        open=False,
        kwargs={"options": options, "application_name": "dina table"},
        configure=_configure_streaming,
        timeout=10,
    )
    async with write, read, fixed, stream:
        yield Pools(write, read, fixed, stream)
