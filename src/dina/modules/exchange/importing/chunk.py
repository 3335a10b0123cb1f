"""A few hundred rows as one atomic request, and its faults led back to rows and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import orjson

from dina.base.jsonapi.writing.changes import new_id
from dina.modules.exchange.importing.assemble import CONTEXT, EVENT, GEO, NAMED, ORGANISM, Parts, digest
from dina.modules.exchange.importing.fields import LAYOUTS, PARTS

ATOMIC = 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"'
ORDER = {"geological-context": 0, "collecting-event": 1, "organism": 2}
"""Records that others of the same request point at come first."""
SHARED = {EVENT: "collecting-event", CONTEXT: "geological-context"}
PLACE = re.compile(r"/atomic:operations/(\d+)(?:/data)?(?:/(attributes|relationships)/(.*))?")


@dataclass(frozen=True, slots=True)
class Said:
    """A fault the API found: the rows it concerns, the field, its code and sentence."""

    rows: tuple[int, ...]
    path: str | None
    code: str
    detail: str
    index: int


@dataclass
class Chunk:
    """Rows on their way into the API. `ids` are those of the main records, chosen before anything is sent."""

    target: str
    group: str
    module: str
    source_set: str
    rows: list[Parts]
    ids: dict[int, str]
    existing: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    shared: dict[tuple[str, bytes], str] = field(default_factory=dict[tuple[str, bytes], str])
    fresh: dict[tuple[str, bytes], str] = field(default_factory=dict[tuple[str, bytes], str])
    operations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    owners: list[list[int]] = field(default_factory=list[list[int]])
    texts: Mapping[int, Sequence[str | None]] = field(default_factory=dict[int, Sequence[str | None]])
    shared_only: bool = False
    places: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict[int, list[tuple[str, bytes]]])

    def only_shared(self) -> Chunk:
        """The same rows, of which only the shared records are sent."""
        return replace(self, shared_only=True, operations=[], owners=[])

    def drop(self, numbers: set[int]) -> None:
        """Leave rows out of what is sent next."""
        self.rows = [parts for parts in self.rows if parts.number not in numbers]

    def used_by(self, numbers: set[int]) -> list[tuple[str, str]]:
        """Shared records that rows of these numbers would have used: type and id."""
        return [
            (type_, self.shared[type_, digested])
            for number in numbers
            for type_, digested in self.places.get(number, ())
            if (type_, digested) in self.shared
        ]

    def digests(self) -> dict[tuple[str, bytes], None]:
        """What is shared by rows: events and geological contexts, by what they say."""
        found: dict[tuple[str, bytes], None] = {}
        for parts in self.rows:
            for part, type_ in SHARED.items():
                if part in parts.values or (part == EVENT and GEO in parts.values):
                    key = (type_, self.digest_of(parts, part))
                    found[key] = None
                    self.places.setdefault(parts.number, []).append(key)
        return found

    def digest_of(self, parts: Parts, part: str) -> bytes:
        """What a row says of a shared part, in sixteen bytes."""
        known = parts.digests.get(part)
        if known is not None:
            return known
        links = {p: ids for p, ids in parts.links.items() if p.startswith(part + ".")} if parts.links else {}
        geo = parts.values.get(GEO) if part == EVENT else None
        found = parts.digests[part] = digest([parts.values.get(part), geo, links])
        return found

    def build(self) -> bytes:
        """The request's body; `operations` and `owners` (row numbers by operation) are set with it."""
        made: list[tuple[int, dict[str, Any], list[int]]] = []
        placed: dict[tuple[str, bytes], list[int]] = {}
        for parts in self.rows:
            related = {part: self._share(parts, part, made, placed) for part in SHARED}
            if not self.shared_only:
                made += self._own(parts, related)
        made.sort(key=lambda one: one[0])
        self.operations = [one for _, one, _ in made]
        self.owners = [rows for _, _, rows in made]
        return orjson.dumps({"atomic:operations": self.operations})

    def _share(
        self,
        parts: Parts,
        part: str,
        made: list[tuple[int, dict[str, Any], list[int]]],
        placed: dict[tuple[str, bytes], list[int]],
    ) -> str | None:
        """The id of the record of a shared part; the first row that needs it makes it."""
        values = parts.values.get(part)
        if values is None and not (part == EVENT and GEO in parts.values):
            return None
        type_ = SHARED[part]
        key = (type_, self.digest_of(parts, part))
        known = self.shared.get(key)
        if known is not None:
            return known
        if key in placed:
            placed[key].append(parts.number)
            return self.fresh[key]
        id_ = self.fresh.setdefault(key, new_id())
        placed[key] = [parts.number]
        attributes: dict[str, Any] = {**(values or {}), "group": self.group}
        links = _links(parts, part)
        if part == EVENT:
            attributes |= self.event_of(parts)[0]
        if part == CONTEXT:
            attributes.setdefault(
                "name", attributes.get("formation") or attributes.get("earliestInterval") or ""
            )
        made.append((ORDER[type_], _add(type_, id_, attributes, links), placed[key]))
        return id_

    @staticmethod
    def event_of(parts: Parts) -> tuple[dict[str, Any], dict[str, Any]]:
        """Attributes and relationships of the event of a row."""
        attributes = dict(parts.values.get(EVENT, {}))
        if GEO in parts.values:
            attributes["geoReferenceAssertions"] = [{**parts.values[GEO], "isPrimary": True}]
        return attributes, _links(parts, EVENT)

    def _own(
        self, parts: Parts, related: Mapping[str, str | None]
    ) -> list[tuple[int, dict[str, Any], list[int]]]:
        """The main record of a row and its organism."""
        here: list[tuple[int, dict[str, Any], list[int]]] = []
        number, id_ = parts.number, self.ids[parts.number]
        before = self.existing.get(number)
        relationships = _links(parts, "")
        for part, name in ((EVENT, "collectingEvent"), (CONTEXT, "geologicalContext")):
            if related[part]:
                relationships[name] = {"data": {"type": SHARED[part], "id": related[part]}}
        if ORGANISM in parts.values or NAMED in parts.values:
            organism = dict(parts.values.get(ORGANISM, {}))
            identifications = [self._identification(parts), *parts.more]
            if any(identifications):
                organism["determination"] = [one for one in identifications if one]
            known = before["organism"] if before else None
            if known:
                here.append((ORDER["organism"], _update("organism", known, organism), [number]))
            else:
                organism["group"] = self.group
                own = new_id()
                here.append((ORDER["organism"], _add("organism", own, organism, {}), [number]))
                link = {"type": "organism", "id": own}
                relationships["organism"] = {"data": link if self.target == "observation" else [link]}
        attributes = dict(parts.values.get("", {}))
        if before is not None:
            here.append((9, _update(self.target, id_, attributes, relationships), [number]))
        else:
            attributes["group"] = self.group
            if self.target in LAYOUTS:
                attributes.setdefault("sourceSet", self.source_set)
            if self.target == "material-sample":
                name = attributes.get("dwcCatalogNumber")
                if name is not None:
                    attributes.setdefault("materialSampleName", name)
            here.append((9, _add(self.target, id_, attributes, relationships), [number]))
            for type_, relationship, values in parts.beside:
                link = {relationship: {"data": {"type": self.target, "id": id_}}}
                one = _add(type_, new_id(), {**values, "group": self.group}, link)
                here.append((10, one, [number]))
        return here

    @staticmethod
    def _identification(parts: Parts) -> dict[str, Any]:
        found = dict(parts.values.get(NAMED, {}))
        people = parts.links.get(f"{NAMED}.determiner")
        if people:
            found["determiner"] = [id_ for _, id_ in people]
        if found:
            found["isPrimary"] = True
        return found

    def said(self, errors: Sequence[Mapping[str, Any]]) -> list[Said]:
        """The faults of an answer by row and field."""
        found: list[Said] = []
        for error in errors:
            pointer = str(error.get("source", {}).get("pointer", ""))
            match = PLACE.match(pointer)
            if match is None or int(match[1]) >= len(self.owners):
                found.append(Said((), None, str(error.get("code")), str(error.get("detail")), -1))
                continue
            index = int(match[1])
            type_ = self._type(index)
            path = _path(type_, match[3] or str(error.get("meta", {}).get("member", "")))
            rows = tuple(self.owners[index])
            found.append(Said(rows, path, str(error.get("code")), str(error.get("detail")), index))
        return found

    def _type(self, index: int) -> str:
        return self.operations[index]["data"]["type"]


