"""Many resources in one request: bulk create, update and delete, and bulk load (api.md §15)."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.documents import common_meta, document, external_meta
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Living, Select
from dina.base.jsonapi.reading import (
    Row,
    base_values,
    check_included,
    gone,
    plan_of,
    run,
)
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.answers import asked_for, minimal_answer, read_back
from dina.base.jsonapi.writing.changes import (
    Change,
    check_type,
    data_array,
    read_create,
    read_update,
    uuid7,
)
from dina.base.jsonapi.writing.drafts import also_missing
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import write
from dina.base.resource import ResourceType
from dina.base.resource.checks import UUID_FORM


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
        errors += [*wrong, *(also_missing(change, wrong) if wrong else ())]
    if errors:
        for change in changes:
            if not any(error.meta.get("index") == change.index for error in errors):
                errors += also_missing(change, [])
        raise Problem(sorted(errors, key=lambda error: error.meta.get("index", 0)))
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
        if request.minimal:
            return minimal_answer()
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
        elif not facts[4]:
            forbidden.append(
                Error(
                    "FORBIDDEN",
                    key="forbidden.read",
                    values={"group": facts[5] or ""},
                    pointer=f"{change.pointer}/id",
                    meta=place,
                )
            )
        elif facts[3]:
            about = gone(request, resource, change.id).errors[0]
            errors.append(Error("GONE", pointer=pointer, meta={**about.meta, **place}, about=about.about))
    if errors:
        raise MissingResources(errors)
    if forbidden:
        raise Problem(forbidden)


class MissingResources(Problem):
    """404 as soon as one never existed, 410 when all are deleted."""

    @property
    def status(self) -> int:
        return 410 if all(e.code == "GONE" for e in self.errors) else 404
