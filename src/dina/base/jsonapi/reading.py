"""Reading: lists, single resources, related resources, linkage, counts (api.md part B)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import orjson
from psycopg import AsyncConnection, errors

from dina.base.database.pools import Pool
from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.json import is_array
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.documents import common_meta, document, external_meta, list_meta, page_links
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Living, Plan, Select, Visibility
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.sql import parameters
from dina.base.resource import Relationship, ResourceType
from dina.base.resource.checks import UUID_FORM

MAX_INCLUDED = 1000


@dataclass(slots=True)
class Row:
    """What a statement answers (see `sql.Statement`)."""

    data: bytes
    included: bytes | None
    included_count: int | None
    total: int | None
    facts: list[list[Any]]
    cursor: bytes | None


def pool_for(service: Service, plan: Plan) -> Pool:
    """The pool whose way of planning suits the plan (see `Pools`)."""
    return service.pools.read if plan.tree is not None or plan.after is not None else service.pools.fixed


async def run(service: Service, connection: AsyncConnection[Any], plan: Plan, values: dict[str, Any]) -> Row:
    """Execute the plan's statement. Raises Problem when the database cannot answer in time."""
    statement = service.statement(plan)
    names = statement.names
    given = {**statement.constants, **{name: value for name, value in values.items() if name in names}}
    given.update(parameters(plan))
    if "offset" in names:
        given["offset"] = plan.offset
    try:
        cursor = await connection.execute(statement.sql.encode(), given, prepare=True)
        row: Any = await cursor.fetchone()
    except errors.QueryCanceled:
        raise Problem(Error("UNAVAILABLE", key="statement.slow"), headers={"Retry-After": "5"}) from None
    except errors.DataError:
        raise Problem(Error("BAD_PARAMETER", key="filter.value", parameter="filter")) from None
    return Row(row[0], row[1], row[2], row[3], orjson.loads(row[4]) if row[4] else [], row[5])


def base_values(service: Service, request: Request, plan: Plan) -> dict[str, Any]:
    values: dict[str, Any] = {"prefix": request.prefix, **service.caller_parameters(request.caller)}
    if plan.permissions:
        values["permissions"] = dumps(service.permission_table(plan.resource, request.caller)).decode()
    return values


def plan_of(service: Service, request: Request, resource: ResourceType, asked: Asked, **more: Any) -> Plan:
    return Plan(
        resource=resource,
        tree=asked.tree,
        sort=asked.sort,
        offset=asked.page.offset,
        limit=asked.page.limit,
        include=asked.include or (),
        fields=asked.fields,
        optional=asked.optional,
        compact=more.pop("compact", request.compact),
        permissions=b"include-dina-permission" in request.headers,
        living=more.pop("living", asked.living),
        visibility=service.visibility(request.caller),
        **more,
    )


async def read_list(
    service: Service,
    request: Request,
    resource: ResourceType,
    *,
    source: tuple[ResourceType, Relationship, str] | None = None,
) -> Answer:
    """`GET /{type}`, and a to-many related list when `source` names where it starts."""
    key = ("list", resource.type, source and (source[0].type, source[1].name), request.query, request.compact,
           b"include-dina-permission" in request.headers, request.caller)  # fmt: skip
    prepared = service.remembered.get(key)
    if prepared is None:
        asked = ask(service.types, resource, request.query, ask_for.LIST)
        plan = plan_of(service, request, resource, asked, select=Select(source=source and source[:2]))
        plan = with_cursor(plan, asked)
        if asked.living is Living.DELETED:
            plan = replace(
                plan, visibility={**plan.visibility, resource.type: deleted_visibility(resource, request)}
            )
        prepared = (asked, plan, base_values(service, request, plan), external_meta(service, plan))
        if len(request.query) < 2000:
            service.remember(key, prepared)
    asked, plan, values, external = prepared
    if asked.language:
        request.language = asked.language
    values = {**values, "prefix": request.prefix}
    if source is not None:
        values["source"] = source[2]
    return await answer_page(service, request, asked, plan, values, external)


async def answer_page(
    service: Service,
    request: Request,
    asked: Asked,
    plan: Plan,
    values: dict[str, Any],
    external: list[dict[str, str]],
) -> Answer:
    """One page of a list, whatever chose its rows."""
    if plan.after is not None:
        values.update({f"c{i}": value for i, value in enumerate(plan.after)})
    async with pool_for(service, plan).connection() as connection:
        row = await run(service, connection, plan, values)
    check_included(row, plan)
    meta = list_meta(service, request, asked, plan, row.total)
    if external:
        meta["external"] = external
    cursor = make_cursor(row.cursor) if row.cursor and plan.limit and row.data.count(b'"type"') else None
    links = page_links(request, asked, plan, row.total, cursor)
    included = row.included if asked.include is None else (row.included or b"[]")
    return Answer(200, document(row.data, included, meta, links))


def deleted_visibility(resource: ResourceType, request: Request) -> Visibility:
    """Deleted rows are shown to those who may restore them: here, those who administer everything."""
    if request.caller.admin:
        return Visibility.ALL
    return Visibility.GROUPS if resource.grouped else Visibility.NONE


def with_cursor(plan: Plan, asked: Asked) -> Plan:
    """Cursor paging (`page[after]`): only for orders over columns that are never empty."""
    if asked.page.after is None:
        return plan
    for key in plan.sort:
        fact = key.target.attribute
        filled = fact is None or fact.required or fact.name == "createdOn"
        if key.target.steps or not filled or key.descending != plan.sort[-1].descending:
            raise Problem(Error("BAD_PARAMETER", key="page.cursorSort", parameter="page[after]"))
    after = (
        read_cursor(asked.page.after, 2 if not plan.sort else len(plan.sort) + 1)
        if asked.page.after
        else None
    )
    return replace(plan, cursor=True, after=after)


