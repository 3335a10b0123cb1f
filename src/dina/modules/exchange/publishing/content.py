"""How many specimens a data set would hold if it were published now, counted as a publication reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from dina.modules.exchange.publishing.rules import CORE_TYPE
from dina.modules.exchange.publishing.searched import ClientAs, search_of
from dina.modules.exchange.publishing.streams import COLLECTION, PUBLIC, RELEASE, filters
from dina.modules.exchange.searches import answered, count


async def content_of(client_as: ClientAs, dataset: Mapping[str, Any]) -> dict[str, Any]:
    """How many are `found`, and how many of them are `released`. Raises Failed where nobody could publish it."""
    search = await search_of(client_as, dataset)
    async with client_as(PUBLIC) as public:
        if search is not None:
            found = await count(public, CORE_TYPE, search.of_group(dataset))
            released = await count(public, CORE_TYPE, search.released(dataset))
            return {"found": found, "released": released, "search": {"id": search.id, "name": search.name}}
        asked = [(name, value) for name, value in filters(dataset) if name != "sort"]
        wider = [(name, value) for name, value in asked if name not in RELEASE]
        return {"found": await number(public, wider), "released": await number(public, asked)}


async def number(client: httpx.AsyncClient, params: Sequence[tuple[str, str]]) -> int:
    answer = await client.get(f"{COLLECTION}/material-sample/count", params=httpx.QueryParams(list(params)))
    return answered(answer)["value"]
