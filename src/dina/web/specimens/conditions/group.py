"""Nested groups of conditions, and the search tree (neutral JSON) that says the same; moving within them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.web.specimens.conditions.fields import TYPED, Searchables
from dina.web.specimens.conditions.reading import rule_of
from dina.web.specimens.conditions.rule import Json, Rule

KINDS = ("all", "any", "none")
DEEPEST = 8
"""Groups within each other; the language of the search goes little further."""


@dataclass
class Group:
    """What all, any or none of must hold."""

    kind: str = "all"
    children: list[Rule | Group] = field(default_factory=list["Rule | Group"])
    key: str = "0"
    faults: list[str] = field(default_factory=list[str])

    def every(self) -> Iterator[Rule | Group]:
        """The group and all below it, as they are read."""
        yield self
        for one in self.children:
            yield from one.every() if isinstance(one, Group) else (one,)

    def rules(self) -> list[Rule]:
        return [one for one in self.every() if isinstance(one, Rule)]

    def find(self, key: str) -> Rule | Group | None:
        return next((one for one in self.every() if one.key == key), None)

    def parent(self, child: Rule | Group) -> Group | None:
        return next(
            (
                one
                for one in self.every()
                if isinstance(one, Group) and any(each is child for each in one.children)
            ),
            None,
        )

    @property
    def depth(self) -> int:
        return 1 + max((one.depth for one in self.children if isinstance(one, Group)), default=0)

    def fresh(self) -> str:
        """A key that nothing in the group has."""
        return str(1 + max(int(one.key or 0) for one in self.every()))

    def add(self, into: Group, made: Rule | Group) -> Rule | Group:
        made.key = self.fresh()
        into.children.append(made)
        return made

    def move(self, one: Rule | Group, step: int) -> None:
        """Up (-1) or down (1) by one place: past a rule, into a group, or out of the own one."""
        inside = self.parent(one)
        if inside is None:
            return
        at = next(at for at, each in enumerate(inside.children) if each is one)
        beside = inside.children[at + step] if 0 <= at + step < len(inside.children) else None
        outside = self.parent(inside)
        if beside is None and outside is None:
            return
        inside.children.pop(at)
        if (
            isinstance(beside, Group)
            and self.level(beside) + (one.depth if isinstance(one, Group) else 0) < DEEPEST
        ):
            beside.children.insert(len(beside.children) if step < 0 else 0, one)
        elif beside is not None:
            inside.children.insert(at + step, one)
        elif outside is not None:
            place = next(at for at, each in enumerate(outside.children) if each is inside)
            outside.children.insert(place + (step > 0), one)

    def level(self, one: Group) -> int:
        """How many groups there are around it and with it."""
        around = self.parent(one)
        return 1 + self.level(around) if around else 1

    def remove(self, one: Rule | Group) -> None:
        inside = self.parent(one)
        if inside:
            inside.children = [each for each in inside.children if each is not one]


@dataclass(frozen=True)
class Built:
    """A part of the tree, and what stands where in it."""

    part: Json
    places: list[tuple[str, Rule | Group]]

    def at(self, pointer: str) -> Rule | Group | None:
        """What a place in the tree belongs to: the innermost that is around it."""
        around = [
            (len(place), one)
            for place, one in self.places
            if pointer == place or pointer.startswith(place + "/")
        ]
        return max(around, key=lambda each: each[0])[1] if around else None


def built(group: Group, known: Searchables) -> Built:
    """The tree of the finished conditions; of none, everything."""
    return part_of(group, known) or Built({"all": []}, [("", group)])


def part_of(one: Rule | Group, known: Searchables) -> Built | None:
    if isinstance(one, Rule):
        part = one.tree(known.by_key[one.field])
        return None if part is None else Built(part, [("", one)])
    found = [each for child in one.children if (each := part_of(child, known))]
    if not found:
        return None
    name = "any" if one.kind == "none" else one.kind
    alone = len(found) == 1
    part = found[0].part if alone else {name: [each.part for each in found]}
    before = "/not" if one.kind == "none" else ""
    inner = [
        (before + ("" if alone else f"/{name}/{at}") + place, each)
        for at, child in enumerate(found)
        for place, each in child.places
    ]
    return Built({"not": part} if one.kind == "none" else part, [("", one), *inner])


def group_of(tree: Json, texts: Mapping[str, str], known: Searchables) -> Group:
    """A tree as a form shows it: what no form can show are texts in the language of the search (`texts` by place)."""
    found = shown(tree, "", texts, known) if tree != {"all": []} else Group()
    root = found if isinstance(found, Group) else Group("all", [found])
    for at, one in enumerate(root.every()):
        one.key = str(at)
    return root


def shown(part: Json, pointer: str, texts: Mapping[str, str], known: Searchables) -> Rule | Group:
    rule = rule_of(part, known)
    if rule is not None:
        return rule

    def each(parts: Sequence[Any], place: str) -> list[Rule | Group]:
        return [shown(one, f"{pointer}{place}/{at}", texts, known) for at, one in enumerate(parts)]

    match part:
        case {"all": [_, *_] as parts}:
            return Group("all", each(parts, "/all"))
        case {"any": [_, *_] as parts} if "least" not in part:
            return Group("any", each(parts, "/any"))
        case {"not": {"any": [_, _, *_] as parts, **more}} if (
            not more and rule_of(part["not"], known) is None
        ):
            return Group("none", each(parts, "/not/any"))
        case {"not": dict(inner)}:
            return Group("none", [shown(inner, f"{pointer}/not", texts, known)])
        case _:
            return Rule(TYPED, "typed", texts.get(pointer, ""))