def _path(type_: str, below: str) -> str | None:
    """The path of a field from where the API points: `attributes/determination/0/x` -> `organism.determination.x`."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in below.split("/") if not step.isdecimal()]
    part = next((part for part, (owner, holder) in PARTS.items() if owner == type_ and holder is None), "")
    path = ".".join([part, *steps] if part else steps)
    return path or None


def _links(parts: Parts, part: str) -> dict[str, Any]:
    """Relationships of a part that the row names."""
    found: dict[str, Any] = {}
    if not parts.links:
        return found
    for path, ids in parts.links.items():
        head, _, name = path.rpartition(".")
        if head != part:
            continue
        linked = [{"type": type_, "id": id_} for type_, id_ in dict.fromkeys(ids)]
        many = name in (
            "collectors",
            "preparedBy",
            "projects",
            "assemblages",
            "attachment",
            "recordedBy",
            "identifiedBy",
            "vouchers",
        )
        found[name] = {"data": linked if many else linked[0]}
    return found


def _add(type_: str, id_: str, attributes: dict[str, Any], relationships: dict[str, Any]) -> dict[str, Any]:
    data = {"type": type_, "id": id_, "attributes": attributes, "relationships": relationships}
    return {"op": "add", "data": data}


def _update(
    type_: str, id_: str, attributes: dict[str, Any], relationships: dict[str, Any] | None = None
) -> dict[str, Any]:
    data = {"type": type_, "id": id_, "attributes": attributes, "relationships": relationships or {}}
    return {"op": "update", "data": data}


async def send(
    client: httpx.AsyncClient,
    chunk: Chunk,
    *,
    change_set: str = "",
    label: str = "",
    dry: bool = False,
    language: str = "en",
) -> list[Mapping[str, Any]]:
    """Send a chunk; the API's errors, none when it was taken. Raises httpx.HTTPError where there is no answer."""
    headers = {
        "content-type": ATOMIC, "accept": ATOMIC, "prefer": "return=minimal, errors=9999", "accept-language": language,
    }  # fmt: skip
    if change_set:
        headers |= {"x-change-set": change_set, "x-change-set-label": label}
    answer = await client.post(
        f"/{chunk.module}/v1/operations" + ("?dryRun=true" if dry else ""),
        content=chunk.build(),
        headers=httpx.Headers(headers, encoding="utf-8"),
    )
    if answer.status_code < 300:
        return []
    if answer.status_code >= 500:
        answer.raise_for_status()
    return orjson.loads(answer.content)["errors"]
