"""Endpoints of history: `audit-snapshot`, revisions of a resource, revert, the change feed (api.md §18)."""

from __future__ import annotations

import re
from typing import Any, cast

from dina.base.errors import Error, Problem
from dina.base.history.read import Revision, is_time, number_of, revisions, text_of, writable_state
from dina.base.history.undo import change_set, change_sets, preview_undo, undo
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi.documents import common_meta, document, page_links, plain_document
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.reading import check_one, real_id
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.answers import read_back
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import write
from dina.base.resource import ResourceType
from dina.base.resource.checks import UUID_FORM

FILTERS = {
    "instanceId": None,
    "author": "r.author",
    "commitDateTime": "r.at",
    "snapshotType": "r.kind",
    "group": 'r."group"',
    "changedProperties": None,
    "changeSet": "r.change_set::text",
}
OPERATORS = {"EQ": "=", "NEQ": "<>", "GT": ">", "GOE": ">=", "LT": "<", "LOE": "<=", "GTE": ">=", "LTE": "<="}
NAME = re.compile(r"filter\[(\w+)\](?:\[(\w+)\])?")
ORDERS = {
    "createdOn": "r.at {0}, r.seq {0}",
    "commitDateTime": "r.at {0}, r.seq {0}",
    "version": "r.version {0}, r.at {0}, r.seq {0}",
    "author": "r.author {0}, r.at {0}, r.seq {0}",
}
MAX_FEED = 1000


def read_conditions(pairs: list[tuple[str, str]]) -> tuple[list[str], dict[str, Any], str, bool, list[str]]:
    """WHERE parts, values, ORDER BY, whether changes were asked, and the sort in force."""
    where: list[str] = []
    values: dict[str, Any] = {}
    order, sort = ORDERS["createdOn"].format("DESC"), ["-createdOn"]
    changes = False
    for number, (name, value) in enumerate(pairs):
        match = NAME.fullmatch(name)
        if match and match[1] in FILTERS:
            part, more = condition(match[1], (match[2] or "EQ").upper(), value, name, f"f{number}")
            where.append(part)
            values.update(more)
        elif name == "sort":
            order, sort = sort_order(value), [value]
        elif name in ("optfields[audit-snapshot]", "optFields[audit-snapshot]"):
            changes = "changes" in value
        elif name.startswith("page[") or name in (
            "lang",
            "language",
            "dina[language]",
            "fields[audit-snapshot]",
        ):
            continue
        elif match:
            raise Problem(
                Error(
                    "UNKNOWN_ATTRIBUTE",
                    key="filter.unknownAttribute",
                    values={"path": match[1], "type": "audit-snapshot"},
                    parameter=name,
                )
            )
        else:
            raise Problem(Error("UNKNOWN_PARAMETER", values={"name": name}, parameter=name))
    return where, values, order, changes, sort


def sort_order(value: str) -> str:
    name = value.removeprefix("-")
    if name not in ORDERS:
        raise Problem(
            Error(
                "UNKNOWN_ATTRIBUTE",
                key="sort.unknown",
                values={"path": name, "type": "audit-snapshot"},
                parameter="sort",
            )
        )
    return ORDERS[name].format("DESC" if value.startswith("-") else "ASC")


def condition(
    attribute: str, operator: str, value: str, parameter: str, name: str
) -> tuple[str, dict[str, Any]]:
    if operator not in OPERATORS or "\x00" in value:
        reason = "NUL" if operator in OPERATORS else operator
        raise Problem(Error("FILTER_SYNTAX", values={"reason": reason, "position": 1}, parameter=parameter))
    if attribute == "instanceId":
        type_, _, id_ = value.strip('"').partition("/")
        if not type_ or not UUID_FORM.fullmatch(id_):
            raise Problem(Error("BAD_PARAMETER", key="audit.instanceId", parameter=parameter))
        return f"(r.type = %({name}t)s AND r.id = %({name}i)s::uuid)", {f"{name}t": type_, f"{name}i": id_}
    if attribute == "changedProperties":
        return f"%({name})s = ANY(r.changed)", {name: value}
    if attribute == "commitDateTime":
        if not is_time(value):
            raise Problem(Error("BAD_PARAMETER", key="filter.value.date-time", parameter=parameter))
        return f"r.at {OPERATORS[operator]} %({name})s::timestamptz", {name: value}
    return f"{FILTERS[attribute]} {OPERATORS[operator]} %({name})s", {name: value}


