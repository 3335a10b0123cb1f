"""A system with the demo specimens, made anew for every file of tests, and ways to publish from it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.settings import Settings
from tests.conftest import client_of, linked, resource
from tests.modules.exchange.driving import Desk
from tests.prepared import with_demo

TEXT = "{http://rs.tdwg.org/dwc/text/}"
DWC = "http://rs.tdwg.org/dwc/terms/"


@pytest_asyncio.fixture(scope="module")
async def demo_settings(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(
        Settings(),
        database_url=with_demo(server_url),
        data_dir=tmp_path_factory.mktemp("demo"),
        web=False,
        rate=0,
        log_requests=False,
    )


@pytest_asyncio.fixture(scope="module")
async def demo(demo_settings: Settings) -> AsyncIterator[App]:
    async with running(App(demo_settings, load_modules(demo_settings))) as started:
        yield started


@pytest_asyncio.fixture
async def desk(app: App) -> AsyncIterator[Desk]:
    """Somebody who brings data in and changes many records; each test has a data set of its own."""
    desk = Desk(app)
    yield desk
    await desk.client.aclose()


class SignedIn(httpx.Auth):
    """Somebody's session; whoever's time is over signs in again, as a run takes longer than a token lives."""

    requires_response_body = True

    def __init__(self, base: httpx.URL, name: str) -> None:
        self.base, self.name, self.token = base, name, ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        for _ in range(2):
            if not self.token:
                form = {
                    "grant_type": "password",
                    "client_id": "dina-public",
                    "username": self.name,
                    "password": self.name,
                }
                url = self.base.join("/auth/realms/dina/protocol/openid-connect/token")
                self.token = (yield httpx.Request("POST", url, data=form)).json()["access_token"]
            request.headers["authorization"] = f"Bearer {self.token}"
            answer = yield request
            if answer.status_code != 401:
                return
            self.token = ""


async def sign_in(client: httpx.AsyncClient, name: str) -> None:
    client.auth = SignedIn(client.base_url, name)


@pytest_asyncio.fixture(scope="module")
async def curator(demo: App) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(demo) as client:
        await sign_in(client, "curator")
        # Where specimens keep the identifier that they came with, as an import makes it.
        found = await client.get("/collection/v1/controlled-vocabulary?filter[key]=identifier_type")
        await made(
            client, "controlled-vocabulary-item",
            {"name": "occurrenceID", "key": "occurrence_id", "dinaComponent": "MATERIAL_SAMPLE"},
            controlledVocabulary=linked("controlled-vocabulary", found.json()["data"][0]["id"]),
        )  # fmt: skip
        yield client


@pytest_asyncio.fixture
async def nobody(demo: App) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(demo) as client:
        yield client


@dataclass
class Archive:
    """An archive read by its descriptor alone, with nothing of ours."""

    files: dict[str, bytes]
    core: str = ""
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict[str, list[dict[str, str]]])
    terms: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @classmethod
    def read(cls, content: bytes) -> Archive:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            found = cls({name: packed.read(name) for name in packed.namelist()})
        for element in ET.fromstring(found.files["meta.xml"]):
            kind = element.attrib["rowType"].rpartition("/")[2]
            assert element.attrib["encoding"] == "UTF-8"
            location = element.findtext(f"{TEXT}files/{TEXT}location")
            fields = {int(one.attrib["index"]): one.attrib["term"] for one in element.findall(f"{TEXT}field")}
            name = "id" if element.tag == f"{TEXT}core" else "coreid"
            key = element.find(f"{TEXT}{name}")
            assert location is not None
            assert key is not None
            if name == "id":
                found.core = kind
            rows = list(
                csv.reader(
                    io.StringIO(found.files[location].decode("utf-8"), newline=""),
                    delimiter=element.attrib["fieldsTerminatedBy"].replace("\\t", "\t"),
                    quotechar=element.attrib["fieldsEnclosedBy"],
                )
            )[int(element.attrib["ignoreHeaderLines"]) :]
            assert {len(row) for row in rows} <= {1 + max(fields)}
            found.terms[kind] = list(fields.values())
            found.tables[kind] = [
                {"": row[int(key.attrib["index"])]}
                | {term.rpartition("/")[2]: row[at] for at, term in fields.items()}
                for row in rows
            ]
        return found

    @property
    def occurrences(self) -> list[dict[str, str]]:
        return self.tables["Occurrence"]

    def by_id(self) -> dict[str, dict[str, str]]:
        return {one["occurrenceID"]: one for one in self.occurrences}


@dataclass
class Publishing:
    """A data set, and what a curator does with it."""

    app: App
    client: httpx.AsyncClient
    scratch: Path
    id: str = ""

    async def define(self, **attributes: Any) -> Publishing:
        whole = {
            "group": "demo",
            "title": "Plants of the Taurus",
            "query": {"type": "material-sample", "filters": {"filter[collection.code]": "B"}},
        }
        answer = await self.client.post(
            "/exchange/v1/dataset", json=resource("dataset", {**whole, **attributes}), headers=JSON_API
        )
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["data"]["id"]
        return self

    async def change(self, **attributes: Any) -> None:
        await changed(self.client, "exchange", "dataset", self.id, **attributes)

    async def publish(self, **confirmed: Any) -> dict[str, Any]:
        """Publish, wait, and answer the attributes of the job."""
        answer = await self.client.post(
            f"/exchange/v1/dataset/{self.id}/publish",
            json=resource("publication", confirmed),
            headers=JSON_API,
        )
        assert answer.status_code == 202, answer.text
        await self.app.worker(self.scratch / "work").run(until_idle=True)
        job = await self.client.get(f"/exchange/v1/job/{answer.json()['data']['id']}")
        return job.json()["data"]["attributes"]

    async def published(self, **confirmed: Any) -> dict[str, Any]:
        told = await self.publish(**confirmed)
        assert told["state"] == "finished", told["errors"]
        return told["result"]

    async def page(self) -> dict[str, Any]:
        async with client_of(self.app) as nobody:
            answer = await nobody.get(f"/exchange/v1/datasets/{self.id}")
            assert answer.status_code == 200, answer.text
            return answer.json()

    async def file(self, name: str = "dwca.zip", version: int | str = "latest") -> bytes:
        async with client_of(self.app) as nobody:
            answer = await nobody.get(f"/exchange/v1/datasets/{self.id}/versions/{version}/{name}")
            assert answer.status_code == 200, answer.text
            return answer.content

    async def archive(self, version: int | str = "latest") -> Archive:
        return Archive.read(await self.file(version=version))


JSON_API = {"content-type": "application/vnd.api+json"}
Define = Callable[..., Awaitable[Publishing]]


async def changed(client: httpx.AsyncClient, module: str, type_: str, id_: str, **attributes: Any) -> None:
    answer = await client.patch(
        f"/{module}/v1/{type_}/{id_}", json=resource(type_, attributes, id=id_), headers=JSON_API
    )
    assert answer.status_code == 200, answer.text


async def made(client: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any) -> str:
    """A record of the collection in the demo group; its id."""
    body = resource(type_, {"group": "demo", **attributes}, relationships=links)
    answer = await client.post(f"/collection/v1/{type_}", json=body, headers=JSON_API)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def specimen(
    client: httpx.AsyncClient, tag: str, event: dict[str, Any] | None = None, organism: dict[str, Any] | None = None,
    **attributes: Any,
) -> str:  # fmt: skip
    """A released specimen with an event and an organism, found by its tag."""
    links: dict[str, Any] = {}
    if event is not None:
        links["collectingEvent"] = linked("collecting-event", await made(client, "collecting-event", event))
    if organism is not None:
        links["organism"] = linked("organism", await made(client, "organism", organism), many=True)
    whole = {
        "materialSampleName": f"{tag}-1",
        "publiclyReleasable": True,
        "tags": [tag],
        "allowDuplicateName": True,
    }
    return await made(client, "material-sample", {**whole, **attributes}, **links)


def tagged(tag: str) -> dict[str, Any]:
    return {"type": "material-sample", "filters": {"filter[tags]": tag}}


@pytest.fixture
def define(demo: App, curator: httpx.AsyncClient, tmp_path: Path) -> Define:
    async def make(**attributes: Any) -> Publishing:
        return await Publishing(demo, curator, tmp_path).define(**attributes)

    return make
