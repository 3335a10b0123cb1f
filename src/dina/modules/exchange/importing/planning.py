"""An import under way, and the next chunk of it: which rows are sent, as what, with which ids."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.jobs import Job
from dina.base.jsonapi.writing.changes import new_id
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.again import existing, merge
from dina.modules.exchange.importing.assemble import Parts, digest
from dina.modules.exchange.importing.check import BATCH, Prepared, known_rows
from dina.modules.exchange.importing.chunk import Chunk


@dataclass
class Running:
    """The import as it goes: what is known of it, what it has counted."""

    job: Job
    prepared: Prepared
    change_set: str
    whole: bool
    counts: dict[str, int]
    earlier: dict[str, int]
    """Rows that earlier runs brought in, by action; `events` are the shared records they made,
    `first` what the change set held before the first row of this one."""
    resumed: bool = False
    """Whether this run was stopped or died in between: what it had sent until then was not counted."""
    under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    here: set[str] = field(default_factory=set[str])
    """Events that were here before: never to be tidied away."""
    spare: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def label(self) -> str:
        dataset = self.prepared.dataset
        return " ".join(f"import {dataset['name'] or dataset['id']}".split())

    @property
    def headers(self) -> dict[str, str]:
        """Those that make a request a part of the import."""
        return {"x-change-set": self.change_set, "x-change-set-label": self.label}

    def place(self, after: int) -> dict[str, Any]:
        """Where to go on if the worker dies."""
        return {"after": after, "counts": self.counts, "earlier": self.earlier}

    @property
    def dataset(self) -> Mapping[str, Any]:
        return self.prepared.dataset


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
