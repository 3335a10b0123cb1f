"""The paths of a module beside those of its types."""

from __future__ import annotations

from typing import Any

from dina.base.jsonapi.openapi.operations import JSON_API, WRITE_FAULTS, operation
from dina.base.jsonapi.openapi.parameters import list_parameters, page_parameters, path_parameter, query
from dina.base.jsonapi.openapi.schemas import PREFIX, document_schema, inlined, to_3_0
from dina.base.jsonapi.operation import adapter_of
from dina.base.jsonapi.service import Service


def module_paths() -> dict[str, Any]:
    """The paths that every module has."""
    paths: dict[str, Any] = {}
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
        "/role-permissions": (whole, [query("roles", {"type": "string"})], ()),
        "/external-reference-report": (whole, page, ()),
    }
    for path, (schema, parameters, faults) in simple.items():
        paths[path] = {"get": operation(path, 200, schema, faults, parameters, tag="module")}
    paths["/permission-check"] = {
        "post": operation("What may I do", 201, whole, WRITE_FAULTS, [], {"type": "object"}, "module")
    }
    paths["/index-refresh"] = {
        "post": operation("Feed once more", 202, None, WRITE_FAULTS, [], {"type": "object"}, "module")
    }
    paths["/operations"] = {
        "post": operation(
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
    return paths


def own_paths(service: Service, paths: dict[str, Any]) -> None:
    """Put in the paths of the module's own operations."""
    for own in service.module.operations:
        given = [query(name, {"type": "string"}, text.en) for name, text in own.parameters.items()]
        if own.lists:
            given += list_parameters(service.types[own.lists])
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
        paths.setdefault(own.path, {})[own.method.lower()] = operation(
            own.summary.en,
            own.status,
            None if own.status == 204 else {"$ref": PREFIX + "Document"},
            faults,
            given,
            body,
            own.type,
            "application/octet-stream" if own.file else JSON_API,
        )
