"""What undoing a change set does to each of its resources, worked out in parts so that memory stays flat."""

from __future__ import annotations

from typing import Any, cast

from dina.base.history.read import Revision, revisions, writable_state
from dina.base.http import Request
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import Change

MAX_UNDO = 1_000_000


class Step:
    """What undoing does to one resource: delete, restore or revert; or why it cannot."""

    def __init__(self, first: Revision, last: Revision, latest: Revision) -> None:
        self.first = first
        self.type = first.type
        self.id = first.id
        self.action = {"INITIAL": "delete", "TERMINAL": "restore"}.get(first.kind, "revert")
        self.gone = latest.after is None
        if first.kind == "INITIAL" and latest.kind == "TERMINAL" and latest.version == last.version:
            self.action = "none"
        self.blocked_by = latest if latest.version != last.version else None
        self.latest = latest
        self.referenced: dict[str, int] | None = None
        self.deleted_now = latest.kind == "TERMINAL"

    def described(self) -> dict[str, Any]:
        out: dict[str, Any] = {"type": self.type, "id": self.id, "action": self.action}
        if self.gone:
            out["conflict"] = {"reason": "purged"}
        elif self.blocked_by is not None:
            out["conflict"] = {
                "reason": "changed-later",
                "by": self.blocked_by.author,
                "at": self.blocked_by.at,
                "version": self.blocked_by.version,
            }
        elif self.referenced:
            out["conflict"] = {"reason": "referenced", "references": self.referenced}
        return out

    @property
    def conflict(self) -> bool:
        return self.gone or self.blocked_by is not None or bool(self.referenced)


async def steps_of(
    service: Service, request: Request, id_: str, *, below: int | None = None, limit: int = MAX_UNDO
) -> list[Step]:
    """The steps that would undo a change set, last change first.

    `below` and `limit` give a part: the resources of the last `limit` changes before that place in history.
    """
    schema = service.schema
    chosen = (
        f"(r.type, r.id) IN (SELECT m.type, m.id FROM {schema}.revision m WHERE m.change_set = %(set)s::uuid "
        "AND (%(below)s::bigint IS NULL OR m.seq < %(below)s::bigint) ORDER BY m.seq DESC LIMIT %(part)s)"
    )
    values: dict[str, Any] = {"set": id_, "below": below, "part": limit}
    async with service.pools.write.connection() as connection:
        mine = await revisions(
            service, connection, request.caller, where=["r.change_set = %(set)s::uuid", chosen], values=values,
            order="r.seq", limit=MAX_UNDO, before=True,
        )  # fmt: skip
        latest = await revisions(
            service,
            connection,
            request.caller,
            where=[
                chosen,
                f"r.seq = (SELECT max(n.seq) FROM {schema}.revision n WHERE n.type = r.type AND n.id = r.id)",
            ],
            values=values,
            limit=MAX_UNDO,
        )
    newest = {(one.type, one.id): one for one in latest}
    firsts: dict[tuple[str, str], Revision] = {}
    lasts: dict[tuple[str, str], Revision] = {}
    for one in mine:
        key = (one.type, one.id)
        firsts.setdefault(key, one)
        lasts[key] = one
    steps = [Step(first, lasts[key], newest[key]) for key, first in firsts.items()]
    return sorted(steps, key=lambda step: -step.first.seq)


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
                "AND (%s::bigint IS NULL OR seq < %s::bigint) ORDER BY seq DESC LIMIT %s) p",
            ),
            [id_, below, below, limit],
        )
        row = await cursor.fetchone()
    return row[0] if row and row[1] == limit else None


def changes_of(service: Service, steps: list[Step]) -> list[Change]:
    changes: list[Change] = []
    for index, step in enumerate(step for step in steps if not step.conflict):
        resource = service.types[step.type]
        if step.action in ("delete", "restore"):
            changes.append(Change(step.action, resource, step.id, f"/data/{index}", index))
        elif step.action == "revert":
            if step.deleted_now:
                changes.append(Change("restore", resource, step.id, f"/data/{index}", index))
            attributes, relationships = writable_state(resource, step.first.before or {})
            change = Change("update", resource, step.id, f"/data/{index}", index)
            change.attributes, change.relationships = attributes, relationships
            changes.append(change)
    return changes
