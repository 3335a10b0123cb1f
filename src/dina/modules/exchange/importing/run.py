"""The job that imports: rows become records in one change set, a few hundred at a time, resumable at any moment.

What a chunk of rows is going to make is written down before it is sent, with ids of our choosing, and
confirmed after; so a worker that dies in between leaves nothing uncertain: the next one asks which of the
records are there. Shared records go before those that point at them, in a request of their own, so that two
chunks can be under way at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.base.jsonapi.writing.changes import new_id
from dina.modules.exchange.importing import custom, store, undo
from dina.modules.exchange.importing.again import make_decided, settle
from dina.modules.exchange.importing.assemble import EVENT, digest, judged_with
from dina.modules.exchange.importing.check import BATCH, Prepared, prepare
from dina.modules.exchange.importing.chunk import SHARED, Chunk, Said, send
from dina.modules.exchange.importing.events import number_of
from dina.modules.exchange.importing.guard import alone
from dina.modules.exchange.importing.judging import said_problems
from dina.modules.exchange.importing.planning import Ahead, Running, plan_ahead
from dina.modules.exchange.importing.presence import present
from dina.modules.exchange.importing.receipt import held_by, receipt_of

AT_ONCE = 5
"""Chunks under way at a time: while the database writes some, the next are put together. Each takes a connection,
the two loops have one each, and some of the pool must be left for others."""
SEEN_THROUGH = 40
"""Chunks after which all under way are seen through, and the place noted where another worker would go on."""
COUNTED = ("unchanged", "failed", "skipped", "records")
READY = frozenset({"CHECKED", "PARTLY_IMPORTED", "IMPORTING"})
"""States from which an import begins or goes on."""


async def run(job: Job) -> Mapping[str, Any]:
    """Import a checked data set: `mode` `all` (every row or none) or `rows` (good rows now, the others kept)."""
    async with alone(job) as dataset:
        if not is_ready(dataset):
            raise Failed(Error("BUSINESS_RULE", key="import.notChecked"))
        return await _run(job, await prepare(job, dataset, matching=False))


def is_ready(dataset: Mapping[str, Any]) -> bool:
    """Whether the rows have been judged since anything about them changed."""
    summary = dataset["summary"] or {}
    return dataset["state"] in READY and summary.get("judgedWith") == judged_with(dataset)


async def _run(job: Job, prepared: Prepared) -> Mapping[str, Any]:
    whole, dataset = job.parameters["mode"] == "all", prepared.dataset
    id_, before = dataset["id"], dataset["state"]
    async with job.pools.write.connection() as connection:
        counts = await store.counts(connection, id_)
        if whole and counts["errors"] + counts["choices"]:
            raise Failed(Error("BUSINESS_RULE", key="import.notAll", values=counts))
        earlier = job.checkpoint.get("earlier") or {
            **await store.made_counts(connection, id_),
            "events": await store.shared_count(connection, id_),
        }
        if before != "IMPORTING":
            receipt = {"changeSet": job.parameters["changeSet"]}
            await store.save(connection, id_, job.caller.username, state="IMPORTING", receipt=receipt)
    counted = dict.fromkeys(COUNTED, 0) | job.checkpoint.get("counts", {})
    running = Running(
        job, prepared, job.parameters["changeSet"], whole, counted, earlier, before == "IMPORTING"
    )
    await job.progress(checkpoint={**job.checkpoint, "earlier": earlier})
    await settle(job, prepared)
    try:
        await made_first(running)
    except Failed:
        if before == "CHECKED" and not earlier["created"] + earlier["updated"]:
            await undo.whole(job, running.change_set)
            await finish(running, "CHECKED", {})
        raise
    if "first" not in earlier:
        earlier["first"] = await held_by(running)
        await job.progress(checkpoint={**job.checkpoint, "earlier": earlier})
    try:
        await rows_of(running)
    except Refused as refusal:
        await undo.whole(job, running.change_set)
        async with job.pools.write.connection() as connection, connection.transaction():
            await store.forget(connection, id_)
        await finish(running, "CHECKED", {})
        raise Failed(
            Error("BUSINESS_RULE", key="import.refusedWhole", values={"reason": refusal.reason})
        ) from None
    receipt = await receipt_of(running)
    await finish(
        running, "IMPORTED" if not counted["failed"] + counted["skipped"] else "PARTLY_IMPORTED", receipt
    )
    return receipt


async def made_first(running: Running) -> None:
    """Custom fields and the records that people decided to create. Raises Failed where the API refuses."""
    job, dataset = running.job, running.prepared.dataset
    headers = running.headers
    wanted = [
        custom.Needed(one["vocabulary"], one["component"], one["key"], one["name"])
        for one in (dataset["summary"] or {}).get("customFields", ())
    ]
    await custom.make(job.client, await custom.missing(job.client, wanted), dataset["group"], headers)
    dataset["decisions"] = await make_decided(job, running.prepared, headers)
    running.prepared.assembler.decisions = dataset["decisions"]


class Refused(Exception):
    """A row that the API did not take, where all or nothing was asked for."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


