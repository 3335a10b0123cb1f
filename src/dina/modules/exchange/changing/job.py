"""The jobs that look at, make and take back a change of many records.

Looking writes a plan: every request that is to be sent, with the versions of the records as they were seen. Making
the change sends that plan and nothing else, so that what was looked at is what is done: a record that somebody has
changed since is refused, not overwritten.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from dina.base.cells import guarded, written
from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.base.text import message
from dina.modules.exchange.changing.planning import Line, Making, Plan
from dina.modules.exchange.changing.reading import chosen, records
from dina.modules.exchange.changing.seen import Seen
from dina.modules.exchange.changing.sending import Key, Refused, send
from dina.modules.exchange.importing.fields import registry
from dina.modules.exchange.importing.undo import PART, understood

CHUNK = 200
MOST_BYTES = 1 << 30
"""A plan may be so large; more than that is not one change."""
NAMED = 10
"""Records that a sentence names."""
REPORT = ("id", "name", "field", "before", "after")


def plan_of(id_: str) -> str:
    return f"job/{id_}/plan"


async def preview(job: Job) -> Mapping[str, Any]:
    """What the change would do: how many records, which are refused and why, before and after; nothing is written."""
    seen = await planned(job)
    return await told(job, seen)


async def change(job: Job) -> Mapping[str, Any]:
    """Make the change that was looked at, a few hundred records at a time, all in one change set."""
    if "stopped" in job.checkpoint:
        await give_up(job)
    before: str | None = job.parameters.get("preview")
    if before is None and not job.checkpoint:
        seen = await planned(job)
        await job.progress(0, checkpoint={"planned": seen.kept()})
    plan = job.workspace / "plan.to-do"
    try:
        await job.files.fetch(plan_of(before or job.id), plan)
    except FileNotFoundError:
        raise Failed(Error("BUSINESS_RULE", key="change.planGone")) from None
    if job.parameters.get("onConflict") == "stop" and not job.checkpoint.get("after"):
        await refuse_if_changed(job, plan)
    return await carried_out(job, plan)


async def planned(job: Job) -> Seen:
    """Work the plan out, have every request judged, and keep the plan."""
    p = job.parameters
    plan = Plan.of(await registry(job.client, p["module"]), p["type"], p["operations"], p.get("cells") or ())
    ids = await chosen(job, plan)
    await job.progress(0, total=len(ids), now=True)
    seen, done = Seen(), set[Key]()
    early: dict[str, Making] = {}
    celled = sorted(plan.cells)
    # What single cells give a shared record has to be known before the first record that shares it is written down.
    for start in range(0, len(celled), CHUNK):
        found, held = await records(job.client, p["module"], plan, celled[start : start + CHUNK])
        early |= {one.id: plan.begin(one, held) for one in found}
    path, report = job.workspace / "plan", job.workspace / "changes.csv"
    with path.open("wb") as file, report.open("w", encoding="utf-8-sig", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(REPORT)
        for start in range(0, len(ids), CHUNK):
            wanted = ids[start : start + CHUNK]
            lines: list[Line] = []
            new = [one for one in wanted if one not in early]
            found, held = await records(job.client, p["module"], plan, new) if new else ([], {})
            making = early | {one.id: plan.begin(one, held) for one in found}
            # Patterns may take their time; others that the process serves do not wait for them.
            made = await asyncio.to_thread(finished, plan, [making[id_] for id_ in wanted if id_ in making])
            for id_ in wanted:
                seen.read += 1
                one = making.get(id_)
                line = made.get(id_) or {"id": id_, "name": id_[:8]}
                if one is None or one.reason:
                    reason = message(one.reason if one else "change.gone", p["language"])
                    seen.refuse([{"id": id_, "reason": reason}], {id_: line})
                elif line["operations"]:
                    lines.append(line)
            plan.forget(held)
            lines = await judged(job, lines, done, seen)
            for line in lines:
                seen.take(line)
                file.write(orjson.dumps(line) + b"\n")
                for cell in line["cells"]:
                    values = (line["name"], cell["field"], written(cell["before"]), written(cell["after"]))
                    rows.writerow([line["id"], *(guarded(one) for one in values)])
            if file.tell() > MOST_BYTES:
                raise Failed(Error("BUSINESS_RULE", key="change.tooLarge"))
            await job.progress(seen.read, failed=seen.refused_count)
    await count_sharing(job, seen)
    await job.files.put(plan_of(job.id), path)
    return seen


def finished(plan: Plan, making: Sequence[Making]) -> dict[str, Line]:
    """What becomes of a few hundred records, by id."""
    return {one.record.id: plan.finish(one) for one in making}


async def judged(job: Job, lines: list[Line], done: set[Key], seen: Seen) -> list[Line]:
    """The lines that the API's rules let through; the others are counted with their reasons."""
    names = {line["id"]: line for line in lines}
    while lines:
        taken, refused = await send(
            job.client, job.parameters["module"], lines, done, language=job.parameters["language"]
        )
        if not refused:
            return taken
        seen.refuse(refused, names)
        out = {one["id"] for one in refused}
        lines = [line for line in lines if line["id"] not in out]
    return []


