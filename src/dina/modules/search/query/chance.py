"""Random searches that make sense: their values are taken from documents, so that they find some and not others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.json import is_object
from dina.modules.search.query import naive
from dina.modules.search.query.fields import OPERATORS, Below, FieldKind, Registry
from dina.modules.search.query.folding import words
from dina.modules.search.query.record import Record
from dina.modules.search.query.tree import (
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Scalar,
    Words,
)

TWO_VALUES = frozenset({Op.BETWEEN})


@dataclass
class Chance:
    """Draws trees for documents of one type. The same seed draws the same trees."""

    fields: Registry
    records: Sequence[Record]
    seed: int = 1
    links: Sequence[str] = ()
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)  # noqa: S311
        self.known = {path: found for path in self._comparable() if (found := self._found(path))}
        self.below: dict[str, Chance] = {}

    def tree(self, depth: int = 2) -> Node:
        """A tree of at most that depth of groups."""
        choice = self.draw.random()
        if depth == 0 or choice < 0.45:
            return self.leaf()
        if choice < 0.65:
            return All(tuple(self.tree(depth - 1) for _ in range(self.draw.randint(2, 3))))
        if choice < 0.85:
            children = tuple(self.tree(depth - 1) for _ in range(self.draw.randint(2, 4)))
            return AnyOf(children, self.draw.choice((1, 1, 1, 2)))
        if choice < 0.93 or not self.links:
            return Not(self.tree(depth - 1))
        return self.linked()

    def leaf(self) -> Node:
        choice = self.draw.random()
        if choice < 0.6 and self.known:
            return self.compare(self.draw.choice(sorted(self.known)))
        if choice < 0.8:
            return self.words()
        if choice < 0.9:
            return self.place()
        if choice < 0.95:
            return self.age()
        some = self.draw.sample(self.records, min(3, len(self.records)))
        return Ids(tuple(one.id for one in some))

    def linked(self) -> Node:
        link = self.draw.choice(self.links)
        least = self.draw.choice((1, 1, 1, 2))
        below = self.below.get(link)
        if below is None:
            others = [other for one in self.records for other in one.linked(link)]
            below = self.below[link] = Chance(Below(self.fields, link), others, self.draw.randrange(1 << 30))
        if not below.records or self.draw.random() < 0.3:
            return Linked(link, None, least)
        return Linked(link, below.tree(1), least) if below.known else Linked(link)

    def compare(self, path: str) -> Compare:
        kind = self.fields.kind(path)
        assert kind is not None
        op = self.draw.choice(sorted(OPERATORS[kind], key=lambda one: one.value))
        fold = kind is not FieldKind.TEXT or self.draw.random() < 0.8
        if op is Op.EXISTS:
            return Compare(path, op)
        if op is Op.IN:
            return Compare(
                path, op, tuple(self.value(path, op) for _ in range(self.draw.randint(1, 4))), fold
            )
        if op is Op.BETWEEN:
            ends = sorted(
                (self.value(path, op), self.value(path, op)), key=lambda one: (isinstance(one, str), one)
            )
            return Compare(path, op, tuple(ends), fold)
        return Compare(path, op, (self.value(path, op),), fold)

    def value(self, path: str, op: Op) -> Scalar:
        """A value that stands there, or a part of one that suits the operator."""
        value: Scalar = self.draw.choice(self.known[path])
        kind = self.fields.kind(path)
        if kind in (FieldKind.DATE, FieldKind.DATETIME):
            return str(value)[: self.draw.choice((4, 7, 10))]
        if kind is not FieldKind.TEXT:
            return value
        text = str(value)
        start, end = sorted((self.draw.randint(0, len(text)), self.draw.randint(0, len(text))))
        match op:
            case Op.PREFIX:
                text = text[: end or 1]
            case Op.SUFFIX:
                text = text[start:]
            case Op.CONTAINS:
                text = text[start : end + 1]
            case Op.LIKE:
                text = escaped(text[:start]) + self.draw.choice("*?") + escaped(text[end:])
            case _:
                pass
        return text.upper() if self.draw.random() < 0.3 else text

    def words(self) -> Words:
        paths = [path for path in self.fields.searched if self.fields.kind(path) is FieldKind.TEXT]
        texts = [str(value) for path in paths for value in self.draw.choice(self.records).values(path)]
        found = words(self.draw.choice(texts)) if texts else []
        if not found:
            return Words("meadow")
        start = self.draw.randrange(len(found))
        some = found[start : start + self.draw.randint(1, 3)]
        form = self.draw.choice(list(Form))
        fuzzy = form is not Form.PHRASE and self.draw.random() < 0.3
        if form is Form.PREFIX:
            some[-1] = some[-1][:3]
        if fuzzy:
            some[0] = self.slip(some[0])
        among = tuple(self.draw.sample(paths, 1)) if self.draw.random() < 0.3 else ()
        return Words(" ".join(some), among, form, fuzzy)

    def slip(self, word: str) -> str:
        """The word with two neighbours swapped."""
        at = self.draw.randrange(max(1, len(word) - 1))
        return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]

    def place(self) -> Node:
        known = [point for one in self.records for point in naive.points(one, self.fields)]
        x, y = self.draw.choice(known) if known else (-75.7, 45.4)
        wide = self.draw.choice((0.5, 5.0, 40.0))
        west, east = max(-180.0, x - wide), min(180.0, x + wide)
        south, north = max(-90.0, y - wide / 2), min(90.0, y + wide)
        match self.draw.randrange(4):
            case 0:
                return Box(west, south, east, north)
            case 1:
                return Box(east, south, west, north)
            case 2:
                return Area((((west, south), (east, south), (x, north), (west, south)),))
            case _:
                return Near(y, x, self.draw.choice((1.0, 50.0, 2000.0)))

    def age(self) -> Aged:
        known = [one for record in self.records for one in naive.ages(record, self.fields)] or [(100.0, 66.0)]
        oldest, youngest = self.draw.choice(known)
        return Aged(oldest + self.draw.choice((0, 10)), youngest)

    def _comparable(self) -> list[str]:
        return [
            path
            for path in self.fields.paths()
            if not path.endswith(".*") and self.fields.kind(path) is not None
        ]

    def _found(self, path: str) -> list[Any]:
        found = [value for one in self.records for value in one.values(path)]
        return [value for value in found if not is_object(value)]


def escaped(text: str) -> str:
    return "".join("\\" + one if one in "*?\\" else one for one in text)
