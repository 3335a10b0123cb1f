"""Signing in at the API as one of the system's own accounts."""

from __future__ import annotations

import httpx

from dina.app import App
from tests.conftest import client_of

TOKEN = "/auth/realms/dina/protocol/openid-connect/token"


async def signed_in(app: App, name: str) -> httpx.AsyncClient:
    client = client_of(app)
    form = {"grant_type": "password", "client_id": "dina-public", "username": name, "password": name}
    answer = await client.post(TOKEN, data=form)
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"bearer {answer.json()['access_token']}"
    return client
