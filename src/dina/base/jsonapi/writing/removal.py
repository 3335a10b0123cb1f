"""Deleting, restoring and purging: who may, and what stands against it."""

from __future__ import annotations

from dataclasses import replace

from dina.base.errors import Error
from dina.base.identity.policy import may_purge
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.drafts import Stored
from dina.base.jsonapi.writing.run import Run
from dina.base.resource import Draft, RuleContext
from dina.base.text import counted


async def remove(run: Run, action: str) -> None:
    only = None if run.resource.delete_rules else frozenset(run.resource.deciding)
    found = await run.stored(deleted=action in ("restore", "purge"), only=only)
    ids = [c.id for c in run.changes if c.id in found]
    for change in run.changes:
        row = found.get(change.id)
        if row is None or (row.deleted and action == "delete"):
            continue
        if not allowed(run, action, row):
            run.forbid(change, action, row.facts)
    if action in ("delete", "purge") and ids:
        await refuse_referenced(run, ids, all_rows=action == "purge")
        await judge_removal(run, found)
    run.stop_if_failed()
    if run.assumed is not None:
        return
    if action == "delete":
        await rows.remove(run.connection, run.resource, ids, run.request.caller.username)
    elif action == "restore":
        await rows.restore(run.connection, run.resource, [i for i in ids if found[i].deleted])
    else:
        await rows.purge(run.connection, run.resource, ids)


async def judge_removal(run: Run, found: dict[str, Stored]) -> None:
    """What the type's own rules say against deleting."""
    leaving = [change for change in run.changes if change.id in found]
    if not run.resource.delete_rules:
        return
    drafts = [
        Draft(run.resource.type, row.id, row.attributes, row.relationships)
        for row in (found[change.id] for change in leaving)
    ]
    context = RuleContext(run.connection, run.service.schema)
    for rule in run.resource.delete_rules:
        for position, error in await rule(drafts, context):
            change = leaving[position]
            place = change.id_member if change.index is not None else None
            run.fail(change, replace(error, pointer=place))


def allowed(run: Run, action: str, row: Stored) -> bool:
    caller = run.request.caller
    if action == "purge":
        return may_purge(caller)
    if action == "restore":
        return run.resource.may_restore(caller, row.facts)
    return run.resource.may("delete", caller, row.facts)


async def refuse_referenced(run: Run, ids: list[str], *, all_rows: bool) -> None:
    found = await rows.references(run.connection, run.service.types, run.resource, ids, all_rows=all_rows)
    for change in run.changes:
        counts = found.get(change.id)
        if counts:
            error = Error(
                "STILL_REFERENCED",
                values={"references": counted(counts)},
                pointer=change.id_member if change.index is not None else None,
                meta={"references": counts},
            )
            run.fail(change, error)
