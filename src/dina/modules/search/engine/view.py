"""The fields of one type as searches are read and judged with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dina.base.text import Text
from dina.modules.search.engine.registry import Registry
from dina.modules.search.query.fields import FieldKind

KINDS: Mapping[str, FieldKind] = {
    "keyword": FieldKind.TEXT,
    "text": FieldKind.TEXT,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
    "date-time": FieldKind.DATETIME,
    "id": FieldKind.UUID,
    "geo": FieldKind.POINT,
    "map": FieldKind.OBJECT,
    "object": FieldKind.OBJECT,
}
ID = Text("Identifier", "Identifiant")


@dataclass(frozen=True)
class TypeFields:
    """What `query.fields.Registry` asks for, of one searched type."""

    registry: Registry
    type: str

    @property
    def searched(self) -> Sequence[str]:
        return self._searched

    @cached_property
    def _searched(self) -> Sequence[str]:
        numbers = self.registry.numbers
        found: list[str] = []
        for path, fact in self.registry.of(self.type).items():
            kind = numbers.kinds.get((self.type, path), fact.kind)
            if fact.weight is not None and kind in ("keyword", "text"):
                found.append(path)
        return found

    @property
    def points(self) -> Sequence[str]:
        point = self.registry.fields.root(self.type).point
        return [point] if point else []

    @property
    def outline(self) -> str:
        return self.registry.fields.root(self.type).outline or ""

    @property
    def ages(self) -> Sequence[tuple[str, str]]:
        return self.registry.fields.root(self.type).ages

    def kind(self, path: str) -> FieldKind | None:
        fact = self.registry.fields.find(self.type, path)
        if fact is not None:
            return KINDS[self.registry.kind(self.type, fact)]
        links = self.registry.fields.links(self.type)
        if path in links:
            return FieldKind.LINK
        if path == "id" or (path.endswith(".id") and path.removesuffix(".id") in links):
            return FieldKind.UUID
        return None

    def label(self, path: str) -> Text:
        fact = self.registry.fields.find(self.type, path)
        link = self.registry.fields.links(self.type).get(path)
        return fact.label if fact else link.label if link else ID

    def paths(self) -> Iterable[str]:
        for path, fact in self.registry.of(self.type).items():
            yield path
            if fact.kind == "map":
                yield f"{path}.*"
        yield from self.registry.fields.links(self.type)
