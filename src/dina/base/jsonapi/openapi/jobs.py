"""The paths of long work, for modules that have some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dina.base.jsonapi.openapi.parameters import page_parameters, path_parameter, query
from dina.base.jsonapi.openapi.schemas import PREFIX
from dina.base.jsonapi.service import Service

STATES = ("queued", "running", "finished", "failed", "stopped")
Describe = Callable[..., dict[str, Any]]


def job_schema(service: Service) -> dict[str, Any]:
    """A job as it is answered; `parameters` and `result` are those of its kind."""
    text: dict[str, Any] = {"type": "string", "nullable": True}
    number: dict[str, Any] = {"type": "integer", "nullable": True}
    attributes = {
        "kind": {"type": "string", "enum": sorted(service.module.jobs)},
        "kindLabel": text,
        "label": text,
        "group": text,
        "createdBy": text,
        **dict.fromkeys(("createdOn", "startedOn", "finishedOn"), text),
        "state": {"type": "string", "enum": list(STATES)},
        "stopRequested": {"type": "boolean"},
        **dict.fromkeys(("done", "total", "failed"), number),
        "message": text,
        "parameters": {"type": "object"},
        "result": {"type": "object"},
        "errors": {"type": "array", "items": {"$ref": PREFIX + "Error"}},
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "mediaType": {"type": "string"},
                    "size": {"type": "integer"},
                    "href": {"type": "string"},
                },
            },
        },
    }
    return {
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": {"type": "string", "enum": ["job"]},
            "id": {"type": "string", "format": "uuid"},
            "attributes": {"type": "object", "properties": attributes},
            "links": {"type": "object"},
        },
    }


def job_paths(operation: Describe) -> dict[str, dict[str, Any]]:
    """List, look, follow, stop, retry, and the files a job made. `operation` describes one of them."""
    reference = {"$ref": PREFIX + "job"}
    one = {"type": "object", "properties": {"data": reference}}
    many = {"type": "object", "properties": {"data": {"type": "array", "items": reference}}}
    filters = [
        query("filter[state]", {"type": "string", "enum": list(STATES)}),
        *(query(f"filter[{name}]", {"type": "string"}) for name in ("kind", "group", "createdBy")),
    ]
    id_, name = path_parameter("id", "UUID"), path_parameter("name", "The file's name")
    known = {"tag": "job"}

    def changed(summary: str) -> dict[str, Any]:
        return {"post": operation(summary, 202, one, (404, 415, 422), [id_], **known)}

    followed = operation("Follow until it is over", 200, None, (404,), [id_], **known)
    followed["responses"]["200"]["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    file = operation("A file it made", 200, None, (404,), [id_, name], **known)
    file["responses"]["200"]["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "/job": {
            "get": operation("Jobs, newest first", 200, many, (), [*filters, *page_parameters()], **known)
        },
        "/job/{id}": {"get": operation("A job", 200, one, (404,), [id_], **known)},
        "/job/{id}/events": {"get": followed},
        "/job/{id}/stop": changed("Stop it where that leaves nothing half done"),
        "/job/{id}/retry": changed("Go on from where it was"),
        "/job/{id}/files/{name}": {"get": file},
    }
