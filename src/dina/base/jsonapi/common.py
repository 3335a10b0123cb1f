"""Small endpoints that every module serves (api.md §12, §19)."""

from __future__ import annotations

import uuid
from typing import Any, cast

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.identity.policy import Groups as ReadableGroups
from dina.base.identity.policy import readable
from dina.base.json import is_object
from dina.base.jsonapi.documents import common_meta, document, plain_document
from dina.base.jsonapi.filters import FilterSyntax, Op, parse_simple
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.query import DEFAULT_LIMIT, read_page, split_query
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.changes import data_object
from dina.base.text import LANGUAGES

NAME_LIMIT = 20
NAMES = ("materialSampleName", "name", "displayName", "verbatimScientificName", "title")


async def languages(service: Service, request: Request) -> Answer:
    """`GET /languages` and `GET /{type}/languages`."""
    ask(service.types, None, request.query, frozenset())
    meta = {**common_meta(service, request), "supportedLanguages": LANGUAGES, "results": 0}
    body = dumps(
        {"jsonapi": {"version": "1.1"}, "meta": meta, "links": {"self": request.prefix + request.path}}
    )
    return Answer(200, body)


def admin_only(request: Request) -> None:
    if not request.caller.admin:
        raise Problem(Error("FORBIDDEN", key="forbidden.admin"))


async def api_info(service: Service, request: Request) -> Answer:
    admin_only(request)
    data = {
        "type": "api-info",
        "id": service.version,
        "attributes": {
            "moduleVersion": service.version,
            "messageProducer": True,
            "messageConsumer": False,
            "attentionRequired": bool(service.attention),
            "moduleInfo": {"name": service.module.name, "attention": service.attention},
        },
    }
    return plain_document(service, request, data)


async def index_refresh(service: Service, request: Request) -> Answer:
    """`POST /index-refresh` → 202: puts the named resources into the change feed once more."""
    admin_only(request)
    item = data_object(await request.body())
    attributes: Any = item.get("attributes") or {}
    type_ = attributes.get("docType") if is_object(attributes) else None
    resource = service.types.get(str(type_))
    if resource is None or resource.store is not None:
        raise Problem(
            Error(
                "MALFORMED_DOCUMENT",
                key="refresh.docType",
                values={"type": str(type_)[:50]},
                pointer="/data/attributes/docType",
            )
        )
    wanted = item.get("id")
    condition = " AND t.id = %(id)s::uuid" if wanted else ""
    async with service.pools.write.connection() as connection:
        # A refresh entry repeats the last revision under this transaction's number, so that followers see it.
        await connection.execute(
            cast(
                Any,
                f"UPDATE {service.schema}.revision r SET xid = pg_current_xact_id() FROM {resource.table.fullname} t "
                f"WHERE r.type = %(type)s AND r.id = t.id{condition} AND r.seq = "
                f"(SELECT max(s.seq) FROM {service.schema}.revision s WHERE s.type = r.type AND s.id = r.id)",
            ),
            {"type": resource.type, "id": wanted},
        )
    return Answer(202, content_type=None)


async def permission_check(service: Service, request: Request) -> Answer:
    """`POST /permission-check` → 201 (api.md §12.2)."""
    item = data_object(await request.body())
    resource = service.types.get(str(item.get("type")))
    if resource is None:
        raise Problem(Error("NOT_FOUND", key="permission.type"))
    attributes: Any = item.get("attributes") or {}
    evaluated = resource.deciding
    facts = {name: attributes.get(name) for name in evaluated}
    data = {
        "type": "permission-check",
        "id": str(uuid.uuid4()),
        "attributes": {
            "targetType": resource.type,
            "permissions": resource.permissions(request.caller, facts),
            "permissionsProvider": resource.provider,
            "evaluatedAttributes": evaluated,
        },
    }
    return plain_document(service, request, data, status=201)


async def name_identifiers(service: Service, request: Request) -> Answer:
    """`GET /resource-name-identifier`: ids by name within a group (api.md §12.1)."""
    pairs = split_query(request.query)
    page_pairs = {n: v for n, v in pairs if n.startswith("page[")}
    page = read_page({"page[limit]": str(NAME_LIMIT)} | page_pairs)
    given: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name.startswith("page[") or name in ("lang", "language", "sort"):
            continue
        try:
            comparison = parse_simple(name, value)
        except FilterSyntax:
            raise Problem(Error("UNKNOWN_PARAMETER", values={"name": name}, parameter=name)) from None
        if comparison.path not in ("type", "group", "name") or comparison.op not in (Op.EQ, Op.IN):
            raise Problem(
                Error(
                    "UNKNOWN_ATTRIBUTE",
                    key="filter.unknownAttribute",
                    values={"path": comparison.path, "type": "resource-name-identifier"},
                    parameter=name,
                )
            )
        given[comparison.path] = tuple(v for v in comparison.values if v is not None)
    missing = [n for n in ("type", "group") if not given.get(n)]
    if missing:
        raise Problem(
            [
                Error("BAD_PARAMETER", key="names.missing", values={"name": n}, parameter=f"filter[{n}]")
                for n in missing
            ]
        )
    resource = service.types.get(given["type"][0])
    column = next((n for n in NAMES if resource is not None and n in resource.stored), None)
    if resource is None or column is None or not resource.grouped:
        raise Problem(Error("BAD_PARAMETER", key="names.type", parameter="filter[type]"))
    group = given["group"][0].lower()
    rows = readable("GroupWithReadAuthorizationService", request.caller)
    if isinstance(rows, ReadableGroups) and group not in rows.names:
        raise Problem(Error("FORBIDDEN", key="forbidden.read", values={"group": group}))
    name_column = resource.stored[column].column
    condition = f't."group" = %(group)s AND t.deleted_on IS NULL AND t."{name_column}" IS NOT NULL'
    if resource.sharing is not None and not request.caller.sees_everything:
        private = resource.column_named(resource.sharing.private)
        condition += f' AND (t."{private}" IS NOT TRUE OR t.created_by = %(username)s)'
    if given.get("name"):
        condition += f' AND t."{name_column}" COLLATE "C" = ANY(%(names)s)'
    values = {
        "group": group,
        "username": request.caller.username,
        "names": list(given.get("name", ())),
        "limit": page.limit,
        "offset": page.offset,
    }
    sql = (
        f'SELECT t.id::text, t."{name_column}", count(*) OVER () FROM {resource.table.fullname} t WHERE {condition} '
        "ORDER BY t.created_on, t.id LIMIT %(limit)s OFFSET %(offset)s"
    )
    async with service.pools.write.connection() as connection:
        cursor = await connection.execute(cast(Any, sql), values)
        found = await cursor.fetchall()
    total = found[0][2] if found else 0
    data = [
        {"type": "resource-name-identifier", "id": row[0], "attributes": {"name": row[1]}} for row in found
    ]
    meta = {
        "totalResourceCount": total,
        "results": total,
        "limit": page.limit,
        "offset": page.offset,
        "sort": ["createdOn"],
    }
    return plain_document(service, request, data, meta=meta)


