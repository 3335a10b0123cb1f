"""From a record with its surroundings to an entry of the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dina.modules.search.index.numbers import lots_of, presence_of, term_of
from dina.modules.search.index.places import Place, Places
from dina.modules.search.index.stripped import Lookup, Part, Stripped
from dina.modules.search.roots import Root
from dina.modules.search.values import interval

GAP = 2
"""Positions between the words of two values: no phrase goes from one into the next."""
MAX_POSITION = 16_000
MAX_PLACES = 200
"""Places of one word that are kept."""


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
class Gathered:
    """What comes together for one entry."""

    terms: list[int] = field(default_factory=list[int])
    texts: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    sorts: dict[str, Any] = field(default_factory=dict[str, Any])
    parts: dict[str, list[list[int]]] = field(default_factory=dict[str, list[list[int]]])
    included: dict[str, Stripped] = field(default_factory=dict[str, Stripped])


class Flattener(Places):
    """Makes entries, and gathers the terms and words that are new in them."""

    def entry(self, root: Stripped, lookup: Lookup) -> Entry:
        type_, facts = root.type, self.fields.root(root.type)
        whole = Gathered(terms=lots_of(root.id))
        self._walk(self.root(type_), root, lookup, whole, ())
        mentions = set(root.mentions)
        for one in whole.included.values():
            mentions.update(one.mentions)
        mentions.discard(root.id)
        included = b",".join([one.json for one in whole.included.values()])
        near = [root.id, *[id_ for name in facts.near for _, id_ in root.links.get(name, ())]]
        return Entry(
            type_, root.id, root.group, sorted(set(whole.terms)), vector(whole.texts), sorted(mentions), near,
            self._point(facts, root, lookup), self._days(facts, root, lookup), self._ages(facts, root, lookup),
            whole.sorts, whole.parts, b'{"data":' + root.json + b',"included":[' + included + b"]}",
        )  # fmt: skip

    def _walk(
        self, place: Place, resource: Stripped, lookup: Lookup, whole: Gathered, above: tuple[str, ...]
    ) -> None:
        """Add a resource and what is taken along with it; its terms come last."""
        part = resource.parts.get(place.key)
        if part is None:
            part = resource.parts[place.key] = self._made(place, resource)
        gathered = whole.terms
        gathered += part.terms
        whole.texts += part.texts
        whole.sorts.update(part.sorts)
        links_of = resource.links
        for name, below in place.below.items():
            links = links_of.get(name)
            if links is None:
                continue
            if len(links) == 1:
                target, id_ = links[0]
                found = lookup(target, id_)
                if found is not None and id_ not in above:
                    whole.included.setdefault(id_, found)
                    self._walk(below, found, lookup, whole, (*above, id_))
                continue
            number = self.link(place, name)
            starts: list[int] = []
            for target, id_ in links:
                starts.append(len(gathered))
                gathered += (presence_of(number), term_of(number, id_))
                found = lookup(target, id_)
                if found is None or id_ in above:
                    continue
                whole.included.setdefault(id_, found)
                self._walk(below, found, lookup, whole, (*above, id_))
            ends = [*starts[1:], len(gathered)]
            inner = [sorted(set(gathered[a:b])) for a, b in zip(starts, ends, strict=True)]
            whole.parts.setdefault(place.path(name), []).extend(inner)

    def _made(self, place: Place, resource: Stripped) -> Part:
        terms: list[int] = []
        texts: list[tuple[str, list[str]]] = []
        sorts: dict[str, Any] = {}
        for name, links in resource.links.items():
            number = self.link(place, name)
            terms.append(presence_of(number))
            terms += [term_of(number, id_) for _, id_ in links]
        described = self.fields.types[resource.type]["attributes"]
        for path, both, text, sort in self.values(place, resource.attributes, described):
            terms += both
            if text is not None:
                texts.append(text)
            if sort is not None:
                sorts[path] = sort
        if not place.chain:
            # Every record has its place in the order by title; those without one come last.
            sorts["_title"] = sorts.get(self.fields.types[place.type]["title"]) or "\uffff" + resource.id
        return Part(tuple(terms), tuple(texts), sorts)

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


def vector(texts: list[tuple[str, list[str]]]) -> str:
    """The words as a tsvector is written, each value's words one after the other."""
    places: dict[str, list[str]] = {}
    position = 1
    for weight, found in texts:
        for word in found:
            at = places.get(word)
            if at is None:
                at = places[word] = []
            if position < MAX_POSITION:
                at.append(f"{position}{weight}")
                position += 1
        position += GAP
    return " ".join([f"{word}:{','.join(at[:MAX_PLACES])}" if at else word for word, at in places.items()])
