"""The system as a whole: extension, foreign stores, scaffold, migrations, backup, rights and the checker."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import create_engine
from sqlalchemy.orm import Mapped

from dina.app import App, load_modules, running
from dina.backup import BackupError, backup, restore
from dina.base.database import migrate
from dina.base.database.migrate import alchemy_url, differences
from dina.base.errors import Error
from dina.base.http import Request
from dina.base.identity.accounts import Accounts
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service
from dina.base.module import Module
from dina.base.resource import Draft, Extension, Resource, attribute, external_to_many, module_base
from dina.base.resource.rules import broken
from dina.base.text import Text
from dina.scaffold import new_module
from dina.settings import Settings
from tests.conftest import client_of, linked, new_database, resource

SHELF: dict[str, Mapping[str, Any]] = {}
"""What the foreign system holds."""


class ShelfStore:
    """A small read-write store over an in-memory foreign API, which knows names as `LABEL`."""

    @staticmethod
    def record(id_: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
        values = {"name": row["LABEL"], "width": row["WIDTH"], "group": row["OWNER"]}
        return {"id": id_, "attributes": values, "relationships": {"keepers": row["KEEPERS"]}}

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Mapping[str, Any]]:
        return [self.record(id_, row) for id_, row in SHELF.items()]

    async def get(self, service: Service, id_: str) -> Mapping[str, Any] | None:
        return self.record(id_, SHELF[id_]) if id_ in SHELF else None

    async def create(
        self, service: Service, record: Mapping[str, Any], request: Request
    ) -> Mapping[str, Any]:
        values = record["attributes"]
        SHELF[record["id"]] = {
            "LABEL": values["name"], "WIDTH": values.get("width"), "OWNER": values["group"],
            "KEEPERS": record["relationships"]["keepers"],
        }  # fmt: skip
        return self.record(record["id"], SHELF[record["id"]])

    async def update(
        self, service: Service, record: Mapping[str, Any], request: Request
    ) -> Mapping[str, Any]:
        return await self.create(service, record, request)

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        del SHELF[id_]


class Base(module_base("shelving")):
    __abstract__ = True


class Shelf(
    Resource, Base, type="shelf", provider="GroupAuthorizationService", label=("Shelf", "Étagère"), title="name",
    store=ShelfStore(), example={"name": "S1"},
):  # fmt: skip
    """A shelf of a foreign system."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=20, not_blank=True)
    width: Mapped[Decimal | None] = attribute(en="Width", fr="Largeur", unit="cm", minimum=0, maximum=1000)
    keepers = external_to_many("person", en="Keepers", fr="Responsables")


class SeedBase(module_base("seedbank")):
    __abstract__ = True


class SeedLot(
    Resource, SeedBase, type="seed-lot", provider="GroupAuthorizationService", label=("Seed lot", "Lot de graines"),
    title="name", example={"name": "L1"},
):  # fmt: skip
    """A lot of seeds, declared by somebody else."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=20, not_blank=True)


def weight_is_positive(draft: Draft) -> Iterable[Error]:
    if draft.get("seedWeight") is not None and Decimal(str(draft.get("seedWeight"))) <= 0:
        yield broken("seed.weight", "/attributes/seedWeight")


EXTENSION = Extension(
    module="seedbank",
    type="seed-lot",
    attributes={
        "seed_weight": (Decimal | None, attribute(en="Seed weight", fr="Poids des graines", unit="mg"))
    },
    rules=(weight_is_positive,),
)
SEEDBANK = Module(
    name="seedbank", version="1.0", label=Text("Seed bank", "Banque de graines"), gateway="seedbank-api",
    host="seedbank", resources=[SeedLot], migrations=Path("/nonexistent"),
)  # fmt: skip
FOREIGN = Module(
    name="shelving", version="1.0", label=Text("Foreign", "Étranger"), gateway="shelving-api", host="shelving",
    resources=[Shelf], migrations=Path("/nonexistent"), external={"person": "agent"},
)  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def extended(server_url: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A system with an extension of somebody's module, made when its tables were there already."""
    url = new_database(server_url)
    migrate(url, [])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA seedbank")
    engine = create_engine(alchemy_url(url))
    SeedBase.metadata.create_all(engine)
    engine.dispose()
    loaded = [(SEEDBANK, SEEDBANK.types([EXTENSION])), (FOREIGN, FOREIGN.types())]
    migrate(url, loaded)
    async with running(App(replace(settings, database_url=url), loaded)) as app, client_of(app) as client:
        yield client


