"""Where values can go: every field of a kind of record, as a path from it, read from the modules' registries."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
CUSTOM = "managedAttributes"
WIDE = "material-sample"
"""The kind of record that is imported together with its event, organism and identification."""
COMPONENTS = {
    "MATERIAL_SAMPLE": "managedAttributes",
    "COLLECTING_EVENT": "collectingEvent.managedAttributes",
    "ORGANISM": "organism.managedAttributes",
    "DETERMINATION": "organism.determination.managedAttributes",
}
"""Components of custom fields and where their values stand."""
PARTS: dict[str, tuple[str, str | None]] = {
    "": ("material-sample", None),
    "collectingEvent": ("collecting-event", None),
    "collectingEvent.geoReferenceAssertions": ("collecting-event", "geoReferenceAssertions"),
    "geologicalContext": ("geological-context", None),
    "organism": ("organism", None),
    "organism.determination": ("organism", "determination"),
}
"""Parts of the wide record: prefix of their paths -> type, and the list attribute whose first element is meant."""
PARTED = "collectingEvent"
"""A part that every kind of record with several parts has."""
LAYOUTS: dict[str, dict[str, tuple[str, str | None]]] = {
    WIDE: PARTS,
    "observation": {
        **{part: place for part, place in PARTS.items() if part != "geologicalContext"},
        "": ("observation", None),
    },
}
"""Kinds of record whose rows describe several records at once; every other kind has its own fields only."""


@dataclass(frozen=True, slots=True)
class Field:
    """One place for values: `part` is the prefix, `name` the attribute, member or relationship below it."""

    path: str
    part: str
    name: str
    kind: str
    label: Mapping[str, str]
    term: str | None = None
    targets: tuple[str, ...] = ()
    many: bool = False
    choices: tuple[str, ...] = ()

    @property
    def linking(self) -> bool:
        return bool(self.targets)


@cache
def darwin_core() -> dict[str, Any]:
    return tomllib.loads((HERE / "darwin_core.toml").read_text("utf-8"))


@cache
def term_homes() -> dict[str, str]:
    """Darwin Core term -> what a column of it is mapped to: a path, or `dwc:term` for terms read together."""
    facts = darwin_core()
    homes: dict[str, str] = {}
    for component, terms in facts["component"].items():
        homes |= {term: f"{COMPONENTS[component]}.{key_of(term)}" for term in terms}
    for terms in facts["together"].values():
        homes |= {term: f"dwc:{term}" for term in terms}
    return homes | facts["home"]


def homes_in(fields: Mapping[str, Field]) -> dict[str, str]:
    """`term_homes` of a kind of record: its own fields of a term first, custom fields of the organism for the rest."""
    homes = term_homes()
    if fields and f"{PARTED}.dwcRecordedBy" not in fields:
        return {}
    if "basisOfRecord" not in fields:
        return homes
    facts = darwin_core()["together"]
    read = {term for name, terms in facts.items() if name != "age" for term in terms}
    own = {
        (field.term or "").removeprefix("dwc:"): field.name
        for field in fields.values()
        if not field.part and not field.linking and field.name != "sourceSet"
    }
    own["occurrenceRemarks"] = "remarks"
    found: dict[str, str] = {}
    for term, home in homes.items():
        if term in read:
            found[term] = home
        elif term in own:
            found[term] = own[term]
        elif home in fields or (component_of(home) or ("MATERIAL_SAMPLE",))[0] != "MATERIAL_SAMPLE":
            found[term] = home
        else:
            found[term] = f"{COMPONENTS['ORGANISM']}.{key_of(term)}"
    return found


def key_of(name: str) -> str:
    """The key of a custom field, as the collection module makes it from a name."""
    out: list[str] = []
    for at, letter in enumerate(name):
        if letter.isupper() and at and name[at - 1].islower():
            out.append("_")
        out.append(letter.lower() if letter.isalnum() else "_")
    return "_".join(part for part in "".join(out).split("_") if part)


def component_of(path: str) -> tuple[str, str] | None:
    """Component and key of a custom field's path; None for other paths."""
    for component, prefix in COMPONENTS.items():
        head, _, key = path.rpartition(".")
        if head == prefix and key:
            return component, key
    return None


async def registry(client: httpx.AsyncClient, module: str = "collection") -> dict[str, Any]:
    """The types of a module as its API describes them, none where it is not served. Raises httpx.HTTPStatusError."""
    answer = await client.get(f"/{module}/v1/registry")
    if answer.status_code == 404:
        return {}
    answer.raise_for_status()
    return answer.json()["meta"]["types"]


def fields_of(types: Mapping[str, Any], target: str) -> dict[str, Field]:
    """Every writable field of a kind of record by path; the wide kind has those of its parts too."""
    parts = LAYOUTS.get(target, {"": (target, None)})
    found: dict[str, Field] = {}
    for part, (type_, holder) in parts.items():
        described = types[type_]
        if holder is None:
            members = described["attributes"]
        else:
            members = {
                name: {"kind": "text", **facts}
                for name, facts in described["attributes"][holder].get("members", {}).items()
            }
        for name, facts in members.items():
            if facts.get("readOnly") or name in ("group", "resourceVersion"):
                continue
            path = f"{part}.{name}" if part else name
            label = facts.get("label") or {"en": name, "fr": name}
            choices = tuple(facts.get("choices", ()))
            found[path] = Field(
                path, part, name, facts.get("kind", "text"), label, facts.get("term"), choices=choices
            )
        if holder is None:
            found |= _links(part, described["relationships"])
    if target in LAYOUTS:
        path = "organism.determination.determiner"
        found[path] = Field(
            path, "organism.determination", "determiner", "link", {"en": "Determiner", "fr": "Déterminateur"},
            targets=("person",), many=True,
        )  # fmt: skip
    return found


def _links(part: str, relationships: Mapping[str, Any]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for name, facts in relationships.items():
        path = f"{part}.{name}" if part else name
        if path in PARTS:
            continue
        found[path] = Field(
            path, part, name, "link", facts["label"], targets=tuple(facts["targets"]), many=facts["many"]
        )
    return found
