"""Sets and saved searches within a search: what they stand for, as the caller may read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from dina.base.errors import Error, Problem
from dina.base.jsonapi.operation import Call
from dina.base.resource.checks import UUID_FORM
from dina.modules.search.engine import Registry
from dina.modules.search.operations import forms
from dina.modules.search.query.parsed import Parsed
from dina.modules.search.query.tree import All, AnyOf, Ids, Kept, Linked, Node, Not, walk

TYPES = {"set": "record-set", "saved": "saved-query"}
MAX_DEPTH = 5


async def tree_of(call: Call, registry: Registry, given: Mapping[str, Any]) -> tuple[Node, Parsed | None]:
    """The tree of a question with its sets and saved searches, and how its text was understood. Raises Problem."""
    tree, parsed = forms.tree_of(registry, given)
    if not any(isinstance(node, Kept) for node in walk(tree)):
        return tree, parsed
    assert call.service.client_as is not None
    async with call.service.client_as(call.request.caller) as client:
        prefix = call.service.module.prefixes[0]
        return await _Resolver(client, prefix, registry, forms.types_of(given)).put(tree, ()), parsed


class _Resolver:
    def __init__(
        self, client: httpx.AsyncClient, prefix: str, registry: Registry, types: tuple[str, ...]
    ) -> None:
        self.client = client
        self.prefix = prefix
        self.registry = registry
        self.types = types

    async def put(self, node: Node, above: tuple[str, ...]) -> Node:
        match node:
            case Kept():
                return await self.kept(node, above)
            case All(children):
                return All(tuple([await self.put(one, above) for one in children]))
            case AnyOf(children, least):
                return AnyOf(tuple([await self.put(one, above) for one in children]), least)
            case Not(child):
                return Not(await self.put(child, above))
            case Linked(relationship, child, least) if child is not None:
                return Linked(relationship, await self.put(child, above), least)
            case _:
                return node

    async def kept(self, node: Kept, above: tuple[str, ...]) -> Node:
        found = await self.load(TYPES[node.kind], node.which)
        told = found["attributes"]
        if found["id"] in above or len(above) >= MAX_DEPTH:
            raise Problem(Error("BAD_PARAMETER", key="search.keptLoop", values={"name": told["name"]}))
        type_ = told["recordType" if node.kind == "set" else "searchedType"]
        if type_ not in self.types:
            values = {"name": told["name"], "type": type_}
            raise Problem(Error("BAD_PARAMETER", key="search.keptType", values=values))
        question = told.get("query")
        if node.kind == "set" and question is None:
            return Ids(tuple(told.get("records") or ()))
        question = {
            name: part for name, part in (question or {}).items() if name in ("q", "filter", "geometry")
        }
        tree, _ = forms.tree_of(self.registry, {"type": type_, **question})
        return await self.put(tree, (*above, found["id"]))

    async def load(self, type_: str, which: str) -> dict[str, Any]:
        """By id, else by name: the newest of those the caller may read. Raises Problem."""
        address = f"{self.prefix}/{type_}"
        if UUID_FORM.fullmatch(which):
            answer = await self.client.get(f"{address}/{which.lower()}")
            found = [answer.json()["data"]] if answer.status_code == 200 else []
        else:
            parameters = {"filter[name][EQ]": which, "sort": "-createdOn", "page[limit]": "1"}
            answer = await self.client.get(address, params=parameters)
            found = answer.json()["data"] if answer.status_code == 200 else []
        if not found:
            raise Problem(Error("BAD_PARAMETER", key="search.kept", values={"name": which}))
        return found[0]
