"""A system with the demo specimens and their index, made anew for every file of tests: what one does in it misleads no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from dina.app import App, load_modules, running
from dina.base.identity.caller import ANONYMOUS, Caller, group_roles
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.source import Source
from dina.settings import Settings
from tests.prepared import with_demo


@pytest_asyncio.fixture(scope="module")
async def searched_settings(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(
        Settings(), database_url=with_demo(server_url), data_dir=tmp_path_factory.mktemp("searched"), web=False, rate=0,
        log_requests=False, anonymous_reading=True,
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def searched(searched_settings: Settings) -> AsyncIterator[App]:
    async with running(App(searched_settings, load_modules(searched_settings))) as app:
        yield app


@pytest_asyncio.fixture(scope="module")
async def follower(searched: App) -> AsyncIterator[Follower]:
    """A follower that works when it is told to; the index came with the demo."""
    url = searched.settings.database_url
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        source = source_of(searched)
        found = await Follower.open(connection, source)
        await found.until_idle()
        yield found
        await source.close()


def source_of(app: App) -> Source:
    service = app.services["search"]
    return Source(app.client_as, prefixes_of(service), open=service.open)


async def caught_up(follower: Follower) -> None:
    """Follow until all is told that was committed before now: feeds wait for whoever writes anywhere on the server."""
    connection = follower.store.connection
    cursor = await connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    row = await cursor.fetchone()
    assert row is not None
    while True:
        cursor = await connection.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %s", [row[0]]
        )
        if await cursor.fetchone() == (True,):
            break
        await asyncio.sleep(0.05)
    await follower.until_idle()


ADMIN = Caller("a", "admin", admin=True)
CURATOR = Caller("c", "curator", groups=group_roles(["/demo/super-user", "/kept/super-user"]))
STRANGER = Caller("s", "stranger", groups=group_roles(["/elsewhere/user"]))


@dataclass
class Desk:
    """Asks the search as somebody."""

    client: httpx.AsyncClient

    async def ask(self, path: str, **attributes: Any) -> dict[str, Any]:
        answer = await self.post(path, **attributes)
        assert answer.status_code < 300, answer.text
        return answer.json()["data"]["attributes"]

    async def post(self, path: str, **attributes: Any) -> httpx.Response:
        type_ = {
            "/search": "search", "/search/count": "search-count", "/search/distinct": "search-distinct",
            "/search/tiles": "search-tile", "/search/read": "search-reading", "/index-rebuild": "index-rebuild",
        }[path]  # fmt: skip
        body = {"data": {"type": type_, "attributes": attributes}}
        return await self.client.post(f"/search/v1{path}", json=body)

    async def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/search/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["attributes"]

    async def names(self, **attributes: Any) -> set[str]:
        """The names of all samples found."""
        found = await self.ask(
            "/search",
            type="material-sample",
            page={"limit": 5000},
            fields=["materialSampleName"],
            **attributes,
        )
        return {hit["document"]["values"]["materialSampleName"][0] for hit in found["hits"]}


def desk_of(app: App, caller: Caller) -> Desk:
    return Desk(app.client_as(caller))


@pytest.fixture(scope="module")
def admin(searched: App, follower: Follower) -> Desk:
    return desk_of(searched, ADMIN)


@pytest.fixture(scope="module")
def curator(searched: App, follower: Follower) -> Desk:
    return desk_of(searched, CURATOR)


@pytest.fixture(scope="module")
def nobody(searched: App, follower: Follower) -> Desk:
    """Somebody who has not signed in."""
    return desk_of(searched, ANONYMOUS)


@pytest.fixture(scope="module")
def stranger(searched: App, follower: Follower) -> Desk:
    return desk_of(searched, STRANGER)
