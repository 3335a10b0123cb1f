"""The fields that can be searched, by type and path: derived from what the modules say of their types.

A path goes along the relationships that `roots.toml` takes along, then names an attribute, then members of its
value or keys of its map. Keys of maps and members come to be known when the index first meets them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dina.base.text import Text
from dina.modules.search.query.taxa import LABELS, MEMBER, is_taxon
from dina.modules.search.roots import Root, Roots

KINDS: Mapping[str, str] = {
    "text": "keyword", "choice": "keyword", "texts": "keyword", "choices": "keyword", "uuid": "id", "uuids": "id",
    "integer": "number", "decimal": "number", "boolean": "boolean", "date": "date", "date-time": "date-time",
    "partial-date": "date", "key-map": "map", "nested-key-map": "map", "point": "geo",
}  # fmt: skip
"""Kinds of value of the API -> kinds of field; every other is an object with members."""
MANY = frozenset({"texts", "choices", "uuids", "objects"})
ADMINISTRATIVE = frozenset({"createdBy", "createdOn", "lastUpdatedOn", "resourceVersion", "version", "group"})
"""Attributes that are searched on the record itself and not on what is taken along."""
LONG = 500
"""Texts that may be longer than this are running text."""
NAME_TERM = "dwc:scientificName"
PLACES_AND_PEOPLE = "B"


def is_left_out(facts: Mapping[str, Any]) -> bool:
    """Whether an attribute follows from others and costs much, or is worked out with a structure of its own."""
    derived = facts["kind"] == "object" and bool(facts.get("readOnly"))
    return bool(facts.get("onRequest")) or "whenIncluded" in facts or derived


@dataclass(frozen=True, slots=True)
class FieldFact:
    """One field: `chain` are the relationships to its `owner`, `attribute` the attribute there.

    `kind` is text, keyword, number, date, date-time, boolean, geo, id, map or object; values of a map or object are fields
    of their own below it. `weight` says how much words in it count (A, B, C), None that words do not look there.
    `declared` ones are there whether or not a value has been met.
    """

    path: str
    kind: str
    many: bool
    label: Text
    chain: tuple[str, ...]
    owner: str
    attribute: str
    term: str | None = None
    weight: str | None = None
    declared: bool = True

    @property
    def holds_values(self) -> bool:
        return self.kind not in ("map", "object", "geo")


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A relationship that can be followed in a search: `targets` are types, `chain` leads to its owner."""

    path: str
    many: bool
    label: Text
    targets: tuple[str, ...]


