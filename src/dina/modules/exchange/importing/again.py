"""What an import finds when it is not the first: records it changes, rows a dead worker left, things to make once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.jobs import Job
from dina.base.jsonapi.writing.changes import new_id
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.assemble import EVENT, NAMED, ORGANISM, Assembler
from dina.modules.exchange.importing.check import BATCH, Prepared
from dina.modules.exchange.importing.chunk import Chunk
from dina.modules.exchange.importing.custom import taken
from dina.modules.exchange.importing.fields import LAYOUTS
from dina.modules.exchange.importing.matching import PLACES
from dina.modules.exchange.importing.presence import BULK, present

LONGEST_CODE = 10
"""Letters that the code of a collection may have."""


async def settle(job: Job, prepared: Prepared) -> None:
    """Find out which of the rows that were under way when a worker died have been stored."""
    id_, target = prepared.dataset["id"], prepared.dataset["targetType"]
    async with job.pools.write.connection() as connection:
        cursor = await connection.execute(
            "SELECT number, id::text, action FROM exchange.import_made WHERE dataset = %s::uuid AND NOT done ORDER BY number",
            [id_],
        )
        open_rows = await cursor.fetchall()
        for at in range(0, len(open_rows), BATCH):
            part = open_rows[at : at + BATCH]
            there = await present(job.client, prepared.module, target, [row_id for _, row_id, _ in part])
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
                for one in await present(job.client, prepared.module, type_, ids[at : at + BATCH])
            }
            await connection.execute(
                "DELETE FROM exchange.import_shared WHERE dataset = %s::uuid AND type = %s AND NOT done AND NOT id = ANY(%s::uuid[])",
                [id_, type_, sorted(there)],
            )
        await connection.execute(
            "UPDATE exchange.import_shared SET done = true WHERE dataset = %s::uuid", [id_]
        )


async def make_decided(job: Job, prepared: Prepared, headers: Mapping[str, str]) -> dict[str, Any]:
    """Make the records that people decided to create, once; the decisions with their ids."""
    decisions: dict[str, Any] = dict(prepared.dataset["decisions"] or {})
    fields = prepared.assembler.fields
    wanted: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for path, names in decisions.items():
        if path == EVENT:
            continue
        for name, decision in names.items():
            if decision.get("action") == "create" and not decision.get("id"):
                wanted.setdefault(fields[path].targets[0], []).append((decision, name))
    for type_, items in wanted.items():
        module, _, title = PLACES[type_]
        ids = {name: new_id() for _, name in items}
        data: list[dict[str, Any]] = []
        for name, one in ids.items():
            attributes = {title: name}
            if module == "collection":
                attributes["group"] = prepared.dataset["group"]
            if type_ == "collection" and len(name) <= LONGEST_CODE:
                attributes["code"] = name
            data.append({"type": type_, "id": one, "attributes": attributes})
        for at in range(0, len(data), BATCH):
            answer = await job.client.post(
                f"/{module}/v1/{type_}/bulk",
                json={"data": data[at : at + BATCH]},
                headers={
                    "content-type": "application/vnd.api+json; ext=bulk",
                    "prefer": "return=minimal",
                    **headers,
                },
            )
            await taken(answer, type_)
        for decision, name in items:
            decision["id"] = ids[name]
    if wanted:
        async with job.pools.write.connection() as connection:
            await store.save(connection, prepared.dataset["id"], job.caller.username, decisions=decisions)
    return decisions


async def existing(job: Job, prepared: Prepared, ids: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    """Records that rows change: their attributes and organism."""
    if not ids:
        return {}
    type_ = prepared.dataset["targetType"]
    include = "?include=organism" if type_ in LAYOUTS else ""
    answer = await job.client.post(
        f"/{prepared.module}/v1/{type_}/bulk-load{include}",
        json={"data": [{"type": type_, "id": one} for one in ids.values()]},
        headers=BULK,
    )
    answer.raise_for_status()
    body = answer.json()
    organisms = {
        one["id"]: one["attributes"] for one in body.get("included", []) if one["type"] == "organism"
    }
    found: dict[str, dict[str, Any]] = {}
    for one in body["data"]:
        linked: Any = one.get("relationships", {}).get("organism", {}).get("data") or []
        linked = linked if isinstance(linked, list) else [linked]
        own = linked[0]["id"] if len(linked) == 1 else None
        found[one["id"]] = {
            "attributes": one["attributes"], "organism": own, "of organism": organisms.get(own or "", {}),
        }  # fmt: skip
    return {number: found[one] for number, one in ids.items() if one in found}


def merge(chunk: Chunk, assembler: Assembler) -> None:
    """For rows that change a record: a mapped cell that is empty now empties its field, other fields stay."""
    mapped: dict[str, list[str]] = {"": [], ORGANISM: []}
    for step in assembler.steps:
        if step.part in mapped and step.keep != "never" and "." not in step.name:
            mapped[step.part].append(step.name)
    for parts in chunk.rows:
        before = chunk.existing.get(parts.number)
        if before is None:
            continue
        for part, names in mapped.items():
            if part == ORGANISM and not before["organism"]:
                continue
            own = parts.values.setdefault(part, {})
            for name in names:
                own.setdefault(name, None)
            stored = before["attributes"] if part == "" else before["of organism"]
            for name in ("managedAttributes", "identifiers"):
                if stored.get(name):
                    own[name] = {**stored[name], **own.get(name, {})}
        identifications(parts.values.get(NAMED), parts.more, before["of organism"].get("determination") or [])


def identifications(
    own: dict[str, Any] | None, more: list[dict[str, Any]], stored: Sequence[Mapping[str, Any]]
) -> None:
    """Keep what others have identified the organism as since; the source's own word is the one that is replaced."""
    if not own or len(stored) < 2:
        return
    said = {own.get("scientificName"), *(one.get("scientificName") for one in more)}
    for one in stored:
        if one.get("scientificName") not in said:
            more.append(
                {name: value for name, value in one.items() if name != "parsedName"} | {"isPrimary": False}
            )
