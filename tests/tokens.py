"""A system with accounts of its own, and signing in at the API as one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from dina.app import App, load_modules, running
from dina.base.database import migrate
from dina.base.identity.accounts import Accounts
from dina.settings import Settings
from tests.conftest import client_of, new_database

TOKEN = "/auth/realms/dina/protocol/openid-connect/token"
Roles = Sequence[tuple[str, str]]


@asynccontextmanager
async def with_people(
    server_url: str, settings: Settings, people: Mapping[str, tuple[str, Roles, Sequence[str]]]
) -> AsyncIterator[App]:
    """A system of its own whose `people` are names with password, roles in groups, and roles of administration."""
    url = new_database(server_url)
    loaded = load_modules(Settings())
    migrate(url, loaded)
    async with running(App(replace(settings, database_url=url, auth_mode="local"), loaded)) as app:
        assert app.pools is not None
        accounts = Accounts(app.pools.write)
        for name, (password, roles, admin) in people.items():
            await accounts.save(name, password=password, roles=roles, admin_roles=admin)
        yield app


async def signed_in(app: App, name: str) -> httpx.AsyncClient:
    client = client_of(app)
    form = {"grant_type": "password", "client_id": "dina-public", "username": name, "password": name}
    answer = await client.post(TOKEN, data=form)
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"bearer {answer.json()['access_token']}"
    return client
