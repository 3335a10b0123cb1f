"""The mapping between Darwin Core terms and fields: declarations, and what darwin_core.toml adds to them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from dina.modules.exchange.publishing.mapping.declared import Along, Registry, declared_terms

DWC, DCTERMS = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
PREFIXES = {"dwc": DWC, "dcterms": DCTERMS}
FIRST = (
    "dwc:occurrenceID", "dwc:basisOfRecord", "dwc:institutionCode", "dwc:collectionCode", "dwc:catalogNumber",
    "dwc:recordNumber", "dwc:recordedBy", "dwc:eventDate", "dwc:country", "dwc:verbatimLocality",
    "dwc:decimalLatitude", "dwc:decimalLongitude", "dwc:scientificName", "dwc:typeStatus",
)  # fmt: skip
"""The terms people look at first; the others follow by name."""
COMPONENTS = {
    "material-sample": "MATERIAL_SAMPLE",
    "organism": "ORGANISM",
    "collecting-event": "COLLECTING_EVENT",
}
"""How custom fields name what they are of; those of identifications are in the identification itself."""
DETERMINATIONS = "organism[isTarget].determination"


@cache
def tables() -> Mapping[str, Any]:
    """darwin_core.toml."""
    return tomllib.loads(
        files("dina.modules.exchange.publishing.mapping").joinpath("darwin_core.toml").read_text("utf-8")
    )


def along() -> list[Along]:
    return [Along(one["path"], one["type"]) for one in tables()["along"]]


@dataclass(frozen=True)
class Composition:
    """Some terms made of some fields by a function of `composing.py`."""

    by: str
    paths: tuple[str, ...]
    terms: tuple[str, ...]
    into: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class CustomField:
    """A field an institution has added, as far as publishing needs to know it."""

    key: str
    name: str
    component: str
    term: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class TermMapping:
    """What is published under which term.

    `fields` maps a term to the paths that may hold it, nearest first. `custom` maps a term to key maps and
    the keys in them. `measured` are the custom fields that have no term: facts of their own. `terms` are the
    columns in their order.
    """

    fields: Mapping[str, tuple[str, ...]]
    compositions: tuple[Composition, ...]
    custom: Mapping[str, Sequence[tuple[str, str]]]
    measured: Mapping[tuple[str, str], CustomField]
    dynamic: Mapping[str, str]
    terms: tuple[str, ...]

    def described(self) -> list[dict[str, Any]]:
        """The mapping as a table for people: each term, its address, and what it is made of."""
        composed = {term: one for one in self.compositions for term in one.terms}
        return [
            {
                "term": term,
                "iri": iri(term),
                "fields": list(
                    self.fields.get(term)
                    or (composed[term].paths if term in composed else ())
                    or [".".join(one) for one in self.custom.get(term, ())]
                ),
                "composedBy": composed[term].by if term in composed else None,
            }
            for term in self.terms
        ]


def iri(term: str) -> str:
    """The full address of a prefixed term; one that is an address already stays as it is."""
    prefix, _, name = term.partition(":")
    return PREFIXES[prefix] + name if prefix in PREFIXES else term


def prefixed(address: str) -> str:
    """`http://rs.tdwg.org/dwc/terms/sex` → `dwc:sex`."""
    for prefix, start in PREFIXES.items():
        if address.startswith(start):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


def build(
    registry: Registry,
    customs: Sequence[CustomField] = (),
    *,
    left_out: Collection[str] = (),
    added: Mapping[str, str] | None = None,
    absent: Collection[str] = (),
) -> TermMapping:
    """The mapping for a collection: its declarations, its custom fields, what a curator leaves out and adds.

    `absent` are types of which there is nothing to read: what would come from them has no column.
    """
    told = tables()
    gone = absent_paths(registry, absent)

    def there(path: str) -> bool:
        return path in KEPT or not path.startswith(gone)

    compositions = tuple(
        Composition(one["by"], tuple(one["from"]), tuple(one["terms"]), one.get("into", {}))
        for one in told["composed"]
        if not one["from"] or any(there(path) for path in one["from"])
    )
    fields = {
        term: tuple(paths)
        for term, paths in declared_terms(registry, along()).items()
        if term.partition(":")[0] in PREFIXES and term.partition(":")[2][:1].islower()
    }
    fields.update({term: tuple(paths) for term, paths in told["field"].items()})
    for one in told["composed"]:
        for term in one["terms"]:
            fields.pop(term, None)
    fields.update({term: (path,) for term, path in (added or {}).items()})
    fields = {
        term: kept
        for term, paths in fields.items()
        if term not in left_out and (kept := tuple(path for path in paths if there(path)))
    }
    composed = {term for one in compositions for term in one.terms}
    held = {f"dwc:{name}" for names in told["custom"].values() for name in names}
    custom, measured = custom_terms(customs, {*fields, *composed, *held})
    found = {*fields, *composed, *custom, "dwc:dynamicProperties"} - set(left_out)
    found |= {"dwc:occurrenceID"}
    ordered = [term for term in FIRST if term in found]
    ordered += sorted(found - set(ordered), key=lambda term: (term.partition(":")[2].lower(), term))
    dynamic = {name: path for name, path in told["dynamic"].items() if there(path)}
    return TermMapping(fields, compositions, custom, measured, dynamic, tuple(ordered))


KEPT = frozenset({"geologicalContext.id"})
"""Paths that tell whether there is anything at all."""


def absent_paths(registry: Registry, absent: Collection[str]) -> tuple[str, ...]:
    """How paths begin that lead to types of which there is nothing."""
    found: list[str] = []
    for step in along():
        for name, link in registry.get(step.type, {}).get("relationships", {}).items():
            if not link["external"] and all(target in absent for target in link["targets"]):
                found += [step.field(name) + ".", step.field(name) + "["]
    return tuple(found)


def custom_terms(
    customs: Sequence[CustomField], terms: Collection[str]
) -> tuple[dict[str, list[tuple[str, str]]], dict[tuple[str, str], CustomField]]:
    """Custom fields that are terms of Darwin Core, and those that are not, by key map and key."""
    holders = {
        component: step.field("managedAttributes")
        for step in along()
        if (component := COMPONENTS.get(step.type, ""))
    } | {"DETERMINATION": DETERMINATIONS}
    reserved = frozenset(tables()["reserved"]["terms"])
    named = {squeezed(name): term for term in terms if (name := term.partition(":")[2]) not in reserved}
    found: dict[str, list[tuple[str, str]]] = {}
    measured: dict[tuple[str, str], CustomField] = {}
    for one in customs:
        holder = holders.get(one.component)
        if holder is None:
            continue
        said = prefixed(one.term) if one.term else ""
        term = said if said in terms else named.get(squeezed(one.key), "")
        if term:
            found.setdefault(term, []).append((holder, one.key))
        elif holder != DETERMINATIONS and one.key not in reserved:
            measured[holder, one.key] = one
    return found, measured


def squeezed(name: str) -> str:
    """A name without regard to how its words are joined: `individual_count`, `individualCount`."""
    return name.replace("_", "").lower()


def homes() -> dict[str, str]:
    """Every term that the mapping knows without looking at declarations, with what becomes of it."""
    told = tables()
    found = {term: "composed" for one in told["composed"] for term in one["terms"]}
    found |= {term: "field" for term, paths in told["field"].items() if paths}
    found["dwc:dynamicProperties"] = "dynamic"
    found |= {f"dwc:{name}": "custom" for names in told["custom"].values() for name in names}
    return found | {f"dwc:{name}": reason for name, reason in told["elsewhere"].items()}
