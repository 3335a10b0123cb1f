"""The registry: what pages, importers and exporters need to know of every type, as data (ui.md P11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo
from typing_extensions import get_type_hints, is_typeddict

from dina.base.identity.caller import Caller
from dina.base.identity.policy import PROVIDERS
from dina.base.jsonapi.plan import Visibility
from dina.base.jsonapi.service import Service, visibility_of
from dina.base.resource import Attribute, Member, ResourceType
from dina.base.resource.kinds import Compare
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
        **told_apart(resource),
        "attributes": {
            name: describe_attribute(fact, vocabularies) | labels_of(fact, vocabularies)
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


OUTSIDE = Caller("", "somebody")


def told_apart(resource: ResourceType) -> dict[str, Any]:
    """What somebody in no group may be told differently: members, and whether there are rows that are not told."""
    told = resource.disclosure.attributes if resource.disclosure else ()
    worked_out = [name for name, fact in resource.attributes.items() if fact.calculation is not None]
    return {
        "toldApart": {
            "rows": visibility_of(resource, OUTSIDE) is not Visibility.ALL,
            "members": sorted({*told, *worked_out}),
        }
    }


Vocabularies = Mapping[str, Sequence[Mapping[str, Any]]]
MAX_LABELS = 300


def labels_of(fact: Attribute, vocabularies: Vocabularies) -> dict[str, Any]:
    """What the values of an attribute are called, if its vocabulary says so and is not a whole thesaurus."""
    return vocabulary_labels(fact.vocabulary, fact.kind.choices, vocabularies)


def vocabulary_labels(name: str | None, choices: Sequence[str], vocabularies: Vocabularies) -> dict[str, Any]:
    elements = vocabularies.get(name or "", ())
    if not elements or len(elements) > MAX_LABELS:
        return {}
    written = {choice.lower(): choice for choice in choices}
    return {
        "labels": {
            written.get(str(one["key"]).lower(), str(one["key"])): {"en": one["en"], "fr": one["fr"]}
            for one in elements
            if "en" in one and "fr" in one
        }
    }


def describe_attribute(fact: Attribute, vocabularies: Vocabularies) -> dict[str, Any]:
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
        out["members"] = describe_members(fact.kind.member, vocabularies)
    return {key: value for key, value in out.items() if value not in (None, [], False) or key == "label"}


def describe_members(form: type[Any], vocabularies: Vocabularies) -> dict[str, dict[str, Any]]:
    """The members of an embedded object with what forms need to know of each."""
    hints = get_type_hints(form, include_extras=True)
    return {name: describe_member(hint, vocabularies) for name, hint in hints.items()}


def describe_member(hint: Any, vocabularies: Vocabularies) -> dict[str, Any]:
    plain, extras = unwrapped(hint)
    found: dict[str, Any] = member_kind(plain, extras, vocabularies)
    for extra in extras:
        if isinstance(extra, Member):
            found |= {
                "label": text(extra.label),
                "help": text(extra.help),
                "term": extra.term,
                "vocabulary": extra.vocabulary,
                "target": extra.target,
                "readOnly": extra.read_only or None,
            } | vocabulary_labels(extra.vocabulary, (), vocabularies)
    return {key: value for key, value in found.items() if value not in (None, [])}


def unwrapped(hint: Any) -> tuple[Any, list[Any]]:
    """The annotation without `| None` and `Annotated`, and everything that was said beside it."""
    extras: list[Any] = []
    while True:
        origin = get_origin(hint)
        if origin in (Annotated, Required, NotRequired):
            extras += getattr(hint, "__metadata__", ())
            hint = get_args(hint)[0]
        elif origin in (Union, UnionType):
            rest = [part for part in get_args(hint) if part is not type(None)]
            if len(rest) != 1:
                return hint, extras
            hint = rest[0]
        else:
            return hint, extras


FORMATS = {"date": "date", "date-time": "date-time", "uuid": "uuid"}
SIMPLE: dict[Any, str] = {str: "text", int: "integer", float: "decimal", Decimal: "decimal", bool: "boolean"}


def member_kind(plain: Any, extras: Sequence[Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """`kind`, and what belongs to it: limits, choices, the members of an object inside."""
    schema = json_schema(extras)
    limits = limits_of(extras)
    if is_typeddict(plain):
        return {"kind": "object", "members": describe_members(plain, vocabularies)}
    if get_origin(plain) is list:
        inner, inner_extras = unwrapped(get_args(plain)[0])
        one = member_kind(inner, inner_extras, vocabularies)
        many = {"object": "objects", "uuid": "uuids", "choice": "choices"}.get(one["kind"], "texts")
        return {**one, "kind": many}
    if get_origin(plain) is dict:
        return {"kind": "key-map"}
    if isinstance(plain, type) and issubclass(plain, Enum):
        return {"kind": "choice", "choices": [str(choice.value) for choice in plain]}
    if schema.get("format") in FORMATS:
        return {"kind": FORMATS[schema["format"]]}
    if schema.get("type") == "number":
        return {"kind": "decimal", **limits}
    if str(schema.get("pattern", "")).startswith(r"^\d{4}"):
        return {"kind": "partial-date"}
    return {"kind": SIMPLE.get(plain, "json"), **limits}


def json_schema(extras: Sequence[Any]) -> Mapping[str, Any]:
    """What a kind of text says of its form."""
    for extra in extras:
        if isinstance(extra, WithJsonSchema) and extra.json_schema:
            return extra.json_schema
    return {}


def limits_of(extras: Sequence[Any]) -> dict[str, Any]:
    """The greatest length and the least and greatest number that were said."""
    found: dict[str, Any] = {}
    for extra in extras:
        said = extra.metadata if isinstance(extra, FieldInfo) else [extra]
        for one in said:
            found |= {"max": one.max_length} if hasattr(one, "max_length") else {}
            found |= {"minimum": one.ge} if hasattr(one, "ge") else {}
            found |= {"maximum": one.le} if hasattr(one, "le") else {}
    return found
