"""The system as a whole: migrations, a module as it is begun, backup and the checker."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import psycopg
import pytest

from dina.app import App, load_modules
from dina.backup import BackupError, backup, restore
from dina.base.database import migrate
from dina.base.database.migrate import differences
from dina.base.identity.accounts import Accounts
from dina.scaffold import new_module
from dina.settings import Settings
from tests.conftest import new_database, resource


def test_declarations_and_migrations_agree(database_url: str) -> None:
    for module, _ in load_modules(Settings()):
        assert differences(database_url, module) == []


def test_the_next_start_keeps_data_and_makes_derived_objects_again(server_url: str) -> None:
    url, loaded = new_database(server_url), load_modules(Settings())
    migrate(url, loaded)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO agent.person (id, display_name) VALUES (gen_random_uuid(), 'Kept')")
        connection.execute("DROP TRIGGER history_inserted ON agent.person")
        connection.execute("UPDATE dina.derived SET fingerprint = 'older release'")
        migrate(url, loaded)
        connection.execute("INSERT INTO agent.person (id, display_name) VALUES (gen_random_uuid(), 'New')")
        names = connection.execute(
            "SELECT after->>'displayName', author FROM agent.revision WHERE type = 'person' ORDER BY seq"
        ).fetchall()
    assert names == [("Kept", "anonymous"), ("New", "anonymous")]


def test_a_new_module_works_as_written(tmp_path: Path) -> None:
    root = new_module("fossil", tmp_path)
    import sys

    sys.path.insert(0, str(root / "src"))
    try:
        from dina_fossil import module  # type: ignore[import-not-found]

        namespace: dict[str, Any] = {}
        exec((root / "tests/test_fossil.py").read_text(), namespace)
        for name, test in namespace.items():
            if name.startswith("test_"):
                test()
        assert module.prefixes == ("/fossil/v1", "/api/fossil-api", "/fossil/api/v1")
    finally:
        sys.path.remove(str(root / "src"))
    with pytest.raises(ValueError):
        new_module("../evil", tmp_path)


async def test_a_backup_comes_back_whole_and_only_into_an_empty_system(
    api: httpx.AsyncClient, app: App, database_url: str, server_url: str, tmp_path: Path
) -> None:
    await api.post("/agent/v1/person", json=resource("person", {"displayName": 'Ünïcode, "quoted"\nline'}))
    assert app.pools is not None
    await Accounts(app.pools.write).save("keeper", password="secret", roles=[("cnc", "user")])
    loaded = load_modules(Settings())
    modules = [module for module, _ in loaded]
    archive = tmp_path / "all.zip"
    kept = backup(database_url, modules, archive)
    other = new_database(server_url)
    migrate(other, loaded)
    assert restore(other, modules, archive) == kept
    with pytest.raises(BackupError, match="empty"):
        restore(other, modules, archive)
    again = tmp_path / "again.zip"
    assert backup(other, modules, again) == kept
    with psycopg.connect(database_url) as one, psycopg.connect(other) as two:
        sql = "SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) FROM agent.person t"
        assert one.execute(sql).fetchone() == two.execute(sql).fetchone()
    content = bytearray(archive.read_bytes())
    with ZipFile(archive) as opened:
        largest = max(opened.infolist(), key=lambda one: one.compress_size)
    # In the middle of what a file holds: a byte of its header may say nothing.
    content[largest.header_offset + 100 + largest.compress_size // 2] ^= 0xFF
    archive.write_bytes(content)
    empty = new_database(server_url)
    migrate(empty, loaded)
    with pytest.raises(Exception, match=r"."):
        restore(empty, modules, archive)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM agent.person").fetchone() == (0,)


async def test_the_checker_finds_every_must_of_the_contract_kept(api: httpx.AsyncClient) -> None:
    """The instance files of the gateway, which the checker asks for too."""
    for path in ("/api/instance.json", "/keycloak.json", "/dev-user.json"):
        assert (await api.get(path)).status_code == 200
        assert (await api.post(path)).status_code == 405
