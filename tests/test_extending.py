"""Anyone can add to the system: an extension of a type, a module, a foreign system behind a store."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest_asyncio
from sqlalchemy import create_engine
from sqlalchemy.orm import Mapped

from dina.app import App, running
from dina.base.database import migrate
from dina.base.database.migrate import alchemy_url
from dina.base.errors import Error
from dina.base.http import Request
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service
from dina.base.module import Module
from dina.base.resource import Draft, Extension, Resource, attribute, external_to_many, module_base
from dina.base.resource.rules import broken
from dina.base.text import Text
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
