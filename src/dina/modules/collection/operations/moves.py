"""`POST /storage-move`: many things change places at once, and why is kept.

Locks are taken in one order, samples before positions before places, so that movers wait instead of dying.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Required

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.identity.policy import may
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.writing.changes import Change, uuid7
from dina.base.jsonapi.writing.rows import lock_graphs
from dina.base.jsonapi.writing.transaction import Connection, transaction
from dina.base.jsonapi.writing.write import graphs_of, write
from dina.base.resource import ResourceType, RuleContext, UuidText
from dina.base.resource.kinds import DateTimeText
from dina.base.resource.rules import broken
from dina.base.text import Text, kind
from dina.modules.collection.operations.answers import execute
from dina.modules.collection.resources.base import GROUP
from dina.modules.collection.rules.storage import Unit, Well, locked_units, outside_grid

AT = "/data/attributes"
WELL = r"^[A-Za-z]{1,2}[0-9]{1,3}$"
ITEM = re.compile(rf"({AT}/(?:materialSamples|storageUnits)/\d+)/.*")
USAGE, SAMPLE, UNIT = "storage-unit-usage", "material-sample", "storage-unit"


class Circumstances(TypedDict, total=False):
    """When, by whom and why things were moved."""

    reason: Annotated[str, Field(max_length=1000)] | None
    movedOn: DateTimeText | None
    movedBy: UuidText | None


class Move(Circumstances, total=False):
    storageUnit: Required[UuidText]
    materialSamples: Annotated[list[UuidText], Field(max_length=5000)] | None
    storageUnits: Annotated[list[UuidText], Field(max_length=5000)] | None
    wells: Annotated[list[Annotated[str, Field(pattern=WELL)]], Field(max_length=5000)] | None
    fillFreeWells: bool | None


@dataclass(slots=True)
class Placed:
    """A sample on its way: its position before, if it has one of its own, and its well to be."""

    id: str
    pointer: str
    usage: str | None
    well: Well | None = None


async def move(call: Call) -> Answer:
    """Samples and places into one place; all or nothing, one change set."""
    given = call.attributes
    samples, units = given.get("materialSamples") or [], given.get("storageUnits") or []
    faults = list(unclear(given, samples, units))
    if faults:
        raise Problem(faults)
    async with moving(call) as (connection, change_set):
        await lock_graphs(connection, graphs_of(nest(call, units)))
        placed = await current(connection, samples)
        target = await entered(call, connection, given["storageUnit"], units)
        own = {one.usage for one in placed if one.usage}
        held = {well: usage for well, usage in target.taken.items() if usage in own}
        target.taken = {well: usage for well, usage in target.taken.items() if usage not in own}
        choose_wells(given, placed, target)
        await write(call.service, call.request, connection, vacate(call, placed, held))
        changes = [*place(call, placed, given["storageUnit"]), *nest(call, units)]
        await write(call.service, call.request, connection, changes)
    return call.answer(
        {
            "storageUnit": given["storageUnit"],
            "changeSet": change_set,
            "materialSamples": [
                {
                    "id": one.id,
                    "storageUnitUsage": one.usage,
                    "wellRow": one.well and one.well[0],
                    "wellColumn": one.well and one.well[1],
                }
                for one in placed
            ],
            "storageUnits": [{"id": id_} for id_ in units],
            **{name: given.get(name) for name in ("reason", "movedOn", "movedBy")},
        },
        id=change_set,
    )


def unclear(given: dict[str, Any], samples: list[str], units: list[str]) -> list[Error]:
    """What is wrong with the request by itself."""
    errors = future(given)
    wells = given.get("wells")
    if not samples and not units:
        errors.append(broken("move.nothing", AT))
    for name, ids in (("materialSamples", samples), ("storageUnits", units)):
        errors += [broken("move.twice", f"{AT}/{name}/{n}") for n, id_ in enumerate(ids) if id_ in ids[:n]]
    if wells is not None and given.get("fillFreeWells"):
        errors.append(broken("move.wellsTwice", f"{AT}/fillFreeWells"))
    elif wells is not None and len(wells) != len(samples):
        errors.append(broken("move.wells", f"{AT}/wells", wells=len(wells), count=len(samples)))
    return errors


def future(given: dict[str, Any]) -> list[Error]:
    on = given.get("movedOn")
    late = on is not None and dt.datetime.fromisoformat(on) > dt.datetime.now(dt.UTC) + dt.timedelta(
        minutes=5
    )
    return (
        [
            Error(
                "CONSTRAINT_VIOLATION",
                key="value.future",
                values={"name": "movedOn"},
                pointer=f"{AT}/movedOn",
            )
        ]
        if late
        else []
    )


@asynccontextmanager
async def moving(call: Call) -> AsyncGenerator[tuple[Connection, str]]:
    """A transaction whose placements carry the circumstances; faults point at what the request listed."""
    given = call.attributes
    said = {"on": given.get("movedOn"), "by": given.get("movedBy"), "reason": given.get("reason")}
    try:
        async with transaction(call.service, call.request, grouped=True) as connection:
            [(change_set,)] = await execute(
                connection,
                "SELECT current_setting('dina.change_set') FROM set_config('dina.move', %(said)s, true)",
                {"said": orjson.dumps({name: value for name, value in said.items() if value}).decode()},
            )
            yield connection, change_set
    except Problem as problem:
        raise Problem([_settled(error) for error in problem.errors], headers=problem.headers) from None


def _settled(error: Error) -> Error:
    match = ITEM.fullmatch(error.pointer or "")
    return replace(error, pointer=match[1]) if match else error


async def current(connection: Connection, samples: list[str]) -> list[Placed]:
    """The samples with the positions that are theirs alone, locked."""
    rows = await execute(
        connection,
        "SELECT id::text, storage_unit_usage_id::text FROM collection.material_sample "
        "WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE",
        {"ids": samples},
    )
    usages = {usage for _, usage in rows if usage}
    alone = await execute(
        connection,
        "SELECT u.id::text FROM collection.storage_unit_usage u WHERE u.id = ANY(%(ids)s::uuid[]) "
        "AND u.deleted_on IS NULL AND (SELECT count(*) FROM collection.material_sample s "
        "WHERE s.storage_unit_usage_id = u.id AND s.deleted_on IS NULL) = 1 ORDER BY u.id FOR UPDATE",
        {"ids": sorted(usages)},
    )
    own = {row[0] for row in alone}
    before = {id_: usage for id_, usage in rows if usage in own}
    return [Placed(id_, f"{AT}/materialSamples/{n}", before.get(id_)) for n, id_ in enumerate(samples)]


async def entered(call: Call, connection: Connection, target: str, units: list[str]) -> Unit:
    """The place things go into, locked together with those that move. Raises Problem."""
    rows = await execute(
        connection,
        'SELECT id::text, "group", created_by FROM collection.storage_unit '
        "WHERE id = ANY(%(ids)s::uuid[]) AND deleted_on IS NULL ORDER BY id FOR UPDATE",
        {"ids": [target, *units]},
    )
    facts = {id_: {"group": group, "createdBy": author} for id_, group, author in rows}
    pointer = f"{AT}/storageUnit"
    if target not in facts:
        raise Problem(Error("RELATED_NOT_FOUND", values={"type": UNIT, "id": target}, pointer=pointer))
    if not may(GROUP, "update", call.request.caller, facts[target]):
        values = {"group": facts[target]["group"], "type": kind(UNIT)}
        raise Problem(Error("FORBIDDEN", key="forbidden.update", values=values, pointer=pointer))
    return (await locked_units(RuleContext(connection, call.service.schema), [target]))[target]


def choose_wells(given: dict[str, Any], placed: list[Placed], target: Unit) -> None:
    """The wells asked for, or the next free ones in the order in which the grid is filled."""
    if given.get("fillFreeWells") and placed:
        if target.grid is None:
            raise Problem(broken("storage.noGrid", f"{AT}/fillFreeWells"))
        free = [well for well in target.grid.wells() if well not in target.taken]
        if len(free) < len(placed):
            said = {"unit": target.name, "free": len(free), "count": len(placed)}
            raise Problem(broken("move.full", f"{AT}/fillFreeWells", **said))
        for one, well in zip(placed, free, strict=False):
            one.well = well
    errors: list[Error] = []
    for number, text in enumerate(given.get("wells") or []):
        letters = text.rstrip("0123456789")
        well = (letters.upper(), int(text[len(letters) :]))
        pointer = f"{AT}/wells/{number}"
        errors += [replace(error, pointer=pointer) for error in outside_grid(target.grid, *well)]
        if well[1] < 1:
            errors.append(broken("location.invalidWellColumn", pointer, column=0, last="1"))
        if target.taken.setdefault(well, placed[number].id) != placed[number].id:
            said = {"well": f"{well[0]}{well[1]}", "unit": target.name}
            errors.append(broken("storage.wellTaken", pointer, "NOT_UNIQUE", **said))
        placed[number].well = well
    if errors:
        raise Problem(errors)


def step(
    action: str,
    resource: ResourceType,
    id_: str,
    pointer: str,
    *,
    attributes: dict[str, Any] | None = None,
    relationships: dict[str, Any] | None = None,
) -> Change:
    """One change of the move, whatever version the thing is at; faults point at the item of the request."""
    index = int(pointer.rpartition("/")[2]) if pointer != AT else 0
    return Change(
        action, resource, id_, pointer, index, attributes=attributes or {}, relationships=relationships or {},
        if_match="*", id_member="",
    )  # fmt: skip


def vacate(call: Call, placed: list[Placed], held: dict[Well, str]) -> list[Change]:
    """Where one moves into the well of another that moves too, the wells are given up first."""
    if not any(one.well in held and held[one.well] != one.usage for one in placed if one.well):
        return []
    usages, leaving = call.service.types[USAGE], set(held.values())
    none = {"wellRow": None, "wellColumn": None}
    return [
        step("update", usages, one.usage, one.pointer, attributes=dict(none))
        for one in placed
        if one.usage in leaving and one.usage
    ]


def place(call: Call, placed: list[Placed], target: str) -> list[Change]:
    """Positions moved, positions made for samples without one of their own, and those samples linked."""
    usages, samples = call.service.types[USAGE], call.service.types[SAMPLE]
    moved: list[Change] = []
    made: list[Change] = []
    linked: list[Change] = []
    for one in placed:
        row, column = one.well or (None, None)
        attributes = {"wellRow": row, "wellColumn": column}
        into = {"storageUnit": target, "storageUnitType": None}
        if one.usage:
            moved.append(
                step("update", usages, one.usage, one.pointer, attributes=attributes, relationships=into)
            )
            continue
        one.usage = str(uuid7())
        attributes["usageType"] = SAMPLE
        made.append(step("create", usages, one.usage, one.pointer, attributes=attributes, relationships=into))
        link = {"storageUnitUsage": one.usage}
        linked.append(step("update", samples, one.id, one.pointer, relationships=link))
    return [*moved, *made, *linked]


def nest(call: Call, units: list[str]) -> list[Change]:
    resource, into = call.service.types[UNIT], {"parentStorageUnit": call.attributes["storageUnit"]}
    return [
        step("update", resource, id_, f"{AT}/storageUnits/{n}", relationships=dict(into))
        for n, id_ in enumerate(units)
    ]


OPERATIONS = (
    Operation(
        "POST", "/storage-move", move,
        Text("Move specimens and storage places", "Déplacer des spécimens et des emplacements"),
        "storage-move", body=Move,
    ),
)  # fmt: skip
