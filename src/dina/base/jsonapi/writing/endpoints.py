"""Write endpoints: create, update, delete, restore, relationships, bulk, bulk-load, atomic (api.md part C)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import orjson
from psycopg import AsyncConnection

from dina.base.database.pools import RawText
from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.documents import common_meta, document, external_meta
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Living, Select
from dina.base.jsonapi.reading import (
    Row,
    base_values,
    check_included,
    gone,
    one_document,
    plan_of,
    real_id,
    run,
)
from dina.base.jsonapi.related import relationship_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import (
    Change,
    check_type,
    data_array,
    data_object,
    named,
    read_create,
    read_linkage,
    read_update,
    top_object,
    uuid7,
)
from dina.base.jsonapi.writing.write import transaction, write
from dina.base.resource import ResourceType
from dina.base.resource.kinds import UUID_FORM

Connection = AsyncConnection[Any]


class _RawConnection:
    """Executes with text left as bytes, on a connection whose other cursors decode it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None) -> Any:
        cursor = self.connection.cursor()
        cursor.adapters.register_loader("text", RawText)
        return await cursor.execute(query, params, prepare=prepare)


async def read_back(
    service: Service,
    request: Request,
    connection: Connection,
    resource: ResourceType,
    asked: Asked,
    ids: list[str],
    *,
    compact: bool,
) -> tuple[Any, Row]:
    plan = plan_of(
        service,
        request,
        resource,
        asked,
        select=Select(ids=True),
        living=Living.BOTH,
        total=False,
        compact=compact,
    )
    values = {**base_values(service, request, plan), "ids": ids}
    row = await run(service, _RawConnection(connection), plan, values)  # type: ignore[arg-type]
    return plan, row


def asked_for(service: Service, request: Request, resource: ResourceType) -> Asked:
    asked = ask(service.types, resource, request.query, ask_for.WRITE)
    if asked.language:
        request.language = asked.language
    return asked


async def create(service: Service, request: Request, resource: ResourceType) -> Answer:
    """`POST /{type}` → 201."""
    asked = asked_for(service, request, resource)
    item = data_object(await request.body())
    change, errors = read_create(resource, item, "/data", None, {})
    if errors:
        raise Problem(errors)
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
        if request.method != "PATCH":
            stored = await rows.load(connection, resource, [id_])
            before: list[Any] = stored[id_].relationships[name] if id_ in stored else []
            plain = [named(v)[1] for v in given]
            given = (
                [*before, *(v for v in plain if v not in before)]
                if request.method == "POST"
                else [v for v in before if v not in plain]
            )
        change = Change("update", resource, id_, pointer="", relationships={name: given})
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
    return error


def bulk_answer(service: Service, request: Request, asked: Asked, plan: Any, row: Row) -> Answer:
    meta = common_meta(service, request, asked)
    external = external_meta(service, plan)
    if external:
        meta["external"] = external
    included = row.included if asked.include is None else (row.included or b"[]")
    return Answer(200, document(row.data, included, meta, None))


async def bulk_create(service: Service, request: Request, resource: ResourceType) -> Answer:
    asked = asked_for(service, request, resource)
    items = data_array(await request.body(), service.max_bulk)
    lids = {str(item["lid"]): str(uuid7()) for item in items if "lid" in item}
    changes: list[Change] = []
    errors: list[Error] = []
    for index, item in enumerate(items):
        change, wrong = read_create(resource, item, f"/data/{index}", index, lids)
        changes.append(change)
        errors += wrong
    if errors:
        raise Problem(errors)
    return await _bulk(service, request, resource, asked, changes)


async def bulk_update(service: Service, request: Request, resource: ResourceType) -> Answer:
    asked = asked_for(service, request, resource)
    items = data_array(await request.body(), service.max_bulk)
    changes: list[Change] = []
    errors: list[Error] = []
    for index, item in enumerate(items):
        id_ = item.get("id")
        if not isinstance(id_, str) or not UUID_FORM.fullmatch(id_):
            pointer = f"/data/{index}/id" if "id" in item else f"/data/{index}"
            errors.append(
                Error(
                    "MALFORMED_DOCUMENT",
                    key="body.id",
                    pointer=pointer,
                    meta={"index": index, "member": "id"},
                )
            )
            continue
        change, wrong = read_update(resource, item, id_.lower(), f"/data/{index}", index, {})
        changes.append(change)
        errors += wrong
    errors += repeated(changes)
    if errors:
        raise Problem(errors)
    return await _bulk(service, request, resource, asked, changes)


