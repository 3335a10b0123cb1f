"""Columns of a table: from a path to what it points at, resolved against the declared types; free of SQL.

    path    = segment *( "." segment )
    segment = name [ "[" ( number / "*" / flag ) "]" ]

A name is an attribute, a member of an embedded object, a key of a key map, or a relationship. What stands in
brackets chooses elements of a list or of a to-many relationship: the one at a place (from 0), all of them joined
with ` | `, or the one whose boolean member `flag` is true, else the first. Where a path goes on through a list
without saying which element, all are meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.jsonapi.resolve import MAX_STEPS, Types
from dina.base.jsonapi.table.members import Shape, shape_of
from dina.base.resource import Attribute, Relationship, ResourceType
from dina.base.resource.kinds import Compare
from dina.base.text import Text

MAX_COLUMNS = 500
MAX_PLACE = 9999
SEGMENT = re.compile(r"([^\[\]]+)(?:\[(\*|\d{1,4}|[A-Za-z_][A-Za-z0-9_]*)\])?")
ID = Text("Identifier", "Identifiant")
TYPE = Text("Kind of record", "Genre de fiche")


@dataclass(frozen=True, slots=True)
class Pick:
    """Which elements of a list: the one at `place`, the one where `flag` is true (else the first), or all."""

    place: int | None = None
    flag: str | None = None


ALL = Pick()


@dataclass(frozen=True, slots=True)
class Hop:
    """A relationship that a path goes along; `pick` where it leads to many."""

    owner: ResourceType
    relationship: Relationship
    pick: Pick | None = None

    @property
    def key(self) -> tuple[str, Pick | None]:
        return (self.relationship.name, self.pick)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the relationships walked, then an attribute, the linkage of a relationship, or the id.

    `steps` go on inside the value: names of members, and picks of elements. `kind` is the name of the kind of
    value in the cells; `term` the Darwin Core or other term of what is in them, where one is declared.
    """

    path: str
    hops: tuple[Hop, ...]
    owner: ResourceType
    attribute: Attribute | None = None
    linkage: Relationship | None = None
    steps: tuple[str | Pick, ...] = ()
    kind: str = "uuid"
    term: str | None = None
    label: Text = ID

    def described(self, language: str) -> dict[str, Any]:
        parts = [hop.relationship.label.in_language(language) for hop in self.hops]
        label = ": ".join([*parts, self.label.in_language(language)])
        return {"path": self.path, "kind": self.kind, "term": self.term, "label": label}


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    pick: Pick | None


def resolve_columns(types: Types, resource: ResourceType, paths: Sequence[str]) -> tuple[Column, ...]:
    """The columns of the given paths. Raises Problem with an error for each path that leads nowhere."""
    found: list[Column] = []
    errors: list[Error] = []
    for place, path in enumerate(paths):
        try:
            found.append(_Path(types, resource, path).column())
        except LookupError:
            errors.append(
                Error(
                    "UNKNOWN_ATTRIBUTE",
                    key="table.unknown",
                    values={"path": path, "type": resource.type},
                    pointer=f"/data/attributes/columns/{place}",
                )
            )
    if errors:
        raise Problem(errors)
    return tuple(found)


