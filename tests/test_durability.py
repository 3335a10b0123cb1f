"""A server killed in the middle of writing loses nothing it had acknowledged, and its history is complete."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg

from dina.settings import Settings
from tests.conftest import new_database, resource

PERSON = "/agent/v1/person"


def started(settings: Settings) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "dina"), "up"]
    process = subprocess.Popen(command, env={**os.environ, **settings.environment()}, start_new_session=True)
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{settings.port}/health", timeout=2).status_code == 200:
                break
        time.sleep(0.1)
    return process


async def write_until_it_dies(base: str, kept: list[str]) -> None:
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        with contextlib.suppress(httpx.TransportError):
            while True:
                answer = await client.post(PERSON, json=resource("person", {"displayName": "first"}))
                id_ = answer.json()["data"]["id"]
                answer = await client.patch(
                    f"{PERSON}/{id_}", json=resource("person", {"displayName": "second"})
                )
                assert answer.status_code == 200
                kept.append(id_)


async def test_a_killed_server_loses_no_acknowledged_write(server_url: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(
        database_url=new_database(server_url), data_dir=tmp_path, port=port, auth_mode="dev", web=False, rate=0,
        modules=("agent",), log_requests=False, dev_admin=True,
    )  # fmt: skip
    process = started(settings)
    kept: list[str] = []
    writers = [asyncio.create_task(write_until_it_dies(f"http://127.0.0.1:{port}", kept)) for _ in range(6)]
    while len(kept) < 60:
        await asyncio.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    await asyncio.gather(*writers)
    process.wait()
    again = started(settings)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await client.get(f"{PERSON}/count")
        assert answer.json()["data"]["attributes"]["value"] >= len(kept)
    finally:
        os.killpg(again.pid, signal.SIGTERM)
        again.wait(20)
    with psycopg.connect(settings.database_url) as connection:
        found = connection.execute(
            "SELECT id::text FROM agent.person WHERE display_name = 'second'"
        ).fetchall()
        assert set(kept) <= {row[0] for row in found}
        gaps = connection.execute(
            "SELECT count(*) FROM agent.person p WHERE p.resource_version + 1 <> "
            "(SELECT count(*) FROM agent.revision r WHERE r.type = 'person' AND r.id = p.id)"
        ).fetchone()
        assert gaps == (0,)
        counted = connection.execute(
            "SELECT (SELECT sum(n) FROM agent.row_count WHERE type = 'person') - (SELECT count(*) FROM agent.person)"
        ).fetchone()
        assert counted == (0,)
