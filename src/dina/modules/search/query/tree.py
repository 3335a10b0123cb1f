"""The tree of a search: what the JSON query, the language of the search box and the reference's wire all become.

Fields are dotted paths from the type searched, over relationships and members of values:
`materialSampleName`, `collectingEvent.dwcCountry`, `organism.determination.scientificName`,
`managedAttributes.shelf`. A path may lead to many values; a comparison holds when it holds for one of them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

Scalar = str | int | float | bool


class Op(enum.Enum):
    """How a field is compared. `exists`: it has a value that is not the empty text; it takes no values."""

    EQ = "eq"
    IN = "in"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    """Both ends belong to it. On partial dates all of these compare what was recorded as an interval of days."""
    PREFIX = "prefix"
    SUFFIX = "suffix"
    CONTAINS = "contains"
    LIKE = "like"
    """`*` is any text, `?` any one character, a backslash takes the character after it as it is."""
    EXISTS = "exists"


class Form(enum.Enum):
    """How words are sought: all of them, any of them, one after the other, or all with the last as a beginning."""

    ALL = "all"
    ANY = "any"
    PHRASE = "phrase"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds; without children, everything."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least so many children hold; without children, nothing."""

    children: tuple[Node, ...] = ()
    least: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    child: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against values. With `fold` neither case nor accents count; else texts are compared as they are.

    Texts that are ordered are compared by `folding.natural`, dates by `dates.compares`.
    """

    field: str
    op: Op
    values: tuple[Scalar, ...] = ()
    fold: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Words anywhere in the document, or in some fields; `fuzzy` forgives a slip of the pen."""

    text: str
    fields: tuple[str, ...] = ()
    form: Form = Form.ALL
    fuzzy: bool = False


@dataclass(frozen=True, slots=True)
class Ids:
    """The resources of these UUIDs."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """One linked resource meets the child, whose fields start at that resource; without child, there is one.

    `least`: at least so many different ones.
    """

    relationship: str
    child: Node | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Near:
    """Within a distance, in km, of a point in WGS 84 degrees."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Box:
    """Within a box of WGS 84 degrees; `west` > `east` crosses the date line."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Area:
    """Within a polygon: rings of (longitude, latitude) points, closed, the first outside, the others holes."""

    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Aged:
    """Of a geological age that overlaps the interval, in million years before present."""

    oldest: float
    youngest: float


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of a set (`set`) or those that a saved search finds (`saved`), by id or name.

    These are put into what they stand for before a search is judged: see `kept.py`. `inside` is what lies in a storage
    place or in one within it, by id, barcode or the names down to it: the index knows that itself.
    """

    kind: str
    which: str


Node = All | AnyOf | Not | Compare | Words | Ids | Linked | Near | Box | Area | Aged | Kept
EVERYTHING = All()
NOTHING = AnyOf()


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it."""
    yield node
    if isinstance(node, (All, AnyOf)):
        for child in node.children:
            yield from walk(child)
    elif isinstance(node, (Not, Linked)) and node.child is not None:
        yield from walk(node.child)
