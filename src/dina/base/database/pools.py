"""Connection pools: one for writing, one for reading (a replica where configured)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.adapt import Buffer, Loader
from psycopg_pool import AsyncConnectionPool

STATEMENT_SECONDS = 30
Pool = AsyncConnectionPool[AsyncConnection[Any]]


class RawText(Loader):
    """Text as the bytes PostgreSQL sent: documents pass through Python without being decoded."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


@dataclass(frozen=True, slots=True)
class Pools:
    """`write` goes to the primary; `read` may be a replica. `raw` yields connections whose text is bytes."""

    write: Pool
    read: Pool


async def _configure(connection: AsyncConnection[Any]) -> None:
    connection.prepare_threshold = 0
    connection.prepared_max = 400
    await connection.set_autocommit(True)


async def _configure_reading(connection: AsyncConnection[Any]) -> None:
    await _configure(connection)
    connection.adapters.register_loader("text", RawText)


@asynccontextmanager
async def open_pools(url: str, replica: str | None = None, *, size: int = 8) -> AsyncIterator[Pools]:
    """Open both pools; `size` connections each. Statements end after 30 s (api.md §27)."""
    options = f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC -c plan_cache_mode=auto"
    kwargs = {"options": options, "application_name": "dina"}
    write: Pool = AsyncConnectionPool(
        url, min_size=1, max_size=size, open=False, kwargs=kwargs, configure=_configure, timeout=10
    )
    read: Pool = AsyncConnectionPool(
        replica or url,
        min_size=1,
        max_size=size,
        open=False,
        kwargs=kwargs,
        configure=_configure_reading,
        timeout=10,
    )
    async with write, read:
        yield Pools(write, read)
