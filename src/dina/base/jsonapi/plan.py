"""The plan of a read: what is asked, resolved against the declared types; typed, immutable, free of SQL."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dina.base.jsonapi.filters import Op
from dina.base.resource import Attribute, Relationship, ResourceType
from dina.base.resource.kinds import Kind


@dataclass(frozen=True, slots=True)
class Target:
    """What a path points at: relationships walked, then an attribute, the id, or a member inside a value."""

    steps: tuple[tuple[ResourceType, Relationship], ...]
    owner: ResourceType
    attribute: Attribute | None = None
    external: Relationship | None = None
    members: tuple[str, ...] = ()
    kind: Kind | None = None

    @property
    def shape(self) -> tuple[Any, ...]:
        return (
            tuple(r.name for _, r in self.steps),
            self.owner.type,
            self.attribute.name if self.attribute else None,
            self.external.name if self.external else None,
            self.members,
            self.kind.name if self.kind else None,
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison whose values have been read by the target's kind; `has_null` when null is among them."""

    target: Target
    op: Op
    values: tuple[str, ...]
    has_null: bool

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self.target.shape, self.op.value, min(len(self.values), 2), self.has_null)


@dataclass(frozen=True, slots=True)
class All:
    children: tuple[Tree, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        return ("and", *(child.shape for child in self.children))


@dataclass(frozen=True, slots=True)
class Any_:
    children: tuple[Tree, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        return ("or", *(child.shape for child in self.children))


Chain = tuple[tuple[ResourceType, Relationship], ...]
"""To-one links one after the other, each with the type it starts from."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How rows hand on what they have: from what `source` of an `owner` links to, to its `result`, or to itself."""

    owner: ResourceType
    source: Relationship
    result: Relationship | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows from which one of several chains of to-one links leads to a row of `owner` for which `tree` holds,
    and all rows that these hand it on to along `edges`, directly or not.

    The rows are found from the far end, by the indexes of what `tree` compares and of the links; a
    disjunction over paths would look at every row instead.
    """

    chains: tuple[Chain, ...]
    owner: ResourceType
    tree: Tree
    edges: tuple[Edge, ...] = ()

    @property
    def root(self) -> ResourceType:
        """The type of the rows that are found."""
        return self.chains[0][0][0]

    @property
    def shape(self) -> tuple[Any, ...]:
        names = tuple(tuple(r.name for _, r in chain) for chain in self.chains)
        edges = tuple((e.owner.type, e.source.name, e.result and e.result.name) for e in self.edges)
        return ("reached", names, self.owner.type, self.tree.shape, edges)


Tree = Condition | All | Any_ | Reached


def conditions(tree: Tree | None) -> Iterator[Condition]:
    """The conditions in reading order, which is the order of statement parameters."""
    if isinstance(tree, Condition):
        yield tree
    elif isinstance(tree, Reached):
        yield from conditions(tree.tree)
    elif tree is not None:
        for child in tree.children:
            yield from conditions(child)


@dataclass(frozen=True, slots=True)
class SortKey:
    target: Target
    descending: bool


class Living(enum.Enum):
    """Which rows count: the living, the deleted, or both (single reads tell the two apart)."""

    ALIVE = "alive"
    DELETED = "deleted"
    BOTH = "both"


class Visibility(enum.Enum):
    """Which rows the caller may read, as far as the statement's shape goes.

    `SHARED`: what is not somebody else's alone, which `GROUPS` leaves out too (see `Sharing`).
    `DISCLOSED`: all of the caller's groups, and of other groups what the type discloses. `OPEN`: what is
    open to everybody.
    """

    ALL = "all"
    NONE = "none"
    GROUPS = "groups"
    OWN = "own"
    SHARED = "shared"
    DISCLOSED = "disclosed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Select:
    """Which rows are primary: a filtered, sorted page; given ids in order; or the far end of a relationship."""

    ids: bool = False
    source: tuple[ResourceType, Relationship] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One read. `visibility` maps every type that occurs to what the caller may see of it."""

    resource: ResourceType
    select: Select = Select()
    tree: Tree | None = None
    sort: tuple[SortKey, ...] = ()
    offset: int = 0
    limit: int = 100
    after: tuple[str, ...] | None = None
    cursor: bool = False
    include: tuple[tuple[str, ...], ...] = ()
    fields: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    optional: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    compact: bool = False
    permissions: bool = False
    living: Living = Living.ALIVE
    total: bool = True
    visibility: dict[str, Visibility] = field(default_factory=dict[str, Visibility])

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the statement depends on, values left out: the key under which it is cached."""
        return (
            id(self.resource),
            self.select.ids,
            self.select.source and (self.select.source[0].type, self.select.source[1].name),
            self.tree.shape if self.tree is not None else None,
            tuple((key.target.shape, key.descending) for key in self.sort),
            self.limit,
            bool(self.offset),
            self.after is not None,
            self.cursor,
            self.include,
            tuple(sorted((k, tuple(sorted(v))) for k, v in self.fields.items())),
            tuple(sorted((k, tuple(sorted(v))) for k, v in self.optional.items())),
            self.compact,
            self.permissions,
            self.living,
            self.total,
            tuple(sorted((k, v.value) for k, v in self.visibility.items())),
        )

    def included(self, path: tuple[str, ...]) -> bool:
        return any(given[: len(path)] == path for given in self.include)