async def test_an_attribute_of_an_extension_is_everywhere(extended: httpx.AsyncClient) -> None:
    path = "/seedbank/v1/seed-lot"
    made = await extended.post(
        path, json=resource("seed-lot", {"group": "cnc", "name": "E", "seedWeight": 2.5})
    )
    assert made.json()["data"]["attributes"]["seedWeight"] == 2.5
    found = await extended.get(f"{path}?filter[seedWeight][GT]=2&sort=seedWeight")
    assert [one["id"] for one in found.json()["data"]] == [made.json()["data"]["id"]]
    refused = await extended.post(
        path, json=resource("seed-lot", {"group": "cnc", "name": "E", "seedWeight": 0})
    )
    assert refused.json()["errors"][0]["meta"]["rule"] == "seed.weight"
    registry = (await extended.get("/seedbank/v1/registry")).json()["meta"]["types"]["seed-lot"]["attributes"]
    assert registry["seedWeight"]["label"] == {"en": "Seed weight", "fr": "Poids des graines"}
    openapi = (await extended.get("/seedbank/v1/openapi.json")).json()
    assert "seedWeight" in openapi["components"]["schemas"]["seed-lot.attributes"]["properties"]
    history = (await extended.get(f"{path}/{made.json()['data']['id']}/revisions")).json()["data"][0]
    assert history["attributes"]["state"]["seedWeight"] == 2.5


async def test_a_foreign_store_answers_like_any_module(extended: httpx.AsyncClient) -> None:
    path, keeper = "/shelving/v1/shelf", str(uuid.uuid4())
    body = resource(
        "shelf",
        {"group": "CNC", "name": "S-1", "width": "80"},
        relationships={"keepers": linked("person", keeper, many=True)},
    )
    made = await extended.post(path, json=body)
    assert made.status_code == 201, made.text
    id_ = made.json()["data"]["id"]
    assert SHELF[id_]["OWNER"] == "cnc"
    await extended.post(path, json=resource("shelf", {"group": "cnc", "name": "S-2", "width": 120}))
    listed = (await extended.get(f"{path}?filter[width][GOE]=80&sort=-width&fields[shelf]=name")).json()
    assert [one["attributes"] for one in listed["data"]] == [{"name": "S-2"}, {"name": "S-1"}]
    assert listed["meta"]["totalResourceCount"] == 2
    assert (await extended.get(f"{path}/count?filter[keepers.id]={keeper}")).json()["data"]["attributes"][
        "value"
    ] == 1
    patched = await extended.patch(f"{path}/{id_}", json=resource("shelf", {"name": "S-9"}, id=id_))
    assert patched.json()["data"]["attributes"]["name"] == "S-9"
    refused = await extended.patch(f"{path}/{id_}", json=resource("shelf", {"name": "x" * 21}, id=id_))
    assert refused.json()["errors"][0]["source"]["pointer"] == "/data/attributes/name"
    assert (await extended.delete(f"{path}/{id_}")).status_code == 204
    assert (await extended.get(f"{path}/{id_}")).status_code == 404


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
    content[len(content) // 3] ^= 0xFF
    archive.write_bytes(content)
    empty = new_database(server_url)
    migrate(empty, loaded)
    with pytest.raises(Exception, match=r"."):
        restore(empty, modules, archive)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM agent.person").fetchone() == (0,)


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


TOKEN = "/auth/realms/dina/protocol/openid-connect/token"


async def signed_in(app: App, name: str) -> httpx.AsyncClient:
    client = client_of(app)
    form = {"grant_type": "password", "client_id": "dina-public", "username": name, "password": name}
    answer = await client.post(TOKEN, data=form)
    assert answer.status_code == 200, answer.text
    client.headers["authorization"] = f"bearer {answer.json()['access_token']}"
    return client


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
    assert await accounts.revoke_key(account.id, id_)


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


async def test_the_checker_finds_every_must_of_the_contract_kept(api: httpx.AsyncClient) -> None:
    """The instance files of the gateway, which the checker asks for too."""
    for path in ("/api/instance.json", "/keycloak.json", "/dev-user.json"):
        assert (await api.get(path)).status_code == 200
        assert (await api.post(path)).status_code == 405
