"""The form of one record: its raw values from a record, a copy, a draft or what was typed; its fields; its changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Page, Resource
from dina.web import texts
from dina.web.custom import MEMBER, CustomField
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field, Making, custom_facts, errors_by_name, settable
from dina.web.generic.naming import UUID, named
from dina.web.generic.raw import Fact, Raw, Unreadable
from dina.web.registry import Registry, TypeView
from dina.web.rendering import client_of, registry_of, who_of
from dina.web.texts import N_
from dina.web.values import multilingual, title_of

ITEM = "controlled-vocabulary-item"
SILENCED, SILENCE = "silencedChecks", "_silence."
"""Soft checks that a record is not told of any more; a control whose name begins so silences the rule it names."""
CANNOT = N_("This cannot be read.")


@dataclass
class Form:
    """A form as it stands: facts of its controls, raw values, and the record it changes."""

    view: TypeView
    registry: Registry
    language: str
    custom: list[CustomField]
    resource: Resource | None = None
    raw: dict[str, Raw] = field(default_factory=dict[str, Raw])
    links: dict[str, str] = field(default_factory=dict[str, str])
    titles: dict[str, str] = field(default_factory=dict[str, str])
    suggestions: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])

    @property
    def facts(self) -> dict[str, Fact]:
        """The attributes by the name of their control; custom fields each for itself."""
        found = settable(self.view, new=self.resource is None)
        return {n: f for n, f in found.items() if n != MEMBER} | (
            custom_facts(self.custom) if MEMBER in found else {}
        )

    def take(self, attributes: Mapping[str, Any], linked: Mapping[str, Sequence[str]]) -> None:
        """Fill the form from a record's values."""
        values = dict(attributes)
        values |= {f"{MEMBER}.{key}": value for key, value in (attributes.get(MEMBER) or {}).items()}
        self.raw = {name: raws.of_value(fact, values.get(name)) for name, fact in self.facts.items()}
        self.links = {name: "\n".join(linked.get(name, ())) for name in self.view.relationships}

    def type_in(self, form: Mapping[str, Any]) -> None:
        """Fill the form from what was typed."""
        self.raw = {name: raws.of_form(fact, name, form) for name, fact in self.facts.items()}
        ids: Fact = {"kind": "uuids"}
        self.links = {name: str(raws.of_form(ids, name, form)) for name in self.view.relationships}
        self.silence(form)

    def silence(self, form: Mapping[str, Any]) -> None:
        """Reasons why a soft check is wrong here become rows."""
        rows = self.raw.get(SILENCED)
        for name, reason in form.items():
            if isinstance(rows, list) and name.startswith(SILENCE) and str(reason).strip():
                rule = name.removeprefix(SILENCE)
                rows[:] = [one for one in rows if one.get("rule") != rule]
                rows.append({"rule": rule, "reason": str(reason).strip()})

    def change_rows(self, form: Mapping[str, Any]) -> bool:
        """Add or take away a row, when a button for that was pressed."""
        add, remove = str(form.get("_add", "")), str(form.get("_remove", ""))
        fact = self.facts.get(add)
        if fact is not None and isinstance(self.raw.get(add), list):
            self.raw[add].append(raws.blank(fact))
            return True
        name, _, at = remove.rpartition(".")
        if (
            name in self.raw
            and isinstance(self.raw[name], list)
            and at.isdecimal()
            and int(at) < len(self.raw[name])
        ):
            del self.raw[name][int(at)]
            return True
        return bool(add or remove)

    def compact(self) -> None:
        self.raw = {name: raws.without_empty_rows(self.facts[name], one) for name, one in self.raw.items()}

    def changes(self, base: Form | None) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        """What differs from the base as attributes and relationships, and what cannot be read."""
        attributes: dict[str, Any] = {}
        relationships: dict[str, Any] = {}
        faults: list[dict[str, Any]] = []
        custom: dict[str, Any] = {}
        for name, fact in self.facts.items():
            if base is not None and self.raw[name] == base.raw.get(name):
                continue
            try:
                value = raws.to_value(fact, self.raw[name])
            except Unreadable as fault:
                pointer = f"/data/attributes/{name}{fault.path}"
                faults.append(
                    {"detail": texts.translate(self.language, CANNOT), "source": {"pointer": pointer}}
                )
                continue
            if name.startswith(f"{MEMBER}."):
                custom[name.partition(".")[2]] = None if value is None else raws.text(value)
            elif base is not None or value not in (None, {}):
                attributes[name] = value
        if any(base is not None or value is not None for value in custom.values()):
            kept = dict((self.resource.attributes.get(MEMBER) or {}) if self.resource else {}) | custom
            attributes[MEMBER] = {key: value for key, value in kept.items() if value is not None}
        for name, fact in self.view.relationships.items():
            if base is not None and self.links[name].split() == base.links[name].split():
                continue
            data = [{"type": fact["targets"][0], "id": one} for one in self.links[name].split()]
            if data or base is not None:
                relationships[name] = {"data": data if fact["many"] else (data[0] if data else None)}
        return attributes, relationships, faults

    def fields(self, errors: Sequence[Mapping[str, Any]] = ()) -> tuple[list[Field], dict[str, list[str]]]:
        """The fields, and the errors by control; the empty name has those of no control."""
        plain = self.made({})
        names = [one.name for made in plain for one in made.every()]
        by_name = errors_by_name(errors, names)
        return (self.made(by_name) if by_name else plain), by_name

    def made(self, errors: Mapping[str, Sequence[str]]) -> list[Field]:
        making = Making(self.registry, self.language, errors, self.titles, self.suggestions)
        fields = [making.field(name, fact, self.raw[name]) for name, fact in self.facts.items()]
        links = [making.link(name, fact, self.links[name]) for name, fact in self.view.relationships.items()]
        return [*(f for f in fields if f.name == "group"), *(f for f in fields if f.name != "group"), *links]


