"""The one write function: changes in, rows and history out, all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any

from psycopg import AsyncConnection, errors

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.identity.policy import may_purge
from dina.base.json import is_array
from dina.base.jsonapi.reading import gone
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import Change, named
from dina.base.jsonapi.writing.drafts import (
    Pending,
    Stored,
    batch_rule_errors,
    constraint_errors,
    draft_of,
    rule_errors,
)
from dina.base.resource import Creation, Draft, ResourceType, RuleContext

Connection = AsyncConnection[Any]


@asynccontextmanager
async def transaction(
    service: Service, request: Request, *, grouped: bool = False
) -> AsyncGenerator[Connection]:
    """A transaction whose changes carry the author and the change set. Raises Problem for late conflicts."""
    change_set = request.header(b"x-change-set")
    if change_set is not None:
        try:
            change_set = str(uuid.UUID(change_set))
        except ValueError:
            raise Problem(Error("BAD_PARAMETER", key="header.uuid", header="X-Change-Set")) from None
    elif grouped:
        change_set = str(uuid.uuid4())
    try:
        async with service.pools.write.connection() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('dina.author', %s, true), set_config('dina.change_set', %s, true)",
                [request.caller.username, change_set or ""],
            )
            if change_set is not None:
                await connection.execute(
                    f"INSERT INTO {service.schema}.change_set (id, label, author) VALUES (%s, %s, %s) "  # type: ignore[arg-type]
                    "ON CONFLICT (id) DO NOTHING",
                    [change_set, request.header(b"x-change-set-label"), request.caller.username],
                )
            yield connection
    except errors.ForeignKeyViolation:
        raise Problem(Error("STILL_REFERENCED", values={"references": "…"})) from None
    except (errors.SerializationFailure, errors.DeadlockDetected):
        raise Problem(Error("UNAVAILABLE"), headers={"Retry-After": "1"}) from None


async def write(
    service: Service, request: Request, connection: Connection, changes: Sequence[Change]
) -> None:
    """Apply the changes in order within the given transaction. Raises Problem with every fault found."""
    await rows.lock_graphs(connection, graphs_of(changes))
    for _, run in groupby(changes, key=lambda c: (c.action, c.resource.type)):
        group = list(run)
        writer = _Writer(service, request, connection, group)
        await writer.apply()


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
        writer = _Writer(service, request, connection, group, assumed)
        try:
            await writer.apply()
        except Problem as problem:
            found += problem.errors
        if group[0].action == "create":
            assumed.setdefault(group[0].resource.type, set()).update(change.id for change in group)
    if found:
        raise Problem(found)


class _Writer:
    """A run of changes of the same action and type."""

    def __init__(
        self,
        service: Service,
        request: Request,
        connection: Connection,
        changes: list[Change],
        assumed: Mapping[str, set[str]] | None = None,
    ) -> None:
        """`assumed`: ids taken to be there, by type; with it nothing is written."""
        self.assumed = assumed
        self.service = service
        self.request = request
        self.connection = connection
        self.changes = changes
        self.resource: ResourceType = changes[0].resource
        self.errors: list[Error] = []

    async def apply(self) -> None:
        action = self.changes[0].action
        try:
            if action == "create":
                await self.create()
            elif action == "update":
                await self.update()
            else:
                await self.remove(action)
        except errors.IntegrityError as fault:
            raise Problem(rows.database_error(fault, self.resource, self.changes)) from None
        except errors.DataError:
            raise Problem(
                Error("CONSTRAINT_VIOLATION", key="value.outOfRange", pointer=self.changes[0].pointer)
            ) from None

    def fail(self, change: Change, error: Error) -> None:
        self.errors.append(change.located(error))

    def stop_if_failed(self) -> None:
        if self.errors:
            raise Problem(self.errors)

    async def create(self) -> None:
        pending = [draft_of(change, None) for change in self.changes]
        await self.inherit_groups(pending)
        for one in pending:
            facts = {**one.draft.attributes, "createdBy": self.request.caller.username}
            if self.resource.grouped and not facts["group"]:
                continue
            if not self.resource.may("create", self.request.caller, facts):
                self.forbid(one.change, "create", facts)
        await self.refuse_taken_ids()
        await self.judge(pending)
        if self.assumed is not None:
            return
        await rows.insert(self.connection, self.resource, pending, self.request.caller.username)
        if self.resource.created:
            drafts = [one.draft for one in pending]
            made = Creation(self.connection, self.service, self.request.caller, drafts)
            for happens in self.resource.created:
                await happens(made)

    async def inherit_groups(self, pending: list[Pending]) -> None:
        """The group of what a resource is linked to becomes its own (`group_from`)."""
        for name in self.resource.group_from:
            relationship = self.resource.relationships[name]
            wanted = {
                one.draft.relationships[name]
                for one in pending
                if isinstance(one.draft.relationships[name], str)
            }
            found = (
                await rows.groups(self.connection, self.service.types[relationship.target], wanted)
                if wanted
                else {}
            )
            for one in pending:
                group = found.get(str(one.draft.relationships[name]))
                if group is not None and not one.draft.attributes.get("group"):
                    one.draft.attributes["group"] = group

    def forbid(self, change: Change, action: str, facts: dict[str, Any]) -> None:
        values = {"group": facts.get("group") or "", "type": self.resource.type}
        # A single delete has no body for a pointer to point into.
        place = "" if change.index is not None or action in ("create", "update") else None
        self.fail(change, Error("FORBIDDEN", key=f"forbidden.{action}", values=values, pointer=place))

    async def refuse_taken_ids(self) -> None:
        chosen = [change.id for change in self.changes if change.chosen_id]
        if not chosen:
            return
        used = await rows.taken(self.connection, self.resource, chosen)
        seen: set[str] = set()
        for change in self.changes:
            if change.chosen_id and (change.id in used or change.id in seen):
                self.fail(change, Error("ID_IN_USE", pointer="/id"))
            seen.add(change.id)

    async def stored(self, *, deleted: bool = False, only: frozenset[str] | None = None) -> dict[str, Stored]:
        """Rows of the changes; those absent, deleted or stale are reported."""
        found = await rows.load(self.connection, self.resource, [c.id for c in self.changes], only=only)
        for change in self.changes:
            row = found.get(change.id)
            place = change.id_member if change.index is not None else None
            if row is None:
                self.fail(change, Error("NOT_FOUND", pointer=place))
            elif row.deleted and not deleted:
                fault = gone(self.request, self.resource, change.id).errors[0]
                self.fail(change, replace(fault, pointer=place))
            else:
                self.check_version(change, row)
        return found

    def check_version(self, change: Change, row: Stored) -> None:
        current = {"currentVersion": row.version}
        if change.version is not None and change.version != row.version:
            error = Error(
                "STALE_VERSION",
                values={"current": row.version},
                pointer="/attributes/resourceVersion",
                meta=current,
            )
            self.fail(change, error)
        if change.if_match is not None and change.if_match.strip() != "*":
            given = [part.strip().removeprefix("W/").strip('"') for part in change.if_match.split(",")]
            if str(row.version) not in given:
                self.fail(
                    change, Error("PRECONDITION_FAILED", values=current, header="If-Match", meta=current)
                )
        if self.service.version_required and change.version is None and change.if_match is None:
            self.fail(change, Error("PRECONDITION_REQUIRED", meta=current))

    async def update(self) -> None:
        found = await self.stored()
        pending: list[Pending] = []
        for change in self.changes:
            row = found.get(change.id)
            if row is None or row.deleted:
                continue
            if not self.resource.may("update", self.request.caller, row.facts):
                self.forbid(change, "update", row.facts)
                continue
            one = draft_of(change, row)
            # Nobody makes a row so that they may no longer change it, such as another's private one.
            facts = {**row.facts, **one.draft.attributes, "createdBy": row.created_by}
            if self.resource.sharing and not self.resource.may("update", self.request.caller, facts):
                self.forbid(change, "update", row.facts)
                continue
            pending.append(one)
        touched = [one for one in pending if one.touched]
        await self.judge(touched)
        if touched and self.assumed is None:
            await rows.update(self.connection, self.resource, touched)

    async def judge(self, pending: list[Pending]) -> None:
        """Constraints, then linkage, then rules; everything found is reported together."""
        broken: set[int] = set()
        for position, one in enumerate(pending):
            for error in constraint_errors(one):
                broken.add(position)
                self.fail(one.change, error)
        await self.check_links(pending)
        for position, one in enumerate(pending):
            if position not in broken:
                for error in rule_errors(one):
                    self.fail(one.change, error)
        sound = [one for position, one in enumerate(pending) if position not in broken]
        if self.resource.batch_rules and sound:
            context = RuleContext(self.connection, self.service.schema)
            for one, error in await batch_rule_errors(self.resource, sound, context):
                self.fail(one.change, error)
        self.stop_if_failed()

    async def check_links(self, pending: list[Pending]) -> None:
        """Linked internal resources must exist; a wrong type is forgiven where the id fits (api.md §13.4)."""
        own = {change.id for change in self.changes}
        for name, relationship in self.resource.relationships.items():
            if relationship.external:
                continue
            target = self.service.types[relationship.target]
            concerned = [
                one for one in pending if name in one.relationships and one.draft.relationships[name]
            ]
            wanted = [id_ for one in concerned for id_ in self.linked(one, name)]
            known = (
                own
                if target.type == self.resource.type and self.changes[0].action == "create"
                else set[str]()
            )
            known = known | (self.assumed or {}).get(target.type, set[str]())
            absent = await rows.missing(self.connection, target, [id_ for id_ in wanted if id_ not in known])
            for one in concerned:
                self.report_links(one, name, absent)
            if relationship.tree and not relationship.many:
                await self.check_loops(concerned, name)

    @staticmethod
    def linked(one: Pending, name: str) -> list[str]:
        value = one.draft.relationships[name]
        return [named(v)[1] for v in (value if is_array(value) else [value])]

    def report_links(self, one: Pending, name: str, absent: set[str]) -> None:
        value = one.draft.relationships[name]
        many = is_array(value)
        values: list[Any] = value if is_array(value) else [value]
        clean: list[str] = []
        for position, item in enumerate(values):
            pointer = f"/relationships/{name}/data" + (f"/{position}" if many else "")
            type_, id_ = named(item)
            clean.append(id_)
            relationship = self.resource.relationships[name]
            if type_ is not None:
                if id_ in absent:
                    meant = {"expected": relationship.target, "type": type_}
                    self.fail(one.change, Error("LINKAGE_TYPE_MISMATCH", values=meant, pointer=pointer))
                else:
                    self.request.warnings[f"{name}.type"] = f"{type_}: taken as {relationship.target}"
            elif id_ in absent:
                shown = pointer if name in one.change.relationships else ""
                self.fail(
                    one.change,
                    Error(
                        "RELATED_NOT_FOUND", values={"type": relationship.target, "id": id_}, pointer=shown
                    ),
                )
        one.draft.relationships[name] = clean if many else clean[0]

    async def check_loops(self, concerned: list[Pending], name: str) -> None:
        edges = {one.change.id: one.draft.relationships[name] for one in concerned}
        if not edges:
            return
        column = self.resource.relationships[name].column
        for id_ in await rows.loops(self.connection, self.resource, column, edges):
            one = next(p for p in concerned if p.change.id == id_)
            self.fail(
                one.change,
                Error(
                    "HIERARCHY_LOOP",
                    values={"name": name},
                    pointer=f"/relationships/{name}",
                    meta={"rule": "hierarchy.loop"},
                ),
            )

    async def remove(self, action: str) -> None:
        only = None if self.resource.delete_rules else frozenset(self.resource.deciding)
        found = await self.stored(deleted=action in ("restore", "purge"), only=only)
        ids = [c.id for c in self.changes if c.id in found]
        for change in self.changes:
            row = found.get(change.id)
            if row is None or (row.deleted and action == "delete"):
                continue
            if not self.allowed(action, row):
                self.forbid(change, action, row.facts)
        if action in ("delete", "purge") and ids:
            await self.refuse_referenced(ids, all_rows=action == "purge")
            await self.judge_removal(found)
        self.stop_if_failed()
        if self.assumed is not None:
            return
        if action == "delete":
            await rows.remove(self.connection, self.resource, ids, self.request.caller.username)
        elif action == "restore":
            await rows.restore(self.connection, self.resource, [i for i in ids if found[i].deleted])
        else:
            await rows.purge(self.connection, self.resource, ids)

    async def judge_removal(self, found: dict[str, Stored]) -> None:
        """What the type's own rules say against deleting."""
        leaving = [change for change in self.changes if change.id in found]
        if not self.resource.delete_rules:
            return
        drafts = [
            Draft(self.resource.type, row.id, row.attributes, row.relationships)
            for row in (found[change.id] for change in leaving)
        ]
        context = RuleContext(self.connection, self.service.schema)
        for rule in self.resource.delete_rules:
            for position, error in await rule(drafts, context):
                change = leaving[position]
                place = change.id_member if change.index is not None else None
                self.fail(change, replace(error, pointer=place))

    def allowed(self, action: str, row: Stored) -> bool:
        caller = self.request.caller
        if action == "purge":
            return may_purge(caller)
        if action == "restore":
            return self.resource.may_restore(caller, row.facts)
        return self.resource.may("delete", caller, row.facts)

    async def refuse_referenced(self, ids: list[str], *, all_rows: bool) -> None:
        found = await rows.references(
            self.connection, self.service.types, self.resource, ids, all_rows=all_rows
        )
        for change in self.changes:
            counts = found.get(change.id)
            if counts:
                listed = ", ".join(f"{number} {type_}" for type_, number in sorted(counts.items()))
                error = Error(
                    "STILL_REFERENCED",
                    values={"references": listed},
                    pointer=change.id_member if change.index is not None else None,
                    meta={"references": counts},
                )
                self.fail(change, error)
