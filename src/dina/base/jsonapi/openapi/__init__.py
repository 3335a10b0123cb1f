"""The OpenAPI description of a module, generated from the definitions that validate requests (api.md §26)."""

from __future__ import annotations

from typing import Any

from dina.base.jsonapi.openapi.extension import x_dina
from dina.base.jsonapi.openapi.jobs import job_paths, job_schema
from dina.base.jsonapi.openapi.module import module_paths, own_paths
from dina.base.jsonapi.openapi.operations import operation
from dina.base.jsonapi.openapi.schemas import PREFIX
from dina.base.jsonapi.openapi.types import type_paths, type_schemas
from dina.base.jsonapi.service import Service
from dina.base.text import catalogue


def describe(service: Service, prefix: str) -> dict[str, Any]:
    """The document for one mount of the module; made once."""
    key = ("openapi", prefix)
    found = service.remembered.get(key)
    return found or service.remember(key, document_of(service, prefix))


def document_of(service: Service, prefix: str) -> dict[str, Any]:
    schemas, paths = common_schemas(), dict[str, Any]()
    for resource in service.types.values():
        type_schemas(resource, schemas)
        paths |= type_paths(service, resource)
    paths |= module_paths()
    if service.module.jobs:
        schemas["job"] = job_schema(service)
        paths |= job_paths(operation)
    own_paths(service, paths)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"DINA {service.module.label.en}",
            "version": service.version,
            "description": "JSON:API under the DINA guidelines; generated from the declared types.",
        },
        "servers": [{"url": prefix}],
        "security": [{"bearer": []}, {}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "x-dina": {
            "module": service.module.name,
            "prefixes": list(service.module.prefixes),
            "types": {r.type: x_dina(r) for r in service.types.values()},
        },
    }


def common_schemas() -> dict[str, Any]:
    """Schemas that every module has."""
    schemas: dict[str, Any] = {}
    codes = sorted(catalogue()["code"])
    schemas["Error"] = {
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
    schemas["Errors"] = {
        "type": "object",
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "minItems": 1, "items": {"$ref": PREFIX + "Error"}}},
    }
    schemas["Identifier"] = {
        "type": "object",
        "required": ["type", "id"],
        "properties": {"type": {"type": "string"}, "id": {"type": "string"}},
    }
    schemas["Document"] = {
        "type": "object",
        "properties": {
            "data": {"nullable": True},
            "meta": {"type": "object"},
            "links": {"type": "object"},
        },
    }
    return schemas
