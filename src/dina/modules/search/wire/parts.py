"""What aggregations have in common: facets asked for, answers told, fields and sizes read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dina.modules.search.engine.model import Facet
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.wire.faults import at, refused, text_at, unsupported, whole_at
from dina.modules.search.wire.naming import Place, fields_named

MAX_SIZE = 1000
Answers = Mapping[str, Any]
"""What the engine answered to facets, by name."""


@dataclass(frozen=True)
class Aggregation:
    """One aggregation: the facets it needs, and how their answers are told. `answer` takes them and the count around."""

    name: str
    facets: tuple[Facet, ...]
    answer: Callable[[Answers, int], dict[str, Any]]


def told(inner: tuple[Aggregation, ...], found: Answers, count: int) -> dict[str, Any]:
    return {one.name: one.answer(found, count) for one in inner}


def facets_of(inner: tuple[Aggregation, ...]) -> tuple[Facet, ...]:
    return tuple(facet for one in inner for facet in one.facets)


def paths_of(
    given: Mapping[str, Any], pointer: str, place: Place, kind: FieldKind | None = None
) -> list[str]:
    """The fields that a `field` names, from the root. Raises Problem."""
    inside = at(pointer, "field")
    name = text_at(given.get("field"), inside)
    found = fields_named(name, inside, place)
    for _, field in found:
        if kind is not None and field.kind is not kind:
            raise refused(
                inside,
                f"query.value.{kind.value}" if kind is not FieldKind.POINT else "wire.noPlace",
                name=name,
                field=name,
                value=name,
            )
        if kind is None and field.kind in (FieldKind.OBJECT, FieldKind.POINT):
            raise refused(inside, f"query.value.{field.kind.value}", field=name, value=name)
    return [one.whole(field.path) for one, field in found]


def single(given: Mapping[str, Any], pointer: str, place: Place, kind: FieldKind | None = None) -> str:
    """The one field that a `field` names. Raises Problem where it is several."""
    paths = paths_of(given, pointer, place, kind)
    if len(paths) != 1:
        raise refused(at(pointer, "field"), "wire.manyLinks", name=str(given.get("field")))
    return paths[0]


def size_of(given: Mapping[str, Any], pointer: str, usual: int = 10) -> int:
    """How many buckets; more than the engine tells are cut to what it does."""
    return min(whole_at(given.get("size", usual), at(pointer, "size"), 1, 1 << 30), MAX_SIZE)


def childless(inner: tuple[Aggregation, ...], pointer: str) -> None:
    if inner:
        raise unsupported(pointer, f"aggregations in {pointer.rpartition('/')[2]}")
