"""Rows of the API as records under terms: which paths are read, and what a row of them becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from dina.modules.exchange.publishing.mapping.composing import COMPOSERS, Compose, Surroundings
from dina.modules.exchange.publishing.mapping.darwin_core import DETERMINATIONS, TermMapping, tables
from dina.modules.exchange.publishing.mapping.values import mapped, primary, text

Row = list[Any]
ID, PARENT, EVENT, ORGANISMS = "id", "parentMaterialSample", "collectingEvent.id", "organism"
COLLECTORS = "collectingEvent.collectors"
GEOREFERENCES = "collectingEvent.geoReferenceAssertions"
ALWAYS = (
    ID, EVENT, ORGANISMS, "organism[isTarget].id", DETERMINATIONS, COLLECTORS, GEOREFERENCES, "attachment",
    "parentMaterialSample.id", "parentMaterialSample.publiclyReleasable", "parentMaterialSample.isRestricted",
    "parentMaterialSample.identifiers.occurrence_id",
)  # fmt: skip
"""Paths that extensions, coverage and checks need whatever is mapped."""


class Reader:
    """From a mapping to the paths to ask for, and from a row of their values to the texts of the terms.

    `inherit` adds, for each path below an inherited relationship, the same of the specimens a record is
    derived from: what it lacks it has from the nearest of them.
    """

    def __init__(self, mapping: TermMapping, around: Surroundings, *, inherit: bool = False) -> None:
        self.mapping = mapping
        needed: dict[str, None] = dict.fromkeys(ALWAYS)
        for paths in mapping.fields.values():
            needed.update(dict.fromkeys(paths))
        for one in mapping.compositions:
            needed.update(dict.fromkeys(one.paths))
        needed.update(dict.fromkeys(mapping.dynamic.values()))
        needed.update(dict.fromkeys(holder for several in mapping.custom.values() for holder, _ in several))
        needed.update(dict.fromkeys(holder for holder, _ in mapping.measured))
        self.own = tuple(needed)
        self.slots = {path: slot for slot, path in enumerate(self.own)}
        self.folds = list(self._folds()) if inherit else []
        self.paths = [*self.own, *(path for fold in self.folds for path in fold.paths)]
        self._compile(around)

    def _folds(self) -> Iterator[Fold]:
        told = tables()["inherited"]
        start = len(self.own)
        for above in told["by"]:
            for shared in told["paths"]:
                below = [path for path in self.own if path == shared or path.startswith(f"{shared}.")]
                if shared == "organism[isTarget]":
                    below.append(ORGANISMS)
                fold = Fold(
                    self.slots.get(f"{shared}.id", -1),
                    [self.slots[path] for path in below],
                    start,
                    [f"{above}.{path}" for path in below],
                )
                start += len(below)
                yield fold

    def _compile(self, around: Surroundings) -> None:
        """Put together how a row is read: values are gathered in the order that is quickest, then put in theirs."""
        terms: list[str] = []
        single = [(term, paths[0]) for term, paths in self.mapping.fields.items() if len(paths) == 1]
        terms += [term for term, _ in single]
        self.simple = itemgetter(*(self.slots[path] for _, path in single))
        several = [(term, paths) for term, paths in self.mapping.fields.items() if len(paths) > 1]
        terms += [term for term, _ in several]
        self.several = [[self.slots[path] for path in paths] for _, paths in several]
        self.composed: list[tuple[Compose, Callable[[Row], Sequence[Any]]]] = []
        for one in self.mapping.compositions:
            terms += one.terms
            self.composed.append(
                (COMPOSERS[one.by](around), gathering([self.slots[path] for path in one.paths]))
            )
        self.dynamic_names = tuple(self.mapping.dynamic)
        self.dynamic = gathering([self.slots[path] for path in self.mapping.dynamic.values()])
        terms.append("dwc:dynamicProperties")
        terms += [term for term in self.mapping.custom if term not in terms]
        self.width = len(terms)
        place = {term: at for at, term in reversed(list(enumerate(terms)))}
        self.custom = [
            (place[term], self.slots[holder], key, holder == DETERMINATIONS)
            for term, several in self.mapping.custom.items()
            for holder, key in reversed(several)
        ]
        self.ordered = itemgetter(*(place[term] for term in self.mapping.terms))
        self.measured = [(self.slots[h], key, one) for (h, key), one in self.mapping.measured.items()]

    def fold(self, row: Row) -> Row:
        """The row with what it has from those it is derived from."""
        for fold in self.folds:
            if row[fold.slot] is None:
                for number, slot in enumerate(fold.slots):
                    row[slot] = row[fold.start + number]
        return row

    def texts(self, row: Row) -> list[str]:
        """The texts of all terms, in the order of the mapping."""
        out = [
            value if value.__class__ is str else "" if value is None else text(value)
            for value in self.simple(row)
        ]
        for slots in self.several:
            for slot in slots:
                value = row[slot]
                if value is not None and value != "" and value != []:
                    out.append(text(value))
                    break
            else:
                out.append("")
        for compose, gathered in self.composed:
            out += compose(*gathered(row))
        further = self.dynamic(row)
        if any(further):
            names = zip(self.dynamic_names, further, strict=True)
            out.append(text({name: value for name, value in names if value or value == 0}))
        else:
            out.append("")
        if self.custom:
            out += [""] * (self.width - len(out))
            for at, slot, key, identified in self.custom:
                held = primary(row[slot]).get("managedAttributes") if identified else row[slot]
                if held and held.get(key):
                    out[at] = text(held[key])
        return list(self.ordered(out))

    def people(self, rows: Iterable[Row]) -> Iterator[str]:
        """The people that some rows speak of."""
        collectors, determinations = self.slots[COLLECTORS], self.slots[DETERMINATIONS]
        assertions = self.slots[GEOREFERENCES]
        for row in rows:
            if row[collectors]:
                yield from row[collectors]
            for one in row[determinations] or ():
                if one.get("determiner"):
                    yield from one["determiner"]
            for one in row[assertions] or ():
                if one.get("georeferencedBy"):
                    yield from one["georeferencedBy"]


def gathering(slots: Sequence[int]) -> Callable[[Row], Sequence[Any]]:
    """A function that gives the values of some slots of a row."""
    if len(slots) > 1:
        return itemgetter(*slots)
    if not slots:
        return lambda row: ()
    only = slots[0]
    return lambda row: (row[only],)


@dataclass(frozen=True)
class Fold:
    """Columns that are taken from above when the one in `slot` is empty."""

    slot: int
    slots: Sequence[int]
    start: int
    paths: Sequence[str] = field(default_factory=list[str])


def facts(reader: Reader, row: Row) -> Iterator[tuple[str, Any, str | None]]:
    """Custom fields of a row that are no terms: name, value, unit."""
    for slot, key, one in reader.measured:
        value = mapped(row[slot]).get(key)
        if value not in (None, ""):
            yield one.name, value, one.unit
