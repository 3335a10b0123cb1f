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
from dina.base.jsonapi.writing.changes import uuid7
from dina.modules.exchange.importing import custom, store, undo
from dina.modules.exchange.importing.assemble import digest
from dina.modules.exchange.importing.check import BATCH, Prepared, filled, known_rows, prepare, said_problems
from dina.modules.exchange.importing.chunk import Chunk, Said, send
from dina.modules.exchange.importing.matching import PLACES

AT_ONCE = 2
"""Chunks under way at a time."""
COUNTED = ("created", "updated", "unchanged", "failed", "skipped", "events", "records", "values", "stored")


@dataclass
class Running:
    """The import as it goes: what is known of it, what it has counted."""

    job: Job
    prepared: Prepared
    change_set: str
    whole: bool
    counts: dict[str, int]
    under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    spare: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def label(self) -> str:
        return f"import {self.prepared.dataset['id']}"

    @property
    def dataset(self) -> Mapping[str, Any]:
        return self.prepared.dataset


async def run(job: Job) -> Mapping[str, Any]:
    """Import a checked data set: `mode` `all` (every row or none) or `rows` (good rows now, the others kept)."""
    prepared = await prepare(job, matching=False)
    whole = job.parameters["mode"] == "all"
    id_ = prepared.dataset["id"]
    async with job.pools.write.connection() as connection:
        counts = await store.counts(connection, id_)
        if whole and counts["errors"] + counts["choices"]:
            raise Failed(Error("BUSINESS_RULE", key="import.notAll", values=counts))
        if prepared.dataset["state"] != "IMPORTING":
            await store.save(connection, id_, job.caller.username, state="IMPORTING")
    counted = dict.fromkeys(COUNTED, 0) | job.checkpoint.get("counts", {})
    running = Running(job, prepared, job.parameters["changeSet"], whole, counted)
    headers = {"x-change-set": running.change_set, "x-change-set-label": running.label}
    await settle(running)
    prepared.dataset["decisions"] = await make_decided(running, headers)
    prepared.assembler.decisions = prepared.dataset["decisions"]
    summary: Mapping[str, Any] = prepared.dataset["summary"] or {}
    wanted = [
        custom.Needed(one["vocabulary"], one["component"], one["key"], one["name"])
        for one in summary.get("customFields", ())
    ]
    await custom.make(
        job.client, await custom.missing(job.client, wanted), prepared.dataset["group"], headers
    )
    try:
        await rows_of(running)
    except Refused as refusal:
        await undo.whole(job, running.change_set)
        await finish(running, "CHECKED")
        raise Failed(
            Error("BUSINESS_RULE", key="import.refusedWhole", values={"reason": refusal.reason})
        ) from None
    receipt = await receipt_of(running)
    await finish(
        running, "IMPORTED" if not counted["failed"] + counted["skipped"] else "PARTLY_IMPORTED", receipt
    )
    return receipt


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
        if receipt is not None:
            await connection.execute(
                "UPDATE exchange.import_dataset SET imported_on = now() WHERE id = %s::uuid",
                [running.dataset["id"]],
            )


async def settle(running: Running) -> None:
    """Find out which of the rows that were under way when a worker died have been stored."""
    job, id_ = running.job, running.dataset["id"]
    async with job.pools.write.connection() as connection:
        cursor = await connection.execute(
            "SELECT number, id::text, action FROM exchange.import_made WHERE dataset = %s::uuid AND NOT done ORDER BY number",
            [id_],
        )
        open_rows = await cursor.fetchall()
        for at in range(0, len(open_rows), BATCH):
            part = open_rows[at : at + BATCH]
            there = await present(running, [row_id for _, row_id, _ in part])
            stored = [number for number, row_id, action in part if row_id in there and action == "created"]
            lost = [number for number, row_id, action in part if row_id not in there or action != "created"]
            await connection.execute(
                "UPDATE exchange.import_made SET done = true WHERE dataset = %s::uuid AND number = ANY(%s)",
                [id_, stored],
            )
            await connection.execute(
                "DELETE FROM exchange.import_made WHERE dataset = %s::uuid AND number = ANY(%s)", [id_, lost]
            )
        cursor = await connection.execute(
            "SELECT type, digest, id::text FROM exchange.import_shared WHERE dataset = %s::uuid AND NOT done",
            [id_],
        )
        shared = await cursor.fetchall()
        for type_ in {row[0] for row in shared}:
            ids = [row[2] for row in shared if row[0] == type_]
            there = {
                one
                for at in range(0, len(ids), BATCH)
                for one in await present(running, ids[at : at + BATCH], type_)
            }
            await connection.execute(
                "DELETE FROM exchange.import_shared WHERE dataset = %s::uuid AND type = %s AND NOT done AND NOT id = ANY(%s::uuid[])",
                [id_, type_, sorted(there)],
            )
        await connection.execute(
            "UPDATE exchange.import_shared SET done = true WHERE dataset = %s::uuid", [id_]
        )


