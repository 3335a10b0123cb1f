"""The OpenAPI document of the reference API."""

from __future__ import annotations

from typing import Any

from tests.conformance.reference.world import KINDS, Kind

REF = "#/components/schemas/"
SPECIMEN_EXAMPLE = {
    "attributes": {
        "name": "H-{unique}",
        "remarks": "one of several",
        "managedAttributes": {"barcode": "1234"},
        "details": {"kind": "sheet"},
    }
}
PROBES = {
    "specimen": {
        "text": "name", "number": "count", "date": "foundOn", "toOne": {"name": "shelf", "type": "shelf"},
        "toMany": {"name": "neighbours", "type": "specimen"}, "external": "preparedBy",
        "keyMap": "managedAttributes", "optional": "lineage", "required": "name",
    },
    "shelf": {"text": "name", "required": "name"},
}  # fmt: skip
SCHEMAS = {
    "text": {"type": "string", "nullable": True},
    "number": {"type": "integer", "nullable": True},
    "date": {"type": "string", "nullable": True},
    "map": {"type": "object", "nullable": True},
    "object": {"type": "object", "nullable": True},
}


def x_dina(kind: Kind) -> dict[str, Any]:
    return {
        "provider": kind.provider,
        "grouped": True,
        "filterable": list(kind.attributes),
        "sortable": ["name"],
        "includable": list(kind.relationships),
        "optionalFields": list(kind.optional),
        "externalTypes": {n: [t] for n, (t, _, external) in kind.relationships.items() if external},
        "example": SPECIMEN_EXAMPLE if kind.type == "specimen" else {"attributes": {"name": "S-{unique}"}},
        "probe": PROBES[kind.type],
    }


def operation(path: str, *statuses: int, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    content = {"application/vnd.api+json": {"schema": schema or {"$ref": f"{REF}Document"}}}
    refusal = {
        "description": "error",
        "content": {"application/vnd.api+json": {"schema": {"$ref": f"{REF}Errors"}}},
    }
    return {
        "parameters": [
            {"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names
        ],
        "responses": {
            **{
                str(s): {"description": "done", "content": {} if s in (202, 204) else content}
                for s in statuses
            },
            "default": refusal,
        },
    }


def describe(prefix: str) -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/audit-snapshot": ("get", 200), "/api-info": ("get", 200), "/index-refresh": ("post", 202),
        "/permission-check": ("post", 201), "/resource-name-identifier": ("get", 200), "/languages": ("get", 200),
        "/operations": ("post", 200), "/file/{bucket}": ("post", 201), "/file/{bucket}/{id}": ("get", 200),
    }  # fmt: skip
    whole = {path: {method: operation(path, status)} for path, (method, status) in paths.items()}
    schemas: dict[str, Any] = {
        "Document": {"type": "object"},
        "Errors": {
            "type": "object",
            "required": ["errors"],
            "properties": {
                "errors": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "object", "required": ["status", "code", "title", "detail"]},
                }
            },
        },
    }
    for kind in KINDS.values():
        schemas[kind.type] = {
            "type": "object",
            "required": ["type", "id"],
            "properties": {
                "type": {"type": "string", "enum": [kind.type]},
                "id": {"type": "string"},
                "attributes": {
                    "type": "object",
                    "properties": {n: SCHEMAS[k] for n, k in kind.attributes.items()},
                },
            },
        }
        one = {"type": "object", "properties": {"data": {"$ref": REF + kind.type}}}
        many = {
            "type": "object",
            "properties": {"data": {"type": "array", "items": {"$ref": REF + kind.type}}},
        }
        root, item = f"/{kind.type}", f"/{kind.type}/{{id}}"
        whole[root] = {"get": operation(root, 200, schema=many), "post": operation(root, 201, schema=one)}
        whole[item] = {
            "get": operation(item, 200, schema=one),
            "patch": operation(item, 200, schema=one),
            "delete": operation(item, 204),
        }
        bulk = f"{root}/bulk"
        whole[bulk] = {
            "post": operation(bulk, 200, schema=many),
            "patch": operation(bulk, 200, schema=many),
            "delete": operation(bulk, 204),
        }
        whole[f"{root}/bulk-load"] = {"post": operation(f"{root}/bulk-load", 200, schema=many)}
        for word in ("count", "languages"):
            whole[f"{root}/{word}"] = {"get": operation(f"{root}/{word}", 200)}
        related, links = f"{item}/{{relationship}}", f"{item}/relationships/{{relationship}}"
        whole[related] = {"get": operation(related, 200)}
        whole[links] = {
            "get": operation(links, 200),
            **{method: operation(links, 204) for method in ("patch", "post", "delete")},
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Reference", "version": "1.0.0"},
        "servers": [{"url": prefix}],
        "paths": whole,
        "components": {"schemas": schemas},
        "x-dina": {
            "module": "collection",
            "prefixes": ["/collection/v1", "/api/collection-api", "/collection/api/v1"],
            "types": {kind.type: x_dina(kind) for kind in KINDS.values()},
        },
    }