async def snapshots(service: Service, request: Request) -> Answer:
    """`GET /audit-snapshot`: revisions of all resources the caller may read, newest first."""
    from dina.base.jsonapi.query import read_page, split_query

    pairs = split_query(request.query)
    page = read_page({n: v for n, v in pairs if n.startswith("page[")})
    where, values, order, changes, sort = read_conditions(pairs)
    async with service.pools.read.connection() as connection:
        total = await number_of(service, connection, request.caller, where, values)
        found = await revisions(
            service, connection, request.caller, where=where, values=values, order=order, limit=page.limit,
            offset=page.offset, before=changes,
        )  # fmt: skip
    return listed(service, request, pairs, found, total, page, sort, changes)


def listed(
    service: Service, request: Request, pairs: list[tuple[str, str]], found: list[Revision], total: int, page: Any,
    sort: list[str], changes: bool,
) -> Answer:  # fmt: skip
    data = [one.resource(request.prefix, changes=changes) for one in found]
    meta = {
        **common_meta(service, request), "totalResourceCount": total, "results": total, "limit": page.limit,
        "offset": page.offset, "sort": sort,
    }  # fmt: skip
    some = next(iter(service.types.values()))
    links = page_links(
        request, Asked(pairs=pairs), Plan(some, limit=page.limit, offset=page.offset), total, None
    )
    return Answer(200, document(dumps(data), None, meta, links))


async def snapshot(service: Service, request: Request, id_: str) -> Answer:
    """`GET /audit-snapshot/{type}/{uuid}/{commitDateTime}`, the id URL-encoded or not."""
    parts = id_.split("/")
    if len(parts) != 3 or not UUID_FORM.fullmatch(parts[1]) or not is_time(parts[2]):
        raise Problem(Error("NOT_FOUND"))
    where = ["r.type = %(type)s AND r.id = %(id)s::uuid AND r.at = %(at)s::timestamptz"]
    values = {"type": parts[0], "id": parts[1], "at": parts[2]}
    async with service.pools.read.connection() as connection:
        found = await revisions(service, connection, request.caller, where=where, values=values, before=True)
    if not found:
        raise Problem(Error("NOT_FOUND"))
    return plain_document(service, request, found[0].resource(request.prefix, changes=True))


async def resource_revisions(service: Service, request: Request, resource: ResourceType, id_: str) -> Answer:
    """`GET /{type}/{id}/revisions`: the same, for one resource, deleted or not."""
    from dina.base.jsonapi.query import read_page, split_query

    pairs = split_query(request.query)
    page = read_page({n: v for n, v in pairs if n.startswith("page[")})
    where, values, order, changes, sort = read_conditions(pairs)
    where.append("r.type = %(type)s AND r.id = %(id)s::uuid")
    async with service.pools.read.connection() as connection:
        values |= {"type": resource.type, "id": await real_id(service, connection, resource, id_)}
        total = await number_of(service, connection, request.caller, where, values)
        if not total:
            raise Problem(Error("NOT_FOUND"))
        found = await revisions(
            service, connection, request.caller, where=where, values=values, order=order, limit=page.limit,
            offset=page.offset, before=changes,
        )  # fmt: skip
    return listed(service, request, pairs, found, total, page, sort, changes)


