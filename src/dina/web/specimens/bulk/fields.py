"""What of specimens can be changed in bulk, read from the registry: the field, its control, what can be done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from dina.client import Page, Resource
from dina.web import texts
from dina.web.custom import MEMBER
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field, Making, custom_facts, settable
from dina.web.generic.form import Form as TypeForm
from dina.web.generic.form import find_suggestions
from dina.web.generic.raw import Fact, Raw
from dina.web.rendering import client_of, registry_of
from dina.web.specimens.composite import EVENT, ORGANISM, SAMPLE
from dina.web.specimens.templates import RARE
from dina.web.texts import N_

DETERMINATION = "determination"
PARTS = ((SAMPLE, ""), (EVENT, "collectingEvent."), (ORGANISM, "organism."))
PLACE = "storageUnitUsage.storageUnit"
LEFT_OUT = frozenset({"organism", "storageUnitUsage", "allowDuplicateName"})
USUAL = (
    "collectingEvent.dwcVerbatimLocality", "collectingEvent.dwcCountry", "collectingEvent.dwcStateProvince",
    "collectingEvent.dwcRecordedBy", "collectingEvent", "organism.determination", "organism.determination.scientificName",
    "organism.determination.verbatimDeterminer", "tags", "collection", PLACE, "materialSampleRemarks",
)  # fmt: skip
"""Fields that are changed most often stand first."""
LINES = frozenset({"texts", "choices", "uuids", "links"})
TEXT, LIST, NUMBER, DATE, OTHER, OBJECTS = (
    ("set", "fill", "replace", "prepend", "append", "copy", "clear"),
    ("add", "remove", "become", "set", "fill", "clear"),
    ("set", "fill", "plus", "copy", "clear"),
    ("set", "fill", "shift", "copy", "clear"),
    ("set", "fill", "copy", "clear"),
    ("add", "clear"),
)
ONE = ("set", "fill", "become", "copy", "clear")
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "text": TEXT, "texts": ("add", "remove", "become", "replace", "set", "fill", "clear"), "choices": LIST, "uuids": LIST, "links": LIST,
    "integer": NUMBER, "decimal": NUMBER, "date": DATE, "partial-date": DATE, "objects": OBJECTS,
    "choice": ONE, "boolean": OTHER, "date-time": OTHER, "uuid": ONE, "link": ONE,
}  # fmt: skip
WORDS = {
    "set": N_("set to"), "fill": N_("set where empty"), "replace": N_("replace text"), "prepend": N_("put before"),
    "append": N_("put after"), "copy": N_("copy from another field"), "clear": N_("clear"), "add": N_("add"),
    "remove": N_("take away"), "become": N_("replace one by another"),
    "plus": N_("add a number"), "shift": N_("shift by days"),
}  # fmt: skip
ELEMENTS = {"texts": "text", "choices": "choice", "uuids": "uuid", "links": "link"}
"""Lists, and what one of their values is."""
GRID = frozenset({"text", "integer", "decimal", "date", "partial-date", "choice", "boolean"})
"""Kinds that one cell of a table holds."""


@dataclass(frozen=True)
class Editable:
    """One field: its path as the API takes it, and the facts of its value."""

    path: str
    label: str
    section: str
    fact: Fact

    @property
    def kind(self) -> str:
        return str(self.fact["kind"])

    @property
    def ways(self) -> tuple[str, ...]:
        return OF_KIND[self.kind]

    @property
    def custom(self) -> bool:
        return bool(self.fact.get("custom"))

    def in_control(self, op: str) -> Fact:
        """The facts of the value that an operation takes."""
        match op:
            case "plus":
                return {**self.fact, "kind": "decimal", "choices": None}
            case "shift":
                return {**self.fact, "kind": "integer"}
            case "replace" | "prepend" | "append":
                return {**self.fact, "kind": "text", "max": 250}
            case _ if self.kind == "objects":
                members = {
                    n: f
                    for n, f in self.fact.get("members", {}).items()
                    if n not in RARE and f["kind"] in OF_KIND
                }
                return {**self.fact, "kind": "object", "members": members}
            case _:
                return self.fact

    @property
    def element(self) -> Editable:
        """The field as if it held one of its values only."""
        return replace(self, fact={**self.fact, "kind": ELEMENTS.get(self.kind, self.kind), "many": False})

    def control(self, making: Making, op: str, name: str, raw: Raw) -> Field:
        """The control of the operation's value."""
        if self.kind in ("link", "links"):
            return making.link(name, self.fact, str(raw))
        return making.field(name, self.in_control(op), raw)

    def typed(self, op: str, name: str, form: Mapping[str, Any]) -> Raw:
        """What was typed for the operation's value."""
        ids: Fact = {"kind": "uuids"}
        return raws.of_form(ids if self.kind in ("link", "links") else self.in_control(op), name, form)

    def value(self, op: str, raw: Raw) -> Any:
        """The value for the API; None where nothing was typed. Raises Unreadable."""
        if self.kind in ("link", "links"):
            ids = str(raw).split()
            return ids if self.kind == "links" else (ids[0] if ids else None)
        fact = self.in_control(op)
        if op in ("replace", "prepend", "append"):
            return str(raw)
        value = raws.to_value(fact, raws.without_empty_rows(fact, raw))
        if (
            self.kind == "objects"
            and isinstance(value, dict)
            and value
            and "isPrimary" in fact.get("members", {})
        ):
            value.setdefault("isPrimary", True)
        return raws.text(value) if self.custom and value is not None else value


