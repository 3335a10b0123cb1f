"""Rows in and out of PostgreSQL for writes: whatever the number of items, one statement a step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from psycopg import AsyncConnection, errors

from dina.base.database import array
from dina.base.errors import Error
from dina.base.history.triggers import state
from dina.base.http import dumps
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.drafts import Pending, Stored
from dina.base.resource import ResourceType
from dina.base.resource.body import unique_name

Connection = AsyncConnection[Any]


async def load(
    connection: Connection, resource: ResourceType, ids: Sequence[str], *, only: frozenset[str] | None = None
) -> dict[str, Stored]:
    """Stored rows by id, locked for this transaction, in id order so that two writers cannot deadlock.

    Ids never change, so that others may link to the rows meanwhile. With `only`, they hold these attributes alone.
    """
    told = state(resource, "t", only)
    sql = (
        f"SELECT t.id::text, t.resource_version, t.deleted_on IS NOT NULL, t.created_by, {told}::text "
        f"FROM {resource.table.fullname} t WHERE t.id = ANY(%s::uuid[]) ORDER BY t.id FOR NO KEY UPDATE OF t"
    )
    cursor = await connection.execute(sql, [array(ids)])  # type: ignore[arg-type]
    return {row[0]: _stored(resource, row) for row in await cursor.fetchall()}


def _stored(resource: ResourceType, row: Any) -> Stored:
    members: dict[str, Any] = orjson.loads(row[4])
    links: dict[str, Any] = {}
    for name, relationship in resource.relationships.items():
        value = members.pop(name, None)
        if relationship.external:
            links[name] = value if value is not None else ([] if relationship.many else None)
        elif relationship.many:
            linked: list[dict[str, str]] = value or []
            links[name] = [one["id"] for one in linked]
        else:
            links[name] = value["id"] if value else None
    return Stored(row[0], row[1], row[2], row[3], members, links)


def _row(
    resource: ResourceType, pending: Pending, names: Iterable[str], links: Iterable[str]
) -> dict[str, Any]:
    out: dict[str, Any] = {"id": pending.change.id}
    for name in names:
        out[resource.attributes[name].column or name] = pending.draft.attributes[name]
    for name in links:
        relationship = resource.relationships[name]
        if relationship.external or not relationship.many:
            out[relationship.column] = pending.draft.relationships[name]
    return out


async def insert(
    connection: Connection, resource: ResourceType, pending: Sequence[Pending], username: str
) -> None:
    """Insert all rows and their links. Database errors are the caller's to translate."""
    await replace_links(connection, resource, pending, fresh=True)
    names, links = resource.insertable
    rows: list[dict[str, Any]] = []
    for one in pending:
        attributes, linked = one.draft.attributes, one.draft.relationships
        # What is null is left out, since most columns of most rows are.
        row = {column: value for name, column in names if (value := attributes[name]) is not None}
        row |= {column: value for name, column in links if (value := linked[name]) is not None}
        row["id"], row["created_by"], row["resource_version"] = one.change.id, username, 0
        rows.append(row)
    listed = ", ".join(f'"{c}"' for c in sorted({column for row in rows for column in row}))
    sql = (
        f"INSERT INTO {resource.table.fullname} ({listed}) "
        f"SELECT {listed} FROM jsonb_populate_recordset(NULL::{resource.table.fullname}, %s::jsonb)"
    )
    await connection.execute(sql, [dumps(rows).decode()])  # type: ignore[arg-type]


async def update(connection: Connection, resource: ResourceType, pending: Sequence[Pending]) -> None:
    """Write what changed, one statement for each set of changed columns; the version rises by one."""
    await replace_links(connection, resource, [p for p in pending if p.relationships], fresh=False)
    batches: dict[tuple[frozenset[str], frozenset[str]], list[Pending]] = defaultdict(list)
    for one in pending:
        batches[frozenset(one.attributes), frozenset(one.relationships)].append(one)
    for (names, links), group in batches.items():
        rows = [_row(resource, one, sorted(names), sorted(links)) for one in group]
        columns = [c for c in rows[0] if c != "id"]
        assigned = "".join(f'"{c}" = s."{c}", ' for c in columns)
        sql = (
            f"UPDATE {resource.table.fullname} t SET {assigned}resource_version = t.resource_version + 1, "
            f"last_updated_on = now() FROM jsonb_populate_recordset(NULL::{resource.table.fullname}, %s::jsonb) s "
            "WHERE t.id = s.id"
        )
        await connection.execute(sql, [dumps(rows).decode()])  # type: ignore[arg-type]


