"""The data set of a request, held so that nothing else happens to it meanwhile, and jobs about it."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.identity.policy import may
from dina.base.jobs import enqueue
from dina.base.jobs.endpoints import load as load_job
from dina.base.jobs.endpoints import resource_of
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call
from dina.base.text import kind
from dina.modules.exchange.importing import store
from dina.modules.exchange.resources.base import GROUP_ONLY

TYPE = "import-dataset"


async def dataset_of(call: Call, action: str = "update", *, idle: bool = True) -> dict[str, Any]:
    """The data set, if the caller may do that with it. Raises Problem."""
    async with call.service.pools.write.connection() as connection:
        found = await store.load(connection, call.id)
        busy = idle and await _busy(call, connection)
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    facts = {"group": found["group"], "createdBy": found["createdBy"]}
    if not may(GROUP_ONLY, action, call.request.caller, facts):
        raise Problem(
            Error(
                "FORBIDDEN", key=f"forbidden.{action}", values={"group": found["group"], "type": kind(TYPE)}
            )
        )
    if busy:
        raise Problem(Error("BUSINESS_RULE", key="import.busy"))
    return found


async def _busy(call: Call, connection: store.Connection) -> bool:
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT FROM dina.job WHERE module = %s AND parameters ->> 'dataset' = %s "
        "AND state IN ('queued', 'running'))",
        [call.service.module.name, call.id],
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def hold(call: Call, connection: store.Connection) -> None:
    """Keep everybody else off the data set until the transaction ends. Raises Problem when a job is at it."""
    await connection.execute(
        "SELECT FROM exchange.import_dataset WHERE id = %s::uuid AND deleted_on IS NULL FOR UPDATE", [call.id]
    )
    if await _busy(call, connection):
        raise Problem(Error("BUSINESS_RULE", key="import.busy"))


async def start(call: Call, dataset: dict[str, Any], kind: str, **parameters: Any) -> Answer:
    """Queue a job about the data set → 202 with the job."""
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        id_ = await enqueue(
            connection, call.service.module.name, kind, dataset["name"], call.request.caller,
            group=dataset["group"], parameters={"dataset": call.id, **parameters},
        )  # fmt: skip
    row = await load_job(call.service, call.request, id_)
    data = resource_of(call.service, row, call.request.language, call.request.prefix)
    return plain_document(call.service, call.request, data, status=202)
