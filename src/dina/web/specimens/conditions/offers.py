"""What is offered beside a condition: values that a field has, saved searches and sets by name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request

from dina.client import ApiError, Client
from dina.web.rendering import client_of, registry_of, who_of
from dina.web.specimens.conditions.fields import SAVED, SET, Searchables
from dina.web.specimens.conditions.rule import Rule
from dina.web.specimens.question import SEARCH, TYPE

MOST_FIELDS = 8
"""Fields of one form whose values are offered: each is asked for by itself."""
VALUES = 30
KEPT = {SAVED: ("saved-query", "searchedType"), SET: ("record-set", "recordType")}


async def offers(request: Request, rules: Iterable[Rule], known: Searchables) -> dict[str, list[str]]:
    """What can be chosen or typed, by the key of the field; nothing where it cannot be found out."""
    keys = list(dict.fromkeys(one.field for one in rules))
    texts = [key for key in keys if known.by_key[key].kind == "text"][:MOST_FIELDS]
    client = client_of(request)
    found = await asyncio.gather(
        *(values(client, key) for key in texts), *(kept(request, key) for key in keys if key in KEPT)
    )
    return dict(zip([*texts, *(key for key in keys if key in KEPT)], found, strict=True))


async def values(client: Client, key: str) -> list[str]:
    """The most frequent values of a field, of several those of the first."""
    params = {"type": TYPE, "field": key.partition(",")[0], "prefix": "", "size": VALUES}
    try:
        told = (await client.request("GET", f"{SEARCH}/search/suggest", params=params))["data"]["attributes"]
    except ApiError:
        return []
    return [str(one["value"]) for one in told["suggestions"]]


async def kept(request: Request, key: str) -> list[str]:
    """The names of saved searches or sets of specimens."""
    type_, member = KEPT[key]
    view = (await registry_of(request)).types.get(type_)
    if view is None or not who_of(request).may("read", type_):
        return []
    try:
        page = await client_of(request).get(
            view.path, {f"filter[{member}]": TYPE, "sort": "name", "page[limit]": 200}
        )
    except ApiError:
        return []
    return list(dict.fromkeys(str(one.attributes["name"]) for one in page.data))
