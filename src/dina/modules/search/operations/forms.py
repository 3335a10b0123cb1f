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
from dina.modules.search.wire import zones

AT = "/data/attributes"
MOST_BUCKETS = 100
"""Buckets that may have facets of their own: each is asked for by itself."""
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
        Literal["terms", "cardinality", "date_histogram", "range", "tiles", "centroid", "filter", "places"]
    ]
    field: NotRequired[Name]
    size: NotRequired[Annotated[int, Field(ge=1, le=1000)]]
    interval: NotRequired[Literal["day", "month", "year", "decade", "century"]]
    precision: NotRequired[Annotated[int, Field(ge=0, le=24)]]
    bounds: NotRequired[Annotated[list[float], Field(max_length=100)]]
    where: NotRequired[dict[str, Any]]
    prefix: NotRequired[Annotated[str, Field(max_length=300)]]
    timeZone: NotRequired[Annotated[str, Field(max_length=50)]]
    opened: NotRequired[Annotated[list[Name], Field(max_length=100)]]


class OuterFacetForm(FacetForm):
    """A summary with others in each of its buckets (`terms`), or over what meets its condition (`filter`)."""

    facets: NotRequired[Annotated[list[FacetForm], Field(max_length=10)]]


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
    facets: NotRequired[Annotated[list[OuterFacetForm], Field(max_length=50)]]
    highlight: NotRequired[bool]
    exactTotal: NotRequired[bool]


class ReadingForm(TypedDict):
    """A search in one of its forms: the text of the box, or a tree in which parts may be text (`{"q": "…"}`)."""

    type: Name
    q: NotRequired[Text]
    filter: NotRequired[dict[str, Any]]


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


def trees_of(registry: Registry, given: Mapping[str, Any]) -> tuple[dict[str, Node], Parsed | None]:
    """The tree of a question for each type, and how its text was understood. Raises Problem with every fault.

    Names in the text are those of each type; of several types the first says how it was understood.
    """
    types = types_of(given)
    checked_types(registry, types)
    shared = [
        read_tree(registry, types, given[name], f"{AT}/{name}")
        for name in ("filter", "geometry")
        if given.get(name)
    ]
    parsed: dict[str, Parsed] = {}
    if given.get("q", "").strip():
        parsed = {one: language.parse(given["q"], TypeFields(registry, one), registry.ages) for one in types}
    trees: dict[str, Node] = {}
    for one in types:
        nodes = ([parsed[one].tree] if one in parsed else []) + shared
        trees[one] = nodes[0] if len(nodes) == 1 else All(tuple(nodes)) if nodes else EVERYTHING
    return trees, parsed.get(types[0])


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


def facets_of(
    registry: Registry, types: Sequence[str], given: Sequence[FacetForm], at: str = f"{AT}/facets"
) -> tuple[Facet, ...]:
    made: list[Facet] = []
    for number, one in enumerate(given):
        kind, pointer = one.get("kind", "terms"), f"{at}/{number}"
        if kind not in ("tiles", "centroid", "filter", "places") and "field" not in one:
            raise Problem(Error("BAD_PARAMETER", key="search.facetField", pointer=f"{pointer}/field"))
        inner: Any = one.get("facets", ())
        if inner and (kind not in ("terms", "filter") or one.get("size", 20) > MOST_BUCKETS):
            values = {"limit": MOST_BUCKETS}
            raise Problem(
                Error("BAD_PARAMETER", key="search.facetsIn", values=values, pointer=f"{pointer}/facets")
            )
        where = one.get("where")
        made.append(
            Facet(
                one["name"], kind, one.get("field", ""), one.get("size", 20), one.get("interval", "year"),
                one.get("precision", 6), tuple(one.get("bounds", ())),
                read_tree(registry, types, where, f"{pointer}/where") if where else None, one.get("prefix", ""),
                facets_of(registry, types, inner, f"{pointer}/facets"), zone_of(one.get("timeZone"), pointer),
                fields=tuple(one.get("opened", ())),
            )
        )  # fmt: skip
    return tuple(made)


def zone_of(given: str | None, pointer: str) -> str:
    """The zone whose days are meant, as PostgreSQL is told. Raises Problem."""
    return zones.name_of(zones.zone_of(given, f"{pointer}/timeZone"))
