"""JSON schemas of attributes, relationships and documents, in the form of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from dina.base.json import is_array, is_object
from dina.base.resource import Attribute, Relationship
from dina.base.resource.kinds import Compare

PREFIX = "#/components/schemas/"


def read_schema(fact: Attribute) -> dict[str, Any]:
    match fact.kind.compare:
        case Compare.DATETIME:
            return {"type": "string", "format": "date-time"}
        case Compare.NUMBER:
            return {"type": "number"}
        case Compare.TEXT:
            return {"type": "string"}
        case _:
            return {}


def to_3_0(schema: Any) -> Any:
    """JSON Schema as OpenAPI 3.0 knows it: `nullable` for null, `enum` for const."""
    if is_array(schema):
        return [to_3_0(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
    if not is_object(schema):
        return schema
    whole: dict[str, Any] = {k: to_3_0(v) for k, v in schema.items() if k not in ("title", "default")}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    options = whole.get("anyOf")
    if is_array(options):
        kept = [o for o in options if o != {"type": "null"}]  # pyright: ignore[reportUnknownVariableType]
        if len(kept) < len(options):  # pyright: ignore[reportUnknownArgumentType]
            del whole["anyOf"]
            if len(kept) == 1 and "$ref" not in kept[0]:  # pyright: ignore[reportUnknownArgumentType]
                whole = {**kept[0], **whole}
            else:
                whole["anyOf"] = kept
            whole["nullable"] = True
    if "const" in whole:
        whole["enum"] = [whole.pop("const")]
    return whole


def document_schema(data: dict[str, Any], *, request: bool = False) -> dict[str, Any]:
    members: dict[str, Any] = {"data": data}
    if not request:
        members |= {
            "included": {"type": "array", "items": {"type": "object"}},
            "meta": {"type": "object"},
            "links": {"type": "object"},
            "jsonapi": {"type": "object"},
        }
    return {"type": "object", "required": ["data"], "properties": members}


def relationship_schema(rel: Relationship) -> dict[str, Any]:
    one: dict[str, Any] = {
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": {"type": "string", "enum": list(rel.targets)},
            "id": {"type": "string", "format": "uuid"},
        },
    }
    data = {"type": "array", "items": one} if rel.many else {**one, "nullable": True}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"data": data, "links": {"type": "object"}, "meta": {"type": "object"}},
    }
    return schema | ({"x-term": rel.term} if rel.term else {})


def inlined(schema: Any, definitions: dict[str, Any] | None = None) -> Any:
    """A schema with its own definitions put where they are referred to."""
    if is_array(schema):
        return [inlined(one, definitions) for one in schema]
    if not is_object(schema):
        return schema
    known = definitions if definitions is not None else schema.get("$defs") or {}
    reference = str(schema.get("$ref", ""))
    if reference.startswith("#/$defs/"):
        return inlined(known[reference.removeprefix("#/$defs/")], known)
    return {name: inlined(value, known) for name, value in schema.items() if name != "$defs"}