async def told(job: Job, seen: Seen) -> Mapping[str, Any]:
    """What the job answers, with the list of all that changes as a file."""
    report = job.workspace / "changes.csv"
    key = f"job/{job.id}/changes.csv"
    await job.files.put(key, report)
    kept = {"name": "changes.csv", "key": key, "mediaType": "text/csv", "size": report.stat().st_size}
    return {**seen.document(), "files": [kept]}


async def count_sharing(job: Job, seen: Seen) -> None:
    """How many other records hang on the linked records that change: an event is that of all its specimens."""
    if job.parameters["type"] != "material-sample":
        return
    events = sorted(seen.linked.get("collecting-event", ()))
    users = 0
    for start in range(0, len(events), CHUNK):
        fiql = f"collectingEvent.id=in=({','.join(events[start : start + CHUNK])})"
        answer = await job.client.get("/collection/v1/material-sample/count", params={"fiql": fiql})
        if answer.status_code != 200:
            return
        users += int(answer.json()["data"]["attributes"]["value"])
    seen.others = max(0, users - seen.with_event)


async def lines_of(plan: Path, after: int = 0) -> AsyncIterator[tuple[int, list[Line]]]:
    """The lines of a plan, a few hundred at a time, each with the number of the last."""
    batch: list[Line] = []
    with plan.open("rb") as file:
        at = 0
        for at, text in enumerate(file, 1):
            if at <= after:
                continue
            batch.append(orjson.loads(text))
            if len(batch) == CHUNK:
                yield at, batch
                batch = []
        if batch:
            yield at, batch


async def refuse_if_changed(job: Job, plan: Path) -> None:
    """Raises Failed, before anything is written, where a record is not as it was looked at."""
    seen, done = Seen(), set[Key]()
    async for _, lines in lines_of(plan):
        await judged(job, lines, done, seen)
    if seen.refused_count:
        raise Failed(Error("BUSINESS_RULE", key="change.stopped", values=in_the_way(seen)))


def in_the_way(seen: Seen) -> dict[str, Any]:
    """How many records stop a change, which and why."""
    names = ", ".join(one["name"] or one["id"][:8] for one in seen.refused[:NAMED])
    more = ", …" if seen.refused_count > NAMED else ""
    return {"count": seen.refused_count, "names": names + more, "reason": seen.refused[0]["reason"]}


async def stop(job: Job, seen: Seen) -> None:
    """Raises Failed: somebody was quicker than the look at all records just before; what has been written goes back."""
    if not seen.changed:
        raise Failed(Error("BUSINESS_RULE", key="change.stopped", values=in_the_way(seen)))
    await job.progress(checkpoint={"stopped": in_the_way(seen)})
    await give_up(job)


