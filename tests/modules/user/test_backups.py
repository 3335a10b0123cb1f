"""Backups through the API: made as a job, counted, restorable, for administrators alone, the oldest let go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import orjson
import psycopg
import pytest_asyncio
from tests.conftest import client_of, new_database, resource

from dina.app import App, load_modules, running
from dina.backup import restore
from dina.base.database import migrate
from dina.base.identity.accounts import Accounts
from dina.settings import Settings

BACKUPS = "/user/v1/backup"
PEOPLE = {"ada": ["dina-admin"], "aud": ["read-only-admin"], "sue": []}


@pytest_asyncio.fixture(scope="module")
async def house(server_url: str, settings: Settings, tmp_path_factory: Any) -> AsyncIterator[App]:
    url = new_database(server_url)
    loaded = load_modules(Settings())
    migrate(url, loaded)
    own = replace(settings, database_url=url, auth_mode="local", data_dir=tmp_path_factory.mktemp("kept"))
    async with running(App(own, loaded)) as app:
        assert app.pools is not None
        for name, admin in PEOPLE.items():
            await Accounts(app.pools.write).save(
                name, password=name, roles=[("cnc", "super-user")], admin_roles=admin
            )
        yield app


async def signed_in(app: App, name: str) -> httpx.AsyncClient:
    form = {"grant_type": "password", "client_id": "dina-public", "username": name, "password": name}
    async with client_of(app) as client:
        answer = await client.post("/auth/realms/dina/protocol/openid-connect/token", data=form)
    return client_of(app, authorization=f"Bearer {answer.json()['access_token']}")


async def made(app: App, admin: httpx.AsyncClient, tmp_path: Path, keep: int = 10) -> dict[str, Any]:
    answer = await admin.post(BACKUPS, json=resource("backup", {"keep": keep}))
    assert answer.status_code == 202, answer.text
    again = await admin.post(BACKUPS, json=resource("backup"))
    assert again.json()["errors"][0]["meta"]["rule"] == "backup.running"
    await app.worker(tmp_path / "scratch").run(until_idle=True)
    job = (await admin.get(f"/user/v1/job/{answer.json()['data']['id']}")).json()["data"]["attributes"]
    assert job["state"] == "finished", job
    assert job["done"] == job["total"] == job["result"]["rows"]
    return next(
        one for one in (await admin.get(BACKUPS)).json()["data"] if one["id"] == answer.json()["data"]["id"]
    )


async def test_a_backup_is_made_by_a_job_and_comes_back_whole(
    house: App, server_url: str, tmp_path: Path
) -> None:
    ada = await signed_in(house, "ada")
    await ada.post("/agent/v1/person", json=resource("person", {"displayName": "Kept"}))
    one = await made(house, ada, tmp_path)
    file = await ada.get(f"{BACKUPS}/{one['id']}/file")
    assert file.status_code == 200
    assert len(file.content) == one["attributes"]["size"]
    path = tmp_path / "all.zip"
    path.write_bytes(file.content)
    with ZipFile(path) as archive:
        tables = orjson.loads(archive.read("manifest.json"))["tables"]
    assert sum(table["rows"] for table in tables.values()) == one["attributes"]["rows"]
    other, loaded = new_database(server_url), load_modules(Settings())
    migrate(other, loaded)
    restore(other, [module for module, _ in loaded], path)
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT display_name FROM agent.person").fetchall() == [("Kept",)]
    folder = house.settings.data_dir / "files" / "backup"
    assert folder.stat().st_mode & 0o077 == 0, "no other user of the machine looks into it"


async def test_nobody_but_administrators_makes_sees_takes_or_deletes_one(house: App, tmp_path: Path) -> None:
    ada = await signed_in(house, "ada")
    one = await made(house, ada, tmp_path)
    key = (await ada.post("/user/v1/api-key", json=resource("api-key", {"name": "nightly"}))).json()
    program = client_of(house, authorization=f"Bearer {key['data']['attributes']['key']}")
    there = f"{BACKUPS}/{one['id']}"
    for who in (await signed_in(house, "aud"), await signed_in(house, "sue"), client_of(house)):
        for method, path in (("GET", BACKUPS), ("GET", f"{there}/file"), ("DELETE", there)):
            assert (await who.request(method, path)).status_code in (401, 403), path
        assert (await who.post(BACKUPS, json=resource("backup"))).status_code in (401, 403)
        files = await who.get(f"/user/v1/job/{one['id']}/files/backup.zip")
        assert files.status_code in (401, 404)
    assert (await program.get(BACKUPS)).status_code == 200
    assert (await program.get(f"{there}/file")).status_code == 403, "a key that leaked gives no archive away"


async def test_the_oldest_go_when_there_are_more_than_are_kept_and_one_by_hand(
    house: App, tmp_path: Path
) -> None:
    ada = await signed_in(house, "ada")
    older = [(await made(house, ada, tmp_path))["id"] for _ in range(2)]
    newest = (await made(house, ada, tmp_path, keep=2))["id"]
    left = [one["id"] for one in (await ada.get(BACKUPS)).json()["data"]]
    assert left == [newest, older[1]]
    assert (await ada.get(f"{BACKUPS}/{older[0]}/file")).status_code == 404
    assert (await ada.delete(f"{BACKUPS}/{newest}")).status_code == 204
    assert (await ada.delete(f"{BACKUPS}/{newest}")).status_code == 404
    for keep in (0, -1, 1001, "many"):
        answer = await ada.post(BACKUPS, json=resource("backup", {"keep": keep}))
        assert answer.status_code in (400, 422), answer.text