async def replace_links(
    connection: Connection, resource: ResourceType, pending: Sequence[Pending], *, fresh: bool
) -> None:
    for name, link in resource.links.items():
        concerned = [one for one in pending if name in one.relationships]
        if not concerned:
            continue
        if not fresh:
            await connection.execute(
                f"DELETE FROM {link.fullname} WHERE source_id = ANY(%s::uuid[])",  # type: ignore[arg-type]
                [array(one.change.id for one in concerned)],
            )
        sources: list[str] = []
        targets: list[str] = []
        ordinals: list[int] = []
        for one in concerned:
            for ordinal, target in enumerate(one.draft.relationships[name]):
                sources.append(one.change.id)
                targets.append(target)
                ordinals.append(ordinal)
        if sources:
            await connection.execute(
                f"INSERT INTO {link.fullname} (source_id, target_id, ordinal) "  # type: ignore[arg-type]
                "SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int[])",
                [array(sources), array(targets), array(ordinals)],
            )


async def remove(connection: Connection, resource: ResourceType, ids: Sequence[str], username: str) -> None:
    """Soft delete: the row stays, marked."""
    await connection.execute(
        f"UPDATE {resource.table.fullname} SET deleted_on = now(), deleted_by = %s, "  # type: ignore[arg-type]
        "resource_version = resource_version + 1 WHERE id = ANY(%s::uuid[])",
        [username, array(ids)],
    )


async def restore(connection: Connection, resource: ResourceType, ids: Sequence[str]) -> None:
    await connection.execute(
        f"UPDATE {resource.table.fullname} SET deleted_on = NULL, deleted_by = NULL, last_updated_on = now(), "  # type: ignore[arg-type]
        "resource_version = resource_version + 1 WHERE id = ANY(%s::uuid[])",
        [array(ids)],
    )


async def purge(connection: Connection, resource: ResourceType, ids: Sequence[str]) -> None:
    await connection.execute(
        f"DELETE FROM {resource.table.fullname} WHERE id = ANY(%s::uuid[])",  # type: ignore[arg-type]
        [array(ids)],
    )


async def groups(connection: Connection, resource: ResourceType, ids: Iterable[str]) -> dict[str, str]:
    """The group of each living row."""
    cursor = await connection.execute(
        f'SELECT id::text, "group" FROM {resource.table.fullname} WHERE id = ANY(%s::uuid[])',  # type: ignore[arg-type]
        [array(ids)],
    )
    return dict(await cursor.fetchall())


async def missing(connection: Connection, resource: ResourceType, ids: Iterable[str]) -> set[str]:
    """Which of the ids name no living row."""
    wanted = set(ids)
    if not wanted:
        return wanted
    cursor = await connection.execute(
        f"SELECT id::text FROM {resource.table.fullname} WHERE id = ANY(%s::uuid[]) AND deleted_on IS NULL",  # type: ignore[arg-type]
        [array(wanted)],
    )
    return wanted - {row[0] for row in await cursor.fetchall()}


async def taken(connection: Connection, resource: ResourceType, ids: Sequence[str]) -> set[str]:
    """Which of the ids are in use, by a living or a deleted row."""
    cursor = await connection.execute(
        f"SELECT id::text FROM {resource.table.fullname} WHERE id = ANY(%s::uuid[])",  # type: ignore[arg-type]
        [array(ids)],
    )
    return {row[0] for row in await cursor.fetchall()}