def make_cursor(values: bytes) -> str:
    return base64.urlsafe_b64encode(values).decode().rstrip("=")


def read_cursor(text: str, length: int) -> tuple[str, ...]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not is_array(values) or len(values) != length or not all(isinstance(v, str) for v in values):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        raise Problem(Error("BAD_PARAMETER", key="page.cursor", parameter="page[after]"))
    return tuple(values)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def check_included(row: Row, plan: Plan) -> None:
    if row.included_count is not None and row.included_count > MAX_INCLUDED and plan.limit > 1:
        path = max((".".join(p) for p in plan.include), key=len)
        raise Problem(
            Error(
                "INCLUDE_TOO_LARGE",
                values={"path": path, "limit": MAX_INCLUDED, "count": row.included_count},
                parameter="include",
                meta={"limit": MAX_INCLUDED},
            )
        )


async def read_one(service: Service, request: Request, resource: ResourceType, id_: str) -> Answer:
    """`GET /{type}/{id}`: 200, 304, 403, 404 or 410."""
    asked = ask(service.types, resource, request.query, ask_for.SINGLE)
    if asked.language:
        request.language = asked.language
    plan = plan_of(
        service, request, resource, asked, select=Select(ids=True), living=Living.BOTH, total=False
    )
    async with service.pools.fixed.connection() as connection:
        id_ = await real_id(service, connection, resource, id_)
        row = await run(service, connection, plan, {**base_values(service, request, plan), "ids": [id_]})
    facts = row.facts[0] if row.facts else None
    check_one(request, resource, id_, facts, deleted=asked.living is Living.DELETED)
    assert facts is not None
    return one_document(service, request, asked, plan, row, facts)


def one_document(
    service: Service,
    request: Request,
    asked: Asked,
    plan: Plan,
    row: Row,
    facts: list[Any],
    status: int = 200,
) -> Answer:
    etag = etag_of(facts[2], asked, request)
    if request.method in ("GET", "HEAD") and matches(request.header(b"if-none-match"), etag):
        return Answer(304, content_type=None).header(b"etag", etag)
    meta = common_meta(service, request, asked)
    external = external_meta(service, plan)
    if external:
        meta["external"] = external
    self_link = f"{request.prefix}/{plan.resource.type}/{facts[1]}"
    included = row.included if asked.include is None else (row.included or b"[]")
    data = row.data[1:-1]
    if facts[3]:
        data = with_deletion(data, facts)
    body = document(data, included, meta, {"self": self_link})
    answer = Answer(status, body).header(b"etag", etag)
    return answer.header(b"location", self_link) if status == 201 else answer


def with_deletion(data: bytes, facts: list[Any]) -> bytes:
    resource = orjson.loads(data)
    resource["attributes"] |= {"deletedOn": facts[7], "deletedBy": facts[8]}
    return dumps(resource)


def etag_of(version: int, asked: Asked, request: Request) -> str:
    """The version; weak when the request shaped the body."""
    weak = bool(asked.include or asked.fields or asked.optional or request.compact)
    return f'W/"{version}"' if weak else f'"{version}"'


def matches(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    plain = etag.removeprefix("W/")
    return header.strip() == "*" or plain in [part.strip().removeprefix("W/") for part in header.split(",")]


def check_one(
    request: Request, resource: ResourceType, id_: str, facts: list[Any] | None, *, deleted: bool = False
) -> None:
    """Raise the Problem that keeps a caller from a row: absent, not readable, deleted."""
    if facts is None:
        raise Problem(Error("NOT_FOUND"))
    if not facts[4]:
        raise Problem(Error("FORBIDDEN", key="forbidden.read", values={"group": facts[5] or ""}))
    if facts[3]:
        if deleted:
            if not resource.may("update", request.caller, {"group": facts[5], "createdBy": facts[6]}):
                raise Problem(Error("FORBIDDEN", key="forbidden.deleted"))
            return
        raise gone(request, resource, id_)


def gone(request: Request, resource: ResourceType, id_: str) -> Problem:
    """410 with the way to the history and to the deleted resource (api.md §15)."""
    return Problem(
        Error(
            "GONE",
            about=f"{request.prefix}/audit-snapshot?filter[instanceId]={resource.type}/{id_}",
            meta={"deletedResource": f"{request.prefix}/{resource.type}/{id_}?deleted=true"},
        )
    )


async def real_id(
    service: Service, connection: AsyncConnection[Any], resource: ResourceType, text: str
) -> str:
    """The UUID that a path segment names: itself, or the row with that compound key (api.md §12.3)."""
    if UUID_FORM.fullmatch(text):
        return text.lower()
    found = await resource.compound_key[0](service, connection, text) if resource.compound_key else None
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    return str(found)


async def read_count(service: Service, request: Request, resource: ResourceType) -> Answer:
    """`GET /{type}/count` (api.md §19)."""
    asked = ask(service.types, resource, request.query, ask_for.COUNT)
    plan = plan_of(service, request, resource, asked)
    plan = replace(plan, limit=0, permissions=False, fields={resource.type: frozenset()}, compact=True)
    async with service.pools.read.connection() as connection:
        row = await run(service, connection, plan, base_values(service, request, plan))
    data = {"type": "count", "id": "1", "attributes": {"value": row.total}}
    meta = {**common_meta(service, request, asked), "results": row.total}
    return Answer(200, document(dumps(data), None, meta, {"self": request.prefix + request.path}))
