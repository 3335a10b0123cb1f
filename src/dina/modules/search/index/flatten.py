"""From a record with its surroundings to an entry of the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from dina.modules.search.fields import ADMINISTRATIVE, FieldFact, Fields
from dina.modules.search.index.leaves import Leaf, leaves
from dina.modules.search.index.numbers import Numbers, lots_of, presence_of, term_of
from dina.modules.search.query.folding import fold, natural, words
from dina.modules.search.roots import Root
from dina.modules.search.values import interval

Resource = dict[str, Any]
Lookup = Callable[[str, str], "Stripped | None"]
UUIDS = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
GAP = 2
"""Positions between the words of two values: no phrase goes from one into the next."""
MAX_POSITION = 16_000
PREPARED = 300_000
"""Values that are remembered from batch to batch: most come again and again."""
ORDERED = 300
"""Characters by which texts are put in order."""


@dataclass(slots=True)
class Stripped:
    """A resource as it is kept: without what is empty and what only the API needs."""

    type: str
    id: str
    attributes: dict[str, Any]
    links: dict[str, list[tuple[str, str]]]
    json: bytes
    mentions: frozenset[bytes]

    @property
    def group(self) -> str:
        return self.attributes.get("group") or ""


def stripped(resource: Resource) -> Stripped:
    attributes = {
        k: v for k, v in resource.get("attributes", {}).items() if v is not None and v != {} and v != []
    }
    links: dict[str, list[tuple[str, str]]] = {}
    told: dict[str, Any] = {}
    for name, one in resource.get("relationships", {}).items():
        data = one.get("data")
        if data:
            told[name] = {"data": data}
            links[name] = [(x["type"], x["id"]) for x in (data if isinstance(data, list) else [data])]
    json = orjson.dumps(
        {"type": resource["type"], "id": resource["id"], "attributes": attributes, "relationships": told}
    )
    return Stripped(resource["type"], resource["id"], attributes, links, json, frozenset(UUIDS.findall(json)))


@dataclass(slots=True)
class Entry:
    """What is written of a record for one audience."""

    type: str
    id: str
    group: str
    terms: list[int]
    words: str
    deps: list[str]
    near: list[str]
    point: tuple[float, float] | None
    days: tuple[int, int] | None
    ages: tuple[float | None, float | None]
    sorts: dict[str, Any]
    parts: dict[str, list[list[int]]]
    document: bytes
    mask: int = 0


@dataclass(slots=True)
class Part:
    """What one resource brings into an entry at one place: terms, words by weight, keys to sort by."""

    terms: set[int] = field(default_factory=set[int])
    texts: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    sorts: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one value at one place brings into every entry that holds it."""

    terms: tuple[int, int]
    weight: str | None = None
    words: list[str] = field(default_factory=list[str])
    sort: Any = None