class _Path:
    """One path on its way through the types. Raises LookupError where it does not go on."""

    def __init__(self, types: Types, resource: ResourceType, path: str) -> None:
        self.types = types
        self.path = path
        self.owner = resource
        self.hops: list[Hop] = []
        self.rest = [_segment(part) for part in path.split(".")]

    def column(self) -> Column:
        found = self.end()
        joined = any(hop.pick == ALL for hop in self.hops)
        return replace(found, kind="text") if joined or ALL in found.steps else found

    def end(self) -> Column:
        while True:
            segment, self.rest = self.rest[0], self.rest[1:]
            name = self.owner.aliases.get(segment.name, segment.name)
            if name in ("id", "uuid") and not self.rest and segment.pick is None:
                return Column(self.path, tuple(self.hops), self.owner)
            if name in self.owner.attributes:
                return self.inside(self.owner.attributes[name], segment)
            relationship = self.owner.relationships.get(name)
            if relationship is None:
                raise LookupError
            if relationship.external or (not self.rest and not (segment.pick and segment.pick.flag)):
                return self.linked(relationship, segment)
            self.follow(relationship, segment)

    def follow(self, relationship: Relationship, segment: Segment) -> None:
        if len(self.hops) >= MAX_STEPS:
            raise LookupError
        target = self.types[relationship.target]
        pick = segment.pick
        if relationship.many:
            pick = pick or ALL
            flag = target.attributes.get(pick.flag) if pick.flag else None
            if pick.flag and (flag is None or flag.kind.compare is not Compare.BOOLEAN or not flag.column):
                raise LookupError
        elif pick is not None:
            raise LookupError
        self.hops.append(Hop(self.owner, relationship, pick))
        self.owner = target
        self.rest = self.rest or [Segment("id", None)]

    def linked(self, relationship: Relationship, segment: Segment) -> Column:
        """The ids (or types) that a relationship holds, whether or not their resources may be read."""
        steps: list[str | Pick] = []
        names = [one.name for one in self.rest if one.pick is None]
        if len(names) != len(self.rest) or names not in ([], ["id"], ["uuid"], ["type"]):
            raise LookupError
        if segment.pick is not None:
            if not relationship.many or segment.pick.flag:
                raise LookupError
            steps.append(segment.pick)
        if names == ["type"]:
            steps.append("type")
        kind = "texts" if relationship.many and segment.pick is None else "text"
        return Column(
            self.path,
            tuple(self.hops),
            self.owner,
            linkage=relationship,
            steps=tuple(steps),
            kind=kind,
            label=TYPE if names == ["type"] else relationship.label,
        )

    def inside(self, attribute: Attribute, segment: Segment) -> Column:
        """An attribute, or what the rest of the path finds inside its value."""
        shape = shape_of(attribute)
        steps: list[str | Pick] = []
        shape = _picked(shape, segment.pick, steps)
        if attribute.kind.is_map and self.rest:
            steps += self.keys(nested=shape.nested)
            shape = Shape("text", label=attribute.label)
            self.rest = []
        while self.rest:
            if shape.many:
                # A path through a list that does not say which element means all.
                shape = _picked(shape, ALL, steps)
            following, self.rest = self.rest[0], self.rest[1:]
            steps.append(following.name)
            shape = _picked(shape.member(following.name), following.pick, steps)
        return Column(
            self.path,
            tuple(self.hops),
            self.owner,
            attribute,
            steps=tuple(steps),
            kind=shape.kind,
            term=shape.term or attribute.term,
            label=shape.label or attribute.label,
        )

    def keys(self, *, nested: bool) -> list[str]:
        """The keys that the rest of the path names; a key may itself hold dots."""
        names = [one.name for one in self.rest]
        if any(one.pick for one in self.rest):
            raise LookupError
        if nested and len(names) > 1:
            return [names[0], ".".join(names[1:])]
        return names if nested else [".".join(names)]


def _picked(shape: Shape, pick: Pick | None, steps: list[str | Pick]) -> Shape:
    if pick is None:
        return shape
    if not (shape.many or shape.free) or (pick.flag and not shape.has_flag(pick.flag)):
        raise LookupError
    steps.append(pick)
    return shape.element()


def _segment(text: str) -> Segment:
    match = SEGMENT.fullmatch(text)
    if match is None:
        return Segment("", None)
    name, chosen = match[1], match[2]
    if chosen is None:
        return Segment(name, None)
    if chosen == "*":
        return Segment(name, ALL)
    return Segment(name, Pick(place=int(chosen)) if chosen.isdecimal() else Pick(flag=chosen))
