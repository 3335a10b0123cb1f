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
from dina.modules.search.index.stripped import Stripped, filled, stripped
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


@dataclass(frozen=True, slots=True)
class Apart:
    """What of a type not everybody is told alike: whether whole `rows`, and which members."""

    rows: bool
    members: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, facts: Mapping[str, Any], members: Iterable[str]) -> Apart:
        apart = facts["toldApart"]
        found = frozenset(apart["members"]) & frozenset(members)
        return cls(apart["rows"], found, found & frozenset(facts["attributes"]))

    @property
    def asked(self) -> str:
        return ",".join(sorted(self.members))

    def merged(self, whole: Stripped, told: Mapping[str, Any]) -> Stripped:
        """What somebody is told, from what somebody else is told in full and from what differs."""
        told_attributes, told_links = told.get("attributes", {}), told.get("relationships", {})
        attributes = {k: v for k in self.attributes if (v := filled(told_attributes.get(k))) is not None}
        links = {
            k: {"data": data}
            for k in self.members - self.attributes
            if (data := told_links.get(k, {}).get("data"))
        }
        if all(attributes.get(k) == whole.attributes.get(k) for k in self.attributes) and all(
            links.get(k) == whole.relationships.get(k) for k in self.members - self.attributes
        ):
            return whole
        return Stripped.of(
            whole.type, whole.id,
            {k: v for k, v in whole.attributes.items() if k not in self.members} | attributes,
            {k: v for k, v in whole.relationships.items() if k not in self.members} | links,
        )  # fmt: skip


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
        self.apart: dict[str, Apart] = {}

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
                members = [*told(facts["attributes"]), *facts["relationships"]]
                self.members[type_] = ",".join(members)
                self.apart[type_] = Apart.of(facts, members)
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

    async def load(self, type_: str, ids: list[str], caller: Caller, whole: Loaded | None = None) -> Loaded:
        """Those of the resources that are there for a caller. Raises httpx.HTTPError.

        `whole` is what somebody who is told everything got: then only what may differ from that is asked for.
        """
        found: Loaded = {}
        if type_ not in self.homes:
            return found
        apart = self.apart[type_]
        if whole is not None:
            known = [id_ for id_ in ids if (type_, id_) in whole]
            ids = [id_ for id_ in ids if (type_, id_) not in whole]
            if not apart.rows and not apart.members:
                found |= {(type_, id_): whole[type_, id_] for id_ in known}
            else:
                for start in range(0, len(known), BATCH):
                    some = await self._load(type_, known[start : start + BATCH], caller, apart.asked)
                    found |= {(type_, one["id"]): apart.merged(whole[type_, one["id"]], one) for one in some}
        for start in range(0, len(ids), BATCH):
            some = await self._load(type_, ids[start : start + BATCH], caller, self.members[type_])
            found |= {(type_, one["id"]): stripped(one) for one in some}
        return found

    async def _load(self, type_: str, ids: list[str], caller: Caller, members: str) -> list[Any]:
        wanted = ids
        while wanted:
            body = orjson.dumps({"data": [{"type": type_, "id": id_} for id_ in wanted]})
            answer = await self.client(caller).post(
                f"{self.homes[type_]}/{type_}/bulk-load",
                params={f"fields[{type_}]": members},
                content=body,
                headers=HEADERS,
            )
            if answer.status_code == 200:
                return orjson.loads(answer.content)["data"]
            # What takes too long all together is asked for in halves.
            long = answer.status_code == 503 and len(wanted) > 1
            if answer.status_code not in (403, 404, 410) and not long:
                answer.raise_for_status()
            absent = {one["meta"]["id"] for one in answer.json()["errors"] if "id" in one.get("meta", {})}
            if not absent:
                if len(wanted) == 1 or answer.status_code not in (403, 503):
                    return []
                half = len(wanted) // 2
                first = await self._load(type_, wanted[:half], caller, members)
                return first + await self._load(type_, wanted[half:], caller, members)
            wanted = [id_ for id_ in wanted if id_ not in absent]
        return []

    async def surroundings(
        self, fields: Fields, loaded: Loaded, caller: Caller, kept: dict[Key, Stripped | None] | None = None,
        whole: Loaded | None = None,
    ) -> Loaded:  # fmt: skip
        """The resources with all that is taken along with them; `kept` are those known from before."""
        found = dict(loaded)
        by_type: dict[str, list[Stripped]] = {}
        for one in loaded.values():
            by_type.setdefault(one.type, []).append(one)
        for type_, resources in by_type.items():
            await self._level(fields.root(type_).include, resources, caller, found, kept, whole)
        return found

    async def _level(
        self, chains: Iterable[tuple[str, ...]], resources: list[Stripped], caller: Caller, found: Loaded,
        kept: dict[Key, Stripped | None] | None, whole: Loaded | None,
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
                got = await self.load(type_, ids, caller, whole)
                found |= got
                if kept is not None:
                    kept |= {(type_, id_): got.get((type_, id_)) for id_ in ids}
            below = [chain[1:] for chain in chains if chain[0] == name and len(chain) > 1]
            if below:
                reached = [found[key] for key in keys if key in found]
                await self._level(below, reached, caller, found, kept, whole)


def told(attributes: Mapping[str, Any]) -> list[str]:
    """The attributes that are asked for: what costs much and follows from others is left out."""
    return [name for name, facts in attributes.items() if not is_left_out(facts)]


def module_of(prefix: str) -> str:
    return prefix.strip("/").split("/")[0]


def lookup_in(loaded: Mapping[Key, Stripped]) -> Callable[[str, str], Stripped | None]:
    return lambda type_, id_: loaded.get((type_, id_))
