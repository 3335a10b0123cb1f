"""Rights, tokens and sign-in: what each role may, and what somebody who tries gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.database import migrate
from dina.base.identity.accounts import Accounts
from dina.settings import Settings
from tests.conftest import client_of, linked, new_database, resource
from tests.tokens import TOKEN, signed_in


@pytest_asyncio.fixture(scope="module")
async def secured(server_url: str, settings: Settings) -> AsyncIterator[App]:
    """A system with local accounts and real tokens."""
    url, loaded = new_database(server_url), load_modules(Settings())
    migrate(url, loaded)
    async with running(App(replace(settings, database_url=url, auth_mode="local"), loaded)) as app:
        assert app.pools is not None
        accounts = Accounts(app.pools.write)
        await accounts.save("root", password="root", admin_roles=["dina-admin"])
        for role in ("super-user", "user", "guest", "read-only"):
            await accounts.save(role, password=role, roles=[("cnc", role)])
        await accounts.save("other", password="other", roles=[("bicoe", "user")])
        yield app


async def test_rights_follow_group_and_role(secured: App) -> None:
    path = "/collection/v1/project"
    expected = {
        "super-user": (201, 204),
        "user": (201, 204),
        "guest": (201, 403),
        "read-only": (403, None),
        "other": (403, None),
    }
    for name, (create, delete) in expected.items():
        client = await signed_in(secured, name)
        made = await client.post(path, json=resource("project", {"group": "cnc", "name": name}))
        assert made.status_code == create, (name, made.text)
        if delete is not None:
            id_ = made.json()["data"]["id"]
            permissions = (
                await client.get(f"{path}/{id_}", headers={"include-dina-permission": "true"})
            ).json()["data"]["meta"]["permissions"]
            assert ("delete" in permissions) == (delete == 204)
            assert (await client.delete(f"{path}/{id_}")).status_code == delete


async def test_rows_of_other_groups_are_not_shown_anywhere(secured: App) -> None:
    mine, theirs = await signed_in(secured, "user"), await signed_in(secured, "other")
    kind = (
        await mine.post(
            "/collection/v1/storage-unit-type",
            json=resource("storage-unit-type", {"group": "cnc", "name": "Box"}),
        )
    ).json()["data"]["id"]
    unit = (
        await mine.post(
            "/collection/v1/storage-unit",
            json=resource(
                "storage-unit",
                {"group": "cnc", "name": "U", "isGeneric": False},
                relationships={"storageUnitType": linked("storage-unit-type", kind)},
            ),
        )
    ).json()["data"]["id"]
    usage = await mine.post(
        "/collection/v1/storage-unit-usage",
        json=resource(
            "storage-unit-usage",
            {"usageType": "material-sample"},
            relationships={"storageUnit": linked("storage-unit", unit)},
        ),
    )
    assert usage.status_code == 201, usage.text
    id_ = usage.json()["data"]["id"]
    path = "/collection/v1/storage-unit-usage"
    assert (await mine.get(path)).json()["meta"]["totalResourceCount"] == 1
    assert (await theirs.get(path)).json()["meta"]["totalResourceCount"] == 0
    assert (await theirs.get(f"{path}/count?filter[usageType]=material-sample")).json()["meta"][
        "results"
    ] == 0
    assert (await theirs.get(f"{path}/{id_}")).status_code == 403
    assert (
        await theirs.get(f"/collection/v1/audit-snapshot?filter[instanceId]=storage-unit-usage/{id_}")
    ).json()["data"] == []
    feed = (await theirs.get("/collection/v1/changes")).json()["data"]
    assert id_ not in {one["attributes"]["documentId"] for one in feed}


async def test_bad_tokens_are_refused_and_keys_of_scripts_work(secured: App) -> None:
    client = client_of(secured)
    path = "/agent/v1/person"
    assert (await client.get(path)).headers["www-authenticate"] == "Bearer"
    good = (await signed_in(secured, "user")).headers["authorization"].split(" ")[1]
    head, body, signature = good.split(".")
    import base64

    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    for bad in (
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        "x.y.z",
        "x",
        "dina_a_b",
    ):
        answer = await client.get(path, headers={"authorization": f"Bearer {bad}"})
        assert (answer.status_code, answer.json()["errors"][0]["status"]) == (401, "401")
    assert secured.pools is not None
    accounts = Accounts(secured.pools.write)
    account = await accounts.by_username("user")
    assert account is not None
    id_, key = await accounts.create_key(account.id, "script", read_only=True)
    headers = {"authorization": f"Bearer {key}"}
    assert (await client.get(path, headers=headers)).status_code == 200
    assert (
        await client.post(path, headers=headers, json=resource("person", {"displayName": "K"}))
    ).status_code == 403
    assert await accounts.revoke_key(id_)


async def test_the_provider_gives_codes_once_and_only_to_allowed_addresses(secured: App) -> None:
    import base64
    import hashlib
    import re
    from urllib.parse import parse_qs, urlsplit

    client = client_of(secured, **{"accept-language": "fr"})
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": "dina-public",
        "response_type": "code",
        "redirect_uri": "http://localhost:3000/app",
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    auth = "/auth/realms/dina/protocol/openid-connect/auth"
    assert (
        await client.get(auth, params={**query, "redirect_uri": "https://evil.example/"})
    ).status_code == 400
    page = await client.get(auth, params=query)
    assert "Se connecter" in page.text
    mark = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert mark is not None
    assert (
        await client.post(auth, params=query, data={"username": "user", "password": "user"})
    ).status_code == 403
    wrong = await client.post(
        auth, params=query, data={"csrf": mark[1], "username": '"><script>', "password": "x"}
    )
    assert (wrong.status_code, "<script>" in wrong.text) == (401, False)
    answer = await client.post(
        auth, params=query, data={"csrf": mark[1], "username": "user", "password": "user"}
    )
    assert answer.status_code == 302
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "client_id": "dina-public",
        "code": code,
        "redirect_uri": query["redirect_uri"],
        "code_verifier": verifier,
    }
    tokens = await client.post(TOKEN, data=form)
    assert tokens.status_code == 200, tokens.text
    assert (await client.post(TOKEN, data=form)).json() == {"error": "invalid_grant"}
    refresh = {
        "grant_type": "refresh_token",
        "client_id": "dina-public",
        "refresh_token": tokens.json()["refresh_token"],
    }
    assert (await client.post(TOKEN, data=refresh)).status_code == 400, "a replayed code ends its session"


async def test_a_refresh_token_works_once_and_its_second_use_ends_the_session(secured: App) -> None:
    client = client_of(secured)
    form = {"grant_type": "password", "client_id": "dina-public", "username": "guest", "password": "guest"}
    first = (await client.post(TOKEN, data=form)).json()["refresh_token"]
    renew = {"grant_type": "refresh_token", "client_id": "dina-public"}
    second = (await client.post(TOKEN, data={**renew, "refresh_token": first})).json()["refresh_token"]
    assert (await client.post(TOKEN, data={**renew, "refresh_token": first})).status_code == 400
    assert (await client.post(TOKEN, data={**renew, "refresh_token": second})).status_code == 400


async def test_guessing_passwords_gets_slow(secured: App) -> None:
    assert secured.pools is not None
    await Accounts(secured.pools.write).save("guessed", password="right", roles=[("cnc", "user")])
    client = client_of(secured)
    form = {"grant_type": "password", "client_id": "dina-public", "username": "guessed"}
    for attempt in range(8):
        answer = await client.post(TOKEN, data={**form, "password": str(attempt)})
        assert answer.status_code == 401
    answer = await client.post(TOKEN, data={**form, "password": "right"})
    assert answer.status_code == 401, "even the right one waits now"
