"""Publications into the queue: asked for, or due."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import structlog
from psycopg import AsyncConnection

from dina.base.identity.caller import Caller, Role
from dina.base.jobs import enqueue
from dina.base.jsonapi.service import Service
from dina.base.text import message
from dina.modules.exchange.publishing.versions import schedule_next

log = structlog.get_logger("dina.publishing")
MODULE, KIND = "exchange", "publish"
DUE = """
SELECT id::text, title, "group" FROM exchange.dataset
WHERE (next_on IS NULL OR next_on <= now()) AND schedule <> 'off' AND deleted_on IS NULL AND published_version IS NOT NULL
ORDER BY next_on FOR UPDATE SKIP LOCKED
"""


async def enqueue_publication(
    connection: AsyncConnection[Any], id_: str, dataset: Mapping[str, Any], caller: Caller, parameters: dict[str, Any]
) -> str | None:  # fmt: skip
    """The id of the job; None when the data set is being published already."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('publish ' || %s, 0))", [id_])
        cursor = await connection.execute(
            "SELECT 1 FROM dina.job WHERE module = %s AND kind = %s AND state IN ('queued', 'running') "
            "AND parameters->>'dataset' = %s",
            [MODULE, KIND, id_],
        )
        if await cursor.fetchone():
            return None
        return await enqueue(
            connection,
            MODULE,
            KIND,
            message("publish.label", "en", title=dataset["title"]),
            caller,
            group=dataset["group"],
            parameters={**parameters, "dataset": id_},
        )


async def due(connection: AsyncConnection[Any], service: Service) -> None:
    """Put the data sets that are due into the queue; two workers may look at the same time.

    What was never published by a person is not published by the clock.
    """
    async with connection.transaction():
        cursor = await connection.execute(DUE)
        found = [[_text(value) for value in row] for row in await cursor.fetchall()]
        for id_, title, group in found:
            caller = Caller("", "schedule", groups=MappingProxyType({group.lower(): frozenset({Role.USER})}))
            job = await enqueue_publication(connection, id_, {"title": title, "group": group}, caller, {})
            await connection.execute("SELECT set_config('dina.author', 'schedule', true)")
            await schedule_next(connection, id_)
            log.info("publication due", dataset=id_, job=job)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value
