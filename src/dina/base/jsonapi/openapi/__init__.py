"""The OpenAPI description of a module, generated from the definitions that validate requests (api.md §26)."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from dina.base.jsonapi.openapi.extension import x_dina
from dina.base.jsonapi.openapi.jobs import job_paths, job_schema
from dina.base.jsonapi.openapi.parameters import (
    filter_parameters,
    flag,
    list_parameters,
    page_parameters,
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
from dina.base.text import catalogue

JSON_API = "application/vnd.api+json"
COMMON_FAULTS = (400, 401, 403, 406, 414, 429, 500, 503)
WRITE_FAULTS = (404, 409, 410, 412, 413, 415, 422, 428)

_descriptions: dict[tuple[int, str], dict[str, Any]] = {}


def describe(service: Service, prefix: str) -> dict[str, Any]:
    """The document for one mount of the module; made once."""
    key = (id(service), prefix)
    if key not in _descriptions:
        _descriptions[key] = _Description(service, prefix).document()
    return _descriptions[key]


class _Description:
    def __init__(self, service: Service, prefix: str) -> None:
        self.service = service
        self.prefix = prefix
        self.schemas: dict[str, Any] = {}
        self.paths: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        self.common_schemas()
        for resource in self.service.types.values():
            self.type_schemas(resource)
            self.type_paths(resource)
        self.module_paths()
        if self.service.module.jobs:
            self.schemas["job"] = job_schema(self.service)
            self.paths |= job_paths(self.operation)
        self.own_paths()
        return {
            "openapi": "3.0.3",
            "info": {
                "title": f"DINA {self.service.module.label.en}",
                "version": self.service.version,
                "description": "JSON:API under the DINA guidelines; generated from the declared types.",
            },
            "servers": [{"url": self.prefix}],
            "security": [{"bearer": []}, {}],
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            },
            "x-dina": {
                "module": self.service.module.name,
                "prefixes": list(self.service.module.prefixes),
                "types": {r.type: x_dina(r) for r in self.service.types.values()},
            },
        }

    def common_schemas(self) -> None:
        codes = sorted(catalogue()["code"])
        self.schemas["Error"] = {
            "type": "object",
            "required": ["status", "code", "title", "detail"],
            "properties": {
                "id": {"type": "string"},
                "status": {"type": "string"},
                "code": {"type": "string", "enum": codes},
                "title": {"type": "string"},
                "detail": {"type": "string"},
                "source": {"type": "object"},
                "links": {"type": "object"},
                "meta": {"type": "object"},
            },
        }
        self.schemas["Errors"] = {
            "type": "object",
            "required": ["errors"],
            "properties": {"errors": {"type": "array", "minItems": 1, "items": {"$ref": PREFIX + "Error"}}},
        }
        self.schemas["Identifier"] = {
            "type": "object",
            "required": ["type", "id"],
            "properties": {"type": {"type": "string"}, "id": {"type": "string"}},
        }
        self.schemas["Document"] = {
            "type": "object",
            "properties": {
                "data": {"nullable": True},
                "meta": {"type": "object"},
                "links": {"type": "object"},
            },
        }

    def type_schemas(self, resource: ResourceType) -> None:
        name = resource.type
        attributes = {n: self.attribute_schema(fact) for n, fact in resource.attributes.items()}
        writable = {n: s for n, s in attributes.items() if n in resource.writable}
        for schema, properties in ((f"{name}.attributes", attributes), (f"{name}.write", writable)):
            self.schemas[schema] = {
                "type": "object",
                "properties": {
                    n: s if schema.endswith("write") else {**s, "nullable": True}
                    for n, s in properties.items()
                },
            }
            if schema.endswith("write"):
                self.schemas[schema]["additionalProperties"] = False
        relationships = {n: relationship_schema(r) for n, r in resource.relationships.items()}
        self.schemas[name] = {
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
        self.schemas[f"{name}.new"] = {
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

    def attribute_schema(self, fact: Attribute) -> dict[str, Any]:
        if fact.writable:
            schema = TypeAdapter(attribute_annotation(fact)).json_schema(ref_template=PREFIX + "{model}")
            for name, definition in schema.pop("$defs", {}).items():
                self.schemas[name] = to_3_0(definition)
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

    def answer(self, status: int, schema: dict[str, Any] | None, faults: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {str(status): {"description": "Success"}}
        if schema is not None:
            found[str(status)]["content"] = {
                JSON_API: {"schema": schema},
                "application/json": {"schema": schema},
            }
        for fault in sorted({*COMMON_FAULTS, *faults}):
            found[str(fault)] = {
                "description": "Error",
                "content": {JSON_API: {"schema": {"$ref": PREFIX + "Errors"}}},
            }
        return found

    def operation(
        self,
        summary: str,
        status: int,
        schema: dict[str, Any] | None,
        faults: tuple[int, ...],
        parameters: list[dict[str, Any]],
        body: dict[str, Any] | None = None,
        tag: str = "",
        media: str = JSON_API,
        extra: tuple[int, ...] = (),
    ) -> dict[str, Any]:
        answers = self.answer(status, schema, faults)
        for more in extra:
            answers[str(more)] = {"description": "See the contract"}
        found: dict[str, Any] = {
            "summary": summary,
            "tags": [tag],
            "parameters": parameters,
            "responses": answers,
        }
        if body is not None:
            found["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
        return found

    def type_paths(self, resource: ResourceType) -> None:
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
                "get": self.operation(f"List: {label}", 200, many, (), lists, tag=name),
                "post": self.operation(f"Create: {label}", 201, one, WRITE_FAULTS, write, new, name),
            },
            f"/{name}/count": {
                "get": self.operation(
                    f"Count: {label}", 200, {"$ref": PREFIX + "Document"}, (), filter_parameters(), tag=name
                )
            },
            f"/{name}/languages": {
                "get": self.operation("Languages", 200, {"$ref": PREFIX + "Document"}, (), [], tag=name)
            },
            f"/{name}/{{id}}": {
                "get": self.operation(
                    f"Read: {label}", 200, one, (404, 410), [id_, *single], tag=name, extra=(304,)
                ),
                "patch": self.operation(f"Update: {label}", 200, one, WRITE_FAULTS, [id_, *write], new, name),
                "delete": self.operation(
                    f"Delete: {label}",
                    204,
                    None,
                    WRITE_FAULTS,
                    [id_, flag("purge", "Remove for good")],
                    tag=name,
                ),
            },
            f"/{name}/{{id}}/restore": {
                "post": self.operation(f"Restore: {label}", 200, one, WRITE_FAULTS, [id_, *write], tag=name)
            },
            f"/{name}/{{id}}/revisions": {
                "get": self.operation(
                    "Revisions", 200, {"$ref": PREFIX + "Document"}, (404,), [id_], tag=name
                )
            },
            f"/{name}/bulk": {
                "post": self.operation(
                    "Create many", 200, many, WRITE_FAULTS, write, news, name, JSON_API + "; ext=bulk"
                ),
                "patch": self.operation(
                    "Update many", 200, many, WRITE_FAULTS, write, news, name, JSON_API + "; ext=bulk"
                ),
                "delete": self.operation(
                    "Delete many", 204, None, WRITE_FAULTS, [], ids, name, JSON_API + "; ext=bulk"
                ),
            },
            f"/{name}/bulk-load": {
                "post": self.operation(
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
            f"/{name}/table": {"post": self.table(resource)},
        }
        for rel in resource.relationships.values():
            paths[f"/{name}/{{id}}/relationships/{rel.name}"] = self.linkage_paths(rel, id_, name)
            if not rel.external:
                target = self.service.types[rel.target]
                more = list_parameters(target) if rel.many else single_parameters(target)
                paths[f"/{name}/{{id}}/{rel.name}"] = {
                    "get": self.operation(
                        f"Related: {rel.label.en}",
                        200,
                        {"$ref": PREFIX + "Document"},
                        (404, 410),
                        [id_, *more],
                        tag=name,
                        extra=(304,),
                    )
                }
        for path, methods in paths.items():
            kept = {m: o for m, o in methods.items() if served(resource, path, m)}
            if kept:
                self.paths[path] = kept

    def table(self, resource: ResourceType) -> dict[str, Any]:
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
        found = self.operation(f"Table: {resource.label.en}", 200, None, faults, given, body, resource.type)
        text = {"schema": {"type": "string"}}
        found["responses"]["200"]["content"] = {"application/x-ndjson": text, "text/csv": text}
        return found

    def linkage_paths(self, rel: Relationship, id_: dict[str, Any], tag: str) -> dict[str, Any]:
        identifier: dict[str, Any] = {"$ref": PREFIX + "Identifier"}
        data: dict[str, Any] = {"type": "array", "items": identifier} if rel.many else identifier
        body = document_schema(data, request=True)
        found = {
            "get": self.operation("Linkage", 200, {"$ref": PREFIX + "Document"}, (404, 410), [id_], tag=tag),
            "patch": self.operation("Replace linkage", 204, None, WRITE_FAULTS, [id_], body, tag),
        }
        if rel.many:
            found["post"] = self.operation("Add links", 204, None, WRITE_FAULTS, [id_], body, tag)
            found["delete"] = self.operation("Remove links", 204, None, WRITE_FAULTS, [id_], body, tag)
        return found

    def own_paths(self) -> None:
        """The module's operations."""
        for own in self.service.module.operations:
            given = [query(name, {"type": "string"}, text.en) for name, text in own.parameters.items()]
            if own.lists:
                given += list_parameters(self.service.types[own.lists])
            elif own.paged:
                given += page_parameters()
            if "{id}" in own.path:
                given.insert(0, path_parameter("id", "UUID"))
            if "{key}" in own.path:
                given.insert(0, path_parameter("key", "Key"))
            body = None
            if own.body is not None:
                data = {
                    "type": "object",
                    "required": ["type", "attributes"],
                    "properties": {
                        "type": {"type": "string", "enum": [own.type]},
                        "attributes": to_3_0(inlined(adapter_of(own.body).json_schema())),
                    },
                }
                body = document_schema(data, request=True)
            if own.file:
                body = {"type": "string", "format": "binary"}
            faults = WRITE_FAULTS if own.method == "POST" else (404, 410)
            self.paths.setdefault(own.path, {})[own.method.lower()] = self.operation(
                own.summary.en,
                own.status,
                {"$ref": PREFIX + "Document"},
                faults,
                given,
                body,
                own.type,
                "application/octet-stream" if own.file else JSON_API,
            )

    def module_paths(self) -> None:
        whole = {"$ref": PREFIX + "Document"}
        feed = [
            query("after", {"type": "string"}),
            query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}),
        ]
        page = page_parameters()
        audit = [
            query("filter[instanceId]", {"type": "string"}),
            query("filter[author]", {"type": "string"}),
            query("sort", {"type": "string"}),
        ]
        names = [query(f"filter[{n}]", {"type": "string"}) for n in ("type", "group", "name")]
        simple: dict[str, tuple[Any, list[Any], tuple[int, ...]]] = {
            "/resource-name-identifier": (whole, [*names, *page], ()),
            "/languages": (whole, [], ()),
            "/api-info": (whole, [], ()),
            "/audit-snapshot": (whole, [*audit, *page], ()),
            "/changes": (whole, feed, ()),
            "/change-set": (whole, page, ()),
            "/vocabulary": (whole, page, ()),
            "/vocabulary2": (whole, page, ()),
            "/registry": (whole, [], ()),
            "/own-permissions": (whole, [], ()),
            "/external-reference-report": (whole, page, ()),
        }
        for path, (schema, parameters, faults) in simple.items():
            self.paths[path] = {"get": self.operation(path, 200, schema, faults, parameters, tag="module")}
        self.paths["/permission-check"] = {
            "post": self.operation(
                "What may I do", 201, whole, WRITE_FAULTS, [], {"type": "object"}, "module"
            )
        }
        self.paths["/index-refresh"] = {
            "post": self.operation(
                "Feed once more", 202, None, WRITE_FAULTS, [], {"type": "object"}, "module"
            )
        }
        self.paths["/operations"] = {
            "post": self.operation(
                "Atomic operations",
                200,
                whole,
                WRITE_FAULTS,
                [],
                {"type": "object"},
                "module",
                JSON_API + '; ext="https://jsonapi.org/ext/atomic"',
            )
        }


def served(resource: ResourceType, path: str, method: str) -> bool:
    need = {"get": "read", "post": "create", "patch": "update", "delete": "delete"}[method]
    if resource.store is not None and any(part in path for part in ("revisions", "restore", "relationships")):
        return False
    if path.endswith("/table"):
        return "read" in resource.methods
    return path.endswith("/bulk-load") or need in resource.methods
