"""API keys over HTTP: told once, own ones only, revoked and expired ones are refused, those for reading read."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest_asyncio
from tests.conftest import client_of, resource
from tests.tokens import signed_in, with_people

from dina.app import App
from dina.settings import Settings

KEYS = "/user/v1/api-key"


@pytest_asyncio.fixture(scope="module")
async def house(server_url: str, settings: Settings) -> AsyncIterator[App]:
    """A system with accounts of its own: an administrator and two people."""
    people = {"ada": ["dina-admin"], "bea": [], "cyd": []}
    given = {name: (name, [("cnc", "user")], admin) for name, admin in people.items()}
    async with with_people(server_url, settings, given) as app:
        yield app


async def made(client: httpx.AsyncClient, **attributes: object) -> dict[str, str]:
    answer = await client.post(KEYS, json=resource("api-key", {"name": "script", **attributes}))
    assert answer.status_code == 201, answer.text
    return {"id": answer.json()["data"]["id"], **answer.json()["data"]["attributes"]}


def with_key(app: App, key: str) -> httpx.AsyncClient:
    return client_of(app, authorization=f"Bearer {key}")


async def test_a_key_is_told_once_and_acts_in_its_owners_name(house: App) -> None:
    bea = await signed_in(house, "bea")
    one = await made(bea)
    assert one["key"].startswith(one["prefix"])
    for answer in (await bea.get(KEYS), await bea.get(f"{KEYS}/{one['id']}")):
        assert answer.status_code == 200
        assert one["key"] not in answer.text
    program = with_key(house, one["key"])
    person = resource("person", {"displayName": "Made by a program"})
    created = await program.post("/agent/v1/person", json=person)
    assert created.status_code == 201, created.text
    assert created.json()["data"]["attributes"]["createdBy"] == "bea"
    assert (await bea.get(f"{KEYS}/{one['id']}")).json()["data"]["attributes"]["lastUsedOn"]


async def test_everybody_has_their_own_keys_and_administrators_see_and_revoke_all(house: App) -> None:
    bea, cyd, ada = [await signed_in(house, name) for name in ("bea", "cyd", "ada")]
    one = await made(bea, name="of bea")
    assert "of bea" not in (await cyd.get(KEYS)).text
    assert (await cyd.get(f"{KEYS}/{one['id']}")).status_code == 403
    assert (await cyd.delete(f"{KEYS}/{one['id']}")).status_code == 403
    assert (await client_of(house).get(KEYS)).status_code == 401
    assert "of bea" in (await ada.get(KEYS)).text
    program = with_key(house, one["key"])
    assert (await ada.delete(f"{KEYS}/{one['id']}")).status_code == 204
    assert (await program.get("/agent/v1/person")).status_code == 401
    assert (await bea.get(f"{KEYS}/{one['id']}")).status_code == 404


async def test_a_key_for_reading_writes_nothing_not_even_another_key(house: App) -> None:
    program = with_key(house, (await made(await signed_in(house, "bea"), readOnly=True))["key"])
    assert (await program.get("/agent/v1/person")).status_code == 200
    assert (
        await program.post("/agent/v1/person", json=resource("person", {"displayName": "x"}))
    ).status_code == 403
    assert (await program.post(KEYS, json=resource("api-key", {"name": "wider"}))).status_code == 403


async def test_an_end_lies_ahead_and_a_key_is_worth_nothing_after_it(house: App, server_url: str) -> None:
    bea = await signed_in(house, "bea")
    now = dt.datetime.now(dt.UTC)
    past = resource("api-key", {"name": "late", "expiresOn": (now - dt.timedelta(days=1)).isoformat()})
    refused = await bea.post(KEYS, json=past)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["source"]["pointer"] == "/data/attributes/expiresOn"
    one = await made(bea, expiresOn=(now + dt.timedelta(days=1)).isoformat())
    with psycopg.connect(house.settings.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE identity.api_key SET expires_on = now() - interval '1 s' WHERE id = %s", [one["id"]]
        )
    assert (await with_key(house, one["key"]).get("/agent/v1/person")).status_code == 401


async def test_a_key_makes_no_other_key(house: App) -> None:
    program = with_key(house, (await made(await signed_in(house, "bea")))["key"])
    answer = await program.post(KEYS, json=resource("api-key", {"name": "for ever"}))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["meta"]["rule"] == "api-key.byKey"