class Fields:
    """All fields of all searched types; `seen` are those below maps and objects that the index has met.

    `types` are the descriptions of the modules' registries by type, `modules` the prefix each is served under.
    """

    def __init__(self, types: Mapping[str, Any], prefixes: Mapping[str, str], roots: Roots) -> None:
        self.types = types
        self.prefixes = prefixes
        self.roots = roots
        self.searched = tuple(sorted(prefixes))
        self._declared: dict[str, dict[str, FieldFact]] = {}
        self._links: dict[str, dict[str, LinkFact]] = {}
        self._seen: dict[str, dict[str, FieldFact]] = {}

    def of(self, type_: str) -> Mapping[str, FieldFact]:
        """The fields of a searched type by path. Raises KeyError for a type that is not searched."""
        self._read(type_)
        return {**self._declared[type_], **self._seen.get(type_, {})}

    def links(self, type_: str) -> Mapping[str, LinkFact]:
        """The relationships that lead to what is searched with a type, by path."""
        self._read(type_)
        return self._links[type_]

    def find(self, type_: str, path: str) -> FieldFact | None:
        """The field of a path; one below a map or object need not have been met yet. None where there is none."""
        self._read(type_)
        known = self._declared[type_].get(path) or self._seen.get(type_, {}).get(path)
        if known is not None:
            return known
        owner = self.holder(type_, path)
        return None if owner is None else self._below(owner, path, "keyword", owner.label)

    def holder(self, type_: str, path: str) -> FieldFact | None:
        """The map or object below which a path lies."""
        self._read(type_)
        head = path
        while "." in head:
            head = head.rpartition(".")[0]
            found = self._declared[type_].get(head)
            if found is not None:
                return found if found.kind in ("map", "object") else None
        return None

    def saw(self, type_: str, path: str, kind: str) -> None:
        """A field below a map or object has been met."""
        if type_ not in self.prefixes or path in self._seen.setdefault(type_, {}):
            return
        owner = self.holder(type_, path)
        if owner is not None:
            last = path.rpartition(".")[2]
            label = self._member_label(owner, path) or Text(
                f"{owner.label.en}: {last}", f"{owner.label.fr} : {last}"
            )
            self._seen[type_][path] = self._below(owner, path, kind, label)

    @staticmethod
    def _below(owner: FieldFact, path: str, kind: str, label: Text) -> FieldFact:
        """A field inside a map or object. Words of what is worked out stand where it was worked out from."""
        weight = None if is_taxon(path) else owner.weight
        return replace(owner, path=path, kind=kind, label=label, weight=weight, declared=False)

    def _member_label(self, owner: FieldFact, path: str) -> Text | None:
        if is_taxon(path):
            return LABELS.get(path.rpartition(f".{MEMBER}.")[2])
        member = path[len(owner.path) + 1 :]
        described = self.types[owner.owner]["attributes"][owner.attribute].get("members", {}).get(member, {})
        return _text(described["label"]) if "label" in described else None

    def _read(self, type_: str) -> None:
        if type_ in self._declared:
            return
        if type_ not in self.prefixes:
            raise KeyError(type_)
        root = self.roots.of(type_)
        found = {fact.path: fact for fact in self._fields(type_, (), type_)}
        links: dict[str, LinkFact] = {}
        for chain in ((), *root.include):
            owner = self.owner(type_, chain)
            if owner is None:
                continue
            if chain:
                found |= {fact.path: fact for fact in self._fields(owner, chain, type_)}
            for name, facts in self.types[owner]["relationships"].items():
                path = ".".join((*chain, name))
                links[path] = LinkFact(path, facts["many"], _text(facts["label"]), tuple(facts["targets"]))
        self._declared[type_], self._links[type_] = found, links

    def owner(self, type_: str, chain: tuple[str, ...]) -> str | None:
        """The type that a chain of relationships leads to, None where a module is not here."""
        for name in chain:
            described = self.types.get(type_)
            relationship = described["relationships"].get(name) if described else None
            if relationship is None:
                return None
            type_ = relationship["targets"][0]
        return type_ if type_ in self.types else None

    def _fields(self, type_: str, chain: tuple[str, ...], root: str) -> Iterator[FieldFact]:
        described = self.types[type_]
        for name, facts in described["attributes"].items():
            if is_left_out(facts) or (chain and name in ADMINISTRATIVE):
                continue
            kind = KINDS.get(facts["kind"], "object")
            if kind == "keyword" and (facts.get("max") or 0) > LONG:
                kind = "text"
            yield FieldFact(
                ".".join((*chain, name)), kind, facts["kind"] in MANY or self.leads_to_many(root, chain),
                _text(facts["label"]), chain, type_, name, facts.get("term"),
                self._weight(described, name, facts, kind, chain),
            )  # fmt: skip

    def leads_to_many(self, type_: str, chain: tuple[str, ...]) -> bool:
        for name in chain:
            relationship = self.types[type_]["relationships"][name]
            if relationship["many"]:
                return True
            type_ = relationship["targets"][0]
        return False

    @staticmethod
    def _weight(described: Any, name: str, facts: Any, kind: str, chain: tuple[str, ...]) -> str | None:
        if kind in ("number", "boolean", "date", "date-time", "id", "geo") or name in ADMINISTRATIVE:
            return None
        if facts.get("term") == NAME_TERM or (not chain and name == described["title"]):
            return "A"
        if not chain and facts.get("searchable") and kind == "keyword":
            return "A"
        listed = facts.get("searchable") or facts.get("listed") or name == described["title"]
        return PLACES_AND_PEOPLE if kind != "text" and listed else "C"

    def root(self, type_: str) -> Root:
        return self.roots.of(type_)


def _text(value: Mapping[str, str]) -> Text:
    return Text(value["en"], value["fr"])