async def present(running: Running, ids: Sequence[str], type_: str | None = None) -> set[str]:
    """Which of the ids are records."""
    type_ = type_ or running.dataset["targetType"]
    answer = await running.job.client.post(
        f"/{running.prepared.module}/v1/{type_}/bulk-load?fields[{type_}]=createdOn",
        json={"data": [{"type": type_, "id": one} for one in ids]},
        headers={"content-type": "application/vnd.api+json; ext=bulk", "prefer": "errors=9999"},
    )
    if answer.status_code < 300:
        return set(ids)
    if answer.status_code not in (404, 410):
        answer.raise_for_status()
    gone = {
        str(error.get("source", {}).get("pointer", "")).rsplit("/", 1)[-1]
        for error in answer.json()["errors"]
    }
    return {one for one in ids if one not in gone}


async def make_decided(running: Running, headers: Mapping[str, str]) -> dict[str, Any]:
    """Make the records that people decided to create, once; the decisions with their ids."""
    decisions: dict[str, Any] = dict(running.dataset["decisions"] or {})
    fields = running.prepared.assembler.fields
    wanted: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for path, names in decisions.items():
        for name, decision in names.items():
            if decision.get("action") == "create" and not decision.get("id"):
                wanted.setdefault(fields[path].targets[0], []).append((decision, name))
    for type_, items in wanted.items():
        module, _, title = PLACES[type_]
        ids = {name: str(uuid7()) for _, name in items}
        data: list[dict[str, Any]] = []
        for name, one in ids.items():
            attributes = {title: name}
            if module == "collection":
                attributes["group"] = running.dataset["group"]
            data.append({"type": type_, "id": one, "attributes": attributes})
        for at in range(0, len(data), BATCH):
            answer = await running.job.client.post(
                f"/{module}/v1/{type_}/bulk",
                json={"data": data[at : at + BATCH]},
                headers={
                    "content-type": "application/vnd.api+json; ext=bulk",
                    "prefer": "return=minimal",
                    **headers,
                },
            )
            if answer.status_code >= 300:
                reason = answer.json()["errors"][0]["detail"]
                raise Failed(
                    Error("BUSINESS_RULE", key="import.create", values={"type": type_, "reason": reason})
                )
        for decision, name in items:
            decision["id"] = ids[name]
    if wanted:
        async with running.job.pools.write.connection() as connection:
            await store.save(
                connection, running.dataset["id"], running.job.caller.username, decisions=decisions
            )
    return decisions


async def rows_of(running: Running) -> None:
    """All rows, chunk by chunk; raises Refused where one fails and all or nothing was asked for."""
    job, prepared, id_ = running.job, running.prepared, running.dataset["id"]
    done = int(job.checkpoint.get("after", 0))
    try:
        async with job.pools.write.connection() as connection:
            async for batch in store.batches(connection, id_, after=done, size=BATCH):
                chunk = await planned(running, connection, batch)
                await throttle(running, AT_ONCE - 1)
                if chunk is not None:
                    await shared_first(running, connection, chunk)
                    task = asyncio.create_task(own(running, chunk))
                    running.under_way.add(task)
                done = batch[-1][0]
                await job.progress(
                    done, prepared.dataset["rowCount"], failed=running.counts["failed"], message="import"
                )
                if done % (BATCH * 10) == 0:
                    await throttle(running, 0)
                    await job.progress(done, checkpoint={"after": done, "counts": running.counts})
        await throttle(running, 0)
        await tidy(running)
        await job.progress(done, checkpoint={"after": done, "counts": running.counts})
    except asyncio.CancelledError:
        for task in running.under_way:
            task.cancel()
        raise
    finally:
        # What is under way is seen through: whoever undoes the import must find all of it.
        await asyncio.gather(*running.under_way, return_exceptions=True)
        running.under_way.clear()


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
    prepared, dataset = running.prepared, running.dataset
    id_, texts = dataset["id"], dict(batch)
    blocked = await store.blocked(connection, id_, list(texts))
    already = await store.made(connection, id_, list(texts))
    rows = [prepared.assembler.row(number, values) for number, values in batch if number not in already]
    running.counts["skipped"] += sum(1 for parts in rows if parts.number in blocked)
    rows = [parts for parts in rows if parts.number not in blocked]
    await prepared.extensions.add(connection, id_, rows, batch, dataset["tables"])
    known = await known_rows(connection, dataset, rows, texts)
    same = {number: row_id for number, (row_id, changed) in known.items() if not changed}
    running.counts["unchanged"] += len(same)
    rows = [parts for parts in rows if parts.number not in same]
    if not rows:
        return None
    ids = {p.number: known[p.number][0] if p.number in known else str(uuid7()) for p in rows}
    chunk = prepared.chunk(rows, ids)
    chunk.texts = texts
    if known:
        chunk.existing = await existing(running, {n: i for n, (i, _) in known.items() if n not in same})
        merge(chunk)
    actions = {n: (i, "updated" if n in chunk.existing else "created") for n, i in ids.items()}
    await store.plan_made(connection, id_, actions)
    return chunk


