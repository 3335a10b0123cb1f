"""A document as the API gives it, read by the paths of a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.search.query import extents, taxa

Resource = Mapping[str, Any]
Key = tuple[str, str]


class Record:
    """A resource object with what it is linked to.

    A path begins at `id`, an attribute or a relationship; a relationship goes on in what it leads to (and
    leads to ids where it ends), an attribute in its members. Lists are looked into wherever they are.
    What was looked up once is kept: documents stay as they are. `kept` is for what follows from it.
    A resource that many link to is one record for all of them, where they give it in `others`.
    """

    __slots__ = ("_linked_by", "_shared", "_values", "included", "kept", "resource")

    def __init__(
        self, resource: Resource, included: Mapping[Key, Resource], others: dict[Key, Record] | None = None
    ) -> None:
        self.resource = resource
        self.included = included
        self._shared: dict[Key, Record] = {} if others is None else others
        self.kept: dict[Any, Any] = {}
        self._values: dict[str, list[Any]] = {}
        self._linked_by: dict[str, list[Record]] = {}

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    def values(self, path: str) -> list[Any]:
        """What stands at a path: values that are neither null nor lists; objects where members are left."""
        found = self._values.get(path)
        if found is None:
            found = self._values[path] = list(self._at(path.split(".")))
        return found

    def linked(self, path: str) -> list[Record]:
        """The resources that a relationship leads to, one without content where it is not in the document."""
        here: list[Record] = [self]
        for name in path.split("."):
            here = [other for one in here for other in one._others(name)]
        return here

    def _others(self, name: str) -> list[Record]:
        found = self._linked_by.get(name)
        if found is None:
            found = self._linked_by[name] = list(self._linked(name))
        return found

    def _linked(self, name: str) -> Iterator[Record]:
        relationship = self.resource.get("relationships", {}).get(name)
        data = relationship.get("data") if is_object(relationship) else None
        for one in data if is_array(data) else [data]:
            if is_object(one):
                key = (one["type"], one["id"])
                other = self._shared.get(key)
                if other is None:
                    resource = self.included.get(key, {"type": key[0], "id": key[1]})
                    other = self._shared[key] = Record(resource, self.included, self._shared)
                yield other

    def _at(self, parts: list[str]) -> Iterable[Any]:
        name, rest = parts[0], parts[1:]
        if name in ("id", "type") and not rest:
            return [self.resource[name]]
        if name in self.resource.get("relationships", {}):
            return [value for one in self._others(name) for value in one._at(rest or ["id"])]
        return members(self.resource.get("attributes", {}).get(name), rest)


def members(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path inside a value."""
    if is_array(value):
        for one in value:
            yield from members(one, path)
    elif not path:
        if value is not None:
            yield value
    elif is_object(value) and path[0] in value:
        yield from members(value[path[0]], path[1:])
    elif is_object(value) and path[0] == taxa.MEMBER and taxa.has_taxa(value):
        yield from members(taxa.taxa_of(value), path[1:])
    elif is_object(value) and path[0] == extents.MEMBER and extents.is_outline(value):
        yield from members(extents.extent_of(value), path[1:])


def record_of(document: Mapping[str, Any]) -> Record:
    """The record of a JSON:API document with one resource as its data."""
    included = {(one["type"], one["id"]): one for one in document.get("included") or ()}
    data = document["data"]
    return Record(data, {**included, (data["type"], data["id"]): data})
