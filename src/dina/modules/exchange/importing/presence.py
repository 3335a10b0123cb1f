"""Which records are there."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

BULK = {"content-type": "application/vnd.api+json; ext=bulk", "prefer": "errors=9999"}


async def present(client: httpx.AsyncClient, module: str, type_: str, ids: Sequence[str]) -> set[str]:
    """Which of the ids are records of the type that the caller may see. Raises httpx.HTTPStatusError."""
    if not ids:
        return set()
    answer = await client.post(
        f"/{module}/v1/{type_}/bulk-load?fields[{type_}]=createdOn",
        json={"data": [{"type": type_, "id": one} for one in ids]},
        headers=BULK,
    )
    if answer.status_code < 300:
        return set(ids)
    if answer.status_code not in (403, 404, 410):
        answer.raise_for_status()
    gone = {
        str(error.get("source", {}).get("pointer", "")).rsplit("/", 1)[-1]
        for error in answer.json()["errors"]
    }
    return {one for one in ids if one not in gone}