async def one_revision(
    service: Service, request: Request, resource: ResourceType, id_: str, version: str
) -> Revision:
    if not version.isascii() or not version.isdecimal() or len(version) > 9:
        raise Problem(Error("NOT_FOUND"))
    where = ["r.type = %(type)s AND r.id = %(id)s::uuid AND r.version = %(version)s"]
    async with service.pools.read.connection() as connection:
        values = {
            "type": resource.type,
            "id": await real_id(service, connection, resource, id_),
            "version": int(version),
        }
        found = await revisions(service, connection, request.caller, where=where, values=values, before=True)
    if not found:
        raise Problem(Error("NOT_FOUND"))
    return found[0]


async def resource_revision(
    service: Service, request: Request, resource: ResourceType, id_: str, version: str
) -> Answer:
    found = await one_revision(service, request, resource, id_, version)
    return plain_document(service, request, found.resource(request.prefix, changes=True))


async def revert(
    service: Service, request: Request, resource: ResourceType, id_: str, version: str
) -> Answer:
    """`POST /{type}/{id}/revisions/{version}/revert`: a new version equal to the old one."""
    asked = ask(service.types, resource, request.query, frozenset({"include", "fields"}))
    found = await one_revision(service, request, resource, id_, version)
    if found.after is None:
        raise Problem(Error("BUSINESS_RULE", key="revert.noState", meta={"rule": "revert.noState"}))
    attributes, relationships = writable_state(resource, found.after)
    change = Change("update", resource, found.id, attributes=attributes, relationships=relationships)
    change.if_match = request.header(b"if-match")
    async with transaction(service, request) as connection:
        await write(service, request, connection, [change])
        plan, row = await read_back(
            service, request, connection, resource, asked, [found.id], compact=request.compact
        )
    from dina.base.jsonapi.reading import one_document

    check_one(request, resource, found.id, row.facts[0])
    return one_document(service, request, asked, plan, row, row.facts[0])


async def changes(service: Service, request: Request) -> Answer:
    """`GET /changes?after=`: the change feed, oldest first, durable and replayable.

    Only transactions that are older than every running one are shown, so a reader that keeps the last
    cursor misses nothing and sees nothing twice.
    """
    asked = ask(service.types, None, request.query, frozenset(), frozenset({"after", "limit"}))
    after, limit = asked.extra.get("after", ""), asked.extra.get("limit", str(MAX_FEED))
    if not re.fullmatch(r"(\d{1,19}-\d{1,19})?", after):
        raise Problem(Error("BAD_PARAMETER", key="changes.after", parameter="after"))
    if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit) <= MAX_FEED:
        raise Problem(Error("BAD_PARAMETER", key="page.number", parameter="limit"))
    xid, _, seq = after.partition("-")
    where = [
        "(r.xid, r.seq) > (%(xid)s::xid8, %(seq)s::bigint)",
        "r.xid < pg_snapshot_xmin(pg_current_snapshot())",
    ]
    async with service.pools.write.connection() as connection:
        found = await revisions(
            service, connection, request.caller, where=where, values={"xid": xid or "0", "seq": seq or "0"},
            order="r.xid, r.seq", limit=int(limit),
        )  # fmt: skip
    data = [
        {
            "type": "change",
            "id": f"{one.xid}-{one.seq}",
            "attributes": {
                "documentId": one.id,
                "documentType": one.type,
                "operationType": {"INITIAL": "ADD", "TERMINAL": "DELETE"}.get(one.kind, "UPDATE"),
                "version": one.version,
                "group": one.group,
                "author": one.author,
                "changeSet": one.change_set,
                "commitDateTime": one.at,
            },
        }
        for one in found
    ]
    last = data[-1]["id"] if data else after
    meta = {**common_meta(service, request), "after": last}
    links = {
        "self": request.prefix + "/changes",
        "next": f"{request.prefix}/changes?after={last}" if data else None,
    }
    return Answer(200, document(dumps(data), None, meta, links))


__all__ = [
    "cast", "change_set", "change_sets", "changes", "preview_undo", "resource_revision", "resource_revisions", "revert",
    "snapshot", "snapshots", "text_of", "undo",
]  # fmt: skip
