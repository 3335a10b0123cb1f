"""What the rows of a table are: specimens, observations, names, events; so that nothing comes in as what it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.modules.exchange.importing.fields import WIDE, component_of
from dina.modules.exchange.importing.readers import CONTEXT, EVENT, NAMED, ORGANISM, Fault

OBSERVED = frozenset({"humanobservation", "machineobservation", "observation"})
"""Bases of record without material, without case and signs."""
OBSERVATION = {
    "en": "This row is an observation without material. It can be imported with the kind of record “observation”; "
    "here it would become a specimen.",
    "fr": "Cette ligne est une observation sans matériel. On peut l’importer avec le genre de fiche « observation » ; "
    "ici, elle deviendrait un spécimen.",
}
NAMES = frozenset({"taxon", "vernacular-name", "distribution", "name-relation"})


def refuse_others(dataset: Mapping[str, Any]) -> None:
    """Raises Failed where rows are evidently no specimens, unless a person says that each becomes a record."""
    mapping, tables = dataset["mapping"], dataset["tables"] or [{}]
    if not dataset["rowCount"]:
        raise Failed(
            Error("BUSINESS_RULE", key="import.noRows", values={"name": tables[0].get("name") or ""})
        )
    if dataset["targetType"] != WIDE or mapping.get("rowsAre") == "records":
        return
    said = parts_said(mapping, tables[0])
    kind = tables[0].get("kind")
    if kind == "observations":
        raise _refusal("observations")
    if "" in said:
        return
    if kind in NAMES:
        raise _refusal("taxon")
    if not said & {ORGANISM, NAMED}:
        raise _refusal("event" if kind == "event" or said & {EVENT, CONTEXT} else "unknown")


def _refusal(what: str) -> Failed:
    return Failed(Error("BUSINESS_RULE", key=f"import.rows.{what}"))


def parts_said(mapping: Mapping[str, Any], table: Mapping[str, Any]) -> set[str]:
    """Which parts the columns with values speak of: the specimen itself (""), its event, its organism, its name."""
    filled = {one["position"] for one in table.get("columns", ()) if one.get("filled", 1)}
    found: set[str] = set()
    for entry in mapping["columns"]:
        path = entry.get("field") or ""
        if entry.get("skip") or not path or entry["column"] not in filled:
            continue
        if path.startswith("dwc:"):
            found.add(TOGETHER.get(path[4:], NAMED))
        elif path in ABOUT_ANYTHING:
            continue
        elif path in SPECIMEN or entry.get("link") == "collection":
            found.add("")
        elif path.startswith(f"{EVENT}."):
            found.add(EVENT)
        elif component_of(path) is None:
            head = path.rpartition(".")[0]
            found.add("" if head == "identifiers" else head)
    return found


def _together() -> dict[str, str]:
    from dina.modules.exchange.importing.fields import darwin_core

    part = {"date": EVENT, "age": CONTEXT}
    groups: Mapping[str, list[str]] = darwin_core()["together"]
    return {term: part.get(group, NAMED) for group, terms in groups.items() for term in terms}


TOGETHER = _together()
ABOUT_ANYTHING = frozenset({"materialSampleRemarks", "preparationRemarks", "tags"})
SPECIMEN = frozenset(
    f"managedAttributes.{key}"
    for key in ("basis_of_record", "institution_code", "collection_code", "material_sample_id", "disposition")
)
"""Custom fields that only records of specimens or occurrences have."""


def observation_fault(basis: str | None) -> Fault | None:
    """A doubt where a row to become a specimen says that it is an observation."""
    if basis is None or re.sub(r"[^a-z]", "", basis.lower()) not in OBSERVED:
        return None
    return Fault("basisOfRecord", "warning", "basis.observation", OBSERVATION)
