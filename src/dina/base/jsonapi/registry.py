"""The registry: what pages, importers and exporters need to know of every type, as data (ui.md P11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.identity.policy import PROVIDERS
from dina.base.jsonapi.service import Service
from dina.base.resource import Attribute, Member, ResourceType
from dina.base.resource.kinds import Compare, members_of
from dina.base.text import Text

OPERATORS: dict[Compare, tuple[str, ...]] = {
    Compare.TEXT: ("EQ", "NEQ", "ILIKE", "LIKE", "IN"),
    Compare.ENUM: ("EQ", "NEQ", "IN"),
    Compare.NUMBER: ("EQ", "NEQ", "GT", "GOE", "LT", "LOE"),
    Compare.DATE: ("EQ", "NEQ", "GT", "GOE", "LT", "LOE"),
    Compare.DATETIME: ("EQ", "NEQ", "GT", "GOE", "LT", "LOE"),
    Compare.PARTIAL_DATE: ("EQ", "NEQ", "GT", "GOE", "LT", "LOE"),
    Compare.BOOLEAN: ("EQ", "NEQ"),
    Compare.UUID: ("EQ", "NEQ", "IN"),
    Compare.ARRAY: ("EQ", "NEQ", "ILIKE"),
    Compare.MAP: ("EQ", "NEQ"),
    Compare.OBJECT: ("EQ", "NEQ"),
}
UNSORTABLE = frozenset({Compare.ARRAY, Compare.MAP, Compare.OBJECT})


def text(value: Text | None) -> dict[str, str] | None:
    return None if value is None else {"en": value.en, "fr": value.fr}


def describe_types(service: Service) -> dict[str, Any]:
    return {
        name: describe_type(resource, service.module.vocabularies) for name, resource in service.types.items()
    }


def describe_type(resource: ResourceType, vocabularies: Vocabularies) -> dict[str, Any]:
    return {
        "type": resource.type,
        "label": text(resource.label),
        "plural": text(resource.plural),
        "doc": resource.doc,
        "term": resource.term,
        "title": resource.title,
        "provider": resource.provider,
        "evaluatedAttributes": list(PROVIDERS[resource.provider].evaluated),
        "grouped": resource.grouped,
        "methods": sorted(resource.methods),
        # What makes a row its creator's alone, where there is such a thing.
        **({"private": resource.sharing.private} if resource.sharing else {}),
        "attributes": {
            name: with_labels(describe_attribute(fact) | labels_of(fact, vocabularies), vocabularies)
            for name, fact in resource.attributes.items()
        },
        "relationships": {
            name: {
                "label": text(r.label),
                "term": r.term,
                "targets": list(r.targets),
                "many": r.many,
                "external": r.external,
                "required": r.required,
                "listed": r.listed,
            }
            for name, r in resource.relationships.items()
        },
    }


Vocabularies = Mapping[str, Sequence[Mapping[str, Any]]]
MAX_LABELS = 300


def labels_of(fact: Attribute, vocabularies: Vocabularies) -> dict[str, Any]:
    """What the values of an attribute are called, if its vocabulary says so and is not a whole thesaurus."""
    return named(fact.vocabulary, {choice.lower(): choice for choice in fact.kind.choices}, vocabularies)


def with_labels(described: dict[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """The same for members of embedded objects that have a vocabulary."""
    for member in described.get("members", {}).values():
        member |= named(member.get("vocabulary"), {}, vocabularies)
    return described


def named(vocabulary: str | None, written: Mapping[str, str], vocabularies: Vocabularies) -> dict[str, Any]:
    elements = vocabularies.get(vocabulary or "", ())
    if not elements or len(elements) > MAX_LABELS:
        return {}
    return {
        "labels": {
            written.get(str(one["key"]).lower(), str(one["key"])): {"en": one["en"], "fr": one["fr"]}
            for one in elements
            if "en" in one and "fr" in one
        }
    }


def describe_attribute(fact: Attribute) -> dict[str, Any]:
    compare = fact.kind.compare
    out: dict[str, Any] = {
        "label": text(fact.label),
        "help": text(fact.help),
        "kind": fact.kind.name,
        "widget": fact.kind.widget,
        "required": fact.required,
        "readOnly": not fact.writable,
        "onRequest": fact.on_request,
        "whenIncluded": fact.when_included,
        "once": fact.once,
        "max": fact.max,
        "minimum": fact.minimum,
        "maximum": fact.maximum,
        "pattern": fact.pattern,
        "format": fact.format,
        "term": fact.term,
        "vocabulary": fact.vocabulary,
        "unit": fact.unit,
        "choices": list(fact.kind.choices),
        "filterable": fact.filterable and not fact.on_request,
        "operators": list(OPERATORS.get(compare, ())) if fact.filterable and not fact.on_request else [],
        "sortable": compare not in UNSORTABLE and not fact.on_request,
        "searchable": fact.searchable,
        "listed": fact.listed,
        "html": fact.html,
    }
    if fact.kind.member is not None:
        out["members"] = {
            name: describe_member(extras) for name, extras in members_of(fact.kind.member).items()
        }
    return {key: value for key, value in out.items() if value not in (None, [], False) or key == "label"}


def describe_member(extras: tuple[Any, ...]) -> dict[str, Any]:
    for extra in extras:
        if isinstance(extra, Member):
            found = {
                "label": text(extra.label),
                "help": text(extra.help),
                "term": extra.term,
                "vocabulary": extra.vocabulary,
                "readOnly": extra.read_only or None,
            }
            return {key: value for key, value in found.items() if value is not None}
    return {}
