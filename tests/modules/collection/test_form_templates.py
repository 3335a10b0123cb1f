"""Form templates: some are for everybody, some only for who made them; nothing of these comes out elsewhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.identity.accounts import Accounts
from dina.settings import Settings
from tests.conftest import resource
from tests.tokens import signed_in

PATH = "/collection/v1/form-template"
OTHERS = ("colleague", "chief", "stranger")
PERMITTED = {"include-dina-permission": "true"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(settings: Settings) -> AsyncIterator[App]:
    """A group with people of several roles, and somebody of another group."""
    chosen = replace(settings, auth_mode="local")
    async with running(App(chosen, load_modules(chosen))) as app:
        assert app.pools is not None
        accounts = Accounts(app.pools.write)
        for name, role in (("maker", "user"), ("colleague", "user"), ("chief", "super-user")):
            await accounts.save(name, password=name, roles=[("forms", role)])
        await accounts.save("stranger", password="stranger", roles=[("elsewhere", "super-user")])
        await accounts.save("root", password="root", admin_roles=["dina-admin"])
        yield app


async def template(client: httpx.AsyncClient, name: str, *, private: bool) -> str:
    attributes = {
        "group": "forms", "name": name, "restrictToCreatedBy": private, "viewConfiguration": {"secret": name},
    }  # fmt: skip
    answer = await client.post(PATH, json=resource("form-template", attributes))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def change(client: httpx.AsyncClient, id_: str, **attributes: Any) -> int:
    body = resource("form-template", attributes, id=id_)
    return (await client.patch(f"{PATH}/{id_}", json=body)).status_code


async def ids(client: httpx.AsyncClient, query: str = "") -> set[str]:
    answer = await client.get(f"{PATH}?page[limit]=1000&filter[group]=forms{query}")
    assert answer.status_code == 200, answer.text
    found = {one["id"] for one in answer.json()["data"]}
    assert answer.json()["meta"]["totalResourceCount"] == len(found)
    return found


async def test_a_private_template_is_seen_by_its_maker_and_by_administrators(office: App) -> None:
    maker = await signed_in(office, "maker")
    mine, shared = [await template(maker, f"seen {p}", private=p) for p in (True, False)]
    for name in ("maker", "root"):
        client = await signed_in(office, name)
        assert {mine, shared} <= await ids(client)
        assert (await client.get(f"{PATH}/{mine}")).status_code == 200
    for name in OTHERS:
        client = await signed_in(office, name)
        found = await ids(client)
        assert shared in found
        assert mine not in found
        answer = await client.get(f"{PATH}/{mine}")
        assert answer.status_code == 403
        assert "seen True" not in answer.text
        for query in ("filter[name]=seen True", "filter[viewConfiguration][LIKE]=%seen True%"):
            assert (await client.get(f"{PATH}/count?{query}")).json()["data"]["attributes"]["value"] == 0


@pytest.mark.parametrize("name", OTHERS)
async def test_nothing_of_a_private_template_comes_out_by_other_ways(office: App, name: str) -> None:
    maker, other = await signed_in(office, "maker"), await signed_in(office, name)
    marked = f"hidden from {name}"
    mine = await template(maker, marked, private=True)
    assert await change(maker, mine, components=[{"name": marked}]) == 200
    base = "/collection/v1"
    for address in (
        f"{base}/audit-snapshot?filter[instanceId]=form-template/{mine}",
        f"{PATH}/{mine}/revisions", f"{PATH}/{mine}/revisions/1", f"{base}/changes?limit=1000",
        f"{base}/resource-name-identifier?filter[type]=form-template&filter[group]=forms",
        f"{base}/resource-name-identifier?filter[type]=form-template&filter[group]=forms&filter[name]={marked}",
        f"{PATH}?sort=name", f"{PATH}?deleted=true", f"{PATH}/{mine}?deleted=true",
    ):  # fmt: skip
        answer = await other.get(address)
        assert answer.status_code < 500, address
        told = json.dumps(answer.json().get("data"))
        assert mine not in told, address
        assert marked not in told, address
    body = {"data": [{"type": "form-template", "id": mine}]}
    bulk = "application/vnd.api+json; ext=bulk"
    answer = await other.post(f"{PATH}/bulk-load", json=body, headers={"content-type": bulk})
    assert answer.status_code == 403
    answer = await other.post(f"{PATH}/{mine}/revisions/1/revert")
    assert answer.status_code in (403, 404)


async def test_what_was_private_stays_so_in_its_history(office: App) -> None:
    maker, colleague = await signed_in(office, "maker"), await signed_in(office, "colleague")
    mine = await template(maker, "draft of mine", private=True)
    assert await change(maker, mine, name="for all", viewConfiguration={}, restrictToCreatedBy=False) == 200
    answer = await colleague.get(f"{PATH}/{mine}/revisions?optfields[audit-snapshot]=changes")
    assert answer.status_code == 200
    assert [one["attributes"]["version"] for one in answer.json()["data"]] == [2]
    assert "draft of mine" not in answer.text
    assert len((await maker.get(f"{PATH}/{mine}/revisions")).json()["data"]) == 2


async def test_a_shared_template_is_changed_by_its_maker_and_super_users_of_the_group(office: App) -> None:
    maker = await signed_in(office, "maker")
    shared = await template(maker, "ours", private=False)
    wanted = {"maker": 200, "chief": 200, "root": 200, "colleague": 403, "stranger": 403}
    for name, status in wanted.items():
        client = await signed_in(office, name)
        assert await change(client, shared, name=f"ours, by {name}") == status, name
        told = (await client.get(f"{PATH}/{shared}", headers=PERMITTED)).json()["data"]["meta"]["permissions"]
        assert ("update" in told) == ("delete" in told) == (status == 200), name
        listed = (await client.get(f"{PATH}?filter[id]={shared}", headers=PERMITTED)).json()["data"]
        assert listed[0]["meta"]["permissions"] == told
    chief = await signed_in(office, "chief")
    assert (await chief.delete(f"{PATH}/{shared}")).status_code == 204
    assert (await (await signed_in(office, "colleague")).post(f"{PATH}/{shared}/restore")).status_code == 403
    assert (await chief.post(f"{PATH}/{shared}/restore")).status_code == 200


async def test_nobody_else_changes_a_private_template_or_makes_one_private(office: App) -> None:
    maker = await signed_in(office, "maker")
    mine, shared = [await template(maker, f"kept {p}", private=p) for p in (True, False)]
    for name in OTHERS:
        client = await signed_in(office, name)
        assert await change(client, mine, name="taken") == 403
        assert (await client.delete(f"{PATH}/{mine}")).status_code == 403
        assert await change(client, shared, restrictToCreatedBy=True) == 403
    root = await signed_in(office, "root")
    assert await change(root, mine, name="put right") == 200
    assert (await maker.delete(f"{PATH}/{mine}")).status_code == 204


async def test_permission_check_says_the_same(office: App) -> None:
    chief = await signed_in(office, "chief")
    for private, wanted in ((True, ["create"]), (False, ["create", "read", "update", "delete"])):
        attributes = {"group": "forms", "createdBy": "maker", "restrictToCreatedBy": private}
        answer = await chief.post(
            "/collection/v1/permission-check", json=resource("form-template", attributes)
        )
        assert answer.json()["data"]["attributes"]["permissions"] == wanted
