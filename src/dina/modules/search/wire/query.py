"""A query document as a tree. Every part is a function of what it is given, its pointer and the place it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dina.base.json import is_object
from dina.modules.search.query import limits
from dina.modules.search.query.tree import EVERYTHING, All, AnyOf, Node, Not, walk
from dina.modules.search.wire import leaves, texts
from dina.modules.search.wire.faults import at, list_at, object_at, only, refused, unsupported
from dina.modules.search.wire.leaves import SCORING
from dina.modules.search.wire.naming import Place, linked, simplified

MAX_VISITS = 20_000
MAX_DEPTH = 20
Leaf = Callable[[Any, str, Place], Node]
Group = Callable[["Reader", Any, str, Place], Node]


def read(value: Any, pointer: str, place: Place) -> Node:
    """The tree of a query. Raises Problem for anything that is not served."""
    tree = simplified(Reader().query(value, pointer, place))
    if sum(1 for _ in walk(tree)) > limits.MAX_NODES:
        raise refused(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=limits.MAX_NODES)
    return tree


@dataclass
class Reader:
    """Reads one document; counts what it has seen."""

    visits: int = 0
    depth: int = 0

    def query(self, value: Any, pointer: str, place: Place) -> Node:
        self.visits += 1
        if self.visits > MAX_VISITS or self.depth > MAX_DEPTH:
            limit = MAX_DEPTH if self.depth > MAX_DEPTH else limits.MAX_NODES
            raise refused(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=limit)
        name, part = only(value, pointer)
        inside = at(pointer, name)
        if name in LEAVES:
            return LEAVES[name](part, inside, place)
        if name not in GROUPS:
            raise unsupported(inside, name)
        self.depth += 1
        found = GROUPS[name](self, part, inside, place)
        self.depth -= 1
        return found

    def several(self, value: Any, pointer: str, place: Place) -> list[Node]:
        """A clause of `bool`: one query or a list of them."""
        if is_object(value):
            return [self.query(value, pointer, place)]
        given = list_at(value, pointer, limits.MAX_NODES)
        return [self.query(one, at(pointer, position), place) for position, one in enumerate(given)]


def _bool(reader: Reader, value: Any, pointer: str, place: Place) -> Node:
    known = {"must", "should", "must_not", "filter", "minimum_should_match", "adjust_pure_negative", *SCORING}
    given = object_at(value, pointer, known)

    def clause(name: str) -> list[Node]:
        return reader.several(given[name], at(pointer, name), place) if name in given else []

    needed = [*clause("must"), *clause("filter")]
    should = clause("should")
    least = 0 if needed else 1
    if "minimum_should_match" in given:
        least = texts.share(given["minimum_should_match"], at(pointer, "minimum_should_match"), len(should))
    if should and least > 0:
        needed.append(AnyOf(tuple(should), least))
    return All((*needed, *(Not(one) for one in clause("must_not"))))


def _match_all(value: Any, pointer: str, place: Place) -> Node:
    object_at(value, pointer, SCORING)
    return EVERYTHING


def _nested(reader: Reader, value: Any, pointer: str, place: Place) -> Node:
    given = object_at(value, pointer, {"path", "query", "score_mode", "ignore_unmapped", *SCORING})
    if given.get("path") != "included":
        raise unsupported(at(pointer, "path"), f"nested {given.get('path')}")
    if place.link:
        raise unsupported(pointer, "nested in nested")
    inside = at(pointer, "query")
    if "query" not in given:
        raise refused(inside, "wire.object", "MALFORMED_DOCUMENT")
    nodes = [
        linked(link, reader.query(given["query"], inside, place.at(link, type_)), place.fields)
        for link, type_ in place.links
    ]
    return AnyOf(tuple(nodes))


LEAVES: Mapping[str, Leaf] = {
    "match": texts.match_query,
    "match_all": _match_all,
    "multi_match": texts.multi_match_query,
    "simple_query_string": texts.simple_query_string_query,
    "term": leaves.term_query,
    "terms": leaves.terms_query,
    "ids": leaves.ids_query,
    "prefix": leaves.prefix_query,
    "wildcard": leaves.wildcard_query,
    "exists": leaves.exists_query,
    "range": leaves.range_query,
    "geo_shape": leaves.geo_shape_query,
    "geo_bounding_box": leaves.geo_bounding_box_query,
    "geo_distance": leaves.geo_distance_query,
}
GROUPS: Mapping[str, Group] = {"bool": _bool, "nested": _nested}
