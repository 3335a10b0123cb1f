"""The field names of the wire as fields of the tree.

`data.attributes.x`, `data.id`, `data.relationships.x.data.id`; `included.attributes.x`, `included.id` and
`included.type` of what a relationship leads to. A twin at the end says how a text is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dina.base.errors import Problem
from dina.modules.search.query.fields import Below, FieldKind, Registry
from dina.modules.search.query.fitting import unknown
from dina.modules.search.query.tree import (
    EVERYTHING,
    NOTHING,
    All,
    AnyOf,
    Area,
    Box,
    Linked,
    Near,
    Node,
    Not,
    walk,
)
from dina.modules.search.wire.faults import refused
from dina.modules.search.wire.indexes import Index

TWINS = frozenset({"keyword", "keyword_numeric", "infix", "prefix", "prefix_reverse", "autocomplete"})
INCLUDED_TYPE = "included.type"


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it was named: `path` from where the search stands, its kind, and the twin."""

    name: str
    path: str
    kind: FieldKind
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where names are looked up: an index at its root, or what one of its links leads to (inside `nested`).

    `links` are those of the index that lead to something, with the type.
    """

    index: Index
    fields: Registry
    links: tuple[tuple[str, str], ...]
    link: str = ""
    type: str = ""
    nested: bool = False
    """Within a nested aggregation, where what is included is counted."""

    @property
    def here(self) -> Registry:
        return Below(self.fields, self.link) if self.link else self.fields

    def at(self, link: str, type_: str) -> Place:
        return replace(self, link=link, type=type_)

    def whole(self, path: str) -> str:
        """A path from the root."""
        return f"{self.link}.{path}" if self.link else path


def place_of(index: Index, fields: Registry) -> Place:
    links = tuple((path, type_) for path, type_ in index.links if fields.kind(path) is FieldKind.LINK)
    return Place(index, fields, links)


def path_of(name: str) -> tuple[str, bool] | None:
    """The path a name stands for, and whether it is one of what is included; None if it is neither."""
    head, _, rest = name.partition(".")
    if name in ("_id", "id"):
        return "id", False
    if head not in ("data", "included") or not rest:
        return None
    part, _, inner = rest.partition(".")
    if part in ("id", "type") and not inner:
        return part, head == "included"
    if part == "attributes" and inner:
        return inner, head == "included"
    if part == "relationships" and inner:
        return inner.removesuffix(".id").removesuffix(".data"), head == "included"
    return None


def resolve(name: str, fields: Registry, path: str) -> Field | None:
    """The field of a path, with or without a twin at its end.

    Below a map every path is one, also that of a value with a twin: the value is meant.
    """
    base, _, twin = path.rpartition(".")
    kind = fields.kind(base) if twin in TWINS else None
    if kind is not None and kind not in (FieldKind.OBJECT, FieldKind.LINK):
        return Field(name, base, kind, twin)
    whole = fields.kind(path)
    if whole is not None:
        return Field(name, path, whole)
    return None if kind is None else Field(name, base, kind, twin)


def fields_named(name: str, pointer: str, place: Place) -> list[tuple[Place, Field]]:
    """The fields of a name: one, or one for each link where what is included is named at the root.

    Empty where this link has no such field, but another has. Raises Problem for a field that nothing has.
    """
    found = path_of(name)
    if found is None:
        raise refused(pointer, "wire.field", "UNKNOWN_ATTRIBUTE", name=name)
    path, included = found
    if not included:
        if place.link:
            raise refused(pointer, "wire.nestedRoot", name=name)
        field = resolve(name, place.fields, path)
        if field is None:
            raise unknown_name(name, pointer, path, place.fields)
        return [(place, field)]
    places = [place.at(link, type_) for link, type_ in place.links]
    known = [(one, field) for one in places if (field := resolve(name, one.here, path)) is not None]
    if not known and place.links:
        raise unknown_name(name, pointer, path, place.fields)
    return [(one, field) for one, field in known if not place.link or one.link == place.link]


def unknown_name(name: str, pointer: str, path: str, fields: Registry) -> Problem:
    """The error of a field that is not there, named as it was."""
    fault = unknown(path, fields, pointer)
    return Problem(replace(fault, values={**fault.values, "field": name[:200]}))


def wire_name(path: str, index: Index) -> str:
    """The name of a field on the wire."""
    links = [link for link, _ in index.links if path.startswith(link + ".")]
    if links:
        link = max(links, key=len)
        return f"included.attributes.{path[len(link) + 1 :]}"
    return "data.id" if path == "id" else f"data.attributes.{path}"


def linked(link: str, node: Node, fields: Registry) -> Node:
    """What is asked of one linked record; places are asked of the record itself, which has but one of them.

    Only what points are recorded of can be asked for them, and a record has one event.
    """
    node = simplified(node)
    if node == NOTHING:
        return NOTHING
    return simplified(_lifted(link, node))


def _lifted(link: str, node: Node) -> Node:
    if not _has_place(node):
        return Linked(link, None if node == EVERYTHING else node)
    match node:
        case All(children):
            places = tuple(_lifted(link, one) for one in children if _has_place(one))
            rest = tuple(one for one in children if not _has_place(one))
            return All((Linked(link, simplified(All(rest))) if rest else Linked(link), *places))
        case AnyOf(children, least):
            return AnyOf(tuple(_lifted(link, one) for one in children), least)
        case Not(child):
            return All((Linked(link), Not(_lifted(link, child))))
        case _:
            return node


def _has_place(node: Node) -> bool:
    return any(isinstance(one, (Near, Box, Area)) for one in walk(node))


def simplified(node: Node) -> Node:
    """The same search without parts that always or never hold."""
    match node:
        case All(children):
            parts = [one for one in map(simplified, children) if one != EVERYTHING]
            if NOTHING in parts:
                return NOTHING
            return parts[0] if len(parts) == 1 else All(tuple(parts))
        case AnyOf(children, least):
            parts = [one for one in map(simplified, children) if one != NOTHING]
            if least == 1 and EVERYTHING in parts:
                return EVERYTHING
            if len(parts) < least:
                return NOTHING
            return parts[0] if len(parts) == 1 else AnyOf(tuple(parts), least)
        case Not(child):
            inner = simplified(child)
            if inner in (EVERYTHING, NOTHING):
                return NOTHING if inner == EVERYTHING else EVERYTHING
            return Not(inner)
        case _:
            return node
