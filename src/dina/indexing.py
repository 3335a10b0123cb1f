"""`python -m dina.indexing`: a process that helps a worker to make the search index; it ends with the worker."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace


async def lines() -> AsyncIterator[bytes]:
    """What is asked for, until nobody asks any more."""
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield line


async def work() -> None:
    from dina.app import App, load_modules, running
    from dina.base import logs
    from dina.cli import with_database
    from dina.modules.search.index.following import help_along
    from dina.settings import Settings

    # Answers go out by themselves; whatever else is written goes where faults go.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    logs.configure()
    settings = replace(with_database(Settings.from_environment()), web=False)
    async with running(App(settings, load_modules(settings))) as app:
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        await help_along(
            settings.database_url, app.services["search"], lines(), lambda number: print(number, file=answers)
        )


if __name__ == "__main__":
    from dina.worker import end_with_parent

    end_with_parent()
    asyncio.run(work())
