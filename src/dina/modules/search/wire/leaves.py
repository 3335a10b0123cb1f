"""Queries of one field by its whole value, a part of it, a range or a place; and by ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dina.base.json import is_object
from dina.modules.search.engine.checks import is_uuid
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.tree import (
    EVERYTHING,
    NOTHING,
    All,
    AnyOf,
    Compare,
    Ids,
    Linked,
    Node,
    Not,
    Op,
)
from dina.modules.search.wire import comparing, shapes
from dina.modules.search.wire.faults import at, flag_at, list_at, object_at, only, refused, text_at
from dina.modules.search.wire.naming import INCLUDED_TYPE, Field, Place, fields_named, linked

SCORING = frozenset({"boost", "_name"})
"""What changes only the order of relevance or a name in the answer."""


def for_field(name: str, pointer: str, place: Place, made: Callable[[Field], Node]) -> Node:
    """What is asked of a field, wherever the name leads to."""
    if name == INCLUDED_TYPE:
        raise refused(pointer, "wire.nestedRoot" if not place.link else "wire.includedType", name=name)
    found = fields_named(name, pointer, place)
    nodes = [
        made(field) if one.link == place.link else linked(one.link, made(field), one.fields)
        for one, field in found
    ]
    return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))


def of_type(values: list[str], pointer: str, place: Place) -> Node:
    """`included.type` among values: holds for a link by what it leads to."""
    if place.link:
        return EVERYTHING if place.type in values else NOTHING
    return AnyOf(tuple(Linked(link) for link, type_ in place.links if type_ in values))


def term_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer, SCORING)
    inside, fold = at(pointer, name), None
    if is_object(given):
        options = object_at(given, inside, {"value", "case_insensitive", *SCORING})
        if "case_insensitive" in options:
            fold = flag_at(options["case_insensitive"], at(inside, "case_insensitive"))
        given = options.get("value")
    if name == INCLUDED_TYPE:
        return of_type([text_at(given, inside)], inside, place)
    return for_field(name, inside, place, lambda field: comparing.equal(field, [given], inside, fold))


def terms_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer, SCORING)
    inside = at(pointer, name)
    values = list_at(given, inside)
    if name == INCLUDED_TYPE:
        return of_type([text_at(one, inside) for one in values], inside, place)
    if not values:
        return NOTHING
    return for_field(name, inside, place, lambda field: comparing.equal(field, values, inside, None))


def ids_query(value: Any, pointer: str, place: Place) -> Node:
    given = object_at(value, pointer, {"values", *SCORING})
    inside = at(pointer, "values")
    values = list_at(given.get("values"), inside)
    known = tuple(one for one in (text_at(one, inside).lower() for one in values) if is_uuid(one))
    return Ids(known) if known else NOTHING


def prefix_query(value: Any, pointer: str, place: Place) -> Node:
    return _pattern(value, pointer, place, Op.PREFIX)


def wildcard_query(value: Any, pointer: str, place: Place) -> Node:
    return _pattern(value, pointer, place, Op.LIKE)


def _pattern(value: Any, pointer: str, place: Place, op: Op) -> Node:
    name, given = only(value, pointer, SCORING | {"rewrite"})
    inside = at(pointer, name)
    known = {"value", "wildcard", "case_insensitive", "rewrite", *SCORING}
    options = object_at(given, inside, known) if is_object(given) else {"value": given}
    text = text_at(options.get("value", options.get("wildcard")), inside)
    fold = flag_at(options.get("case_insensitive", False), at(inside, "case_insensitive"))
    return for_field(name, inside, place, lambda field: comparing.like(field, text, op, fold, inside))


def exists_query(value: Any, pointer: str, place: Place) -> Node:
    given = object_at(value, pointer, {"field", *SCORING})
    inside = at(pointer, "field")
    name = text_at(given.get("field"), inside)
    if name in (INCLUDED_TYPE, "included.id", "included"):
        return EVERYTHING if place.link else AnyOf(tuple(Linked(link) for link, _ in place.links))
    return for_field(name, inside, place, comparing.exists)


def range_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer)
    inside = at(pointer, name)
    known = {"gt", "gte", "lt", "lte", "time_zone", "format", "relation", *SCORING}
    options = object_at(given, inside, known)
    return for_field(name, inside, place, lambda field: comparing.between(field, options, inside))


def geo_bounding_box_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer, SCORING | {"ignore_unmapped", "validation_method", "type"})
    return _located(name, at(pointer, name), place, shapes.bounds(given, at(pointer, name)))


def geo_distance_query(value: Any, pointer: str, place: Place) -> Node:
    known = SCORING | {"distance", "distance_type", "ignore_unmapped", "validation_method"}
    name, given = only(value, pointer, known)
    return _located(
        name, at(pointer, name), place, shapes.around(given, value.get("distance"), pointer, name)
    )


def _located(name: str, pointer: str, place: Place, node: Node) -> Node:
    def made(field: Field) -> Node:
        if field.kind is not FieldKind.POINT:
            raise refused(pointer, "wire.noPlace", name=name)
        return node

    return for_field(name, pointer, place, made)


def geo_shape_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer, SCORING | {"ignore_unmapped"})
    inside = at(pointer, name)
    shape = shapes.shape_of(given, inside)

    def made(field: Field) -> Node:
        if field.kind is not FieldKind.POINT:
            raise refused(inside, "wire.noPlace", name=name)
        return All((Compare(field.path, Op.EXISTS), Not(shape[0]))) if shape[1] else shape[0]

    return for_field(name, inside, place, made)