async def references(
    connection: Connection,
    types: Mapping[str, ResourceType],
    resource: ResourceType,
    ids: Sequence[str],
    *,
    all_rows: bool,
    outside: str | None = None,
) -> dict[str, dict[str, int]]:
    """Who still points at the rows: id -> {type: number of resources}; the rows themselves do not count.

    Nor do, with `outside`, resources that this change set was the last to change.
    """
    parts: list[str] = []
    for owner in types.values():
        alive = "" if all_rows else " AND o.deleted_on IS NULL"
        if outside is not None:
            alive += (
                " AND (SELECT (array_agg(v.change_set ORDER BY v.seq DESC))[1] "
                f"FROM {owner.schema}.revision v WHERE v.type = '{owner.type}' AND v.id = o.id) "
                "IS DISTINCT FROM %(outside)s::uuid"
            )
        mine = " AND NOT o.id = ANY(%(ids)s::uuid[])" if owner.type == resource.type else ""
        for name, relationship in owner.relationships.items():
            if relationship.external or relationship.target != resource.type:
                continue
            if relationship.many:
                parts.append(
                    f"SELECT l.target_id AS id, '{owner.type}' AS type, o.id AS owner FROM {owner.links[name].fullname} l "
                    f"JOIN {owner.table.fullname} o ON o.id = l.source_id "
                    f"WHERE l.target_id = ANY(%(ids)s::uuid[]){alive}{mine}"
                )
            else:
                column = f'o."{relationship.column}"'
                parts.append(
                    f"SELECT {column} AS id, '{owner.type}' AS type, o.id AS owner FROM {owner.table.fullname} o "
                    f"WHERE {column} = ANY(%(ids)s::uuid[]){alive}{mine}"
                )
    if not parts:
        return {}
    sql = f"SELECT id::text, type, count(DISTINCT owner) FROM ({' UNION ALL '.join(parts)}) r GROUP BY 1, 2"
    cursor = await connection.execute(sql, {"ids": array(ids), "outside": outside})  # type: ignore[arg-type]
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for id_, type_, number in await cursor.fetchall():
        found[id_][type_] = number
    return found


async def lock_graphs(connection: Connection, names: Iterable[str]) -> None:
    """Wait until nobody else changes these graphs (`Relationship.graph`), until the end of the transaction.

    Two changes that each are sound could make a loop together. Taken before any row is locked, in one order.
    """
    wanted = sorted(names)
    if wanted:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) "
            "FROM (SELECT unnest(%s::text[]) AS name ORDER BY 1) wanted",
            [wanted],
        )


async def loops(
    connection: Connection, resource: ResourceType, column: str, edges: Mapping[str, str]
) -> set[str]:
    """Which children would become their own ancestor, given the new parent of each."""
    sql = f"""
        WITH RECURSIVE edge AS (
          SELECT * FROM unnest(%s::uuid[], %s::uuid[]) e (child, parent)
        ), up AS (
          SELECT e.child AS start, e.parent AS id FROM edge e
          UNION
          SELECT up.start, coalesce(e.parent, t."{column}")
          FROM up LEFT JOIN edge e ON e.child = up.id
            LEFT JOIN {resource.table.fullname} t ON t.id = up.id AND e.child IS NULL
          WHERE up.id <> up.start AND coalesce(e.parent, t."{column}") IS NOT NULL
        ) SELECT DISTINCT start::text FROM up WHERE id = start"""
    cursor = await connection.execute(sql, [list(edges), list(edges.values())])  # type: ignore[arg-type]
    return {row[0] for row in await cursor.fetchall()}


def database_error(fault: errors.IntegrityError, resource: ResourceType, changes: Sequence[Change]) -> Error:
    """A constraint of the database as an error a curator understands."""
    name = fault.diag.constraint_name or ""
    change = changes[0] if len(changes) == 1 else None
    pointer = change.pointer if change else ""
    if isinstance(fault, errors.UniqueViolation):
        if name.startswith("pk_"):
            return Error("ID_IN_USE", pointer=pointer)
        for names in resource.unique:
            columns = [
                (resource.attributes[n].column or n)
                if n in resource.attributes
                else resource.relationships[n].column
                for n in names
            ]
            if name == unique_name(resource.table.name, columns):
                member = names[0] if change is None or names[0] in change.attributes else None
                place = f"{pointer}/attributes/{names[0]}" if change and member else pointer
                return Error("NOT_UNIQUE", values={"name": ", ".join(names)}, pointer=place)
        return Error("NOT_UNIQUE", values={"name": resource.type}, pointer=pointer)
    if isinstance(fault, errors.ForeignKeyViolation):
        return Error("STILL_REFERENCED", values={"references": "…"}, pointer=pointer or None)
    return Error(
        "CONSTRAINT_VIOLATION", key="value.invalid", values={"name": resource.type}, pointer=pointer or None
    )