async def external_references(service: Service, request: Request) -> Answer:
    """`GET /external-reference-report?filter[type]=person`: which outside resources are pointed at, how often.

    Whether each still exists is for the caller of the other module to ask: modules do not call each other
    while answering.
    """
    asked = ask(service.types, None, request.query, frozenset({"page"}), frozenset({"filter[type]"}))
    wanted = asked.extra.get("filter[type]")
    parts = [
        f"SELECT e->>'type' AS type, e->>'id' AS id, '{r.type}.{name}' AS place FROM {r.table.fullname} t, "
        + (
            f'jsonb_array_elements(t."{rel.column}") e'
            if rel.many
            else f'jsonb_array_elements(jsonb_build_array(t."{rel.column}")) e'
        )
        + " WHERE t.deleted_on IS NULL AND e <> 'null'::jsonb"
        for r in service.types.values()
        if r.store is None
        for name, rel in r.relationships.items()
        if rel.external
    ]
    rows: list[Any] = []
    if parts and request.caller.username:
        admin_only(request)
        sql = (
            f"SELECT type, id, array_agg(DISTINCT place), count(*), count(*) OVER () FROM ({' UNION ALL '.join(parts)}) x "
            "WHERE %(type)s::text IS NULL OR type = %(type)s GROUP BY type, id ORDER BY type, id "
            "LIMIT %(limit)s OFFSET %(offset)s"
        )
        async with service.pools.write.connection() as connection:
            cursor = await connection.execute(
                cast(Any, sql), {"type": wanted, "limit": asked.page.limit, "offset": asked.page.offset}
            )
            rows = await cursor.fetchall()
    data = [
        {
            "type": "external-reference",
            "id": f"{type_}/{id_}",
            "attributes": {"targetType": type_, "targetId": id_, "places": places, "count": number},
        }
        for type_, id_, places, number, _ in rows
    ]
    total = rows[0][4] if rows else 0
    meta = {
        "totalResourceCount": total,
        "results": total,
        "limit": asked.page.limit,
        "offset": asked.page.offset,
    }
    return plain_document(service, request, data, meta=meta)


async def vocabularies(service: Service, request: Request, rest: list[str]) -> Answer:
    """`GET /vocabulary` and `GET /vocabulary/{name}`: the module's controlled vocabularies as data."""
    ask(service.types, None, request.query, frozenset({"page"}))
    found = {
        name: vocabulary_resource(name, elements) for name, elements in service.module.vocabularies.items()
    }
    if not rest:
        total = len(found)
        meta: dict[str, Any] = {
            "totalResourceCount": total,
            "results": total,
            "limit": DEFAULT_LIMIT,
            "offset": 0,
            "sort": [],
        }
        return plain_document(service, request, list(found.values()), meta=meta)
    one = found.get(rest[0]) if len(rest) == 1 else None
    if one is None:
        raise Problem(Error("NOT_FOUND"))
    return plain_document(service, request, one)


def vocabulary_resource(name: str, elements: Any) -> dict[str, Any]:
    return {
        "type": "vocabulary",
        "id": name,
        "attributes": {
            "vocabularyElements": [
                {
                    "key": element["key"],
                    "name": element.get("name") or element["key"],
                    "term": element.get("term"),
                    "multilingualTitle": {
                        "titles": [
                            {"lang": lang, "title": element[lang]} for lang in LANGUAGES if element.get(lang)
                        ]
                    },
                }
                for element in elements
            ]
        },
    }


async def openapi(service: Service, request: Request) -> Answer:
    from dina.base.jsonapi.openapi import describe

    return Answer(200, dumps(describe(service, request.prefix)), content_type=b"application/json")


async def registry(service: Service, request: Request) -> Answer:
    from dina.base.jsonapi.registry import describe_types

    # Declared once for all: to describe every type takes longer than most requests.
    types = service.remembered.get("registry")
    if types is None:
        types = service.remember("registry", orjson.Fragment(dumps(describe_types(service))))
    data = {"module": service.module.name, "types": types}
    whole = {"jsonapi": {"version": "1.1"}, "meta": {**common_meta(service, request), **data}}
    return Answer(200, dumps(whole))


__all__ = ["document"]