async def begin(
    request: Request, view: TypeView, resource: Resource | None = None, page: Page | None = None
) -> Form:
    """A form for a new record, or one filled from a record."""
    registry = await registry_of(request)
    custom = await request.app.state.custom.of(view.type, client_of(request), registry)
    held = (resource.attributes.get(MEMBER) or {}) if resource is not None else {}
    custom = [one for one in custom if not one.retired or one.key in held]
    form = Form(view, registry, request.state.language, custom, resource)
    if resource is None:
        form.take({}, {})
        groups = who_of(request).groups
        preferred = request.state.session.prefs.get("group", "") or (
            next(iter(groups)) if len(groups) == 1 else ""
        )
        if "group" in form.raw and preferred:
            form.raw["group"] = preferred
    else:
        form.take(
            resource.attributes, {n: [one["id"] for one in resource.linked(n)] for n in view.relationships}
        )
    if page is not None:
        form.titles = {
            one.id: title_of(registry.types[one.type], one, form.language)
            for one in page.included.values()
            if one.type in registry.types
        }
    return form


async def complete(request: Request, form: Form) -> None:
    """Fetch what fields show beside values: names of linked records, values of vocabularies, the caller's groups."""
    await find_titles(request, form)
    await find_suggestions(request, form)


async def find_titles(request: Request, form: Form) -> None:
    """Names of records that the form points at and nobody has named yet, one request a type."""
    plain = form.made({})
    wanted: dict[str, set[str]] = {}
    for one in (part for made in plain for part in made.every()):
        if one.control == "picker" and one.target in form.registry.types:
            ids = {id_ for id_ in str(one.raw).split() if UUID.fullmatch(id_)} - form.titles.keys()
            wanted.setdefault(one.target, set()).update(ids)
    for type_, ids in wanted.items():
        if ids:
            form.titles |= await named(request, form.registry.types[type_], ids)


async def find_suggestions(request: Request, form: Form) -> None:
    """The values of vocabularies that texts are taken from, kept as records."""
    items = form.registry.types.get(ITEM)
    wanted = {v for fact in form.facts.values() for v in vocabularies_in(fact)}
    if items is None or not wanted or form.view.module != items.module:
        return
    for name in sorted(wanted):
        try:
            page = await client_of(request).get(
                items.path, {"filter[controlledVocabulary.key]": name, "page[limit]": 300, "sort": "name"}
            )
        except ApiError:
            continue
        form.suggestions[name] = [
            (one.attributes["key"], multilingual(one.attributes.get("multilingualTitle"), form.language) or one.attributes["name"])
            for one in page.data
            if not one.attributes.get("retired")
        ]  # fmt: skip


def vocabularies_in(fact: Fact) -> set[str]:
    """The vocabularies that an attribute and its members name and whose values the registry does not tell."""
    own = (
        {fact["vocabulary"]}
        if fact.get("vocabulary") and not fact.get("labels") and not fact.get("choices")
        else set()
    )
    return own.union(*(vocabularies_in(one) for one in fact.get("members", {}).values()))
