"""One operation of the description: its parameters, what it takes and what it may answer."""

from __future__ import annotations

from typing import Any

from dina.base.jsonapi.openapi.schemas import PREFIX

JSON_API = "application/vnd.api+json"
COMMON_FAULTS = (400, 401, 403, 406, 414, 429, 500, 503)
WRITE_FAULTS = (404, 409, 410, 412, 413, 415, 422, 428)


def answer(status: int, schema: dict[str, Any] | None, faults: tuple[int, ...]) -> dict[str, Any]:
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
    answers = answer(status, schema, faults)
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
