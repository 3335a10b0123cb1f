"""Accounts over HTTP: who sees whom, enabling and passwords, what nobody takes from themselves, what roles permit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from tests.conftest import client_of, resource
from tests.tokens import TOKEN, with_people

from dina.app import App
from dina.settings import Settings

USERS, GROUPS = "/user/v1/user", "/user/v1/group"
PEOPLE = {
    "ada": ((), ("dina-admin",)), "sue": ((("cnc", "super-user"),), ()), "uma": ((("cnc", "user"),), ()),
    "dan": ((("dna", "user"),), ()),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def house(server_url: str, settings: Settings) -> AsyncIterator[App]:
    """An administrator, a super-user and a user of one group, a user of another."""
    people = {name: (f"{name}-secret", roles, admin) for name, (roles, admin) in PEOPLE.items()}
    async with with_people(server_url, settings, people) as app:
        yield app


async def granted(app: App, name: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "client_id": "dina-public", "username": name, "password": password}
    async with client_of(app) as client:
        return await client.post(TOKEN, data=form)


async def signed_in(app: App, name: str) -> httpx.AsyncClient:
    answer = await granted(app, name, f"{name}-secret")
    return client_of(app, authorization=f"Bearer {answer.json()['access_token']}")


async def ids(admin: httpx.AsyncClient) -> dict[str, str]:
    data = (await admin.get(USERS)).json()["data"]
    return {one["attributes"]["username"]: one["id"] for one in data}


async def change(client: httpx.AsyncClient, id_: str, **attributes: object) -> httpx.Response:
    return await client.patch(f"{USERS}/{id_}", json=resource("user", attributes, id=id_))


async def test_people_see_themselves_and_those_of_groups_they_run(house: App) -> None:
    known = await ids(await signed_in(house, "ada"))
    assert known.keys() >= PEOPLE.keys()
    sue, uma = await signed_in(house, "sue"), await signed_in(house, "uma")
    assert (await ids(sue)).keys() == {"sue", "uma"}
    assert (await ids(uma)).keys() == {"uma"}
    for who, whom in ((sue, "dan"), (sue, "ada"), (uma, "sue")):
        assert (await who.get(f"{USERS}/{known[whom]}")).status_code == 403
    for who in (sue, uma):
        assert (await change(who, known["uma"], rolesPerGroup={"cnc": ["super-user"]})).status_code == 403
        assert (await change(who, known["uma"], adminRoles=["dina-admin"])).status_code == 403


async def test_who_is_disabled_is_signed_out_and_comes_back_when_enabled(house: App) -> None:
    ada = await signed_in(house, "ada")
    id_ = (await ids(ada))["uma"]
    tokens = (await granted(house, "uma", "uma-secret")).json()
    assert (await ada.get(f"{USERS}/{id_}")).json()["data"]["attributes"]["lastSignIn"]
    answer = await change(ada, id_, enabled=False)
    assert answer.json()["data"]["attributes"]["enabled"] is False, answer.text
    assert answer.json()["data"]["attributes"]["rolesPerGroup"] == {"cnc": ["user"]}
    assert (await granted(house, "uma", "uma-secret")).status_code == 401
    form = {
        "grant_type": "refresh_token",
        "client_id": "dina-public",
        "refresh_token": tokens["refresh_token"],
    }
    assert (await client_of(house).post(TOKEN, data=form)).status_code == 400
    assert (await change(ada, id_, enabled=True)).status_code == 200
    assert (await granted(house, "uma", "uma-secret")).status_code == 200


async def test_a_new_password_is_set_by_administrators_and_ends_the_sessions_of_the_old(house: App) -> None:
    ada, sue = await signed_in(house, "ada"), await signed_in(house, "sue")
    id_ = (await ids(ada))["dan"]
    refresh = (await granted(house, "dan", "dan-secret")).json()["refresh_token"]

    async def given(client: httpx.AsyncClient, password: str) -> httpx.Response:
        document = resource("user-password", {"password": password})
        return await client.post(f"{USERS}/{id_}/password", json=document)

    assert (await given(sue, "chosen by sue")).status_code == 403
    for short in ("short", "x" * 201):
        refused = await given(ada, short)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["source"]["pointer"] == "/data/attributes/password"
    assert (await given(ada, "pass & <3 é word")).status_code == 204
    assert (await granted(house, "dan", "dan-secret")).status_code == 401
    assert (await granted(house, "dan", "pass & <3 é word")).status_code == 200
    form = {"grant_type": "refresh_token", "client_id": "dina-public", "refresh_token": refresh}
    assert (await client_of(house).post(TOKEN, data=form)).status_code == 400
    made = await ada.post("/user/v1/api-key", json=resource("api-key", {"name": "script"}))
    key = made.json()["data"]["attributes"]["key"]
    assert (await given(client_of(house, authorization=f"Bearer {key}"), "by a program")).status_code == 403


async def test_nobody_takes_the_administration_from_themselves(house: App) -> None:
    ada = await signed_in(house, "ada")
    id_ = (await ids(ada))["ada"]
    for attributes in ({"enabled": False}, {"adminRoles": []}, {"adminRoles": ["read-only-admin"]}):
        answer = await change(ada, id_, **attributes)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["meta"]["rule"] == "user.oneself"
    assert (await ada.delete(f"{USERS}/{id_}")).status_code == 422
    assert (await change(ada, id_, firstName="Ada")).status_code == 200


@pytest.mark.parametrize(
    "roles", [{"cnc": ["owner"]}, {"a/b": ["user"]}, {"": ["user"]}, {"cnc": "user"}, {"cnc": [["user"]]}, ["cnc"]]
)  # fmt: skip
async def test_roles_that_are_none_are_refused(house: App, roles: object) -> None:
    ada = await signed_in(house, "ada")
    answer = await change(ada, (await ids(ada))["uma"], rolesPerGroup=roles)
    assert answer.status_code == 422, answer.text


async def test_a_group_is_called_by_a_text_for_each_language(house: App) -> None:
    ada = await signed_in(house, "ada")
    labels = {"en": "Birds", "fr": "Oiseaux"}
    made = await ada.post(GROUPS, json=resource("group", {"name": "birds", "labels": labels}))
    assert made.json()["data"]["attributes"]["labels"] == labels, made.text
    for wrong in ({"english": "x"}, {"en": {"a": 1}}, {"en": 1}, "Birds", {"en": "x" * 300}):
        answer = await ada.post(GROUPS, json=resource("group", {"name": "wrong", "labels": wrong}))
        assert answer.status_code in (400, 422), answer.text


async def test_what_roles_permit_is_told_before_anybody_has_them(house: App) -> None:
    uma = await signed_in(house, "uma")

    async def told(roles: str) -> dict[str, dict[str, object]]:
        answer = await uma.get("/collection/v1/role-permissions", params={"roles": roles})
        return answer.json()["data"]["attributes"]["permissions"]

    sample = (await told("/cnc/guest /dna/user"))["material-sample"]
    assert sample == {"create": ["cnc", "dna"], "read": True, "update": ["cnc", "dna"], "delete": ["dna"]}
    assert (await told("dina-admin"))["institution"]["delete"] is True
    assert (await told(""))["material-sample"] == {"read": True}
    assert (await uma.get("/collection/v1/role-permissions?other=x")).status_code == 400
