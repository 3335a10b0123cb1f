"""Records for tests of the search."""

from __future__ import annotations

from typing import Any

import httpx

from tests.conftest import resource

HOMES = {"person": "agent"}


async def make(client: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any) -> str:
    members = {"relationships": links} if links else {}
    home = HOMES.get(type_, "collection")
    answer = await client.post(f"/{home}/v1/{type_}", json=resource(type_, attributes, **members))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def change(client: httpx.AsyncClient, type_: str, id_: str, attributes: dict[str, Any]) -> None:
    home = HOMES.get(type_, "collection")
    answer = await client.patch(
        f"/{home}/v1/{type_}/{id_}", json={"data": {"type": type_, "id": id_, "attributes": attributes}}
    )
    assert answer.status_code == 200, answer.text


async def delete(client: httpx.AsyncClient, type_: str, id_: str) -> None:
    answer = await client.delete(f"/{HOMES.get(type_, 'collection')}/v1/{type_}/{id_}")
    assert answer.status_code == 204, answer.text