async def give_up(job: Job) -> None:
    """Raises Failed when all of the change is taken back."""
    if not job.checkpoint.get("back"):
        await taken_back(job, job.parameters["module"], job.parameters["changeSet"])
        await job.progress(checkpoint={**job.checkpoint, "back": True})
    raise Failed(Error("BUSINESS_RULE", key="change.stoppedLate", values=job.checkpoint["stopped"]))


async def carried_out(job: Job, plan: Path) -> Mapping[str, Any]:
    """Send the plan. The same request after a death of the process is answered from memory, by its key."""
    p, total = job.parameters, 0
    with plan.open("rb") as file:
        total = sum(1 for _ in file)
    seen = Seen(**job.checkpoint.get("seen", {}))
    after, out = int(job.checkpoint.get("after", 0)), set(job.checkpoint.get("out", ()))
    done = await done_before(plan, after, out)
    await job.progress(after, total=total, now=True)
    async for at, lines in lines_of(plan, after):
        names = {line["id"]: line for line in lines}
        refused: Refused = list(job.checkpoint.get("refused", ())) if at > after else []
        while True:
            taken, wrong = await send(
                job.client, p["module"], lines, done, language=p["language"], change_set=p["changeSet"],
                label=p["label"], refused=refused, key=f"{p['changeSet']}-{at}-{len(refused)}",
            )  # fmt: skip
            if not wrong:
                break
            refused = [*refused, *wrong]
            if p.get("onConflict") == "stop":
                seen.refuse(refused, names)
                await stop(job, seen)
            await job.progress(checkpoint={**job.checkpoint, "refused": refused})
        for line in taken:
            seen.take(line)
        seen.read += len(lines)
        seen.refuse(refused, names)
        out |= {one["id"] for one in refused}
        place = {"after": at, "seen": seen.kept(), "out": sorted(out)}
        await job.progress(at, failed=seen.refused_count, checkpoint=place)
    return {**seen.document(), "changeSet": p["changeSet"] if seen.changed else None}


async def done_before(plan: Path, after: int, out: set[str]) -> set[Key]:
    """What was sent before the process died."""
    done = set[Key]()
    async for at, lines in lines_of(plan):
        if at > after:
            break
        done |= {
            (op["data"]["type"], op["data"]["id"])
            for line in lines
            if line["id"] not in out
            for op in line["operations"]
        }
    return done


async def undo(job: Job) -> Mapping[str, Any]:
    """Take the change back; with `skipConflicts` what was changed since stays as it is."""
    module, change_set = job.parameters["module"], job.parameters["changeSet"]
    if not job.checkpoint and not job.parameters.get("skipConflicts"):
        answer = await job.client.get(f"/{module}/v1/change-set/{change_set}/undo")
        understood(answer)
        blocked = answer.json()["data"]["attributes"]["blocked"]
        if blocked:
            raise Failed(Error("UNDO_CONFLICT", key="undo.conflicts", values={"count": blocked}))
    return {"blocked": await taken_back(job, module, change_set)}


async def taken_back(job: Job, module: str, change_set: str) -> int:
    """Take a change set back, a part at a time; how many records were in the way."""
    below: int | None = job.checkpoint.get("below")
    done, blocked = job.checkpoint.get("done", 0), job.checkpoint.get("blocked", 0)
    while True:
        params = {"skipConflicts": "true", "part": str(PART)} | (
            {"below": str(below)} if below is not None else {}
        )
        answer = await job.client.post(f"/{module}/v1/change-set/{change_set}/undo", params=params)
        understood(answer)
        told = answer.json()["data"]["attributes"]
        below, done, blocked = told["undoBelow"], done + PART, blocked + told["blocked"]
        if below is None:
            return blocked
        kept = {"below": below, "done": done, "blocked": blocked}
        await job.progress(done, checkpoint={**job.checkpoint, **kept})
