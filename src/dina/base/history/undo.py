"""Change sets: what was done together, and taking it back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, cast

from dina.base.errors import Error, Problem
from dina.base.history.read import text_of
from dina.base.history.steps import MAX_UNDO, Step, by_type, changes_of, find_references, next_place, steps_of
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi.documents import common_meta, document, plain_document
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.query import read_page, split_query
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import write
from dina.base.resource.checks import UUID_FORM

PART = 5000
AT_ONCE = 2
"""Parts that a preview looks up side by side."""
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


Part = tuple[int | None, int | None]
"""A part of a change set: the place in history before which it ends, and where it begins; None for the ends."""


async def parts_of(service: Service, id_: str) -> AsyncIterator[Part]:
    """The parts of a change set, the last changes first."""
    below: int | None = None
    while True:
        begin = await next_place(service, id_, below, PART)
        yield below, begin
        if begin is None:
            return
        below = begin


async def together(
    looked_up: Callable[[Part], Awaitable[list[Step]]], parts: AsyncIterator[Part]
) -> AsyncIterator[list[Step]]:
    """The steps of the parts in their order, a few looked up at a time: each is work for the database alone."""
    held: list[Part] = []
    async for part in parts:
        held.append(part)
        if len(held) == AT_ONCE:
            for steps in await asyncio.gather(*(looked_up(one) for one in held)):
                yield steps
            held.clear()
    for part in held:
        yield await looked_up(part)


async def preview_undo(service: Service, request: Request, id_: str) -> Answer:
    """`GET /change-set/{id}/undo`: what would happen, with conflicts."""
    asked = ask(service.types, None, request.query, frozenset(), frozenset({"references"}))
    found = await load(service, request, id_)
    references = asked.extra.get("references", "").lower() == "true"
    counts = {"delete": 0, "restore": 0, "revert": 0}
    conflicts: list[dict[str, Any]] = []
    blocked = 0

    async def looked_up(part: Part) -> list[Step]:
        """What has changed several times is in several parts, and told of in that of its first change."""
        below, begin = part
        steps = await steps_of(service, request, id_, below=below, limit=PART)
        steps = [step for step in steps if step.seq >= (begin or 0)]
        if references:
            await find_references(service, id_, steps)
        return steps

    async for steps in together(looked_up, parts_of(service, id_)):
        for step in steps:
            if step.conflict:
                blocked += 1
                if len(conflicts) < 1000:
                    conflicts.append(step.described())
            elif step.action in counts:
                counts[step.action] += 1
    return plain_document(
        service,
        request,
        {
            "type": "undo-preview",
            "id": found["id"],
            "attributes": {
                "deleted": counts["delete"],
                "restored": counts["restore"],
                "reverted": counts["revert"],
                "blocked": blocked,
                "conflicts": conflicts,
                "undoneBy": found["attributes"]["undoneBy"],
            },
        },
    )


async def undo(service: Service, request: Request, id_: str) -> Answer:
    """`POST /change-set/{id}/undo`: take the set back, as a change set of its own.

    With conflicts nothing happens (409) unless `?skipConflicts=true`, which leaves those resources alone.
    `?part=5000` takes back only so many changes, the last ones first; the answer's `undoBelow` is what `below`
    must be to go on with the next part, until it is null.
    """
    asked = ask(
        service.types, None, request.query, frozenset(), frozenset({"skipConflicts", "part", "below"})
    )
    part, below = (whole_number(asked.extra, name) for name in ("part", "below"))
    found = await load(service, request, id_)
    new: str | None = found["attributes"]["undoneBy"]
    if new and part is None:
        raise Problem(Error("UNDO_CONFLICT", key="undo.already"))
    steps = await steps_of(service, request, id_, below=below, limit=part or MAX_UNDO)
    steps = by_type(service, [step for step in steps if new is None or step.change_set != new])
    skipping = asked.extra.get("skipConflicts", "").lower() == "true"
    refuse_conflicts(steps, skipping)
    new = new or str(uuid.uuid4())
    request.headers[b"x-change-set"] = new.encode()
    request.headers.setdefault(b"x-change-set-label", b"undo")
    async with transaction(service, request) as connection:
        for column, value, which in (("undo_of", id_, new), ("undone_by", new, id_)):
            await connection.execute(
                cast(Any, f"UPDATE {service.schema}.change_set SET {column} = %s WHERE id = %s"),
                [value, which],
            )
        await take_back(service, request, connection, steps, skipping=skipping)
    told = await load(service, request, new)
    if part is not None:
        told["attributes"]["undoBelow"] = await next_place(service, id_, below, part)
        told["attributes"]["blocked"] = sum(1 for step in steps if step.conflict)
    return plain_document(service, request, told, status=200)


def whole_number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 1 << 62:
        raise Problem(Error("BAD_PARAMETER", key="page.number", values={"name": name}, parameter=name))
    return int(text)


def refuse_conflicts(steps: list[Step], skipping: bool) -> None:
    conflicts = [step for step in steps if step.conflict]
    if conflicts and not skipping:
        raise Problem(
            Error(
                "UNDO_CONFLICT",
                key="undo.conflicts",
                values={"count": len(conflicts)},
                meta={"conflicts": [step.described() for step in conflicts[:100]]},
            )
        )


async def take_back(
    service: Service, request: Request, connection: Any, steps: list[Step], *, skipping: bool
) -> None:
    """Write the steps; what rules do not let go is left alone where conflicts are to be skipped."""
    while True:
        changes = changes_of(service, steps)
        try:
            async with connection.transaction():
                await write(service, request, connection, changes)
            return
        except Problem as problem:
            free = [step for step in steps if not step.conflict]
            wrong = {error.meta["index"]: error for error in problem.errors if "index" in error.meta}
            if not skipping or not wrong:
                raise
            for index, error in wrong.items():
                free[index].referenced = dict(error.meta.get("references", {})) or {error.code: 1}
