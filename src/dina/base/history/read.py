"""Reading history: revisions as rows, filtered to what the caller may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import orjson
from psycopg import AsyncConnection

from dina.base.identity.caller import Role
from dina.base.identity.policy import Everything, Groups, Shared, readable
from dina.base.jsonapi.service import Service
from dina.base.resource import ResourceType

COLUMNS = (
    'r.type, r.id::text, r.version, r.kind, r."group", r.author, r.change_set::text, '
    "to_char(timezone('UTC', r.at), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), r.changed, r.after::text, r.xid::text, r.seq"
)
PREVIOUS = (
    "(SELECT p.after::text FROM {schema}.revision p WHERE p.type = r.type AND p.id = r.id AND p.seq < r.seq "
    "ORDER BY p.seq DESC LIMIT 1)"
)


def text_of(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


class Revision:
    """One revision row; `state` in wire names, nulls left out; `before` when it was asked for."""

    __slots__ = (
        "after", "at", "author", "before", "change_set", "changed", "group", "id", "kind", "seq", "type", "version",
        "xid",
    )  # fmt: skip

    def __init__(self, row: tuple[Any, ...]) -> None:
        values = [text_of(v) for v in row]
        self.type: str = values[0]
        self.id: str = values[1]
        self.version: int = values[2]
        self.kind: str = values[3]
        self.group: str | None = values[4]
        self.author: str = values[5]
        self.change_set: str | None = values[6]
        self.at: str = values[7]
        self.changed: list[str] | None = [text_of(v) for v in values[8]] if values[8] is not None else None
        self.after: dict[str, Any] | None = orjson.loads(values[9]) if values[9] else None
        self.xid: str = values[10]
        self.seq: int = values[11]
        before = values[12] if len(values) > 12 else None
        self.before: dict[str, Any] | None = orjson.loads(before) if before else None

    @property
    def instance(self) -> str:
        return f"{self.type}/{self.id}"

    def attributes(self, *, changes: bool = False) -> dict[str, Any]:
        """The attributes of an `audit-snapshot` (api.md §18)."""
        state = self.after if self.after is not None else {}
        out: dict[str, Any] = {
            "instanceId": self.instance,
            "state": state,
            "changedProperties": self.changed if self.changed is not None else sorted(state),
            "snapshotType": self.kind,
            "version": self.version,
            "author": self.author,
            "commitDateTime": self.at,
            "group": self.group,
            "changeSet": self.change_set,
        }
        if changes:
            out["changes"] = json_patch(self.before or {}, state)
        return out

    def resource(self, prefix: str, *, changes: bool = False) -> dict[str, Any]:
        id_ = f"{self.instance}/{self.at}"
        return {
            "type": "audit-snapshot",
            "id": id_,
            "attributes": self.attributes(changes=changes),
            "links": {"self": f"{prefix}/audit-snapshot/{id_.replace('/', '%2F')}"},
        }


def json_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The differences of two states as JSON Patch (RFC 6902), member by member."""
    patch: list[dict[str, Any]] = []
    for name in sorted({*before, *after}):
        path = "/" + name.replace("~", "~0").replace("/", "~1")
        if name not in after:
            patch.append({"op": "remove", "path": path})
        elif name not in before:
            patch.append({"op": "add", "path": path, "value": after[name]})
        elif before[name] != after[name]:
            patch.append({"op": "replace", "path": path, "value": after[name]})
    return patch


def readable_condition(service: Service, caller: Any) -> tuple[str, dict[str, Any]]:
    """SQL that keeps revisions of resources the caller may read."""
    everything: list[str] = []
    parts: list[str] = ["r.type = ANY(%(all_types)s)"]
    values: dict[str, Any] = {"all_types": everything}
    for number, resource in enumerate(service.types.values()):
        rows = readable(resource.provider, caller, resource.sharing)
        if isinstance(rows, Everything) and resource.disclosure is not None and not caller.sees_everything:
            # What a record was is for its group: an older state may tell what is withheld now.
            rows = Groups(caller.groups_at_least(Role.READ_ONLY))
        if isinstance(rows, Shared) or (isinstance(rows, Groups) and resource.sharing is not None):
            # Judged by the row as it is, and by the state told: what was private once stays so.
            parts.append(f"(r.type = %(t{number})s AND {shared_revision(resource)})")
            values |= {f"t{number}": resource.type, "username": caller.username}
            if isinstance(rows, Groups):
                parts[-1] = f'({parts[-1]} AND r."group" = ANY(%(g{number})s))'
                values[f"g{number}"] = sorted(rows.names)
        elif isinstance(rows, Everything):
            everything.append(resource.type)
        elif isinstance(rows, Groups):
            parts.append(f'(r.type = %(t{number})s AND r."group" = ANY(%(g{number})s))')
            values[f"t{number}"] = resource.type
            values[f"g{number}"] = sorted(rows.names)
    return "(" + " OR ".join(parts) + ")", values


def shared_revision(resource: ResourceType) -> str:
    """SQL for revisions of rows that are not somebody else's alone, nor were then."""
    assert resource.sharing is not None
    private = resource.sharing.private
    return (
        f"EXISTS (SELECT FROM {resource.table.fullname} t WHERE t.id = r.id AND (t.created_by = %(username)s OR "
        f"(t.\"{resource.column_named(private)}\" IS NOT TRUE AND r.after->'{private}' IS DISTINCT FROM 'true'::jsonb)))"
    )


async def revisions(
    service: Service,
    connection: AsyncConnection[Any],
    caller: Any,
    *,
    where: list[str],
    values: dict[str, Any],
    order: str = "r.at DESC, r.seq DESC",
    limit: int = 100,
    offset: int = 0,
    before: bool = False,
) -> list[Revision]:
    condition, more = readable_condition(service, caller)
    columns = COLUMNS + (", " + PREVIOUS.format(schema=service.schema) if before else "")
    sql = (
        f"SELECT {columns} FROM {service.schema}.revision r WHERE {' AND '.join([condition, *where])} "
        f"ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"
    )
    cursor = await connection.execute(cast(Any, sql), {**more, **values, "limit": limit, "offset": offset})
    return [Revision(row) for row in await cursor.fetchall()]


async def number_of(
    service: Service, connection: AsyncConnection[Any], caller: Any, where: list[str], values: dict[str, Any]
) -> int:
    condition, more = readable_condition(service, caller)
    sql = f"SELECT count(*) FROM {service.schema}.revision r WHERE {' AND '.join([condition, *where])}"
    cursor = await connection.execute(cast(Any, sql), {**more, **values})
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def writable_state(resource: ResourceType, state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and relationships that make a resource equal to a recorded state."""
    attributes = {name: state.get(name) for name in resource.writable if name != "group"}
    relationships: dict[str, Any] = {}
    for name, relationship in resource.relationships.items():
        value = state.get(name)
        if relationship.external:
            relationships[name] = value if value is not None else ([] if relationship.many else None)
        elif relationship.many:
            linked: list[dict[str, str]] = value or []
            relationships[name] = [one["id"] for one in linked]
        else:
            relationships[name] = value["id"] if value else None
    return attributes, relationships


def is_time(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
