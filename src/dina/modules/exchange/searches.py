"""Asking the search module: what a saved search stands for, how many records it finds, and their ids."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed

SEARCH = "/search/v1"
PAGE = 5000
AT_ONCE = 1000
"""Records whose columns are asked for at once."""
Tree = Mapping[str, Any]
Asked = Mapping[str, Any]
"""A question: a `filter` with a tree, or `q` with a text of the search box."""


async def tree_of(client: httpx.AsyncClient, id_: str, type_: str) -> dict[str, Any]:
    """A saved search with its `filter`, `name` and `group`. Raises Failed where it cannot be asked, or is of other records."""
    answer = await client.get(f"{SEARCH}/saved-query/{id_}/tree")
    if answer.status_code in (403, 404, 410):
        raise failed("searchGone")
    told = answered(answer)
    if told["type"] != type_:
        raise failed("searchType", name=told["name"], expected=type_)
    if told["doubts"]:
        # What is not understood would be left out, and more be found than was meant.
        raise failed("search", reason=" ".join(told["doubts"]))
    return told


async def understood(client: httpx.AsyncClient, type_: str, text: str) -> Asked:
    """A text of the search box as a question. Raises Failed where a part of it is not understood.

    Such a part would be sought as words, and something else be found than was meant.
    """
    asked = {"type": type_, "q": text, "page": {"limit": 0}}
    told = answered(await client.post(f"{SEARCH}/search", json=document("search", asked)))
    if told["doubts"]:
        raise failed("search", reason=" ".join(one["message"] for one in told["doubts"]))
    return {"q": text}


async def count(client: httpx.AsyncClient, type_: str, tree: Tree) -> int:
    """How many records the client finds by a tree. Raises Failed."""
    asked = {"type": type_, "filter": tree, "exactTotal": True}
    answer = await client.post(f"{SEARCH}/search/count", json=document("search-count", asked))
    return answered(answer)["total"]


async def found(client: httpx.AsyncClient, type_: str, question: Asked) -> AsyncGenerator[list[str]]:
    """The ids of what a question finds, in their order, some at a time. Raises Failed."""
    cursor: str | None = None
    while True:
        page = {"limit": PAGE} | ({"after": cursor} if cursor else {})
        asked = {"type": type_, **question, "sort": ["id"], "fields": ["id"], "page": page}
        told = answered(await client.post(f"{SEARCH}/search", json=document("search", asked)))
        ids = [one["id"] for one in told["hits"]]
        for start in range(0, len(ids), AT_ONCE):
            yield ids[start : start + AT_ONCE]
        cursor = told["next"]
        if not cursor:
            return


def document(type_: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": {"type": type_, "attributes": attributes}}


def answered(answer: httpx.Response) -> Any:
    """What the search module says. Raises Failed with its own words."""
    if answer.status_code == 200:
        return answer.json()["data"]["attributes"]
    errors: list[dict[str, Any]] = answer.json().get("errors", [])
    raise failed("search", reason=" ".join(str(one.get("detail", "")) for one in errors))


def failed(rule: str, **values: Any) -> Failed:
    key = f"publish.{rule}"
    return Failed(Error("BUSINESS_RULE", key=key, values=values, meta={"rule": key}))
