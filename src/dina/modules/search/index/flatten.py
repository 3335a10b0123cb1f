"""From a record with its surroundings to an entry of the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from dina.modules.search.fields import ADMINISTRATIVE, FieldFact, Fields
from dina.modules.search.index.leaves import Leaf, leaves_of
from dina.modules.search.index.numbers import Numbers, lots_of, presence_of, term_of
from dina.modules.search.query.folding import WORD, fold, natural
from dina.modules.search.roots import Root
from dina.modules.search.values import interval

Resource = dict[str, Any]
Lookup = Callable[[str, str], "Stripped | None"]
UUIDS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
GAP = 2
"""Positions between the words of two values: no phrase goes from one into the next."""
MAX_POSITION = 16_000
PREPARED = 150_000
"""Values that are remembered from batch to batch: most come again and again."""
ORDERED = 300
"""Characters by which texts are put in order."""


@dataclass(slots=True)
class Stripped:
    """A resource as it is kept: without what is empty and what only the API needs."""

    type: str
    id: str
    attributes: dict[str, Any]
    relationships: dict[str, dict[str, Any]]
    links: dict[str, list[tuple[str, str]]]
    json: bytes
    mentions: tuple[str, ...]
    parts: dict[Any, Part] = field(default_factory=dict[Any, "Part"])

    @classmethod
    def of(
        cls, type_: str, id_: str, attributes: dict[str, Any], told: dict[str, dict[str, Any]]
    ) -> Stripped:
        links: dict[str, list[tuple[str, str]]] = {}
        for name, one in told.items():
            data = one["data"]
            links[name] = [(x["type"], x["id"]) for x in (data if isinstance(data, list) else [data])]
        json = orjson.dumps({"type": type_, "id": id_, "attributes": attributes, "relationships": told})
        return cls(type_, id_, attributes, told, links, json, tuple(set(UUIDS.findall(json.decode()))))

    @property
    def group(self) -> str:
        return self.attributes.get("group") or ""


def filled(value: Any) -> Any:
    """A value, None where it is empty."""
    return None if value == {} or value == [] else value


def stripped(resource: Resource) -> Stripped:
    attributes = {k: v for k, v in resource.get("attributes", {}).items() if filled(v) is not None}
    told = {k: {"data": v["data"]} for k, v in resource.get("relationships", {}).items() if v.get("data")}
    return Stripped.of(resource["type"], resource["id"], attributes, told)


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


class Part(NamedTuple):
    """What one resource brings into an entry at one place: terms, words by weight, keys to sort by."""

    terms: tuple[int, ...]
    texts: tuple[tuple[str, list[str]], ...]
    sorts: Mapping[str, Any]


class Prepared(NamedTuple):
    """What one value at one place brings into every entry that holds it."""

    path: str
    terms: tuple[int, int]
    text: tuple[str, list[str]] | None = None
    sort: Any = None


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known of a field while entries are made: its number, its kind, whether and how it weighs and sorts."""

    number: int
    kind: str
    weight: str | None
    sorts: bool


@dataclass(slots=True)
class Gathered:
    """What comes together for one entry."""

    terms: list[int] = field(default_factory=list[int])
    texts: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    sorts: dict[str, Any] = field(default_factory=dict[str, Any])
    parts: dict[str, list[list[int]]] = field(default_factory=dict[str, list[list[int]]])
    included: dict[str, Stripped] = field(default_factory=dict[str, Stripped])


