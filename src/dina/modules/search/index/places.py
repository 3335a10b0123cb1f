"""What values bring into entries, remembered by the place they stand at: most come again and again.

A place is a chain of relationships from a searched type; below it are its attributes and their members, each a
node that knows the values met there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dina.modules.search.fields import ADMINISTRATIVE, KINDS, FieldFact, Fields
from dina.modules.search.index.leaves import MAX_DEPTH, derived, leaf_of, scalar
from dina.modules.search.index.numbers import Numbers, presence_of, term_of
from dina.modules.search.query.folding import WORD, fold, natural

REMEMBERED = 150_000
"""Values that are remembered from batch to batch."""
ORDERED = 300
"""Characters by which texts are put in order."""
KEY = 60
"""Characters of a text that an entry is sorted by."""
Told = tuple[str, str, str | None, float | None, float | None]
"""A term as the table of terms tells of it: value, folded, ordered, low, high."""


class Prepared(NamedTuple):
    """What one value at one place brings into every entry that holds it."""

    path: str
    terms: tuple[int, int]
    text: tuple[str, list[str]] | None = None
    sort: Any = None


class Node:
    """An attribute, or a member of its values, at one place."""

    __slots__ = ("below", "declared", "described", "kind", "known", "number", "path", "sorts", "weight")

    def __init__(self, path: str, declared: str | None) -> None:
        self.path = path
        self.declared = declared
        """The kind that its type declares, None for what stands inside an object or a map."""
        self.known: dict[Any, Prepared | None] = {}
        self.below: dict[str, Node] = {}
        self.described = False
        self.number = 0
        self.kind = ""
        self.weight: str | None = None
        self.sorts = False


@dataclass(slots=True, eq=False)
class Place:
    """Resources of a type at the end of a chain: nodes of attributes, numbers of links, places further on."""

    type: str
    chain: tuple[str, ...]
    nodes: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])
    links: dict[str, int] = field(default_factory=dict[str, int])
    below: dict[str, Place] = field(default_factory=dict[str, "Place"])
    key: object = field(default_factory=object)
    """Stands for the place where resources remember what they bring to it."""

    def path(self, name: str) -> str:
        return ".".join((*self.chain, name))


class Places:
    """The places of all types; new terms and words are gathered until `forget`."""

    def __init__(self, fields: Fields, numbers: Numbers) -> None:
        self.fields = fields
        self.numbers = numbers
        self.terms: dict[int, Told] = {}
        self.words: set[str] = set()
        self.unknown: dict[tuple[str, str], str] = {}
        self._roots: dict[str, Place] = {}
        self._nodes: list[Node] = []
        self._kept = 0

    def forget(self, *, numbers: bool = False) -> None:
        """Start a new batch; with `numbers`, as fields have got theirs meanwhile."""
        self.terms, self.words = {}, set()
        if numbers:
            self._roots, self._nodes, self._kept = {}, [], 0
        elif self._kept > REMEMBERED:
            self._kept = 0
            for node in self._nodes:
                node.known.clear()

    def root(self, type_: str) -> Place:
        """The place of a searched type itself, with all that are taken along below it."""
        found = self._roots.get(type_)
        if found is None:
            found = self._roots[type_] = Place(type_, ())
            for chain in self.fields.root(type_).include:
                if self.fields.owner(type_, chain) is None:
                    continue
                here = found
                for name in chain:
                    here = here.below.setdefault(name, Place(type_, (*here.chain, name)))
        return found

    def link(self, place: Place, name: str) -> int:
        """The number of a relationship."""
        number = place.links.get(name)
        if number is None:
            number = self._number(place.type, place.path(name), "link")
            if number:
                place.links[name] = number
        return number

    def values(
        self, place: Place, attributes: Mapping[str, Any], described: Mapping[str, Any]
    ) -> list[Prepared]:
        """What the attributes of a resource bring."""
        found: list[Prepared] = []
        nodes = place.nodes
        for name, value in attributes.items():
            if name in nodes:
                node = nodes[name]
            else:
                node = nodes[name] = self._node(place, name, described)
            if node is not None:
                self._gather(place.type, node, value, 0, found)
        return found

    @staticmethod
    def _node(place: Place, name: str, described: Mapping[str, Any]) -> Node | None:
        facts = described.get(name)
        if facts is None or (place.chain and name in ADMINISTRATIVE):
            return None
        kind = KINDS.get(facts["kind"], "object")
        if kind == "geo":
            return None
        return Node(place.path(name), None if kind in ("map", "object") else kind)

    def _gather(self, type_: str, node: Node, value: Any, depth: int, found: list[Prepared]) -> None:
        """Every value at a node and below it, as `leaves` tells of them."""
        sort = value.__class__
        if sort is list:
            if depth <= MAX_DEPTH:
                for one in value:
                    self._gather(type_, node, one, depth + 1 if node.declared is None else depth, found)
        elif sort is dict and node.declared is None:
            if depth <= MAX_DEPTH:
                for name, one in value.items():
                    self._gather(type_, self._below(node, name), one, depth + 1, found)
                for member, name, one in derived(value):
                    below = self._below(self._below(node, member), name)
                    self._gather(type_, below, one, depth + 1, found)
        elif value is not None and value != "" and depth <= MAX_DEPTH:
            # An integer, a decimal and a truth value of the same size are different values.
            key = value if sort is str else (sort, str(value))
            known = node.known
            if key in known:
                one = known[key]
            else:
                leaf = (
                    scalar(node.path, value)
                    if node.declared is None
                    else leaf_of(node.path, node.declared, value)
                )
                one = known[key] = None if leaf is None else self._prepare(type_, node, leaf)
                self._kept += 1
            if one is not None:
                found.append(one)

    @staticmethod
    def _below(node: Node, name: str) -> Node:
        found = node.below.get(name)
        if found is None:
            found = node.below[name] = Node(f"{node.path}.{name}", None)
        return found

    def _prepare(self, type_: str, node: Node, leaf: Any) -> Prepared:
        if node.number == 0:
            self._describe(type_, node, leaf.kind)
        _, _, text, low, high = leaf
        number, kind = node.number, node.kind
        term = term_of(number, repr(low) if low is not None and kind == "number" else text)
        terms = (term, presence_of(number))
        if kind == "id":
            return Prepared(node.path, terms)
        folded = fold(text)
        ordered = natural(folded)
        self.terms[term] = (text, folded, None if ordered == folded else ordered[:ORDERED], low, high)
        sort = None
        if node.sorts:
            sort = low if low is not None else ordered[:KEY]
        if node.weight is None or kind not in ("keyword", "text"):
            return Prepared(node.path, terms, None, sort)
        found = WORD.findall(folded)
        self.words.update([one for one in found if len(one) > 2 and one.isalpha()])
        return Prepared(node.path, terms, (node.weight, found), sort)

    def _describe(self, type_: str, node: Node, kind: str) -> None:
        fact = self.fields.find(type_, node.path)
        # A field is of the kind that was met first, so that all its values are compared in one way.
        node.kind = self.numbers.kinds.get((type_, node.path), kind)
        if not node.described:
            node.described = True
            self._nodes.append(node)
        node.number = self._number(type_, node.path, node.kind)
        node.weight = fact.weight if fact else None
        node.sorts = fact is not None and sorts_by(fact)

    def _number(self, type_: str, path: str, kind: str) -> int:
        number = self.numbers.of(type_, path)
        if number is None:
            self.unknown[(type_, path)] = kind
            return 0
        return number


def sorts_by(fact: FieldFact) -> bool:
    """Whether entries keep a key for a field: what lists are often sorted by."""
    often = not fact.chain or fact.weight in ("A", "B") or fact.kind != "keyword"
    kinds = ("keyword", "number", "date", "date-time")
    return fact.declared and not fact.many and len(fact.chain) < 2 and fact.kind in kinds and often
