"""One job at a time for each data set, by somebody who may still do it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from dina.base.errors import Error
from dina.base.identity.policy import may
from dina.base.jobs import Failed, Job
from dina.base.text import kind
from dina.modules.exchange.importing import store
from dina.modules.exchange.resources.base import GROUP_ONLY

MODULES = {"person": "agent", "organization": "agent"}
LOCK = "hashtextextended('import ' || %s, 0)"


def of(type_: str) -> str:
    """The module that records of a type are in."""
    return MODULES.get(type_, "collection")


@asynccontextmanager
async def alone(job: Job) -> AsyncGenerator[dict[str, Any]]:
    """The data set of a job, which no other job touches meanwhile, not even a retried one. Raises Failed."""
    id_: str = job.parameters["dataset"]
    async with job.pools.write.connection() as connection:
        dataset = await store.load(connection, id_)
        if dataset is None:
            raise Failed(Error("NOT_FOUND"))
        facts = {"group": dataset["group"], "createdBy": dataset["createdBy"]}
        if not may(GROUP_ONLY, "update", job.caller, facts):
            values = {"group": dataset["group"], "type": kind("import-dataset")}
            raise Failed(Error("FORBIDDEN", key="forbidden.update", values=values))
        cursor = await connection.execute(f"SELECT pg_try_advisory_lock({LOCK})", [id_])  # type: ignore[arg-type]
        row = await cursor.fetchone()
        if row is None or not row[0]:
            raise Failed(Error("BUSINESS_RULE", key="import.busy"))
        try:
            yield dataset
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock({LOCK})", [id_])  # type: ignore[arg-type]
