"""The transaction of a request that writes: its author, its change set, and conflicts told so that one tries again."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, errors

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.jsonapi.service import Service

Connection = AsyncConnection[Any]


@asynccontextmanager
async def transaction(
    service: Service, request: Request, *, grouped: bool = False
) -> AsyncGenerator[Connection]:
    """A transaction whose changes carry the author and the change set. Raises Problem for late conflicts."""
    change_set = request.header(b"x-change-set")
    if change_set is not None:
        try:
            change_set = str(uuid.UUID(change_set))
        except ValueError:
            raise Problem(Error("BAD_PARAMETER", key="header.uuid", header="X-Change-Set")) from None
    elif grouped:
        change_set = str(uuid.uuid4())
    try:
        async with service.pools.write.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('dina.author', %s, true), set_config('dina.change_set', %s, true)",
                [request.caller.username, change_set or ""],
            )
            if change_set is not None:
                await connection.execute(
                    f"INSERT INTO {service.schema}.change_set (id, label, author) VALUES (%s, %s, %s) "  # type: ignore[arg-type]
                    "ON CONFLICT (id) DO NOTHING",
                    [change_set, request.words(b"x-change-set-label"), request.caller.username],
                )
            yield connection
    except errors.ForeignKeyViolation:
        raise Problem(Error("STILL_REFERENCED", values={"references": "…"})) from None
    except (errors.SerializationFailure, errors.DeadlockDetected):
        raise Problem(Error("UNAVAILABLE"), headers={"Retry-After": "1"}) from None
