"""The job that imports: rows become records in one change set, a few hundred at a time, resumable at any moment.

What a chunk of rows is going to make is written down before it is sent, with ids of our choosing, and
confirmed after; so a worker that dies in between leaves nothing uncertain: the next one asks which of the
records are there. Shared records go before those that point at them, in a request of their own, so that two
chunks can be under way at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.base.jsonapi.writing.changes import new_id
from dina.modules.exchange.importing import custom, store, undo
from dina.modules.exchange.importing.again import existing, make_decided, merge, settle
from dina.modules.exchange.importing.assemble import EVENT, Parts, digest, judged_with
from dina.modules.exchange.importing.check import BATCH, Prepared, filled, known_rows, prepare
from dina.modules.exchange.importing.chunk import SHARED, Chunk, Said, send
from dina.modules.exchange.importing.events import number_of
from dina.modules.exchange.importing.guard import alone
from dina.modules.exchange.importing.judging import said_problems
from dina.modules.exchange.importing.presence import present

AT_ONCE = 5
"""Chunks under way at a time: while the database writes some, the next are put together. Each takes a connection,
the two loops have one each, and some of the pool must be left for others."""
SEEN_THROUGH = 40
"""Chunks after which all under way are seen through, and the place noted where another worker would go on."""
COUNTED = ("unchanged", "failed", "skipped", "events", "records")
READY = frozenset({"CHECKED", "PARTLY_IMPORTED", "IMPORTING"})
"""States from which an import begins or goes on."""


@dataclass
class Running:
    """The import as it goes: what is known of it, what it has counted."""

    job: Job
    prepared: Prepared
    change_set: str
    whole: bool
    counts: dict[str, int]
    earlier: Mapping[str, int]
    """Rows that earlier runs brought in, by action."""
    under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    here: set[str] = field(default_factory=set[str])
    """Events that were here before: never to be tidied away."""
    spare: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def label(self) -> str:
        return f"import {self.prepared.dataset['id']}"

    def place(self, after: int) -> dict[str, Any]:
        """Where to go on if the worker dies."""
        return {"after": after, "counts": self.counts, "earlier": dict(self.earlier)}

    @property
    def dataset(self) -> Mapping[str, Any]:
        return self.prepared.dataset


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
        earlier = job.checkpoint.get("earlier") or await store.made_counts(connection, id_)
        if before != "IMPORTING":
            receipt = {"changeSet": job.parameters["changeSet"]}
            await store.save(connection, id_, job.caller.username, state="IMPORTING", receipt=receipt)
    counted = dict.fromkeys(COUNTED, 0) | job.checkpoint.get("counts", {})
    running = Running(job, prepared, job.parameters["changeSet"], whole, counted, earlier)
    await job.progress(checkpoint={**job.checkpoint, "earlier": earlier})
    await settle(job, prepared)
    try:
        await made_first(running)
    except Failed:
        if before == "CHECKED" and not sum(earlier.values()):
            await undo.whole(job, running.change_set)
            await finish(running, "CHECKED", {})
        raise
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
    headers = {"x-change-set": running.change_set, "x-change-set-label": running.label}
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


Ahead = tuple[int, Chunk | None]
"""The number of the last row of a batch, and what is to be sent of it."""


async def plan_ahead(running: Running, done: int, ahead: asyncio.Queue[Ahead | BaseException | None]) -> None:
    """Put the next chunk together while those before are sent; None at the end, or what went wrong."""
    try:
        async with running.job.pools.write.connection() as connection:
            async for batch in store.batches(connection, running.dataset["id"], after=done, size=BATCH):
                await ahead.put((batch[-1][0], await planned(running, connection, batch)))
        await ahead.put(None)
    except Exception as fault:
        await ahead.put(fault)


async def throttle(running: Running, most: int) -> None:
    """Wait until no more than `most` chunks are under way; what went wrong in one is raised here."""
    while len(running.under_way) > most:
        ended, running.under_way = await asyncio.wait(running.under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()


async def planned(
    running: Running, connection: store.Connection, batch: list[tuple[int, list[str | None]]]
) -> Chunk | None:
    """The rows of a batch that are to be sent now, with their ids; None when there are none."""
    job, prepared, dataset = running.job, running.prepared, running.dataset
    id_, texts = dataset["id"], dict(batch)
    blocked = await store.blocked(connection, id_, list(texts))
    already = await store.made(connection, id_, list(texts))
    rows = [prepared.assembler.row(number, values) for number, values in batch if number not in already]
    running.counts["skipped"] += sum(1 for parts in rows if parts.number in blocked)
    rows = [parts for parts in rows if parts.number not in blocked]
    await prepared.extensions.add(connection, id_, rows, batch, dataset["tables"])
    known = await known_rows(job, connection, dataset, rows, texts)
    same = {number: row_id for number, (row_id, changed) in known.items() if not changed}
    running.counts["unchanged"] += len(same)
    rows = [parts for parts in rows if parts.number not in same]
    changed = {number: row_id for number, (row_id, _) in known.items() if number not in same}
    before = await existing(job, prepared, changed)
    if same:
        keys = {
            p.key: (same[p.number], digest(texts[p.number])) for p in chunk_of(same, batch, prepared) if p.key
        }
        await store.add_identities(connection, id_, dataset["group"], dataset["targetType"], keys)
    if not rows:
        return None
    ids = {p.number: changed[p.number] if p.number in before else new_id() for p in rows}
    chunk = prepared.chunk(rows, ids)
    chunk.texts = texts
    chunk.existing = before
    merge(chunk, prepared.assembler)
    actions = {n: (i, "updated" if n in before else "created") for n, i in ids.items()}
    await store.plan_made(connection, id_, actions)
    return chunk


def chunk_of(
    numbers: Mapping[int, str], batch: Sequence[tuple[int, list[str | None]]], prepared: Prepared
) -> list[Parts]:
    """The rows of these numbers, assembled."""
    return [prepared.assembler.row(number, values) for number, values in batch if number in numbers]


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
    running.counts["events"] += len(made)
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
        rest = sorted(ids)
        while rest:
            data = [{"type": type_, "id": one} for one in rest[:BATCH]]
            kept = await _remove(running, type_, data)
            if not kept:
                rest = rest[BATCH:]
                continue
            rest = [one for one in rest if one not in kept]
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
            "x-change-set": running.change_set,
            "x-change-set-label": running.label,
        },
    )
    answer = await running.job.client.send(request)
    if answer.status_code < 300:
        return set()
    return {data[error["meta"]["index"]]["id"] for error in answer.json()["errors"]}


async def receipt_of(running: Running) -> dict[str, Any]:
    """Rows and values that came in, and where every one of them is now.

    `rows` of the file are those of `earlier` runs and the `created`, `updated`, `unchanged`, `failed` and
    `skipped` of this one. `values` of all rows imported are `stored` (as such, or read with the text kept
    beside) or `notImported`, by column; `records` sent are compared with those the change set holds.
    """
    job, dataset = running.job, running.dataset
    left = [
        {"heading": one["heading"], "column": one["column"]}
        for one in dataset["mapping"]["columns"]
        if (one.get("skip") or not one.get("field")) and filled(running.prepared, one["column"])
    ]
    unmapped = sorted({one["position"] for one in running.prepared.columns} - set(running.prepared.mapped))
    async with job.pools.write.connection() as connection:
        made = await store.made_counts(connection, dataset["id"])
        rows, values, lost = await store.values_in(connection, dataset["id"], unmapped)
    answer = await job.client.get(f"/{running.prepared.module}/v1/change-set/{running.change_set}")
    held = answer.json()["data"]["attributes"]["changeCount"] if answer.status_code == 200 else 0
    return {
        **{action: made[action] - running.earlier[action] for action in made},
        **running.counts,
        "earlier": sum(running.earlier.values()),
        "rows": rows,
        "values": values,
        "stored": values - lost,
        "notImported": lost,
        "columnsNotImported": left,
        "recordsHeld": held,
        "changeSet": running.change_set,
    }


__all__ = ["run"]
