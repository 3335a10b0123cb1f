"""Filters of lists: what may be filtered, chips in the address, and the FIQL that the API is asked with.

In the address a filter is `f=path:OPERATOR:value`; several of them all have to be met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dina.web import texts
from dina.web.custom import MEMBER, CustomField
from dina.web.registry import Registry, TypeView
from dina.web.texts import N_

WORDS = {
    "CONTAINS": N_("contains"), "STARTS": N_("begins with"), "IS": N_("is"), "NOT": N_("is not"), "ANY": N_("is one of"),
    "FROM": N_("from"), "TO": N_("up to"), "EMPTY": N_("is empty"), "FILLED": N_("is filled in"),
}  # fmt: skip
FROM_REGISTRY = {
    "ILIKE": ("CONTAINS", "STARTS"), "EQ": ("IS",), "NEQ": ("NOT",), "IN": ("ANY",), "GOE": ("FROM",), "LOE": ("TO",),
}  # fmt: skip
ORDER = tuple(WORDS)
WITHOUT_VALUE = frozenset({"EMPTY", "FILLED"})
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*")
MAX_VALUE = 4000


@dataclass(frozen=True)
class Place:
    """Something that a list can be filtered by: its path, what it is called, its fact of the registry."""

    path: str
    label: str
    fact: Mapping[str, Any]
    section: str = ""
    target: str = ""
    """The type of the records whose ids it takes: asked for by links of pages, not offered to be typed."""

    @property
    def operators(self) -> list[str]:
        found = {op for name in self.fact.get("operators", ()) for op in FROM_REGISTRY.get(name, ())}
        return [op for op in ORDER if op in found | WITHOUT_VALUE]

    def choices(self, language: str) -> list[tuple[str, str]]:
        """The values one may choose from, if they are few."""
        if self.fact["kind"] == "boolean":
            return [("true", texts.translate(language, "Yes")), ("false", texts.translate(language, "No"))]
        labels = self.fact.get("labels") or {}
        return [(one, labels.get(one, {}).get(language, one)) for one in self.fact.get("choices", ())]


@dataclass(frozen=True)
class Filter:
    """A condition on one place."""

    place: Place
    op: str
    value: str

    @property
    def text(self) -> str:
        """As it stands in the address."""
        return f"{self.place.path}:{self.op}:{self.value}"

    def said(self, language: str, names: Mapping[str, str] | None = None) -> str:
        """As people read it; `names` are those of records by id."""
        word = texts.translate(language, WORDS[self.op])
        named = dict(self.place.choices(language)) | dict(names or {})
        value = ", ".join(named.get(one, one) for one in self.values) if self.value else ""
        shown = value if len(value) <= 60 else value[:57] + "…"
        label = f"{self.place.section} › {self.place.label}" if self.place.section else self.place.label
        return f"{label} {word} {shown}".rstrip()

    @property
    def values(self) -> list[str]:
        if self.op != "ANY":
            return [self.value]
        return [one.strip() for one in re.split(r"[\n,]", self.value) if one.strip()]

    def fiql(self) -> str:
        path, value = self.place.path, escaped(self.value)
        match self.op:
            case "CONTAINS":
                return f"{path}==*{value}*"
            case "STARTS":
                return f"{path}=={value}*"
            case "IS":
                return f"{path}=={value}"
            case "NOT":
                return f"{path}!={value}"
            case "ANY":
                return f"{path}=in=({','.join(escaped(one) for one in self.values)})"
            case "FROM":
                return f"{path}=ge={value}"
            case "TO":
                return f"{path}=le={value}"
            case "EMPTY":
                return f"{path}==null"
            case _:
                return f"{path}!=null"


def escaped(value: str) -> str:
    """A value in which nothing is a sign of the filter language; also the word null is a word."""
    if value.lower() == "null":
        return "\\" + value
    return re.sub(r"([,;()*\\'\" ])", r"\\\1", value)


def places_of(
    registry: Registry, view: TypeView, custom: Sequence[CustomField], language: str
) -> dict[str, Place]:
    """Everything the list of a type can be filtered by: its own values, custom fields, those of linked records."""
    found: dict[str, Place] = {}
    for name, fact in view.attributes.items():
        if fact["kind"] in ("object", "objects"):
            found |= members(name, fact, language)
        elif (
            fact.get("operators")
            and name != MEMBER
            and fact["kind"] not in ("json", "key-map", "nested-key-map")
        ):
            found[name] = Place(name, fact["label"][language], fact)
    section = texts.translate(language, "Custom fields")
    for one in custom:
        path = f"{MEMBER}.{one.key}"
        found[path] = Place(path, one.fact["label"][language], one.fact, section)
    for name, link in view.relationships.items():
        target = registry.types.get(link["targets"][0])
        if target is None or link["external"] or target.type == view.type:
            continue
        for inner, fact in target.attributes.items():
            if fact.get("operators") and (fact.get("searchable") or fact.get("listed")):
                path = f"{name}.{inner}"
                found[path] = Place(path, fact["label"][language], fact, link["label"][language])
            if fact["kind"] == "objects" and fact.get("listed"):
                found |= members(f"{name}.{inner}", fact, language)
    for path, target, label in references(view):
        found.setdefault(
            path, Place(path, label[language], {"kind": "uuid", "operators": ["EQ"]}, target=target)
        )
    return found


def references(view: TypeView) -> list[tuple[str, str, Mapping[str, str]]]:
    """Where records of a type point at others: path, type, label."""
    found = [
        (f"{name}.id", str(link["targets"][0]), link["label"]) for name, link in view.relationships.items()
    ]
    for name, fact in view.attributes.items():
        if fact.get("operators"):
            found += pointing(name, fact, fact["label"])
    return found


def pointing(
    path: str, fact: Mapping[str, Any], label: Mapping[str, str]
) -> list[tuple[str, str, Mapping[str, str]]]:
    """The values inside an attribute that are ids of records."""
    own = (
        [(path, str(fact["target"]), label)]
        if fact.get("target") and fact.get("kind") in ("uuid", "uuids")
        else []
    )
    members_: Mapping[str, Mapping[str, Any]] = fact.get("members") or {}
    return own + [
        two
        for name, one in members_.items()
        for two in pointing(f"{path}.{name}", one, one.get("label") or label)
    ]


def members(path: str, fact: Mapping[str, Any], language: str) -> dict[str, Place]:
    """The texts inside embedded objects."""
    return {
        f"{path}.{name}": Place(
            f"{path}.{name}", one["label"][language], {**one, "kind": "text", "operators": ["EQ", "ILIKE"]}, fact["label"][language]
        )
        for name, one in fact.get("members", {}).items()
        if one.get("label") and one.get("kind", "text") == "text"
    }  # fmt: skip


def read(texts_: Sequence[str], places: Mapping[str, Place]) -> list[Filter]:
    """The filters of an address; what nobody can ask for is left out."""
    found: list[Filter] = []
    for text in texts_[:40]:
        path, _, rest = text.partition(":")
        op, _, value = rest.partition(":")
        one = made(places, path, op, value)
        if one is not None and one not in found:
            found.append(one)
    return found


def made(places: Mapping[str, Place], path: str, op: str, value: str) -> Filter | None:
    """A filter from its parts, if there is such a place with such an operator, and a value where it takes one."""
    place, value = places.get(path), value.strip()[:MAX_VALUE].replace("\r", "")
    if place is None or op not in place.operators:
        return None
    if op in WITHOUT_VALUE:
        return Filter(place, op, "")
    return Filter(place, op, value) if value else None


def text_filter(view: TypeView, text: str) -> str:
    """The free-text filter in FIQL: any searchable text contains it; for specimens also what is linked."""
    paths = view.searched()
    if view.type == "material-sample":
        paths += [
            "organism.determination.verbatimScientificName", "organism.determination.scientificName",
            "collectingEvent.dwcRecordedBy", "collectingEvent.dwcVerbatimLocality", "collectingEvent.dwcCountry",
        ]  # fmt: skip
    return ",".join(f"{path}==*{escaped(text)}*" for path in paths)
