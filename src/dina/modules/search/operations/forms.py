"""What the endpoints are sent: the shapes of questions, and how they become trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.modules.search.engine import Facet, Registry, Sort
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.query import language, limits, reading, saying
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.parsed import Parsed
from dina.modules.search.query.tree import EVERYTHING, All, Node

AT = "/data/attributes"
Name = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(max_length=limits.MAX_BOX * 2)]


class Page(TypedDict, total=False):
    """Where the page begins: after the cursor of an earlier answer, or at a number."""

    limit: Annotated[int, Field(ge=0, le=5000)]
    after: Annotated[str, Field(max_length=4000)]
    offset: Annotated[int, Field(ge=0, le=100_000)]


class FacetForm(TypedDict):
    """A summary; see `engine.Facet`."""

    name: Name
    kind: NotRequired[
        Literal["terms", "cardinality", "date_histogram", "range", "tiles", "centroid", "filter"]
    ]
    field: NotRequired[Name]
    size: NotRequired[Annotated[int, Field(ge=1, le=1000)]]
    interval: NotRequired[Literal["day", "month", "year", "decade", "century"]]
    precision: NotRequired[Annotated[int, Field(ge=0, le=24)]]
    bounds: NotRequired[Annotated[list[float], Field(max_length=100)]]
    where: NotRequired[dict[str, Any]]
    prefix: NotRequired[Annotated[str, Field(max_length=100)]]


class Question(TypedDict):
    """Which records: of a type or several, by the language of the box, by a tree, by a place."""

    type: Name | Annotated[list[Name], Field(min_length=1, max_length=20)]
    q: NotRequired[Text]
    filter: NotRequired[dict[str, Any]]
    geometry: NotRequired[dict[str, Any]]


class SearchForm(Question):
    sort: NotRequired[Annotated[list[Name], Field(max_length=5)]]
    page: NotRequired[Page]
    fields: NotRequired[Annotated[list[Name], Field(max_length=limits.MAX_FIELDS)]]
    facets: NotRequired[Annotated[list[FacetForm], Field(max_length=50)]]
    highlight: NotRequired[bool]
    exactTotal: NotRequired[bool]


class CountForm(Question):
    exactTotal: NotRequired[bool]


class DistinctForm(Question):
    field: Name
    limit: NotRequired[Annotated[int, Field(ge=1, le=50_000)]]
    clusters: NotRequired[Literal["fingerprint", "ngram"]]


class TileForm(Question):
    zoom: Annotated[int, Field(ge=0, le=24)]
    x: Annotated[int, Field(ge=0)]
    y: Annotated[int, Field(ge=0)]


def types_of(given: Mapping[str, Any]) -> tuple[str, ...]:
    type_ = given["type"]
    return (type_,) if isinstance(type_, str) else tuple(dict.fromkeys(type_))


def checked_types(registry: Registry, types: Sequence[str]) -> None:
    """Raises Problem for a type that is not searched."""
    for type_ in types:
        if type_ not in registry.fields.prefixes:
            raise Problem(
                Error("BAD_PARAMETER", key="search.type", values={"type": type_}, pointer=f"{AT}/type")
            )


def tree_of(registry: Registry, given: Mapping[str, Any]) -> tuple[Node, Parsed | None]:
    """The tree of a question, and how its text was understood. Raises Problem with every fault."""
    types = types_of(given)
    checked_types(registry, types)
    nodes: list[Node] = []
    parsed: Parsed | None = None
    if given.get("q", "").strip():
        parsed = language.parse(given["q"], TypeFields(registry, types[0]), registry.ages)
        nodes.append(parsed.tree)
    for name in ("filter", "geometry"):
        if given.get(name):
            nodes.append(read_tree(registry, types, given[name], f"{AT}/{name}"))
    if not nodes:
        return EVERYTHING, parsed
    return (nodes[0] if len(nodes) == 1 else All(tuple(nodes))), parsed


def chips_of(registry: Registry, given: Mapping[str, Any]) -> list[saying.FilterChip]:
    """The parts of a question's filter in words."""
    if not given.get("filter"):
        return []
    types = types_of(given)
    tree = read_tree(registry, types, given["filter"], f"{AT}/filter")
    return saying.chips(tree, TypeFields(registry, types[0]))


def read_tree(registry: Registry, types: Sequence[str], value: Any, pointer: str) -> Node:
    """A tree in its neutral JSON form. Raises Problem with every fault."""
    node, faults = reading.read(value, pointer, registry.ages)
    if faults:
        raise Problem(faults)
    # Of several types it is enough that one has the fields.
    found = [list(misfits(node, TypeFields(registry, type_), pointer)) for type_ in types]
    if all(found):
        raise Problem(found[0])
    return node


def sorts_of(given: Sequence[str]) -> tuple[Sort, ...]:
    """`-name` is from the last to the first."""
    return tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in given)


def facets_of(registry: Registry, types: Sequence[str], given: Sequence[FacetForm]) -> tuple[Facet, ...]:
    made: list[Facet] = []
    for at, one in enumerate(given):
        kind = one.get("kind", "terms")
        if kind not in ("tiles", "centroid", "filter") and "field" not in one:
            raise Problem(Error("BAD_PARAMETER", key="search.facetField", pointer=f"{AT}/facets/{at}/field"))
        where = one.get("where")
        made.append(
            Facet(
                one["name"], kind, one.get("field", ""), one.get("size", 20), one.get("interval", "year"),
                one.get("precision", 6), tuple(one.get("bounds", ())),
                read_tree(registry, types, where, f"{AT}/facets/{at}/where") if where else None, one.get("prefix", ""),
            )
        )  # fmt: skip
    return tuple(made)
