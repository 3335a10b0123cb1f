"""Sets and saved searches within a search: what they stand for, as the caller may read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from dina.base.errors import Error, Problem
from dina.base.jsonapi.operation import Call
from dina.base.resource.checks import UUID_FORM
from dina.modules.search.engine import Registry
from dina.modules.search.operations import forms
from dina.modules.search.query.parsed import Doubt, Parsed
from dina.modules.search.query.tree import NOTHING, All, AnyOf, Ids, Kept, Linked, Node, Not, walk
from dina.modules.search.query.wording import quoted

TYPES = {"set": "record-set", "saved": "saved-query"}
MAX_DEPTH = 5


async def trees_of(
    call: Call, registry: Registry, given: Mapping[str, Any]
) -> tuple[dict[str, Node], Parsed | None]:
    """The trees of a question with its sets and saved searches, and how its text was understood. Raises Problem."""
    trees, parsed = forms.trees_of(registry, given)
    if not any(isinstance(node, Kept) for tree in trees.values() for node in walk(tree)):
        return trees, parsed
    assert call.service.client_as is not None
    async with call.service.client_as(call.request.caller) as client:
        resolver = _Resolver(client, call.service.module.prefixes[0], registry, len(trees) > 1)
        return {type_: await resolver.put(tree, type_, ()) for type_, tree in trees.items()}, parsed


async def saved_tree(call: Call, registry: Registry, saved: Mapping[str, Any]) -> tuple[Node, list[Doubt]]:
    """The tree that a saved search (its resource) stands for, and what in its texts is not understood. Raises Problem."""
    assert call.service.client_as is not None
    async with call.service.client_as(call.request.caller) as client:
        resolver = _Resolver(client, call.service.module.prefixes[0], registry, False)
        type_: str = saved["attributes"]["searchedType"]
        tree = await resolver.stood_for(saved, Kept("saved", saved["id"]), type_, ())
    return tree, resolver.doubts


@dataclass
class _Resolver:
    """Puts trees of sets and searches into the tree of a type; with several types, those of others find nothing."""

    client: httpx.AsyncClient
    prefix: str
    registry: Registry
    several: bool
    doubts: list[Doubt] = field(default_factory=list[Doubt])

    async def put(self, node: Node, type_: str, above: tuple[str, ...]) -> Node:
        match node:
            case Kept(kind) if kind in TYPES:
                return await self.kept(node, type_, above)
            case All(children):
                return All(tuple([await self.put(one, type_, above) for one in children]))
            case AnyOf(children, least):
                return AnyOf(tuple([await self.put(one, type_, above) for one in children]), least)
            case Not(child):
                return Not(await self.put(child, type_, above))
            case Linked(relationship, child, least) if child is not None:
                fields = self.registry.fields
                link = fields.links(type_).get(relationship) if type_ in fields.prefixes else None
                target = link.targets[0] if link is not None else type_
                return Linked(relationship, await self.put(child, target, above), least)
            case _:
                return node

    async def kept(self, node: Kept, type_: str, above: tuple[str, ...]) -> Node:
        return await self.stood_for(await self.load(TYPES[node.kind], node.which), node, type_, above)

    async def stood_for(
        self, found: Mapping[str, Any], node: Kept, type_: str, above: tuple[str, ...]
    ) -> Node:
        told = found["attributes"]
        if found["id"] in above or len(above) >= MAX_DEPTH:
            raise Problem(Error("BAD_PARAMETER", key="search.keptLoop", values={"name": told["name"]}))
        of = told["recordType" if node.kind == "set" else "searchedType"]
        if of != type_:
            if self.several:
                return NOTHING
            values = {"name": told["name"], "type": of}
            raise Problem(Error("BAD_PARAMETER", key="search.keptType", values=values))
        question = told.get("query")
        if node.kind == "set" and question is None:
            return Ids(tuple(told.get("records") or ()))
        question = {
            name: part for name, part in (question or {}).items() if name in ("q", "filter", "geometry")
        }
        trees, parsed = forms.trees_of(self.registry, {"type": of, **question})
        self.doubts += parsed.doubts if parsed else ()
        return await self.put(trees[of], type_, (*above, found["id"]))

    async def load(self, type_: str, which: str) -> dict[str, Any]:
        """By id, else by name: the newest of those the caller may read. Raises Problem."""
        address = f"{self.prefix}/{type_}"
        if UUID_FORM.fullmatch(which):
            answer = await self.client.get(f"{address}/{which.lower()}")
            found = [answer.json()["data"]] if answer.status_code == 200 else []
        else:
            parameters = {"filter[name][EQ]": quoted(which), "sort": "-createdOn", "page[limit]": "1"}
            answer = await self.client.get(address, params=parameters)
            found = answer.json()["data"] if answer.status_code == 200 else []
        if not found:
            raise Problem(Error("BAD_PARAMETER", key="search.kept", values={"name": which}))
        return found[0]
