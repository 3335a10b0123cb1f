"""What tests of storage make before they begin: types, places, specimens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from dina.app import App, load_modules, running
from dina.settings import Settings
from tests.conftest import client_of, linked, resource

GROUP = "cnc"


async def made(api: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any) -> str:
    """Create a resource and give its id; `links` are to-one relationships as (type, id)."""
    relationships = {name: linked(*target) for name, target in links.items()}
    answer = await api.post(
        f"/collection/v1/{type_}", json=resource(type_, attributes, relationships=relationships)
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def box(
    api: httpx.AsyncClient, rows: int = 8, columns: int = 12, direction: str = "BY_ROW", name: str = "Box"
) -> str:
    """A box with a grid."""
    grid = {"numberOfRows": rows, "numberOfColumns": columns, "fillDirection": direction}
    kind = await made(
        api,
        "storage-unit-type",
        {"group": GROUP, "name": f"{rows} × {columns}", "gridLayoutDefinition": grid},
    )
    return await place(api, name, kind=kind)


async def place(
    api: httpx.AsyncClient, name: str, *, inside: str | None = None, kind: str | None = None, **more: Any
) -> str:
    """A storage place, inside another if given."""
    links: dict[str, Any] = {}
    if inside:
        links["parentStorageUnit"] = ("storage-unit", inside)
    if kind:
        links["storageUnitType"] = ("storage-unit-type", kind)
    return await made(
        api, "storage-unit", {"group": GROUP, "name": name, "isGeneric": False, **more}, **links
    )


async def position(
    api: httpx.AsyncClient, unit: str, row: str | None = None, column: int | None = None
) -> str:
    attributes = {"usageType": "material-sample", "wellRow": row, "wellColumn": column}
    return await made(api, "storage-unit-usage", attributes, storageUnit=("storage-unit", unit))


async def sample(api: httpx.AsyncClient, name: str, **more: Any) -> str:
    links = {key: value for key, value in more.items() if isinstance(value, tuple)}
    attributes = {key: value for key, value in more.items() if not isinstance(value, tuple)}
    return await made(
        api, "material-sample", {"group": GROUP, "materialSampleName": name, **attributes}, **links
    )


def said(answer: httpx.Response) -> list[tuple[str, str | None, str]]:
    """Code, pointer and sentence of every error."""
    return [
        (one["code"], one.get("source", {}).get("pointer"), one["detail"]) for one in answer.json()["errors"]
    ]


@asynccontextmanager
async def member_of(settings: Settings, *groups: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client over the same database for somebody who is in these groups only (`/cnc/user`)."""
    theirs = replace(settings, dev_admin=False, dev_groups=groups)
    async with running(App(theirs, load_modules(theirs))) as app, client_of(app) as client:
        yield client
