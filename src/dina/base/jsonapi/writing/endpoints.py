"""Write endpoints: create, update, delete, restore, relationships, bulk, bulk-load, atomic (api.md part C)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.reading import (
    one_document,
    real_id,
)
from dina.base.jsonapi.related import relationship_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.answers import asked_for, read_back
from dina.base.jsonapi.writing.changes import (
    Change,
    data_object,
    named,
    read_create,
    read_linkage,
    read_update,
    top_object,
)
from dina.base.jsonapi.writing.drafts import also_missing
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import graphs_of, write
from dina.base.resource import ResourceType


async def create(service: Service, request: Request, resource: ResourceType) -> Answer:
    """`POST /{type}` → 201."""
    asked = asked_for(service, request, resource)
    item = data_object(await request.body())
    change, errors = read_create(resource, item, "/data", None, {})
    if errors:
        raise Problem([*errors, *also_missing(change, errors)])
    async with transaction(service, request) as connection:
        await write(service, request, connection, [change])
        plan, row = await read_back(
            service, request, connection, resource, asked, [change.id], compact=request.compact
        )
    return one_document(service, request, asked, plan, row, row.facts[0], 201)


async def update(service: Service, request: Request, resource: ResourceType, id_: str) -> Answer:
    """`PATCH /{type}/{id}` → 200 with the whole resource."""
    asked = asked_for(service, request, resource)
    item = data_object(await request.body())
    async with transaction(service, request) as connection:
        id_ = await real_id(service, connection, resource, id_)
        change, errors = read_update(resource, item, id_, "/data", None, {})
        if errors:
            raise Problem(errors)
        change.if_match = request.header(b"if-match")
        await write(service, request, connection, [change])
        plan, row = await read_back(
            service, request, connection, resource, asked, [id_], compact=request.compact
        )
    return one_document(service, request, asked, plan, row, row.facts[0])


async def delete(service: Service, request: Request, resource: ResourceType, id_: str) -> Answer:
    """`DELETE /{type}/{id}` → 204; `?purge=true` removes for good."""
    asked = ask(service.types, resource, request.query, ask_for.DELETE)
    async with transaction(service, request) as connection:
        id_ = await real_id(service, connection, resource, id_)
        change = Change(
            "purge" if asked.purge else "delete", resource, id_, if_match=request.header(b"if-match")
        )
        await write(service, request, connection, [change])
    return Answer(204, content_type=None)


async def restore(service: Service, request: Request, resource: ResourceType, id_: str) -> Answer:
    """`POST /{type}/{id}/restore` → 200."""
    asked = asked_for(service, request, resource)
    async with transaction(service, request) as connection:
        id_ = await real_id(service, connection, resource, id_)
        await write(service, request, connection, [Change("restore", resource, id_)])
        plan, row = await read_back(
            service, request, connection, resource, asked, [id_], compact=request.compact
        )
    return one_document(service, request, asked, plan, row, row.facts[0])


async def relink(service: Service, request: Request, resource: ResourceType, id_: str, name: str) -> Answer:
    """`PATCH|POST|DELETE /{type}/{id}/relationships/{relationship}` → 204 (api.md §13.4)."""
    relationship = relationship_of(resource, name)
    if not relationship.many and request.method != "PATCH":
        raise Problem(
            Error("METHOD_NOT_ALLOWED", key="relationship.toOne"), headers={"Allow": "GET, HEAD, PATCH"}
        )
    body = top_object(await request.body())
    if "data" not in body:
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.noData", pointer="", meta={"member": "data"}))
    given, errors = read_linkage(relationship, body["data"], "/data", {})
    if errors:
        raise Problem(errors)
    async with transaction(service, request) as connection:
        id_ = await real_id(service, connection, resource, id_)
        change = Change("update", resource, id_, pointer="", relationships={name: given})
        await rows.lock_graphs(connection, graphs_of([change]))
        if request.method != "PATCH":
            stored = await rows.load(connection, resource, [id_])
            before: list[Any] = stored[id_].relationships[name] if id_ in stored else []
            plain = [named(v)[1] for v in given]
            given = (
                [*before, *(v for v in plain if v not in before)]
                if request.method == "POST"
                else [v for v in before if v not in plain]
            )
        change.relationships = {name: given}
        change.if_match = request.header(b"if-match")
        try:
            await write(service, request, connection, [change])
        except Problem as problem:
            raise Problem([_from_linkage(e, name) for e in problem.errors]) from None
    return Answer(204, content_type=None)


def _from_linkage(error: Error, name: str) -> Error:
    from dataclasses import replace

    prefix = f"/relationships/{name}"
    if error.pointer and error.pointer.startswith(prefix):
        return replace(error, pointer=error.pointer.removeprefix(prefix))
    # What is wrong lies outside the linkage that was sent: the whole of it is pointed at.
    return replace(error, pointer="/data") if error.pointer else error


def decode_id(segment: str) -> str:
    return unquote(segment)