async def editable(request: Request) -> dict[str, Editable]:
    """All fields by path, those that are changed most often first."""
    registry, language = await registry_of(request), request.state.language
    found: dict[str, Editable] = {}
    for type_, prefix in PARTS:
        view = registry.types[type_]
        section = view.facts["label"][language]
        facts = {n: f for n, f in settable(view, new=False).items() if n != MEMBER}
        facts |= custom_facts(await request.app.state.custom.of(type_, client_of(request), registry))
        for name, fact in facts.items():
            for path, one, labels in inner(name, fact):
                label = " › ".join(f["label"][language] for f in labels)
                found[prefix + path] = Editable(prefix + path, label, section, one)
        for name, link in view.relationships.items():
            if name not in LEFT_OUT:
                fact = {**link, "kind": "links" if link["many"] else "link"}
                found[prefix + name] = Editable(prefix + name, link["label"][language], section, fact)
    place = registry.types["storage-unit-usage"].relationships["storageUnit"]
    found[PLACE] = Editable(
        PLACE, place["label"][language], texts.translate(language, N_("Storage")), {**place, "kind": "link"}
    )
    first = {path: found[path] for path in USUAL if path in found}
    return first | {
        path: one
        for path, one in sorted(found.items(), key=lambda o: o[1].label.casefold())
        if path not in first
    }


def inner(name: str, fact: Fact) -> list[tuple[str, Fact, list[Fact]]]:
    """An attribute, or its members where it is an object or the identifications, each with the facts that name it."""
    kind = fact["kind"]
    if kind in OF_KIND and kind != "objects":
        return [(name, fact, [fact])]
    if kind != "object" and name != DETERMINATION:
        return []
    own = [(name, fact, [fact])] if kind == "objects" else []
    return own + [
        (f"{name}.{member}", one, [fact, one])
        for member, one in raws.members_of(fact).items()
        if one["kind"] in OF_KIND and one["kind"] != "objects" and one.get("label")
    ]


async def making_for(request: Request, found: Sequence[Editable], titles: Mapping[str, str]) -> Making:
    """What controls need besides: the values of vocabularies, names of linked records."""
    registry, language = await registry_of(request), request.state.language
    suggestions: dict[str, list[tuple[str, str]]] = {}
    for type_, prefix in PARTS:
        facts = [
            f
            for one in found
            if one.path.startswith(prefix)
            for f in (one.fact, *one.fact.get("members", {}).values())
        ]
        if any(f.get("vocabulary") for f in facts):
            form = TypeForm(registry.types[type_], registry, language, [])
            await find_suggestions(request, form)
            suggestions |= form.suggestions
    return Making(registry, language, {}, titles, suggestions)


def stands(page: Page, sample: Resource, one: Editable) -> Any:
    """The value that a cell shows: of the organism and the identification that count."""
    path = one.path.split(".")
    holder: Resource | None = sample
    if path[0] in ("collectingEvent", "organism"):
        linked = page.related(sample, path.pop(0))
        holder = next((o for o in linked if o.attributes.get("isTarget")), linked[0] if linked else None)
    value: Any = holder.attributes if holder else None
    for step in path:
        if isinstance(value, list):
            value = next((v for v in value if v.get("isPrimary")), value[0] if value else None)
        value = value.get(step) if isinstance(value, dict) else None
    return value
