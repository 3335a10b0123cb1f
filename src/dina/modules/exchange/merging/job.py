"""The jobs that look at, make and take back a merge.

Looking writes a plan: every request that is to be sent, with the versions of the records as they were seen. A merge
works the plan out again and is refused, before anything is written, where it is not the same: a record has changed,
or somebody refers to one of them who did not. Then the requests are sent one after the other, all in one change set;
after a death of the process the job goes on, and a request sent twice is answered from memory. Where a request is
refused after all, because somebody was quicker, what was written is taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.changing.sending import ATOMIC, refuse_unless_told
from dina.modules.exchange.importing.undo import PART, understood
from dina.modules.exchange.merging.planning import Plan, Told
from dina.modules.exchange.merging.references import Merging


def plan_of(id_: str) -> str:
    return f"job/{id_}/plan"


async def preview(job: Job) -> Mapping[str, Any]:
    """What the merge would do; nothing is written."""
    told, path = await worked_out(job)
    await job.files.put(plan_of(job.id), path)
    return {**told.document(), "digest": digest(path)}


async def merge(job: Job) -> Mapping[str, Any]:
    """Make the merge that was looked at, or fail with nothing done."""
    p = job.parameters
    path = job.workspace / "plan.to-do"
    if not job.checkpoint:
        told, path = await worked_out(job)
        if told.refused_count:
            values = {"count": told.refused_count, "name": told.refused[0]["name"], "reason": told.refused[0]["reason"]}  # fmt: skip
            raise Failed(Error("BUSINESS_RULE", key="merge.refused", values=values))
        if digest(path) != p["digest"]:
            raise Failed(Error("BUSINESS_RULE", key="merge.meanwhile"))
        await job.files.put(plan_of(job.id), path)
        await job.progress(0, total=told.requests, checkpoint={"at": 0, "told": told.document()})
    else:
        await job.files.fetch(plan_of(job.id), path)
    await carry_out(job, path)
    return {**job.checkpoint["told"], "changeSet": p["changeSet"]}


async def worked_out(job: Job) -> tuple[Told, Path]:
    p = job.parameters
    merging = await Merging.of(job.client, p["type"], p["keep"], p["others"])
    told = Told(merging.keep, list(merging.others))
    plan = Plan(job.client, merging, told, p["language"], job.workspace / "plan")
    await plan.work_out(p["choices"])
    return told, plan.path


def digest(path: Path) -> str:
    """What tells a plan from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def requests_of(path: Path) -> list[dict[str, Any]]:
    """The requests of a plan, in order."""
    return [orjson.loads(text) for text in path.read_bytes().splitlines()]


async def carry_out(job: Job, path: Path) -> None:
    """Send the requests of the plan from where the job is."""
    p, at = job.parameters, int(job.checkpoint["at"])
    for number, line in enumerate(requests_of(path)[at:], at):
        answer = await job.client.post(
            f"/{line['module']}/v1/operations", json={"atomic:operations": line["operations"]},
            headers={
                "content-type": ATOMIC, "accept": ATOMIC, "prefer": "return=minimal", "accept-language": p["language"],
                "x-change-set": p["changeSet"], "x-change-set-label": p["label"], "idempotency-key": f"{p['changeSet']}-{number}",
            },
        )  # fmt: skip
        if answer.status_code >= 300:
            refuse_unless_told(answer)
            reason = answer.json()["errors"][0].get("detail", "")
            await taken_back(job, reversed_modules(job.checkpoint["told"]["modules"]), {})
            raise Failed(Error("BUSINESS_RULE", key="merge.interrupted", values={"reason": reason}))
        await job.progress(number + 1, checkpoint={**job.checkpoint, "at": number + 1})


def reversed_modules(modules: Sequence[str]) -> list[str]:
    """The modules of a merge as they are taken back: what was deleted is there before anything points at it."""
    return list(reversed(modules))


async def undo(job: Job) -> Mapping[str, Any]:
    """Take the merge back; with `skipConflicts` what was changed since stays as it is."""
    p = job.parameters
    modules = reversed_modules(p["modules"])
    if not job.checkpoint and not p.get("skipConflicts"):
        blocked = 0
        for module in modules:
            answer = await job.client.get(f"/{module}/v1/change-set/{p['changeSet']}/undo")
            if answer.status_code != 404:
                understood(answer)
                blocked += answer.json()["data"]["attributes"]["blocked"]
        if blocked:
            raise Failed(Error("UNDO_CONFLICT", key="undo.conflicts", values={"count": blocked}))
    return {"blocked": await taken_back(job, modules, job.checkpoint)}


async def taken_back(job: Job, modules: Sequence[str], place: Mapping[str, Any]) -> int:
    """Undo the change set in these modules, a part at a time; how many records had to be left."""
    change_set = job.parameters["changeSet"]
    at, below, blocked = place.get("module", 0), place.get("below"), place.get("blocked", 0)
    while at < len(modules):
        params = {"skipConflicts": "true", "part": str(PART)} | (
            {"below": str(below)} if below is not None else {}
        )
        answer = await job.client.post(f"/{modules[at]}/v1/change-set/{change_set}/undo", params=params)
        below = None
        if answer.status_code != 404:
            understood(answer)
            told = answer.json()["data"]["attributes"]
            below, blocked = told["undoBelow"], blocked + told["blocked"]
        at += below is None
        if job.kind == "undo-merge":
            await job.progress(at, checkpoint={"module": at, "below": below, "blocked": blocked})
    return blocked
