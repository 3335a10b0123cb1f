"""What a write answers: the resources as the read path gives them, in the same transaction."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from dina.base.database.pools import RawText
from dina.base.http import Answer, Request
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Living, Select
from dina.base.jsonapi.reading import (
    Row,
    base_values,
    plan_of,
    run,
)
from dina.base.jsonapi.service import Service
from dina.base.resource import ResourceType

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


def minimal_answer() -> Answer:
    """What a sender gets who prefers to be told no more than that it was done."""
    return Answer(204, content_type=None).header(b"preference-applied", "return=minimal")
