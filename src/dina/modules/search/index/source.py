"""Asking the modules' APIs: their types, their changes, and resources as different callers are told of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
import orjson

from dina.base.identity.caller import ANONYMOUS, Caller, Role
from dina.modules.search.fields import Fields, is_left_out
from dina.modules.search.index.flatten import Stripped, stripped
from dina.modules.search.roots import Roots

READER = "search"
BATCH = 1000
HEADERS = {"content-type": "application/vnd.api+json; ext=bulk", "prefer": "errors=5000"}
EVERYTHING = Caller("", READER, admin=True, read_only=False)
OUTSIDE = Caller("", READER)
NOBODY = ANONYMOUS
Key = tuple[str, str]
Loaded = dict[Key, Stripped]


def inside(group: str) -> Caller:
    """Somebody who may read what one group has, and nothing more than that."""
    return Caller("", READER, groups=MappingProxyType({group: frozenset({Role.READ_ONLY})}))


@dataclass(frozen=True, slots=True)
class Change:
    type: str
    id: str
    group: str
    at: str


class Source:
    """The modules behind one address; `client_as` makes a client that asks as somebody.

    `open`: those who have not signed in are answered too.
    """

    def __init__(
        self, client_as: Callable[[Caller], httpx.AsyncClient], prefixes: Iterable[str], *, open: bool = False
    ) -> None:
        self.client_as = client_as
        self.open = open
        self.prefixes = tuple(prefixes)
        self.clients: dict[Any, httpx.AsyncClient] = {}
        self.homes: dict[str, str] = {}
        self.members: dict[str, str] = {}

    def client(self, caller: Caller) -> httpx.AsyncClient:
        key = (caller.admin, caller.anonymous, tuple(caller.groups))
        if key not in self.clients:
            self.clients[key] = self.client_as(caller)
        return self.clients[key]

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()
        self.clients.clear()

    async def fields(self, roots: Roots) -> Fields:
        """What the modules say of their types."""
        types: dict[str, Any] = {}
        searched: dict[str, str] = {}
        for prefix in self.prefixes:
            answer = await self.client(EVERYTHING).get(f"{prefix}/registry")
            if answer.status_code == 404:
                # Types may point into a module that is not served here.
                self.prefixes = tuple(one for one in self.prefixes if one != prefix)
                continue
            answer.raise_for_status()
            for type_, facts in answer.json()["meta"]["types"].items():
                types[type_] = facts
                self.homes[type_] = prefix
                self.members[type_] = ",".join([*told(facts["attributes"]), *facts["relationships"]])
                apart = type_ in roots.skipped or module_of(prefix) in roots.skipped_modules
                # What may be its creator's alone is not searched by others, nor kept here.
                if not apart and "private" not in facts:
                    searched[type_] = prefix
        return Fields(types, searched, roots)

    async def changes(self, prefix: str, after: str) -> tuple[list[Change], str]:
        """What has changed in a module since a place in its feed, and the place after that."""
        answer = await self.client(EVERYTHING).get(
            f"{prefix}/changes", params={"after": after, "limit": 1000}
        )
        answer.raise_for_status()
        document = orjson.loads(answer.content)
        found = [
            Change(a["documentType"], a["documentId"], a["group"] or "", a["commitDateTime"])
            for a in (one["attributes"] for one in document["data"])
        ]
        return found, document["meta"]["after"]

    async def ids(self, type_: str) -> AsyncIterator[list[str]]:
        """The ids of all living resources of a type, some at a time."""
        address: str | None = (
            f"{self.homes[type_]}/{type_}?page[limit]={BATCH}&page[after]=&fields[{type_}]=createdOn"
        )
        while address:
            answer = await self.client(EVERYTHING).get(address)
            answer.raise_for_status()
            document = orjson.loads(answer.content)
            if document["data"]:
                yield [one["id"] for one in document["data"]]
            address = document["links"]["next"]

    async def load(self, type_: str, ids: list[str], caller: Caller) -> Loaded:
        """Those of the resources that are there for a caller. Raises httpx.HTTPError."""
        found: Loaded = {}
        for start in range(0, len(ids), BATCH):
            found |= await self._load(type_, ids[start : start + BATCH], caller)
        return found

    async def _load(self, type_: str, ids: list[str], caller: Caller) -> Loaded:
        wanted = ids
        while wanted and type_ in self.homes:
            body = orjson.dumps({"data": [{"type": type_, "id": id_} for id_ in wanted]})
            answer = await self.client(caller).post(
                f"{self.homes[type_]}/{type_}/bulk-load",
                params={f"fields[{type_}]": self.members[type_]},
                content=body,
                headers=HEADERS,
            )
            if answer.status_code == 200:
                data = orjson.loads(answer.content)["data"]
                return {(one["type"], one["id"]): stripped(one) for one in data}
            # What takes too long all together is asked for in halves.
            long = answer.status_code == 503 and len(wanted) > 1
            if answer.status_code not in (403, 404, 410) and not long:
                answer.raise_for_status()
            absent = {one["meta"]["id"] for one in answer.json()["errors"] if "id" in one.get("meta", {})}
            if not absent:
                if len(wanted) == 1 or answer.status_code not in (403, 503):
                    return {}
                half = len(wanted) // 2
                return await self._load(type_, wanted[:half], caller) | await self._load(
                    type_, wanted[half:], caller
                )
            wanted = [id_ for id_ in wanted if id_ not in absent]
        return {}

    async def surroundings(
        self, fields: Fields, loaded: Loaded, caller: Caller, kept: dict[Key, Stripped | None] | None = None
    ) -> Loaded:
        """The resources with all that is taken along with them; `kept` are those known from before."""
        found = dict(loaded)
        by_type: dict[str, list[Stripped]] = {}
        for one in loaded.values():
            by_type.setdefault(one.type, []).append(one)
        for type_, resources in by_type.items():
            await self._level(fields.root(type_).include, resources, caller, found, kept)
        return found

    async def _level(
        self, chains: Iterable[tuple[str, ...]], resources: list[Stripped], caller: Caller, found: Loaded,
        kept: dict[Key, Stripped | None] | None,
    ) -> None:  # fmt: skip
        for name in dict.fromkeys(chain[0] for chain in chains):
            keys = {key for one in resources for key in one.links.get(name, ())}
            missing: dict[str, list[str]] = {}
            for key in keys:
                if key in found:
                    continue
                if kept is not None and key in kept:
                    known = kept[key]
                    if known is not None:
                        found[key] = known
                else:
                    missing.setdefault(key[0], []).append(key[1])
            for type_, ids in missing.items():
                got = await self.load(type_, ids, caller)
                found |= got
                if kept is not None:
                    kept |= {(type_, id_): got.get((type_, id_)) for id_ in ids}
            below = [chain[1:] for chain in chains if chain[0] == name and len(chain) > 1]
            if below:
                reached = [found[key] for key in keys if key in found]
                await self._level(below, reached, caller, found, kept)


def told(attributes: Mapping[str, Any]) -> list[str]:
    """The attributes that are asked for: what costs much and follows from others is left out."""
    return [name for name, facts in attributes.items() if not is_left_out(facts)]


def module_of(prefix: str) -> str:
    return prefix.strip("/").split("/")[0]


def lookup_in(loaded: Mapping[Key, Stripped]) -> Callable[[str, str], Stripped | None]:
    return lambda type_, id_: loaded.get((type_, id_))
