"""The schemas and paths of a resource type."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from dina.base.jsonapi.openapi.extension import x_dina
from dina.base.jsonapi.openapi.operations import JSON_API, WRITE_FAULTS, operation
from dina.base.jsonapi.openapi.parameters import (
    filter_parameters,
    flag,
    list_parameters,
    path_parameter,
    query,
    shaping_parameters,
    single_parameters,
)
from dina.base.jsonapi.openapi.schemas import (
    PREFIX,
    document_schema,
    inlined,
    read_schema,
    relationship_schema,
    to_3_0,
)
from dina.base.jsonapi.operation import adapter_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.table.endpoint import TableForm
from dina.base.jsonapi.writing.model import attribute_annotation
from dina.base.resource import Attribute, Relationship, ResourceType


def type_schemas(resource: ResourceType, schemas: dict[str, Any]) -> None:
    """Put in the schemas of a type: whole, its attributes, what may be written, and a new one."""
    name = resource.type
    attributes = {n: attribute_schema(fact, schemas) for n, fact in resource.attributes.items()}
    writable = {n: s for n, s in attributes.items() if n in resource.writable}
    for schema, properties in ((f"{name}.attributes", attributes), (f"{name}.write", writable)):
        schemas[schema] = {
            "type": "object",
            "properties": {
                n: s if schema.endswith("write") else {**s, "nullable": True} for n, s in properties.items()
            },
        }
        if schema.endswith("write"):
            schemas[schema]["additionalProperties"] = False
    relationships = {n: relationship_schema(r) for n, r in resource.relationships.items()}
    schemas[name] = {
        "type": "object",
        "required": ["type", "id"],
        "description": resource.doc,
        "properties": {
            "type": {"type": "string", "enum": [name]},
            "id": {"type": "string", "format": "uuid"},
            "attributes": {"$ref": f"{PREFIX}{name}.attributes"},
            "relationships": {"type": "object", "properties": relationships},
            "links": {"type": "object"},
            "meta": {"type": "object"},
        },
        "x-dina": x_dina(resource),
    }
    schemas[f"{name}.new"] = {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string", "enum": [name]},
            "id": {"type": "string", "format": "uuid"},
            "attributes": {"$ref": f"{PREFIX}{name}.write"},
            "relationships": {
                "type": "object",
                "properties": relationships,
                "additionalProperties": False,
            },
        },
    }


def attribute_schema(fact: Attribute, schemas: dict[str, Any]) -> dict[str, Any]:
    if fact.writable:
        schema = TypeAdapter(attribute_annotation(fact)).json_schema(ref_template=PREFIX + "{model}")
        for name, definition in schema.pop("$defs", {}).items():
            schemas[name] = to_3_0(definition)
        schema = to_3_0(schema)
    else:
        schema = {} if fact.calculation is not None else read_schema(fact)
    schema["title"] = fact.label.en
    if fact.help is not None:
        schema["description"] = fact.help.en
    if not fact.writable:
        schema["readOnly"] = True
    if fact.term is not None:
        schema["x-term"] = fact.term
    if fact.format is not None and schema.get("type") == "string":
        schema["format"] = {"url": "uri"}.get(fact.format, fact.format)
    if fact.minimum is not None and schema.get("type") in ("number", "integer"):
        schema["minimum"] = fact.minimum
    if fact.maximum is not None and schema.get("type") in ("number", "integer"):
        schema["maximum"] = fact.maximum
    return schema


def type_paths(service: Service, resource: ResourceType) -> dict[str, Any]:
    """Every path of a type, with the methods that it serves."""
    name, label = resource.type, resource.label.en
    one = document_schema({"$ref": PREFIX + name})
    many = document_schema({"type": "array", "items": {"$ref": PREFIX + name}})
    new = document_schema({"$ref": f"{PREFIX}{name}.new"}, request=True)
    news = document_schema({"type": "array", "items": {"$ref": f"{PREFIX}{name}.new"}}, request=True)
    ids = document_schema({"type": "array", "items": {"$ref": PREFIX + "Identifier"}}, request=True)
    lists, single, write = (
        list_parameters(resource),
        single_parameters(resource),
        shaping_parameters(resource),
    )
    id_ = path_parameter("id", "Its UUID" + (" or compound key" if resource.compound_key else ""))
    paths: dict[str, dict[str, Any]] = {
        f"/{name}": {
            "get": operation(f"List: {label}", 200, many, (), lists, tag=name),
            "post": operation(f"Create: {label}", 201, one, WRITE_FAULTS, write, new, name),
        },
        f"/{name}/count": {
            "get": operation(
                f"Count: {label}", 200, {"$ref": PREFIX + "Document"}, (), filter_parameters(), tag=name
            )
        },
        f"/{name}/languages": {
            "get": operation("Languages", 200, {"$ref": PREFIX + "Document"}, (), [], tag=name)
        },
        f"/{name}/{{id}}": {
            "get": operation(f"Read: {label}", 200, one, (404, 410), [id_, *single], tag=name, extra=(304,)),
            "patch": operation(f"Update: {label}", 200, one, WRITE_FAULTS, [id_, *write], new, name),
            "delete": operation(
                f"Delete: {label}",
                204,
                None,
                WRITE_FAULTS,
                [id_, flag("purge", "Remove for good")],
                tag=name,
            ),
        },
        f"/{name}/{{id}}/restore": {
            "post": operation(f"Restore: {label}", 200, one, WRITE_FAULTS, [id_, *write], tag=name)
        },
        f"/{name}/{{id}}/revisions": {
            "get": operation("Revisions", 200, {"$ref": PREFIX + "Document"}, (404,), [id_], tag=name)
        },
        f"/{name}/bulk": {
            "post": operation(
                "Create many", 200, many, WRITE_FAULTS, write, news, name, JSON_API + "; ext=bulk"
            ),
            "patch": operation(
                "Update many", 200, many, WRITE_FAULTS, write, news, name, JSON_API + "; ext=bulk"
            ),
            "delete": operation(
                "Delete many", 204, None, WRITE_FAULTS, [], ids, name, JSON_API + "; ext=bulk"
            ),
        },
        f"/{name}/bulk-load": {
            "post": operation(
                "Read many",
                200,
                many,
                (404, 410, 413, 409, 415, 422),
                write,
                ids,
                name,
                JSON_API + "; ext=bulk",
            )
        },
        f"/{name}/table": {"post": table(resource)},
    }
    for rel in resource.relationships.values():
        paths[f"/{name}/{{id}}/relationships/{rel.name}"] = linkage_paths(rel, id_, name)
        if not rel.external:
            target = service.types[rel.target]
            more = list_parameters(target) if rel.many else single_parameters(target)
            paths[f"/{name}/{{id}}/{rel.name}"] = {
                "get": operation(
                    f"Related: {rel.label.en}",
                    200,
                    {"$ref": PREFIX + "Document"},
                    (404, 410),
                    [id_, *more],
                    tag=name,
                    extra=(304,),
                )
            }
    kept = {
        path: {method: one for method, one in methods.items() if served(resource, path, method)}
        for path, methods in paths.items()
    }
    return {path: methods for path, methods in kept.items() if methods}


def table(resource: ResourceType) -> dict[str, Any]:
    """Rows with chosen columns, streamed: lines of JSON, or CSV."""
    form = to_3_0(inlined(adapter_of(TableForm).json_schema()))
    data = {
        "type": "object",
        "required": ["type", "attributes"],
        "properties": {"type": {"type": "string", "enum": ["table"]}, "attributes": form},
    }
    given = [
        *filter_parameters(),
        query("sort", {"type": "string"}, "Comma-separated; - for descending"),
        query("limit", {"type": "integer", "minimum": 0}, "At most so many rows"),
        query("lang", {"type": "string"}, "Language of the columns' labels"),
    ]
    faults = (409, 413, 415, 422)
    body = document_schema(data, request=True)
    found = operation(f"Table: {resource.label.en}", 200, None, faults, given, body, resource.type)
    text = {"schema": {"type": "string"}}
    found["responses"]["200"]["content"] = {"application/x-ndjson": text, "text/csv": text}
    return found


def linkage_paths(rel: Relationship, id_: dict[str, Any], tag: str) -> dict[str, Any]:
    identifier: dict[str, Any] = {"$ref": PREFIX + "Identifier"}
    data: dict[str, Any] = {"type": "array", "items": identifier} if rel.many else identifier
    body = document_schema(data, request=True)
    found = {
        "get": operation("Linkage", 200, {"$ref": PREFIX + "Document"}, (404, 410), [id_], tag=tag),
        "patch": operation("Replace linkage", 204, None, WRITE_FAULTS, [id_], body, tag),
    }
    if rel.many:
        found["post"] = operation("Add links", 204, None, WRITE_FAULTS, [id_], body, tag)
        found["delete"] = operation("Remove links", 204, None, WRITE_FAULTS, [id_], body, tag)
    return found


def served(resource: ResourceType, path: str, method: str) -> bool:
    need = {"get": "read", "post": "create", "patch": "update", "delete": "delete"}[method]
    if resource.store is not None and any(part in path for part in ("revisions", "restore", "relationships")):
        return False
    if path.endswith("/table"):
        return "read" in resource.methods
    return path.endswith("/bulk-load") or need in resource.methods
