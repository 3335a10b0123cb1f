"""What undoing a change set does to each of its resources, worked out in parts so that memory stays flat."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import Any, cast

import orjson

from dina.base.history.read import readable_condition, writable_state
from dina.base.http import Request
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import Change

MAX_UNDO = 1_000_000


@dataclass(slots=True)
class Step:
    """What undoing does to one resource: delete, restore or revert; or why it cannot.

    `kind` and `seq` are those of the set's first revision of it, `last` the version of its last one; `version`,
    `now`, `author`, `at` and `change_set` are of the newest revision, which is another one when somebody has
    changed it since. `before` is the state to revert to.
    """

    type: str
    id: str
    kind: str
    seq: int
    last: int
    version: int
    now: str
    author: str
    at: str
    change_set: str | None
    gone: bool
    before: dict[str, Any] | None
    referenced: dict[str, int] | None = None

    @property
    def action(self) -> str:
        if self.kind == "INITIAL" and self.now == "TERMINAL" and self.version == self.last:
            return "none"
        return {"INITIAL": "delete", "TERMINAL": "restore"}.get(self.kind, "revert")

    @property
    def changed_since(self) -> bool:
        return self.version != self.last

    @property
    def conflict(self) -> bool:
        return self.gone or self.changed_since or bool(self.referenced)

    def described(self) -> dict[str, Any]:
        out: dict[str, Any] = {"type": self.type, "id": self.id, "action": self.action}
        if self.gone:
            out["conflict"] = {"reason": "purged"}
        elif self.changed_since:
            later = {"by": self.author, "at": self.at, "version": self.version}
            out["conflict"] = {"reason": "changed-later", **later}
        elif self.referenced:
            out["conflict"] = {"reason": "referenced", "references": self.referenced}
        return out


# What is first, last and newest is told by aggregates over the revisions of one resource: asked for with ORDER BY and
# LIMIT 1, a planner without statistics may walk the whole change set for each of its resources. How many are wanted
# is part of the text: a plan made for any number sorts all that is left of the set for each part of it.
END = 2**63 - 1
STEPS = """
WITH part AS MATERIALIZED (
  SELECT m.type, m.id FROM {schema}.revision m WHERE m.change_set = %(set)s::uuid
  AND m.seq < coalesce(%(below)s::bigint, {end}) ORDER BY m.seq DESC LIMIT {part}
)
SELECT k.type, k.id::text, f.kind, f.seq, b.version, r.version, r.kind, r.author,
  to_char(timezone('UTC', r.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.change_set::text, r.after IS NULL,
  CASE WHEN f.kind <> 'INITIAL' THEN (SELECT (array_agg(p.after::text ORDER BY p.seq DESC))[1]
    FROM {schema}.revision p WHERE p.type = k.type AND p.id = k.id AND p.seq < f.seq) END
FROM (SELECT DISTINCT type, id FROM part) k
CROSS JOIN LATERAL (SELECT min(v.seq) FILTER (WHERE v.change_set = %(set)s::uuid) AS first, max(v.seq) AS newest,
    max(v.version) FILTER (WHERE v.change_set = %(set)s::uuid) AS version
  FROM {schema}.revision v WHERE v.type = k.type AND v.id = k.id) b
JOIN {schema}.revision f ON f.seq = b.first
JOIN {schema}.revision r ON r.seq = b.newest
WHERE {readable} ORDER BY f.seq DESC"""


async def steps_of(
    service: Service, request: Request, id_: str, *, below: int | None = None, limit: int = MAX_UNDO
) -> list[Step]:
    """The steps that would undo a change set, last change first.

    `below` and `limit` give a part: the resources of the last `limit` changes before that place in history.
    """
    readable, values = readable_condition(service, request.caller)
    sql = STEPS.format(schema=service.schema, readable=readable, end=END, part=int(limit))
    async with service.pools.write.connection() as connection:
        cursor = await connection.execute(cast(Any, sql), {**values, "set": id_, "below": below})
        found = await cursor.fetchall()
    return [_step(row) for row in found]


def _step(row: Any) -> Step:
    *facts, before = row
    return Step(*facts, before=orjson.loads(before) if before else None)


async def find_references(service: Service, id_: str, steps: list[Step]) -> None:
    """Mark the steps that what others have linked since stands in the way of; what the set made itself goes first."""
    free = [step for step in steps if not step.conflict and step.action == "delete"]
    async with service.pools.write.connection() as connection:
        for type_ in dict.fromkeys(step.type for step in free):
            same = [step for step in free if step.type == type_]
            found = await rows.references(
                connection,
                service.types,
                service.types[type_],
                [step.id for step in same],
                all_rows=False,
                outside=id_,
            )
            for step in same:
                step.referenced = found.get(step.id)


async def next_place(service: Service, id_: str, below: int | None, limit: int) -> int | None:
    """The place in history where the next part of a change set ends; None when there is none left."""
    async with service.pools.write.connection() as connection:
        cursor = await connection.execute(
            cast(
                Any,
                f"SELECT min(seq), count(*) FROM (SELECT seq FROM {service.schema}.revision WHERE change_set = %s::uuid "
                f"AND seq < coalesce(%s::bigint, {END}) ORDER BY seq DESC LIMIT {int(limit)}) p",
            ),
            [id_, below],
        )
        row = await cursor.fetchone()
    return row[0] if row and row[1] == limit else None


def by_type(service: Service, steps: list[Step]) -> list[Step]:
    """The steps with deletes that follow one another put together by type, what points before what is pointed at.

    A statement for each type is a hundred times cheaper than one for each resource. Where types point at each
    other, or have rules of their own about what may go, the order of history stays.
    """
    found: list[Step] = []
    for (action, ruled), run in groupby(
        steps, key=lambda step: (step.action, bool(service.types[step.type].delete_rules))
    ):
        several = list(run)
        if action == "delete" and not ruled:
            types = {step.type for step in several}
            sorter = TopologicalSorter[str](dict.fromkeys(types, ()))
            for type_ in types:
                for relationship in service.types[type_].relationships.values():
                    if not relationship.external and relationship.target in types - {type_}:
                        sorter.add(relationship.target, type_)
            with suppress(CycleError):
                place = {type_: n for n, type_ in enumerate(sorter.static_order())}
                several.sort(key=lambda step: place[step.type])
        found += several
    return found


def changes_of(service: Service, steps: list[Step]) -> list[Change]:
    """What is to be written, in the order of the steps."""
    changes: list[Change] = []
    for index, step in enumerate(step for step in steps if not step.conflict):
        resource = service.types[step.type]
        if step.action in ("delete", "restore"):
            changes.append(Change(step.action, resource, step.id, f"/data/{index}", index))
        elif step.action == "revert":
            if step.now == "TERMINAL":
                changes.append(Change("restore", resource, step.id, f"/data/{index}", index))
            attributes, relationships = writable_state(resource, step.before or {})
            change = Change("update", resource, step.id, f"/data/{index}", index)
            change.attributes, change.relationships = attributes, relationships
            changes.append(change)
    return changes
