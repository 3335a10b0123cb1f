"""Who refers to the records that go, and how each is written so that it refers to the one that stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.client.references import Place, condition, inside, mergeable, places
from dina.modules.exchange.changing.drafts import Draft
from dina.modules.exchange.changing.sending import refuse
from dina.modules.exchange.changing.targets import target_of
from dina.modules.exchange.importing.fields import registry

MODULES = ("collection", "exchange", "agent")
"""Modules whose records may refer to others."""
PAGE = 200
Types = Mapping[str, Any]


@dataclass(frozen=True)
class Merging:
    """What is merged: the one that is kept, those that go, and what the registries of all modules say."""

    type: str
    module: str
    keep: str
    others: tuple[str, ...]
    modules: Mapping[str, Types]
    places: Mapping[str, Sequence[Place]]

    @classmethod
    async def of(cls, client: httpx.AsyncClient, type_: str, keep: str, others: Sequence[str]) -> Merging:
        """Raises Failed where records of the type cannot be merged."""
        modules = {name: await registry(client, name) for name in MODULES}
        module = next((name for name, types in modules.items() if type_ in types), "")
        every: dict[str, Any] = {name: facts for types in modules.values() for name, facts in types.items()}
        if not mergeable(every, type_):
            raise Failed(Error("BUSINESS_RULE", key="merge.type", values={"type": type_}))
        return cls(type_, module, keep, tuple(sorted(others)), modules, places(every, type_))

    @property
    def types(self) -> Types:
        return self.modules[self.module]

    def in_order(self) -> list[tuple[str, str]]:
        """Modules and types that refer to the records; the module of the records themselves is last."""
        names = sorted(self.modules, key=lambda name: (name == self.module, name))
        return [
            (name, type_) for name in names for type_ in sorted(self.places) if type_ in self.modules[name]
        ]


@dataclass
class Reference:
    """A record that refers to one that goes, rewritten."""

    draft: Draft
    name: str
    cells: list[dict[str, Any]]
    held: frozenset[str]
    """Those of the others that it refers to."""


async def references(client: httpx.AsyncClient, merging: Merging, module: str, type_: str) -> AsyncIterator[Reference]:  # fmt: skip
    """Every record of the type that refers to one of those that go, but these records themselves."""
    types, found = merging.modules[module], merging.places[type_]
    params: dict[str, Any] = {"page[limit]": PAGE, "sort": "id"}
    fiql = condition(found, merging.others)
    params |= {"fiql": fiql} if fiql else {}
    included = ",".join(one.name for one in found if one.linking and not one.external)
    params |= {"include": included} if included else {}
    offset = 0
    while True:
        answer = await client.get(f"/{module}/v1/{type_}", params={**params, "page[offset]": offset})
        refuse(answer)
        document = answer.json()
        for data in document["data"]:
            if data["id"] in (merging.keep, *merging.others):
                continue
            one = rewritten(types, found, data, merging.keep, merging.others)
            if one is not None:
                yield one
        offset += PAGE
        if len(document["data"]) < PAGE:
            return


def rewritten(types: Types, found: Sequence[Place], data: Mapping[str, Any], keep: str, others: Sequence[str]) -> Reference | None:  # fmt: skip
    """The record with every reference to the others led to the one kept; nothing where it has none."""
    draft, cells, held = Draft.read(data), list[dict[str, Any]](), set[str]()
    for place in found:
        if place.linking:
            links = linkage(data, place.name)
            before = [one["id"] for one in links]
            if not held_in(before, others, held):
                continue
            after = moved(links, keep, others)
            draft.linked[place.name] = {"data": after if place.many else after[0]}
            cells.append(cell(place.path, place.many, before, [one["id"] for one in after]))
        else:
            target = target_of(types, draft.type, place.path)
            before = draft.value(target)
            if not held_in(inside(before, ()), others, held):
                continue
            draft.put(target, lambda value: led(value, keep, others), every=True)
            cells.append({"field": place.path, "before": before, "after": draft.value(target)})
    if not cells:
        return None
    title = draft.attributes.get(types[draft.type]["title"])
    name = title if isinstance(title, str) and title else draft.id[:8]
    return Reference(draft, name, cells, frozenset(held))


def linkage(data: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    found = data.get("relationships", {}).get(name, {}).get("data")
    return found if isinstance(found, list) else [found] if found else []


def held_in(ids: Sequence[Any], others: Sequence[str], held: set[str]) -> bool:
    """Whether one of the others is among the ids; those that are, are added to `held`."""
    here = {one for one in ids if one in others}
    held |= here
    return bool(here)


def moved(links: Sequence[dict[str, str]], keep: str, others: Sequence[str]) -> list[dict[str, str]]:
    """A linkage that leads to the one kept, once, at the first place where one of them stood."""
    found: dict[str, dict[str, str]] = {}
    for one in links:
        id_ = keep if one["id"] in others else one["id"]
        found.setdefault(id_, {"type": one["type"], "id": id_})
    return list(found.values())


def led(value: Any, keep: str, others: Sequence[str]) -> Any:
    """A value of ids, one or a list, the same way."""
    if isinstance(value, list):
        return list(dict.fromkeys(keep if one in others else one for one in value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return keep if value in others else value


def cell(path: str, many: bool, before: list[str], after: list[str]) -> dict[str, Any]:
    return {"field": path, "before": before if many else before[0], "after": after if many else after[0]}