async def finish(running: Running, state: str, receipt: Mapping[str, Any] | None = None) -> None:
    values: dict[str, Any] = {"state": state}
    if receipt is not None:
        values |= {"receipt": dict(receipt)}
    async with running.job.pools.write.connection() as connection:
        await store.save(connection, running.dataset["id"], running.job.caller.username, **values)
        if receipt:
            await connection.execute(
                "UPDATE exchange.import_dataset SET imported_on = now() WHERE id = %s::uuid",
                [running.dataset["id"]],
            )


async def rows_of(running: Running) -> None:
    """All rows, chunk by chunk; raises Refused where one fails and all or nothing was asked for."""
    job, prepared = running.job, running.prepared
    done = int(job.checkpoint.get("after", 0))
    ahead: asyncio.Queue[Ahead | BaseException | None] = asyncio.Queue(1)
    planner = asyncio.create_task(plan_ahead(running, done, ahead))
    try:
        async with job.pools.write.connection() as connection:
            while (found := await ahead.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                done, chunk = found
                await throttle(running, AT_ONCE - 1)
                if chunk is not None:
                    await shared_first(running, connection, chunk)
                    running.under_way.add(asyncio.create_task(own(running, chunk)))
                await job.progress(
                    done, prepared.dataset["rowCount"], failed=running.counts["failed"], message="import"
                )
                if done % (BATCH * SEEN_THROUGH) == 0:
                    await throttle(running, 0)
                    await job.progress(done, checkpoint=running.place(done))
        await throttle(running, 0)
        await tidy(running)
        await job.progress(done, checkpoint=running.place(done))
    except asyncio.CancelledError:
        for task in running.under_way:
            task.cancel()
        raise
    finally:
        planner.cancel()
        # What is under way is seen through: whoever undoes the import must find all of it.
        await asyncio.gather(planner, *running.under_way, return_exceptions=True)
        running.under_way.clear()


async def throttle(running: Running, most: int) -> None:
    """Wait until no more than `most` chunks are under way; what went wrong in one is raised here."""
    while len(running.under_way) > most:
        ended, running.under_way = await asyncio.wait(running.under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()


async def shared_first(running: Running, connection: store.Connection, chunk: Chunk) -> None:
    """Make the events and contexts of a chunk that no earlier row made."""
    id_ = running.dataset["id"]
    digests = list(chunk.digests())
    chunk.shared = await store.shared_of(connection, id_, digests)
    chunk.shared |= await decided_events(running, chunk)
    chunk.fresh = {key: new_id() for key in digests if key not in chunk.shared}
    if not chunk.fresh:
        return
    await store.add_shared(connection, id_, chunk.fresh)
    part = chunk.only_shared()
    errors = await send(running.job.client, part, change_set=running.change_set, label=running.label)
    refused: set[int] = set()
    while errors:
        said = part.said(errors)
        refused |= {n for one in said for n in one.rows} or _all(said)
        await refuse(running, part, said)
        part.drop(refused)
        errors = await send(running.job.client, part, change_set=running.change_set, label=running.label)
    chunk.rows = [parts for parts in chunk.rows if parts.number not in refused]
    needed = set(part.digests())
    made = {key: one for key, one in chunk.fresh.items() if key in needed}
    await store.confirm_shared(connection, id_, made, chunk.fresh)
    chunk.shared |= made
    chunk.fresh = {}


async def decided_events(running: Running, chunk: Chunk) -> dict[tuple[str, bytes], str]:
    """Events that were here before the import, for rows that say the same of them, as far as they still are."""
    decided: Mapping[str, Any] = running.prepared.assembler.decisions.get(EVENT, {})
    found: dict[tuple[str, bytes], str] = {}
    for parts in chunk.rows if decided else ():
        number = number_of(parts)
        one = decided.get(number[1]) if number else None
        key = (SHARED[EVENT], chunk.digest_of(parts, EVENT))
        if one and one["action"] == "use" and one["digest"] == key[1].hex() and key not in chunk.shared:
            found[key] = one["id"]
    new = sorted(set(found.values()) - running.here)
    running.here |= await present(running.job.client, running.prepared.module, SHARED[EVENT], new)
    return {key: one for key, one in found.items() if one in running.here}


def _all(said: Iterable[Said]) -> set[int]:
    raise Failed(Error("BUSINESS_RULE", key="import.refused", values={"reason": next(iter(said)).detail}))


async def own(running: Running, chunk: Chunk) -> None:
    """Make the records of a chunk's rows; those refused are noted and the rest sent again."""
    job, id_ = running.job, running.dataset["id"]
    refused: set[int] = set()
    while chunk.rows:
        errors = await send(job.client, chunk, change_set=running.change_set, label=running.label)
        if not errors:
            break
        said = chunk.said(errors)
        wrong = {number for one in said for number in one.rows} or _all(said)
        refused |= wrong
        await refuse(running, chunk, said)
        chunk.rows = [parts for parts in chunk.rows if parts.number not in wrong]
    for type_, one in chunk.used_by(refused):
        if one not in running.here:
            running.spare.setdefault(type_, set()).add(one)
    numbers = [parts.number for parts in chunk.rows]
    keys = {p.key: (chunk.ids[p.number], digest(chunk.texts[p.number])) for p in chunk.rows if p.key}
    async with job.pools.write.connection() as connection, connection.transaction():
        await store.confirm_made(connection, id_, numbers, sorted(refused))
        if keys:
            await store.add_identities(
                connection, id_, running.dataset["group"], running.dataset["targetType"], keys
            )
    running.counts["records"] += len(chunk.operations) if numbers else 0


async def refuse(running: Running, chunk: Chunk, said: Sequence[Said]) -> None:
    """Note why rows were not taken; in a whole import that ends it."""
    if running.whole:
        raise Refused(said[0].detail)
    running.counts["failed"] += len({number for one in said for number in one.rows})
    problems: list[store.Problem] = []
    for one in said:
        problems += said_problems(running.prepared, one, one, chunk.texts)
    async with running.job.pools.write.connection() as connection:
        await store.add_problems(connection, running.dataset["id"], problems)


async def tidy(running: Running) -> None:
    """Take back events that were made for rows which were then refused, unless another row uses them."""
    for type_, ids in running.spare.items():
        rest, gone = sorted(ids), list[str]()
        while rest:
            data = [{"type": type_, "id": one} for one in rest[:BATCH]]
            kept = await _remove(running, type_, data)
            if not kept:
                gone += rest[:BATCH]
                rest = rest[BATCH:]
                continue
            rest = [one for one in rest if one not in kept]
        async with running.job.pools.write.connection() as connection:
            await store.forget_shared(connection, running.dataset["id"], gone)
    running.spare.clear()


async def _remove(running: Running, type_: str, data: list[dict[str, str]]) -> set[str]:
    """Delete records; those that could not be, because something points at them (nothing was deleted then)."""
    request = running.job.client.build_request(
        "DELETE",
        f"/{running.prepared.module}/v1/{type_}/bulk",
        json={"data": data},
        headers={
            "content-type": "application/vnd.api+json; ext=bulk",
            "prefer": "errors=9999",
            **running.headers,
        },
    )
    answer = await running.job.client.send(request)
    if answer.status_code < 300:
        return set()
    return {data[error["meta"]["index"]]["id"] for error in answer.json()["errors"]}


__all__ = ["run"]