async def existing(running: Running, ids: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    """Records that rows change: their attributes and organism. Those deleted since are made anew under their id."""
    if not ids:
        return {}
    type_ = running.dataset["targetType"]
    include = "?include=organism" if type_ == "material-sample" else ""
    there = await present(running, list(ids.values()))
    answer = await running.job.client.post(
        f"/{running.prepared.module}/v1/{type_}/bulk-load{include}",
        json={"data": [{"type": type_, "id": one} for one in ids.values() if one in there]},
        headers={"content-type": "application/vnd.api+json; ext=bulk"},
    )
    answer.raise_for_status()
    found: dict[str, dict[str, Any]] = {}
    for one in answer.json()["data"]:
        organisms: list[Any] = one.get("relationships", {}).get("organism", {}).get("data") or []
        found[one["id"]] = {
            "attributes": one["attributes"],
            "organism": organisms[0]["id"] if len(organisms) == 1 else None,
        }
    return {number: found[one] for number, one in ids.items() if one in found}


def merge(chunk: Chunk) -> None:
    """For rows that change a record: a mapped column that is empty now empties its field, other fields stay."""
    for parts in chunk.rows:
        before = chunk.existing.get(parts.number)
        if before is None:
            continue
        own = parts.values.setdefault("", {})
        for name in ("managedAttributes", "identifiers"):
            stored = before["attributes"].get(name)
            if stored:
                own[name] = {**stored, **own.get(name, {})}


async def shared_first(running: Running, connection: store.Connection, chunk: Chunk) -> None:
    """Make the events and contexts of a chunk that no earlier row made."""
    id_ = running.dataset["id"]
    digests = list(chunk.digests())
    chunk.shared = await store.shared_of(connection, id_, digests)
    chunk.fresh = {key: str(uuid7()) for key in digests if key not in chunk.shared}
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
        running.spare.setdefault(type_, set()).add(one)
    numbers = [parts.number for parts in chunk.rows]
    keys = {p.key: (chunk.ids[p.number], digest(chunk.texts[p.number])) for p in chunk.rows if p.key}
    async with job.pools.write.connection() as connection, connection.transaction():
        await store.confirm_made(connection, id_, numbers, sorted(refused))
        if keys:
            await store.add_identities(
                connection, id_, running.dataset["group"], running.dataset["targetType"], keys
            )
    updated = sum(1 for number in numbers if number in chunk.existing)
    running.counts["updated"] += updated
    running.counts["created"] += len(numbers) - updated
    running.counts["records"] += len(chunk.operations) if numbers else 0
    mapped = running.prepared.mapped
    running.counts["stored"] += sum(1 for n in numbers for at in mapped if chunk.texts[n][at] is not None)
    running.counts["values"] += sum(1 for n in numbers for value in chunk.texts[n] if value is not None)


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

    `values` of the rows imported are `stored` (as such, or read with the text kept beside) or `notImported`,
    by column; `records` sent are compared with those the change set holds.
    """
    job, dataset = running.job, running.dataset
    async with job.pools.write.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM exchange.import_row WHERE dataset = %s::uuid AND tbl = 0", [dataset["id"]]
        )
        (rows,) = await cursor.fetchone() or (0,)
    answer = await job.client.get(f"/{running.prepared.module}/v1/change-set/{running.change_set}")
    held = answer.json()["data"]["attributes"]["changeCount"] if answer.status_code == 200 else 0
    left = [
        {"heading": one["heading"], "column": one["column"]}
        for one in dataset["mapping"]["columns"]
        if (one.get("skip") or not one.get("field")) and filled(running.prepared, one["column"])
    ]
    counts = running.counts
    return {
        **counts,
        "rows": rows,
        "notImported": counts["values"] - counts["stored"],
        "columnsNotImported": left,
        "recordsHeld": held,
        "changeSet": running.change_set,
    }


__all__ = ["run"]
