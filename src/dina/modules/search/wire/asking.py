"""A whole request of the wire as a search of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dina.base.errors import Problem
from dina.base.json import is_array, is_object
from dina.modules.search.engine.model import SCORE, Search, Sort
from dina.modules.search.query.fields import FieldKind, Registry
from dina.modules.search.query.tree import EVERYTHING, Node
from dina.modules.search.wire import aggregations, source
from dina.modules.search.wire.aggregations import Aggregation
from dina.modules.search.wire.faults import (
    at,
    flag_at,
    list_at,
    object_at,
    refused,
    text_at,
    unsupported,
    whole_at,
)
from dina.modules.search.wire.indexes import Index
from dina.modules.search.wire.naming import Place, fields_named, place_of
from dina.modules.search.wire.query import read as read_query
from dina.modules.search.wire.source import Source

MAX_SIZE, USUAL_SIZE = 5000, 20
MAX_FROM = 1 << 31
MAX_SORTS = 10
MEMBERS = frozenset(
    {"query", "from", "size", "sort", "_source", "highlight", "track_total_hits", "aggs", "aggregations", "timeout", "track_scores"}
)  # fmt: skip
HIGHLIGHT = frozenset(
    {"fields", "pre_tags", "post_tags", "fragment_size", "number_of_fragments", "require_field_match", "type", "order", "encoder"}
)  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """A search with what its answer needs.

    `total`: whether it is told; `most` is where it stops. `page` is the part of the hits of several indexes together.
    """

    index: Index
    search: Search
    aggregations: tuple[Aggregation, ...]
    source: Source
    tags: tuple[str, str] = ("<em>", "</em>")
    most: int | None = None
    total: bool = True
    page: tuple[int, int] | None = None


def read(value: Any, index: Index, fields: Registry) -> Asked:
    """The search that a body asks of one index. Raises Problem for anything that is not served."""
    body = object_at(value, "", MEMBERS)
    place = place_of(index, fields)
    tree = query_of(body, place)
    key = "aggs" if "aggs" in body else "aggregations"
    parts = aggregations.read(body[key], at("", key), place) if body.get(key) is not None else ()
    total, exact, most = total_of(body.get("track_total_hits", True))
    search = Search(
        index.type,
        tree,
        sorts_of(body.get("sort"), "/sort", place),
        limit=whole_at(body.get("size", USUAL_SIZE), "/size", 0, MAX_SIZE),
        offset=whole_at(body.get("from", 0), "/from", 0, MAX_FROM),
        facets=aggregations.facets_of(parts),
        highlight=body.get("highlight") is not None,
        exact_total=exact,
    )
    tags = tags_of(body.get("highlight"))
    return Asked(index, search, parts, source.read(body.get("_source"), "/_source"), tags, most, total)


def query_of(body: dict[str, Any], place: Place) -> Node:
    return EVERYTHING if body.get("query") is None else read_query(body["query"], "/query", place)


def read_count(value: Any, index: Index, fields: Registry) -> Node:
    """The tree of a body that only counts."""
    return query_of(object_at(value, "", {"query"}), place_of(index, fields))


def of_several(given: Sequence[tuple[Index, Registry]], read_one: Callable[[Index, Registry], T]) -> list[T]:
    """What is asked of each of several indexes; one that does not have a field named has nothing to find.

    Raises Problem when none of them can be asked.
    """
    found: list[T] = []
    faults: list[Problem] = []
    for index, fields in given:
        try:
            found.append(read_one(index, fields))
        except Problem as fault:
            if any(error.code != "UNKNOWN_ATTRIBUTE" for error in fault.errors):
                raise
            faults.append(fault)
    if faults and not found:
        raise faults[0]
    return found


def read_several(value: Any, given: Sequence[tuple[Index, Registry]]) -> list[Asked]:
    """The searches that a body asks of several indexes; of each the hits up to the end of the page."""
    found = of_several(given, lambda index, fields: read(value, index, fields))
    if len(given) == 1:
        return found
    return [
        replace(one, search=replace(one.search, offset=0, limit=min(one.search.offset + one.search.limit, MAX_SIZE)),
                page=(one.search.offset, one.search.limit))
        for one in found
    ]  # fmt: skip


def total_of(value: Any) -> tuple[bool, bool, int | None]:
    """Whether the total is told, whether to the end, and where it stops."""
    if isinstance(value, bool) or value in ("true", "false"):
        told = flag_at(value, "/track_total_hits")
        return told, told, None
    return True, False, whole_at(value, "/track_total_hits", 0, 1 << 31)


def sorts_of(value: Any, pointer: str, place: Place) -> tuple[Sort, ...]:
    """The order: names, or objects of a name with its options."""
    if value is None:
        return ()
    given = list_at(value if is_array(value) else [value], pointer, MAX_SORTS)
    found: list[Sort] = []
    for position, one in enumerate(given):
        inside = at(pointer, position) if is_array(value) else pointer
        members = one.items() if is_object(one) else [(text_at(one, inside), {})]
        found += [_sort(name, options, at(inside, name), place) for name, options in members]
    return tuple(found)


def _sort(name: str, options: Any, pointer: str, place: Place) -> Sort:
    known = {"order", "nested", "missing", "unmapped_type", "mode", "nested_path", "numeric_type"}
    given = object_at({"order": options} if isinstance(options, str) else options, pointer, known)
    order = given.get("order", "desc" if name == SCORE else "asc")
    if order not in ("asc", "desc"):
        raise refused(at(pointer, "order"), "query.choice", choices="asc, desc")
    if given.get("missing", "_last") != "_last":
        raise unsupported(at(pointer, "missing"), "missing")
    if name == SCORE:
        return Sort(SCORE, order == "desc")
    where = place
    if given.get("nested") is not None:
        inside = at(pointer, "nested")
        nested = object_at(given["nested"], inside, {"path", "filter"})
        if nested.get("path") != "included":
            raise unsupported(at(inside, "path"), "nested path")
        if nested.get("filter") is not None:
            types = aggregations.types_named(nested["filter"])
            if types is None:
                raise refused(at(inside, "filter"), "wire.nestedFilter")
            kept = tuple(one for one in place.links if one[1] in types)
            where = Place(place.index, place.fields, kept)
    found = fields_named(name, pointer, where)
    if not found:
        raise refused(pointer, "query.unknownField", "UNKNOWN_ATTRIBUTE", field=name)
    one, field = found[0]
    if field.kind in (FieldKind.OBJECT, FieldKind.LINK, FieldKind.POINT):
        raise refused(pointer, f"query.value.{field.kind.value}", field=name, value=name)
    return Sort(one.whole(field.path), order == "desc")


def tags_of(value: Any) -> tuple[str, str]:
    """What stands before and after a word that is marked."""
    if value is None:
        return "<em>", "</em>"
    given = object_at(value, "/highlight", HIGHLIGHT)
    object_at(given.get("fields", {}), "/highlight/fields")
    tags: list[str] = []
    for name, usual in (("pre_tags", "<em>"), ("post_tags", "</em>")):
        inside = at("/highlight", name)
        listed = list_at(given.get(name, [usual]), inside, 10)
        tags.append(text_at(listed[0], inside) if listed else usual)
    return tags[0], tags[1]
