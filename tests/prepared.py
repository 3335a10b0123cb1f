"""Databases that many tests begin with: made once in a run, then copied, which takes a fraction of a second."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import AsyncConnection

from dina.app import App, load_modules, running
from dina.base.database import migrate
from dina.demo.accounts import ensure_demo
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.rebuild import rebuild
from dina.modules.search.index.source import Source
from dina.settings import Settings
from tests.conftest import new_database, run_directory


def migrated(server_url: str) -> str:
    """The URL of a new database with every installed module in it, and nothing else."""
    return copied(server_url, "modules", lambda url: migrate(url, load_modules(Settings())))


def with_demo(server_url: str) -> str:
    """The URL of a new database with the demo's accounts and specimens, and their search index."""
    # In a thread, where another event loop than that of the tests may run.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(copied, server_url, "demo", filled).result()


def filled(url: str) -> None:
    migrate(url, load_modules(Settings()))
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(
            Settings(), database_url=url, data_dir=Path(folder), web=False, rate=0, log_requests=False,
            anonymous_reading=True,
        )  # fmt: skip
        assert ensure_demo(settings)
        asyncio.run(indexed(settings))
    with psycopg.connect(url, autocommit=True) as connection:
        # What autovacuum would do within a minute.
        connection.execute("ANALYZE")


async def indexed(settings: Settings) -> None:
    """Build the index, as the worker beside a server would."""
    async with (
        running(App(settings, load_modules(settings))) as app,
        await AsyncConnection.connect(settings.database_url, autocommit=True) as connection,
    ):
        service = app.services["search"]
        source = Source(app.client_as, prefixes_of(service), open=service.open)
        await rebuild(await Follower.open(connection, source))
        await source.close()


def copied(server_url: str, name: str, make: Callable[[str], None]) -> str:
    """A new database like the one that `make` fills, once in a run whichever process comes first."""
    template = f"{name}_{os.environ['DINA_TEST_RUN']}"
    directory = run_directory()
    directory.mkdir(mode=0o755, exist_ok=True)
    with (
        (directory / f"{name}.lock").open("w") as lock,
        psycopg.connect(server_url, autocommit=True) as connection,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            unfinished = new_database(server_url)
            make(unfinished)
            made = unfinished.partition("?")[0].rpartition("/")[2]
            connection.execute(f"ALTER DATABASE {made} RENAME TO {template}")  # type: ignore[arg-type]
        return new_database(server_url, template)