class Flattener:
    """Makes entries; remembers what values bring, as most come again and again, and gathers new terms and words."""

    def __init__(self, fields: Fields, numbers: Numbers) -> None:
        self.fields = fields
        self.numbers = numbers
        self.terms: dict[int, tuple[str, str, str | None, float | None, float | None]] = {}
        self.words: set[str] = set()
        self.unknown: dict[tuple[str, str], str] = {}
        self._prepared: dict[tuple[str, str], dict[Any, list[Prepared]]] = {}
        self._kept = 0
        self._epoch = object()
        self._slots: dict[tuple[str, str], Slot] = {}
        self._trees: dict[str, dict[str, Any]] = {}

    def forget(self, *, numbers: bool = False) -> None:
        """Start a new batch; with `numbers`, as fields have got theirs meanwhile."""
        self.terms, self.words = {}, set()
        if numbers or self._kept > PREPARED:
            self._prepared.clear()
            self._slots.clear()
            self._kept = 0
        if numbers:
            self._epoch = object()

    def entry(self, root: Stripped, lookup: Lookup) -> Entry:
        type_, facts = root.type, self.fields.root(root.type)
        whole = Gathered(terms=lots_of(root.id))
        self._walk(type_, (), root, self._tree(type_), lookup, whole, ())
        mentions = set(root.mentions)
        for one in whole.included.values():
            mentions.update(one.mentions)
        mentions.discard(root.id)
        included = b",".join([one.json for one in whole.included.values()])
        near = [root.id, *(id_ for name in facts.near for _, id_ in root.links.get(name, ()))]
        return Entry(
            type_, root.id, root.group, sorted(set(whole.terms)), vector(whole.texts), sorted(mentions), near,
            self._point(facts, root, lookup), self._days(facts, root, lookup), self._ages(facts, root, lookup),
            whole.sorts, whole.parts, b'{"data":' + root.json + b',"included":[' + included + b"]}",
        )  # fmt: skip

    def _walk(
        self, type_: str, chain: tuple[str, ...], resource: Stripped, tree: Mapping[str, Any], lookup: Lookup,
        whole: Gathered, above: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Add a resource and what is taken along with it; its terms come last."""
        key = (self._epoch, type_, chain)
        part = resource.parts.get(key)
        if part is None:
            part = resource.parts[key] = self._made(type_, chain, resource)
        gathered = whole.terms
        gathered.extend(part.terms)
        whole.texts.extend(part.texts)
        whole.sorts.update(part.sorts)
        for name, below in tree.items():
            links = resource.links.get(name)
            if links is None:
                continue
            path = (*chain, name)
            starts: list[int] = []
            for target, id_ in links:
                starts.append(len(gathered))
                if len(links) > 1:
                    number = self._number(type_, ".".join(path), "link")
                    gathered += (presence_of(number), term_of(number, id_))
                found = lookup(target, id_)
                if found is None or id_ in above:
                    continue
                whole.included.setdefault(id_, found)
                self._walk(type_, path, found, below, lookup, whole, (*above, id_))
            if len(links) > 1:
                ends = [*starts[1:], len(gathered)]
                inner = [sorted(set(gathered[a:b])) for a, b in zip(starts, ends, strict=True)]
                whole.parts.setdefault(".".join(path), []).extend(inner)

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

    def _made(self, type_: str, chain: tuple[str, ...], resource: Stripped) -> Part:
        terms: list[int] = []
        texts: list[tuple[str, list[str]]] = []
        sorts: dict[str, Any] = {}
        prefix = ".".join(chain) + "." if chain else ""
        for name, links in resource.links.items():
            number = self._number(type_, prefix + name, "link")
            terms.append(presence_of(number))
            terms.extend([term_of(number, id_) for _, id_ in links])
        declared = self.fields.types[resource.type]["attributes"]
        for name, value in resource.attributes.items():
            if (chain and name in ADMINISTRATIVE) or name not in declared:
                continue
            for one in self._values(type_, prefix, name, value, declared[name]):
                terms += one.terms
                if one.text is not None:
                    texts.append(one.text)
                if one.sort is not None:
                    sorts[one.path] = one.sort
        if not chain:
            # Every record has its place in the order by title; those without one come last.
            sorts["_title"] = sorts.get(self.fields.types[type_]["title"]) or "\uffff" + resource.id
        return Part(tuple(terms), tuple(texts), sorts)

    def _values(self, type_: str, prefix: str, name: str, value: Any, facts: Any) -> list[Prepared]:
        """What one attribute brings; remembered by its value."""
        known = self._prepared.get((type_, prefix + name))
        if known is None:
            known = self._prepared[type_, prefix + name] = {}
        # An integer, a decimal and a truth value of the same size are different values.
        key = value if value.__class__ is str else (value.__class__, plain(value))
        found = known.get(key)
        if found is None:
            found = [self._prepare(type_, prefix + leaf.path, leaf) for leaf in leaves_of(name, value, facts)]
            known[key] = found
            self._kept += 1 + len(found)
        return found

    def _prepare(self, type_: str, path: str, leaf: Leaf) -> Prepared:
        slot = self._slot(type_, path, leaf.kind)
        is_number = slot.kind == "number" and leaf.low is not None
        term = term_of(slot.number, repr(leaf.low) if is_number else leaf.text)
        terms = (term, presence_of(slot.number))
        if slot.kind == "id":
            return Prepared(path, terms)
        folded = fold(leaf.text)
        ordered = natural(folded)
        self.terms[term] = (
            leaf.text, folded, None if ordered == folded else ordered[:ORDERED], leaf.low, leaf.high,
        )  # fmt: skip
        sort = None
        if slot.sorts:
            sort = leaf.low if leaf.low is not None else ordered[:60]
        if slot.weight is None or slot.kind not in ("keyword", "text"):
            return Prepared(path, terms, None, sort)
        found = WORD.findall(folded)
        self.words.update(one for one in found if len(one) > 2 and one.isalpha())
        return Prepared(path, terms, (slot.weight, found), sort)

    def _slot(self, type_: str, path: str, kind: str) -> Slot:
        found = self._slots.get((type_, path))
        if found is None or found.number == 0:
            fact = self.fields.find(type_, path)
            # A field is of the kind that was met first, so that all its values are compared in one way.
            kind = self.numbers.kinds.get((type_, path), kind)
            found = self._slots[type_, path] = Slot(
                self._number(type_, path, kind), kind, fact.weight if fact else None,
                fact is not None and sorts_by(fact),
            )  # fmt: skip
        return found

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


def plain(value: Any) -> Any:
    """A value by which it can be remembered: objects and lists as their JSON."""
    return orjson.dumps(value) if isinstance(value, (dict, list)) else value


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
    return " ".join([f"{word}:{','.join(at[:200])}" if at else word for word, at in places.items()])
