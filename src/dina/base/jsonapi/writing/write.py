"""The one write function: changes in, rows and history out, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from psycopg import errors

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.drafts import (
    Pending,
    batch_rule_errors,
    constraint_errors,
    draft_of,
    rule_errors,
)
from dina.base.jsonapi.writing.linkage import check_links
from dina.base.jsonapi.writing.removal import remove
from dina.base.jsonapi.writing.run import Run
from dina.base.jsonapi.writing.transaction import Connection
from dina.base.resource import Creation, RuleContext


async def write(
    service: Service, request: Request, connection: Connection, changes: Sequence[Change]
) -> None:
    """Apply the changes in order within the given transaction. Raises Problem with every fault found."""
    await rows.lock_graphs(connection, graphs_of(changes))
    for _, run in groupby(changes, key=lambda c: (c.action, c.resource.type)):
        group = list(run)
        await apply(Run(service, request, connection, group))


def graphs_of(changes: Iterable[Change]) -> set[str]:
    """The graphs without loops that the changes may close: what is new has nothing below it that would."""
    found: set[str] = set()
    for change in changes:
        links = change.resource.relationships
        for name, value in change.relationships.items():
            graph = links[name].graph if name in links else None
            if graph and value and not (links[name].tree and change.action == "create"):
                found.add(f"{change.resource.module}.{graph}")
    return found


async def judge(
    service: Service, request: Request, connection: Connection, changes: Sequence[Change]
) -> None:
    """Find every fault that the changes would meet, and write nothing.

    What one change would make counts as there for the next. What only the database can say, such as a value
    that two people give at the same time, is found when it is written. Raises Problem.
    """
    assumed: dict[str, set[str]] = {}
    found: list[Error] = []
    for _, run in groupby(changes, key=lambda c: (c.action, c.resource.type)):
        group = list(run)
        try:
            await apply(Run(service, request, connection, group, assumed))
        except Problem as problem:
            found += problem.errors
        if group[0].action == "create":
            assumed.setdefault(group[0].resource.type, set()).update(change.id for change in group)
    if found:
        raise Problem(found)


async def apply(run: Run) -> None:
    action = run.changes[0].action
    try:
        if action == "create":
            await create(run)
        elif action == "update":
            await update(run)
        else:
            await remove(run, action)
    except errors.IntegrityError as fault:
        raise Problem(rows.database_error(fault, run.resource, run.changes)) from None
    except errors.DataError:
        raise Problem(
            Error("CONSTRAINT_VIOLATION", key="value.outOfRange", pointer=run.changes[0].pointer)
        ) from None


async def create(run: Run) -> None:
    pending = [draft_of(change, None) for change in run.changes]
    await inherit_groups(run, pending)
    for one in pending:
        facts = {**one.draft.attributes, "createdBy": run.request.caller.username}
        if run.resource.grouped and not facts["group"]:
            continue
        if not run.resource.may("create", run.request.caller, facts):
            run.forbid(one.change, "create", facts)
    await refuse_taken_ids(run)
    await judge_drafts(run, pending)
    if run.assumed is not None:
        return
    await rows.insert(run.connection, run.resource, pending, run.request.caller.username)
    if run.resource.created:
        drafts = [one.draft for one in pending]
        made = Creation(run.connection, run.service, run.request.caller, drafts)
        for happens in run.resource.created:
            await happens(made)


async def inherit_groups(run: Run, pending: list[Pending]) -> None:
    """The group of what a resource is linked to becomes its own (`group_from`)."""
    for name in run.resource.group_from:
        relationship = run.resource.relationships[name]
        wanted = {
            one.draft.relationships[name] for one in pending if isinstance(one.draft.relationships[name], str)
        }
        found = (
            await rows.groups(run.connection, run.service.types[relationship.target], wanted)
            if wanted
            else {}
        )
        for one in pending:
            group = found.get(str(one.draft.relationships[name]))
            if group is not None and not one.draft.attributes.get("group"):
                one.draft.attributes["group"] = group


async def refuse_taken_ids(run: Run) -> None:
    chosen = [change.id for change in run.changes if change.chosen_id]
    if not chosen:
        return
    used = await rows.taken(run.connection, run.resource, chosen)
    seen: set[str] = set()
    for change in run.changes:
        if change.chosen_id and (change.id in used or change.id in seen):
            run.fail(change, Error("ID_IN_USE", pointer="/id"))
        seen.add(change.id)


async def update(run: Run) -> None:
    found = await run.stored()
    pending: list[Pending] = []
    for change in run.changes:
        row = found.get(change.id)
        if row is None or row.deleted:
            continue
        if not run.resource.may("update", run.request.caller, row.facts):
            run.forbid(change, "update", row.facts)
            continue
        one = draft_of(change, row)
        # Nobody makes a row so that they may no longer change it, such as another's private one.
        facts = {**row.facts, **one.draft.attributes, "createdBy": row.created_by}
        if run.resource.sharing and not run.resource.may("update", run.request.caller, facts):
            run.forbid(change, "update", row.facts)
            continue
        pending.append(one)
    touched = [one for one in pending if one.touched]
    await judge_drafts(run, touched)
    if touched and run.assumed is None:
        await rows.update(run.connection, run.resource, touched)


async def judge_drafts(run: Run, pending: list[Pending]) -> None:
    """Constraints, then linkage, then rules; everything found is reported together."""
    broken: set[int] = set()
    for position, one in enumerate(pending):
        for error in constraint_errors(one):
            broken.add(position)
            run.fail(one.change, error)
    await check_links(run, pending)
    for position, one in enumerate(pending):
        if position not in broken:
            for error in rule_errors(one):
                run.fail(one.change, error)
    sound = [one for position, one in enumerate(pending) if position not in broken]
    if run.resource.batch_rules and sound:
        context = RuleContext(run.connection, run.service.schema)
        for one, error in await batch_rule_errors(run.resource, sound, context):
            run.fail(one.change, error)
    run.stop_if_failed()
