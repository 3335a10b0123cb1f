"""Taking an import back: in every module it wrote to, a part at a time, resumable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.guard import alone

MODULES = ("collection", "agent")
"""Modules an import writes to, in the order in which they are undone: links before what they point at."""
PART = 5000


def understood(answer: httpx.Response) -> None:
    """Raises Failed where the caller may not undo, or something else is in the way."""
    if answer.status_code == 403:
        raise Failed(Error("FORBIDDEN", key="import.mayNotUndo"))
    if 400 <= answer.status_code < 500:
        reason = answer.json()["errors"][0]["detail"]
        raise Failed(Error("BUSINESS_RULE", key="import.refusedUndo", values={"reason": reason}))
    answer.raise_for_status()


async def preview(client: httpx.AsyncClient, change_set: str) -> dict[str, Any]:
    """What undoing would do, over all modules, with the conflicts."""
    total: dict[str, Any] = {"deleted": 0, "restored": 0, "reverted": 0, "blocked": 0, "conflicts": []}
    for module in MODULES:
        answer = await client.get(f"/{module}/v1/change-set/{change_set}/undo?references=true")
        if answer.status_code == 404:
            continue
        understood(answer)
        found = answer.json()["data"]["attributes"]
        for name in ("deleted", "restored", "reverted", "blocked"):
            total[name] += found[name]
        total["conflicts"] += [{"module": module, **one} for one in found["conflicts"]]
    return total


async def preview_job(job: Job) -> Mapping[str, Any]:
    return await preview(job.client, job.parameters["changeSet"])


async def undo(job: Job) -> Mapping[str, Any]:
    """Take back what a data set brought in; with `skipConflicts` what was changed since stays as it is."""
    async with alone(job) as dataset:
        return await _undo(job, dataset)


async def _undo(job: Job, dataset: Mapping[str, Any]) -> Mapping[str, Any]:
    id_: str = dataset["id"]
    change_set: str = job.parameters["changeSet"]
    if (dataset["receipt"] or {}).get("changeSet", change_set) != change_set:
        raise Failed(Error("BUSINESS_RULE", key="import.notImported"))
    if not job.checkpoint and not job.parameters.get("skipConflicts"):
        found = await preview(job.client, change_set)
        if found["blocked"]:
            raise Failed(Error("UNDO_CONFLICT", key="undo.conflicts", values={"count": found["blocked"]}))
    blocked = await whole(job, change_set)
    async with job.pools.write.connection() as connection, connection.transaction():
        await store.forget(connection, id_)
    async with job.pools.write.connection() as connection:
        left: dict[str, Any] = {"state": "PARTLY_IMPORTED"} if blocked else {"state": "UNDONE", "receipt": {}}
        await store.save(connection, id_, job.caller.username, **left)
    return {"blocked": blocked}


async def whole(job: Job, change_set: str) -> int:
    """Undo a change set in every module; how many resources had to be left. Goes on from the job's checkpoint."""
    place: dict[str, Any] = dict(
        job.checkpoint.get("undo") or {"module": 0, "below": None, "done": 0, "blocked": 0}
    )
    while place["module"] < len(MODULES):
        module = MODULES[place["module"]]
        params: dict[str, Any] = {"skipConflicts": "true", "part": str(PART)}
        if place["below"] is not None:
            params["below"] = str(place["below"])
        answer = await job.client.post(f"/{module}/v1/change-set/{change_set}/undo", params=params)
        if answer.status_code != 404:
            understood(answer)
            attributes = answer.json()["data"]["attributes"]
            place["done"] += PART
            place["blocked"] += attributes["blocked"]
            place["below"] = attributes["undoBelow"]
        else:
            place["below"] = None
        if place["below"] is None:
            place["module"] += 1
        await job.progress(place["done"], message="undo", checkpoint={**job.checkpoint, "undo": place})
    return place["blocked"]
