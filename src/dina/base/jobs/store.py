"""Jobs as rows of `dina.job`: the row is the place in the queue, the progress and the result at once.

A worker that runs a job holds an advisory lock named by it, on a connection of its own. When the worker
dies, however suddenly, PostgreSQL lets go of the lock, and the job is there to be taken up again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.identity.caller import Caller, Role
from dina.base.jsonapi.writing.changes import uuid7

Connection = AsyncConnection[Any]
MAX_ATTEMPTS = 3
RUNNING = frozenset({"queued", "running"})
COLUMNS = (
    'id::text, module, kind, label, "group", author, caller::text, parameters::text, state, done, total, failed, '
    "message, error::text, checkpoint::text, result::text, stop_requested, attempts, "
    "to_char(timezone('UTC', created_on), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
    "to_char(timezone('UTC', started_on), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
    "to_char(timezone('UTC', finished_on), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
)
LOCK = "hashtextextended('job ' || id::text, 0)"


@dataclass(slots=True)
class Row:
    """One job as stored."""

    id: str
    module: str
    kind: str
    label: str
    group: str | None
    author: str
    caller: Caller
    parameters: dict[str, Any]
    state: str
    done: int
    total: int | None
    failed: int
    message: str | None
    error: dict[str, Any] | None
    checkpoint: dict[str, Any]
    result: dict[str, Any]
    stop_requested: bool
    attempts: int
    created_on: str
    started_on: str | None
    finished_on: str | None


def _row(values: Sequence[Any]) -> Row:
    read: list[Any] = [value.decode() if isinstance(value, bytes) else value for value in values]
    for place in (6, 7, 13, 14, 15):
        read[place] = None if read[place] is None else orjson.loads(read[place])
    read[6] = caller_from(read[6])
    return Row(*read)


def caller_document(caller: Caller) -> dict[str, Any]:
    """Who asked, so that the job may do what they may and no more."""
    return {
        "subject": caller.subject,
        "username": caller.username,
        "agent": caller.agent,
        "groups": {name: sorted(role.wire for role in roles) for name, roles in caller.groups.items()},
        "admin": caller.admin,
        "readOnlyAdmin": caller.read_only_admin,
        "readOnly": caller.read_only,
    }


def caller_from(document: Mapping[str, Any]) -> Caller:
    roles = {role.wire: role for role in Role}
    groups = {name: frozenset(roles[one] for one in held) for name, held in document["groups"].items()}
    return Caller(
        document["subject"],
        document["username"],
        document["agent"],
        MappingProxyType(groups),
        document["admin"],
        document["readOnlyAdmin"],
        read_only=document["readOnly"],
    )


async def enqueue(
    connection: Connection,
    module: str,
    kind: str,
    label: str,
    caller: Caller,
    *,
    group: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    total: int | None = None,
    id_: str | None = None,
) -> str:
    """Put a job into the queue within the caller's transaction; its id, which may be given."""
    id_ = id_ or str(uuid7())
    await connection.execute(
        'INSERT INTO dina.job (id, module, kind, label, "group", author, caller, parameters, total) '
        "VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s)",
        [
            id_,
            module,
            kind,
            label,
            group,
            caller.username,
            orjson.dumps(caller_document(caller)).decode(),
            orjson.dumps(dict(parameters or {})).decode(),
            total,
        ],
    )
    await connection.execute("NOTIFY dina_job")
    return id_


async def any_waiting(connection: Connection, modules: Sequence[str]) -> bool:
    """Whether there are jobs that are not over: to take one needs a connection of its own, to look does not."""
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT FROM dina.job WHERE state IN ('queued', 'running') AND module = ANY(%s))",
        [list(modules)],
    )
    return (await cursor.fetchone()) == (True,)


async def claim(connection: Connection, modules: Sequence[str]) -> Row | None:
    """Take the oldest job that nobody works on; its lock is held until the connection ends or lets go."""
    cursor = await connection.execute(
        "SELECT id::text FROM dina.job WHERE state IN ('queued', 'running') AND module = ANY(%s) "
        "ORDER BY created_on, id LIMIT 100",
        [list(modules)],
    )
    for (id_,) in await cursor.fetchall():
        cursor = await connection.execute(
            f"SELECT pg_try_advisory_lock({LOCK}) FROM (SELECT %s::uuid AS id) j",  # type: ignore[arg-type]
            [id_],
        )
        held = await cursor.fetchone()
        if not held or not held[0]:
            continue
        cursor = await connection.execute(
            "UPDATE dina.job SET state = 'running', attempts = attempts + 1, started_on = coalesce(started_on, now()) "  # type: ignore[arg-type]
            f"WHERE id = %s::uuid AND state IN ('queued', 'running') RETURNING {COLUMNS}",
            [id_],
        )
        found = await cursor.fetchone()
        if found is not None:
            return _row(found)
        await release(connection, id_)
    return None


