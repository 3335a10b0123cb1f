"""The process that keeps the index is killed, again and again, while records change and the index is made anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from psycopg import AsyncConnection

from dina.app import App, load_modules, running
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.rebuild import rebuild
from dina.settings import Settings
from tests.modules.search.conftest import ADMIN, caught_up, desk_of, source_of
from tests.modules.search.editing import Editor
from tests.modules.search.making import make
from tests.modules.search.test_following import state
from tests.prepared import migrated

KILLS = 6
FOLLOWS = (
    "SELECT FROM pg_stat_activity WHERE application_name = 'dina search' AND datname = current_database()"
)
IDLE = """
SELECT building IS NULL AND NOT rebuild_asked AND NOT EXISTS (SELECT FROM search.pending) FROM search.state
"""


@pytest_asyncio.fixture
async def edited(server_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """A system of its own, with nothing in it yet and no index."""
    url = migrated(server_url)
    settings = replace(Settings(), database_url=url, data_dir=tmp_path, web=False, rate=0, log_requests=False)
    async with running(App(settings, load_modules(settings))) as app:
        yield app


def started(settings: Settings) -> subprocess.Popen[bytes]:
    """The worker as `dina up` starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "dina.worker"],
        env={**os.environ, **settings.environment()},
        start_new_session=True,
    )


def killed(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


async def test_whenever_it_is_killed_it_catches_up_and_misses_nothing(edited: App) -> None:
    draw = random.Random(11)
    url = edited.settings.database_url
    async with (
        await AsyncConnection.connect(url, autocommit=True) as connection,
        edited.client_as(ADMIN) as client,
    ):

        async def until(condition: str) -> None:
            async with asyncio.timeout(90):
                while await (await connection.execute(condition)).fetchone() in (None, (False,)):  # type: ignore[arg-type]
                    await asyncio.sleep(0.02)

        editor = Editor(client, 5)
        editing = asyncio.create_task(editor.edits(100_000))
        for turn in range(KILLS):
            if turn % 2:
                await connection.execute("UPDATE search.state SET rebuild_asked = true")
            process = started(edited.settings)
            try:
                await until(FOLLOWS)
                await asyncio.sleep(draw.uniform(0, 1.5))
            finally:
                killed(process)
            # The server sees that the connection is gone, and what was not committed with it.
            await until(f"SELECT NOT EXISTS ({FOLLOWS})")
        editing.cancel()
        await asyncio.gather(editing, return_exceptions=True)
        assert editor.done.total() > 100
        await make(client, "material-sample", {"group": "demo", "materialSampleName": "THE-LAST-ONE"})
        process = started(edited.settings)
        try:
            async with asyncio.timeout(120):
                while not await desk_of(edited, ADMIN).names(q='"THE LAST ONE"'):
                    await asyncio.sleep(0.1)
            await until(IDLE)
        finally:
            killed(process)
        source = source_of(edited)
        follower = await Follower.open(connection, source)
        await caught_up(follower)
        followed = await state(follower)
        await rebuild(follower)
        built = await state(follower)
        await source.close()
    for one, other in zip(followed, built, strict=True):
        assert sorted(one - other)[:3] == []
        assert sorted(other - one)[:3] == []