def repeated(changes: list[Change]) -> list[Error]:
    seen: set[str] = set()
    errors: list[Error] = []
    for change in changes:
        if change.id in seen:
            errors.append(change.located(Error("MALFORMED_DOCUMENT", key="body.repeated", pointer="/id")))
        seen.add(change.id)
    return errors


async def _bulk(
    service: Service, request: Request, resource: ResourceType, asked: Asked, changes: list[Change]
) -> Answer:
    async with transaction(service, request, grouped=len(changes) > 1) as connection:
        if changes:
            await write(service, request, connection, changes)
        ids = [change.id for change in changes]
        plan, row = await read_back(service, request, connection, resource, asked, ids, compact=True)
    return bulk_answer(service, request, asked, plan, row)


async def bulk_delete(service: Service, request: Request, resource: ResourceType) -> Answer:
    ask(service.types, resource, request.query, ask_for.NONE)
    items = data_array(await request.body(), service.max_bulk)
    changes, errors = identifiers(resource, items)
    errors += repeated(changes)
    if errors:
        raise Problem(errors)
    if changes:
        async with transaction(service, request, grouped=len(changes) > 1) as connection:
            await write(service, request, connection, changes)
    return Answer(204, content_type=None)


def identifiers(resource: ResourceType, items: list[dict[str, Any]]) -> tuple[list[Change], list[Error]]:
    changes: list[Change] = []
    errors: list[Error] = []
    for index, item in enumerate(items):
        id_ = item.get("id")
        change = Change("delete", resource, str(id_).lower(), f"/data/{index}", index)
        wrong = check_type(resource, item)
        if not isinstance(id_, str) or not UUID_FORM.fullmatch(id_):
            wrong.append(Error("MALFORMED_DOCUMENT", key="body.id", pointer="/id" if "id" in item else ""))
        errors += [change.located(e) for e in wrong]
        changes.append(change)
    return changes, errors


async def bulk_load(service: Service, request: Request, resource: ResourceType) -> Answer:
    """`POST /{type}/bulk-load`: resources in request order; misses reported all at once (api.md §16)."""
    asked = asked_for(service, request, resource)
    items = data_array(await request.body(), service.max_bulk)
    changes, errors = identifiers(resource, items)
    if errors:
        raise Problem(errors)
    ids = [change.id for change in changes]
    async with service.pools.fixed.connection() as connection:
        plan = plan_of(
            service,
            request,
            resource,
            asked,
            select=Select(ids=True),
            living=Living.BOTH,
            total=False,
            compact=True,
        )
        row = await run(service, connection, plan, {**base_values(service, request, plan), "ids": ids})
    check_loaded(request, resource, changes, row)
    check_included(row, plan)
    return bulk_answer(service, request, asked, plan, row)


def check_loaded(request: Request, resource: ResourceType, changes: list[Change], row: Row) -> None:
    """404 or 410 for what is not there: the pointer ends in the id, as the reference client reads it."""
    found = {facts[1]: facts for facts in row.facts}
    errors: list[Error] = []
    forbidden: list[Error] = []
    for change in changes:
        facts = found.get(change.id)
        place = {"pointer": f"{change.pointer}/id", "index": change.index, "id": change.id}
        pointer = f"/data/id/{change.id}"
        if facts is None:
            errors.append(Error("NOT_FOUND", pointer=pointer, meta=place))
        elif facts[3]:
            about = gone(request, resource, change.id).errors[0]
            errors.append(Error("GONE", pointer=pointer, meta={**about.meta, **place}, about=about.about))
        elif not facts[4]:
            forbidden.append(
                Error(
                    "FORBIDDEN",
                    key="forbidden.read",
                    values={"group": facts[5] or ""},
                    pointer=f"{change.pointer}/id",
                )
            )
    if errors:
        raise MissingResources(errors)
    if forbidden:
        raise Problem(forbidden)


class MissingResources(Problem):
    """404 as soon as one never existed, 410 when all are deleted."""

    @property
    def status(self) -> int:
        return 410 if all(e.code == "GONE" for e in self.errors) else 404


def decode_id(segment: str) -> str:
    return unquote(segment)


__all__ = [
    "bulk_create", "bulk_delete", "bulk_load", "bulk_update", "create", "delete", "dumps", "orjson", "relink",
    "restore", "update",
]  # fmt: skip
