"""ABCD units and Darwin Core records in XML as Darwin Core terms (`abcd.toml`, `darwin_xml.toml`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .terms import data, qualified
from .xml import Node

Values = dict[str, list[str]]


@dataclass(slots=True)
class Unit:
    """One unit: its key, the values of the core by heading, and the records of its other tables."""

    key: str
    core: Values
    others: list[tuple[str, Values]] = field(default_factory=list[tuple[str, Values]])


@cache
def _paths(table: str) -> dict[str, str]:
    return {path: term for term, paths in data("abcd.toml")[table].items() for path in paths}


@cache
def _abcd() -> dict[str, Any]:
    return data("abcd.toml")


@cache
def order(table: str) -> dict[str, int]:
    """The place of each term among the columns of a table."""
    said = _abcd()
    names = [*said.get(table, {})]
    if table == "unit":
        names += [*said["interval"], *dict.fromkeys(said["areas"].values())]
    if table in ("unit", "identification"):
        names += [*said["identification"], "scientificNameAuthorship", *dict.fromkeys(said["ranks"].values())]
        names += [*said["type"]]
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def origin_of(node: Node) -> Values:
    """What `<OriginalSource>` of ABCD 1 says of all units that follow."""
    core: Values = {}
    _walk(node, "", "unit", core, {})
    return {name: values for name, values in core.items() if "/" not in name and qualified(name)}


def read_abcd(node: Node, origin: Values | None = None) -> Unit:
    """A `<Unit>`. The core has the preferred identification, or else the first; with several, all of
    them are also rows of their own."""
    core: Values = {}
    records: dict[str, list[Values]] = {}
    _walk(node, "", "unit", core, records)
    _intervals(core)
    for name, said in (origin or {}).items():
        core.setdefault(name, said)
    key = _key(core)
    unit = Unit(key, core)
    identifications = records.get("identification", [])
    for one in identifications:
        _intervals(one)
        _authors(one)
    chosen = next((one for one in identifications if _is_preferred(one)), next(iter(identifications), {}))
    _merge(
        core,
        {name: values for name, values in chosen.items() if name != "isAcceptedIdentification"},
        "Identification/",
    )
    types = records.get("type", [])
    if types:
        _merge(core, {name: v for one in types for name, v in one.items() if name == "typeStatus"}, "")
    for name in ("identification", "type", "multimedia", "measurement"):
        if name != "identification" or len(identifications) > 1:
            unit.others += [(name, one) for one in records.get(name, []) if one]
    return unit


def _merge(core: Values, more: Values, prefix: str) -> None:
    for name, values in more.items():
        known = qualified(name) is not None and "/" not in name
        heading = name if known or not prefix else prefix + name
        core.setdefault(heading, []).extend(value for value in values if value not in core.get(heading, []))


def _walk(node: Node, path: str, table: str, values: Values, records: dict[str, list[Values]]) -> None:
    for child in node.children:
        at = f"{path}/{child.tag}" if path else child.tag
        inner = _abcd()["tables"].get(at) if table == "unit" else None
        if inner:
            record: Values = {}
            _walk(child, "", inner, record, records)
            records.setdefault(inner, []).append(record)
        elif child.tag == "HigherTaxon":
            _classed(child, "HigherTaxonName", "HigherTaxonRank", "TaxonRank", "ranks", at, values)
        elif child.tag == "NamedArea":
            _classed(child, "AreaName", "AreaClass", "", "areas", at, values)
        elif child.children:
            _walk(child, at, table, values, records)
        elif text := child.value():
            values.setdefault(_paths(table).get(at, at), []).append(text)


def _classed(node: Node, name: str, kind: str, attribute: str, table: str, at: str, values: Values) -> None:
    """A name whose column depends on its rank or class, said beside it (ABCD 2) or around it (ABCD 1)."""
    text = node.value(name) or node.value(f"Named{name}") or node.value()
    said = node.value(kind) or node.value(f"Named{kind}") or node.attributes.get(attribute) or ""
    if not text:
        return
    plain = said.strip("\"' ").casefold()
    heading = _abcd()[table].get(plain)
    if "Synecology" in at or heading is None:
        heading = f"{at}/{said or name}" if "Synecology" in at or said else f"{at}/{name}"
    values.setdefault(heading, []).append(text)


def _intervals(values: Values) -> None:
    for term, pairs in _abcd()["interval"].items():
        for begin, end in pairs:
            both = [one for at in (begin, end) for one in values.pop(at, [])[:1]]
            if both:
                values[term] = ["/".join(dict.fromkeys(both))]
    if "verbatimDateIdentified" in values and "dateIdentified" not in values:
        values["dateIdentified"] = values.pop("verbatimDateIdentified")


def _authors(values: Values) -> None:
    said = _abcd()["authors"]
    found: dict[str, str] = {}
    for side in ("inside", "outside"):
        for path in [path for path in values if path.rpartition("/")[2] in said[side]]:
            found.setdefault(side, " ".join(values.pop(path)))
    inside = found.get("inside", "")
    if inside and not inside.startswith("("):
        inside = f"({inside})"
    if whole := f"{inside} {found.get('outside', '')}".strip():
        values["scientificNameAuthorship"] = [whole]


def _is_preferred(values: Values) -> bool:
    return values.get("isAcceptedIdentification", [""])[0].casefold() in ("true", "1", "yes")


def _key(core: Values) -> str:
    if core.get("occurrenceID"):
        return core["occurrenceID"][0]
    parts = [
        core[name][0] for name in ("institutionCode", "collectionCode", "catalogNumber") if core.get(name)
    ]
    return ":".join(parts)


@cache
def record_elements() -> frozenset[str]:
    """The elements that are one Darwin Core record."""
    return frozenset(data("darwin_xml.toml")["record"]["elements"])


@cache
def _renamed() -> dict[str, str]:
    return {old.casefold(): new for old, new in data("darwin_xml.toml")["term"].items()}


def read_record(node: Node) -> Unit:
    """A Darwin Core record of DiGIR, TAPIR or Simple Darwin Core. Elements that say nil are absent."""
    values: Values = {}
    for child in node.children:
        text = child.whole()
        if not text or child.attributes.get("nil") in ("true", "1"):
            continue
        renamed = _renamed().get(child.tag.casefold())
        iri = qualified(child.tag)
        name = renamed or (iri.rpartition("/")[2] if iri else child.tag)
        held = values.setdefault(name, [])
        if text not in held:
            held.append(text)
    for term, (begin, end) in data("darwin_xml.toml")["interval"].items():
        both = [one for name in (begin, end) for one in values.pop(name, [])]
        if both and term not in values:
            values[term] = ["/".join(dict.fromkeys(both))]
    return Unit(_key(values), values)