class Flattener:
    """Makes entries; remembers parts that many records of a batch share, and gathers new terms and words."""

    def __init__(self, fields: Fields, numbers: Numbers) -> None:
        self.fields = fields
        self.numbers = numbers
        self.terms: dict[int, tuple[str, str, str | None, float | None, float | None]] = {}
        self.words: set[str] = set()
        self.unknown: dict[tuple[str, str], str] = {}
        self._prepared: dict[tuple[str, str, str], Prepared] = {}
        self._leaves: dict[bytes, list[Leaf]] = {}
        self._parts: dict[tuple[str, tuple[str, ...], bytes], Part] = {}
        self._trees: dict[str, dict[str, Any]] = {}

    def forget(self, *, numbers: bool = False) -> None:
        """Start a new batch; with `numbers`, as fields have got theirs meanwhile."""
        self.terms, self.words = {}, set()
        if numbers or len(self._prepared) > PREPARED:
            self._prepared.clear()
        self._leaves.clear()
        self._parts.clear()

    def entry(self, root: Stripped, lookup: Lookup) -> Entry:
        type_, facts = root.type, self.fields.root(root.type)
        whole = Part()
        parts: dict[str, list[list[int]]] = {}
        included: dict[str, Stripped] = {}
        self._walk(type_, (), root, self._tree(type_), lookup, whole, parts, included, frozenset())
        mentions = root.mentions.union(*(one.mentions for one in included.values()))
        document = (
            b'{"data":' + root.json + b',"included":[' + b",".join(o.json for o in included.values()) + b"]}"
        )
        own = root.id
        near = [own, *(id_ for name in facts.near for _, id_ in root.links.get(name, ()))]
        return Entry(
            type_, own, root.group, sorted(whole.terms.union(lots_of(own))), vector(whole.texts),
            sorted(m.decode() for m in mentions if m != own.encode()), near,
            self._point(facts, root, lookup), self._days(facts, root, lookup), self._ages(facts, root, lookup),
            whole.sorts, parts, document,
        )  # fmt: skip

    def _walk(
        self, type_: str, chain: tuple[str, ...], resource: Stripped, tree: Mapping[str, Any], lookup: Lookup,
        whole: Part, parts: dict[str, list[list[int]]], included: dict[str, Stripped], above: frozenset[str],
    ) -> set[int]:  # fmt: skip
        """Add a resource and what is taken along with it; the terms of all that."""
        part = self._part(type_, chain, resource)
        terms = set(part.terms)
        whole.texts += part.texts
        whole.sorts.update(part.sorts)
        for name, below in tree.items():
            links = resource.links.get(name)
            if links is None:
                continue
            path = (*chain, name)
            inner: list[set[int]] = []
            number = self._number(type_, ".".join(path), "link")
            for target, id_ in links:
                found = lookup(target, id_)
                own = {presence_of(number), term_of(number, id_)}
                if found is None or id_ in above:
                    inner.append(own)
                    continue
                if id_ not in included:
                    included[id_] = found
                inner.append(
                    own | self._walk(type_, path, found, below, lookup, whole, parts, included, above | {id_})
                )
            terms = terms.union(*inner)
            if len(inner) > 1:
                parts[".".join(path)] = parts.get(".".join(path), []) + [sorted(one) for one in inner]
        whole.terms |= terms
        return terms

    def _tree(self, type_: str) -> dict[str, Any]:
        found = self._trees.get(type_)
        if found is None:
            found = self._trees[type_] = {}
            for chain in self.fields.root(type_).include:
                if self.fields.owner(type_, chain) is None:
                    continue
                here = found
                for name in chain:
                    here = here.setdefault(name, {})
        return found

    def _part(self, type_: str, chain: tuple[str, ...], resource: Stripped) -> Part:
        key = (type_, chain, resource.json)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._made(type_, chain, resource)
        return found

    def _made(self, type_: str, chain: tuple[str, ...], resource: Stripped) -> Part:
        made = Part()
        prefix = ".".join(chain) + "." if chain else ""
        for name, links in resource.links.items():
            number = self._number(type_, prefix + name, "link")
            made.terms.add(presence_of(number))
            made.terms.update(term_of(number, id_) for _, id_ in links)
        for leaf in self._of(resource, root=not chain):
            self._add(type_, prefix + leaf.path, leaf, made)
        if not chain:
            # Every record has its place in the order by title; those without one come last.
            made.sorts["_title"] = made.sorts.get(self.fields.types[type_]["title"]) or "\uffff" + resource.id
        return made

    def _of(self, resource: Stripped, *, root: bool) -> list[Leaf]:
        found = self._leaves.get(resource.json)
        if found is None:
            described = self.fields.types[resource.type]
            found = leaves(described, resource.attributes)
            self._leaves[resource.json] = found
        return found if root else [one for one in found if one.path not in ADMINISTRATIVE]

    def _add(self, type_: str, path: str, leaf: Leaf, made: Part) -> None:
        key = (type_, path, leaf.text)
        known = self._prepared.get(key)
        if known is None:
            known = self._prepared[key] = self._prepare(type_, path, leaf)
        made.terms.update(known.terms)
        if known.weight is not None:
            made.texts.append((known.weight, known.words))
        if known.sort is not None:
            made.sorts[path] = known.sort

    def _prepare(self, type_: str, path: str, leaf: Leaf) -> Prepared:
        number = self._number(type_, path, leaf.kind)
        # A field is of the kind that was met first, so that all its values are compared in one way.
        kind = self.numbers.kinds.get((type_, path), leaf.kind)
        term = term_of(number, repr(leaf.low) if kind == "number" and leaf.low is not None else leaf.text)
        terms = (term, presence_of(number))
        if kind == "id":
            return Prepared(terms)
        folded = fold(leaf.text)
        self.terms[term] = (leaf.text, folded, in_order(folded), leaf.low, leaf.high)
        fact = self.fields.find(type_, path)
        if fact is None:
            return Prepared(terms)
        sort = None
        if sorts_by(fact):
            sort = leaf.low if leaf.low is not None else natural(folded)[:60]
        if fact.weight is None or kind not in ("keyword", "text"):
            return Prepared(terms, sort=sort)
        found = words(leaf.text)
        self.words.update(one for one in found if len(one) > 2 and one.isalpha())
        return Prepared(terms, fact.weight, found, sort)

    def _number(self, type_: str, path: str, kind: str) -> int:
        number = self.numbers.of(type_, path)
        if number is None:
            self.unknown[(type_, path)] = kind
            return 0
        return number

    def _value(self, path: str | None, root: Stripped, lookup: Lookup) -> Any:
        """The value at the end of a path of to-one relationships."""
        if path is None:
            return None
        *chain, name = path.split(".")
        here: Stripped | None = root
        for step in chain:
            links = here.links.get(step) if here else None
            here = lookup(*links[0]) if links else None
        return here.attributes.get(name) if here else None

    def _point(self, facts: Root, root: Stripped, lookup: Lookup) -> tuple[float, float] | None:
        found = self._value(facts.point, root, lookup)
        return (float(found["coordinates"][0]), float(found["coordinates"][1])) if found else None

    def _days(self, facts: Root, root: Stripped, lookup: Lookup) -> tuple[int, int] | None:
        found = self._value(facts.date, root, lookup)
        return interval(found) if found else None

    def _ages(self, facts: Root, root: Stripped, lookup: Lookup) -> tuple[float | None, float | None]:
        for pair in facts.ages:
            oldest, youngest = (self._value(path, root, lookup) for path in pair)
            if oldest is not None and youngest is not None:
                return float(oldest), float(youngest)
        return None, None


def in_order(folded: str) -> str | None:
    """The key of a text's place among others, where that is not the text itself."""
    key = natural(folded)
    return None if key == folded else key[:ORDERED]


def sorts_by(fact: FieldFact) -> bool:
    """Whether entries keep a key for a field: what lists are often sorted by."""
    often = not fact.chain or fact.weight in ("A", "B") or fact.kind != "keyword"
    kinds = ("keyword", "number", "date", "date-time")
    return fact.declared and not fact.many and len(fact.chain) < 2 and fact.kind in kinds and often


def vector(texts: list[tuple[str, list[str]]]) -> str:
    """The words as a tsvector is written, each value's words one after the other."""
    places: dict[str, list[str]] = {}
    position = 1
    for weight, found in texts:
        for word in found:
            if position < MAX_POSITION:
                places.setdefault(word, []).append(f"{position}{weight}")
                position += 1
            else:
                places.setdefault(word, [])
        position += GAP
    return " ".join(f"'{word}'" + (":" + ",".join(at[:200]) if at else "") for word, at in places.items())
