"""Change sets: what was done together, and taking it back."""

from __future__ import annotations

import uuid
from typing import Any, cast

from dina.base.errors import Error, Problem
from dina.base.history.read import Revision, revisions, text_of, writable_state
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi.documents import common_meta, document, plain_document
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.query import read_page, split_query
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.write import transaction, write
from dina.base.resource.checks import UUID_FORM

MAX_UNDO = 1_000_000
COLUMNS = (
    "c.id::text, c.label, c.author, to_char(timezone('UTC', c.created_on), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
    "c.undo_of::text, c.undone_by::text, (SELECT count(*) FROM {schema}.revision r WHERE r.change_set = c.id)"
)


def resource_of(row: tuple[Any, ...], prefix: str) -> dict[str, Any]:
    id_, label, author, created, undo_of, undone_by, number = (text_of(v) for v in row)
    return {
        "type": "change-set",
        "id": id_,
        "attributes": {
            "label": label,
            "createdBy": author,
            "createdOn": created,
            "undoOf": undo_of,
            "undoneBy": undone_by,
            "changeCount": number,
        },
        "links": {"self": f"{prefix}/change-set/{id_}"},
    }


async def change_sets(service: Service, request: Request) -> Answer:
    """`GET /change-set`: newest first; everybody sees their own, administrators see all."""
    pairs = split_query(request.query)
    page = read_page({n: v for n, v in pairs if n.startswith("page[")})
    unknown = [n for n, _ in pairs if not n.startswith("page[") and n not in ("sort", "lang", "language")]
    if unknown:
        raise Problem([Error("UNKNOWN_PARAMETER", values={"name": n}, parameter=n) for n in unknown])
    mine = "" if request.caller.admin or request.caller.read_only_admin else "WHERE c.author = %(author)s"
    values = {"author": request.caller.username, "limit": page.limit, "offset": page.offset}
    async with service.pools.read.connection() as connection:
        cursor = await connection.execute(
            cast(
                Any,
                f"SELECT {COLUMNS.format(schema=service.schema)}, count(*) OVER () FROM {service.schema}.change_set c "
                f"{mine} ORDER BY c.created_on DESC, c.id LIMIT %(limit)s OFFSET %(offset)s",
            ),
            values,
        )
        rows = await cursor.fetchall()
    total = rows[0][-1] if rows else 0
    meta = {
        **common_meta(service, request), "totalResourceCount": total, "results": total, "limit": page.limit,
        "offset": page.offset, "sort": ["-createdOn"],
    }  # fmt: skip
    data = [resource_of(row[:-1], request.prefix) for row in rows]
    return Answer(200, document(dumps(data), None, meta, {"self": request.prefix + request.path}))


async def load(service: Service, request: Request, id_: str) -> dict[str, Any]:
    if not UUID_FORM.fullmatch(id_):
        raise Problem(Error("NOT_FOUND"))
    async with service.pools.write.connection() as connection:
        cursor = await connection.execute(
            cast(
                Any,
                f"SELECT {COLUMNS.format(schema=service.schema)} FROM {service.schema}.change_set c WHERE c.id = %s::uuid",
            ),
            [id_],
        )
        row = await cursor.fetchone()
    if row is None:
        raise Problem(Error("NOT_FOUND"))
    found = resource_of(row, request.prefix)
    caller = request.caller
    if not (caller.admin or caller.read_only_admin or found["attributes"]["createdBy"] == caller.username):
        raise Problem(Error("FORBIDDEN", key="forbidden.changeSet"))
    return found


async def change_set(service: Service, request: Request, id_: str) -> Answer:
    return plain_document(service, request, await load(service, request, id_))


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
        return out

    @property
    def conflict(self) -> bool:
        return self.gone or self.blocked_by is not None


async def steps_of(service: Service, request: Request, id_: str) -> list[Step]:
    """The steps that would undo a change set, last change first."""
    async with service.pools.write.connection() as connection:
        mine = await revisions(
            service, connection, request.caller, where=["r.change_set = %(set)s::uuid"], values={"set": id_},
            order="r.seq", limit=MAX_UNDO, before=True,
        )  # fmt: skip
        latest = await revisions(
            service,
            connection,
            request.caller,
            where=[
                f"(r.type, r.id) IN (SELECT m.type, m.id FROM {service.schema}.revision m WHERE m.change_set = %(set)s::uuid)",
                f"r.seq = (SELECT max(n.seq) FROM {service.schema}.revision n WHERE n.type = r.type AND n.id = r.id)",
            ],
            values={"set": id_},
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


async def preview_undo(service: Service, request: Request, id_: str) -> Answer:
    """`GET /change-set/{id}/undo`: what would happen, with conflicts."""
    found = await load(service, request, id_)
    steps = await steps_of(service, request, id_)
    return plain_document(service, request, preview_document(found, steps))


def preview_document(found: dict[str, Any], steps: list[Step]) -> dict[str, Any]:
    free = [step for step in steps if not step.conflict]
    counts = {
        action: sum(1 for s in free if s.action == action) for action in ("delete", "restore", "revert")
    }
    return {
        "type": "undo-preview",
        "id": found["id"],
        "attributes": {
            "deleted": counts["delete"],
            "restored": counts["restore"],
            "reverted": counts["revert"],
            "blocked": len(steps) - len(free),
            "conflicts": [step.described() for step in steps if step.conflict][:1000],
            "undoneBy": found["attributes"]["undoneBy"],
        },
    }


async def undo(service: Service, request: Request, id_: str) -> Answer:
    """`POST /change-set/{id}/undo`: take the set back, as a change set of its own.

    With conflicts nothing happens (409) unless `?skipConflicts=true`, which leaves those resources alone.
    """
    asked = ask(service.types, None, request.query, frozenset(), frozenset({"skipConflicts"}))
    found = await load(service, request, id_)
    if found["attributes"]["undoneBy"]:
        raise Problem(Error("UNDO_CONFLICT", key="undo.already"))
    steps = await steps_of(service, request, id_)
    conflicts = [step for step in steps if step.conflict]
    if conflicts and asked.extra.get("skipConflicts", "").lower() != "true":
        raise Problem(
            Error(
                "UNDO_CONFLICT",
                key="undo.conflicts",
                values={"count": len(conflicts)},
                meta={"conflicts": [step.described() for step in conflicts[:100]]},
            )
        )
    new = str(uuid.uuid4())
    request.headers[b"x-change-set"] = new.encode()
    request.headers.setdefault(b"x-change-set-label", b"undo")
    async with transaction(service, request) as connection:
        await connection.execute(
            cast(Any, f"UPDATE {service.schema}.change_set SET undo_of = %s WHERE id = %s"),
            [id_, new],
        )
        await connection.execute(
            cast(Any, f"UPDATE {service.schema}.change_set SET undone_by = %s WHERE id = %s"),
            [new, id_],
        )
        await write(service, request, connection, changes_of(service, steps))
    return plain_document(service, request, await load(service, request, new), status=200)


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