async def release(connection: Connection, id_: str) -> None:
    await connection.execute(
        f"SELECT pg_advisory_unlock({LOCK}) FROM (SELECT %s::uuid AS id) j",  # type: ignore[arg-type]
        [id_],
    )


async def save_progress(connection: Connection, id_: str, values: Mapping[str, Any]) -> bool:
    """Store what is named (`done`, `total`, `failed`, `message`, `checkpoint`); whether a stop was asked for."""
    assigned: list[str] = []
    given: list[Any] = []
    for name, value in values.items():
        held = name in ("checkpoint", "result")
        assigned.append(f"{name} = %s::jsonb" if held else f"{name} = %s")
        given.append(orjson.dumps(value).decode() if held else value)
    cursor = await connection.execute(
        f"UPDATE dina.job SET {', '.join(assigned) or 'done = done'} WHERE id = %s::uuid RETURNING stop_requested",  # type: ignore[arg-type]
        [*given, id_],
    )
    row = await cursor.fetchone()
    return row is None or bool(row[0])


async def finish(
    connection: Connection,
    id_: str,
    state: str,
    *,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
) -> None:
    await connection.execute(
        "UPDATE dina.job SET state = %s, result = result || %s::jsonb, error = %s::jsonb, finished_on = now(), "
        "stop_requested = false WHERE id = %s::uuid",
        [
            state,
            orjson.dumps(dict(result or {})).decode(),
            None if error is None else orjson.dumps(dict(error)).decode(),
            id_,
        ],
    )


async def load(connection: Connection, module: str, id_: str) -> Row | None:
    cursor = await connection.execute(
        f"SELECT {COLUMNS} FROM dina.job WHERE module = %s AND id = %s::uuid",  # type: ignore[arg-type]
        [module, str(uuid.UUID(id_))],
    )
    found = await cursor.fetchone()
    return None if found is None else _row(found)


async def listed(
    connection: Connection, module: str, caller: Caller, filters: Mapping[str, str], limit: int, offset: int
) -> tuple[list[Row], int]:
    """Jobs that the caller may see, newest first, and how many there are."""
    where = ["module = %(module)s"]
    if not caller.sees_everything:
        where.append('(author = %(author)s OR "group" = ANY(%(groups)s))')
    values: dict[str, Any] = {
        "module": module, "author": caller.username, "groups": list(caller.groups), "limit": limit, "offset": offset,
    }  # fmt: skip
    for name, value in filters.items():
        where.append(f"{name} = %({name})s")
        values[name] = value
    cursor = await connection.execute(
        f"SELECT {COLUMNS}, count(*) OVER () FROM dina.job WHERE {' AND '.join(where)} "  # type: ignore[arg-type]
        "ORDER BY created_on DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s",
        values,
    )
    found = await cursor.fetchall()
    return [_row(one[:-1]) for one in found], found[0][-1] if found else 0


async def request_stop(connection: Connection, id_: str) -> None:
    """Ask a running job to stop; one that waits is stopped at once."""
    await connection.execute(
        "UPDATE dina.job SET stop_requested = (state = 'running'), "
        "finished_on = CASE WHEN state = 'queued' THEN now() END, "
        "state = CASE WHEN state = 'queued' THEN 'stopped' ELSE state END WHERE id = %s::uuid AND state IN ('queued', 'running')",
        [id_],
    )


async def requeue(connection: Connection, id_: str, caller: Caller | None = None) -> None:
    """Let a failed or stopped job go on from where it was, with the rights its author has now (`caller`)."""
    rights = None if caller is None else orjson.dumps(caller_document(caller)).decode()
    await connection.execute(
        "UPDATE dina.job SET state = 'queued', error = NULL, attempts = 0, stop_requested = false, finished_on = NULL, "
        "caller = coalesce(%s::jsonb, caller) WHERE id = %s::uuid AND state IN ('failed', 'stopped')",
        [rights, id_],
    )
    await connection.execute("NOTIFY dina_job")
