"""Endpoints of changes over many records: looked at first, made as one change set, taken back as one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jobs import enqueue, store
from dina.base.jobs.endpoints import load, resource_of
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource.kinds import UuidText
from dina.base.text import Text
from dina.modules.exchange.patterns import Faulty, ready

TYPE = "bulk-change"
KEPT = ("type", "module", "label", "fields", "q")
"""What the jobs that make a change and take it back need of the one that looked at it."""
KINDS = ("person", "organization", "identifier")
"""Types that the agent module has; all others are the collection's."""
Value = Annotated[str, Field(max_length=100_000)]


Field_ = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[\w:-]+){0,5}$", max_length=300)]
Replacement = TypedDict("Replacement", {"from": Value, "to": Value | None})
"""One text and what it becomes."""
Way = Literal[
    "set", "fill", "clear", "become", "replace", "prepend", "append", "add", "remove", "copy", "plus", "shift"
]
BULKY = 100_000
"""Characters that one operation may put into a record."""


Change = TypedDict(
    "Change",
    {
        "field": Field_,
        "op": Way,
        "value": NotRequired[Any],
        "find": NotRequired[Value],
        "pattern": NotRequired[bool],
        "matchCase": NotRequired[bool],
        "from": NotRequired[Field_],
        "values": NotRequired[Annotated[list[Replacement], Field(min_length=1, max_length=1000)]],
    },
)
"""What is done to a field: `set`, `fill` (only where it is empty), `clear`, `replace` (`find` within a text; with
`pattern` a regular expression, whose groups `value` puts back as `\\1`), `prepend`, `append`, `add` and `remove` (lists and
links), `copy` (`from` another field), `plus`, `shift` (by days), `become` (`values`: whole texts, elements of lists and
linked records, and what they become)."""


class Cell(TypedDict):
    """One value of one record; `was` is what it was when it was looked at: where it is another now, it is refused."""

    id: UuidText
    field: Field_
    value: Any
    was: NotRequired[Any]


class Changes(TypedDict):
    """Operations on the records named by `ids`, or on those that `q`, `filter` and `geometry` find (`all` for every
    record of the type), and single `cells`. `field` with `values` is one operation `become`.

    `apply` makes the change at once; without it the job only tells what would change, and `…/{id}/apply` makes it.
    """

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
    field: NotRequired[Field_]
    values: NotRequired[Annotated[list[Replacement], Field(min_length=1, max_length=1000)]]
    operations: NotRequired[Annotated[list[Change], Field(min_length=1, max_length=50)]]
    cells: NotRequired[Annotated[list[Cell], Field(min_length=1, max_length=20_000)]]
    ids: NotRequired[Annotated[list[UuidText], Field(min_length=1, max_length=10_000)]]
    q: NotRequired[Annotated[str, Field(max_length=4000)]]
    filter: NotRequired[dict[str, Any]]
    geometry: NotRequired[dict[str, Any]]
    all: NotRequired[bool]
    apply: NotRequired[bool]


class Applying(TypedDict, total=False):
    """`stop`: nothing is changed where a record is not as it was looked at; `skip` (usual): only that one is left."""

    onConflict: Literal["skip", "stop"]


class Conflicts(TypedDict, total=False):
    skipConflicts: bool


async def change(call: Call) -> Answer:
    """`POST /bulk-change` → 202 with a job whose result says what would change, or has changed."""
    given = call.attributes
    operations = [operation(one) for one in given.get("operations", ())]
    if given.get("field") and given.get("values"):
        operations.append(operation({"field": given["field"], "op": "become", "values": given["values"]}))
    cells = given.get("cells") or []
    selected = any(given.get(name) for name in ("ids", "q", "filter", "geometry", "all"))
    if not operations and not cells:
        raise Problem(Error("BUSINESS_RULE", key="change.nothing", pointer="/data/attributes"))
    if any(one["op"] != "become" for one in operations) and not selected and not cells:
        raise Problem(Error("BUSINESS_RULE", key="change.noRecords", pointer="/data/attributes"))
    for at, one in enumerate([*operations, *cells]):
        if len(orjson.dumps(one.get("value"))) > BULKY:
            raise Problem(
                Error("BUSINESS_RULE", key="change.bulky", values={"number": at + 1, "most": BULKY})
            )
    check_patterns(operations)
    fields = list(dict.fromkeys(one["field"] for one in [*operations, *cells]))
    label = f"{given['type']} {', '.join(fields)}"
    parameters = {
        "type": given["type"], "module": "agent" if given["type"] in KINDS else "collection", "operations": operations,
        "cells": cells, **{name: given.get(name) for name in ("ids", "q", "filter", "geometry", "all")},
        "changeSet": str(uuid.uuid4()), "label": label[:200], "language": call.request.language,
        "fields": fields[:100],
    }  # fmt: skip
    kind = "change" if given.get("apply") else "preview-change"
    return await start(call, kind, parameters["label"], parameters)


def operation(given: dict[str, Any]) -> dict[str, Any]:
    """An operation as the job takes it."""
    texts = {"texts": {one["from"]: one["to"] for one in given["values"]}} if given.get("values") else {}
    return {name: value for name, value in given.items() if name != "values"} | texts


def check_patterns(operations: Sequence[dict[str, Any]]) -> None:
    """Raises Problem where a pattern or its replacement is faulty."""
    for at, one in enumerate(operations):
        find, put = one.get("find"), one.get("value") or ""
        if one["op"] != "replace" or not one.get("pattern") or not find or not isinstance(put, str):
            continue
        try:
            ready(find, put, one.get("matchCase", True))
        except Faulty as fault:
            raise Problem(replace(fault.error, pointer=f"/data/attributes/operations/{at}")) from None


async def apply(call: Call) -> Answer:
    """`POST /bulk-change/{id}/apply` → 202 with the job that makes the change that a job has looked at."""
    row: store.Row = await load(call.service, call.request, call.id, own=True)
    if row.kind != "preview-change" or row.state != "finished" or not row.result.get("changed"):
        raise Problem(Error("BUSINESS_RULE", key="change.notSeen"))
    parameters = {name: row.parameters[name] for name in KEPT if name in row.parameters}
    parameters |= {
        "preview": row.id, "changeSet": str(uuid.uuid4()), "language": call.request.language,
        "onConflict": call.attributes.get("onConflict", "skip"),
    }  # fmt: skip
    return await start(call, "change", row.label, parameters)


async def undo(call: Call) -> Answer:
    """`POST /bulk-change/{id}/undo` → 202 with a job that takes the change of that job back."""
    row: store.Row = await load(call.service, call.request, call.id, own=True)
    if row.kind != "change" or row.state in store.RUNNING or not row.parameters.get("changeSet"):
        raise Problem(Error("BUSINESS_RULE", key="change.notDone"))
    parameters = {name: row.parameters[name] for name in (*KEPT, "changeSet") if name in row.parameters}
    skipping = call.attributes.get("skipConflicts", False)
    return await start(
        call, "undo-change", row.label, {**parameters, "change": row.id, "skipConflicts": skipping}
    )


async def start(call: Call, kind: str, label: str, parameters: dict[str, Any]) -> Answer:
    async with call.service.pools.write.connection() as connection, connection.transaction():
        id_ = await enqueue(
            connection,
            call.service.module.name,
            kind,
            label[:250],
            call.request.caller,
            parameters=parameters,
        )
    row = await load(call.service, call.request, id_)
    data = resource_of(call.service, row, call.request.language, call.request.prefix)
    return plain_document(call.service, call.request, data, status=202)


OPERATIONS = (
    Operation(
        "POST", "/bulk-change", change, Text("Change fields of many records", "Modifier des champs de plusieurs fiches"),
        TYPE, status=202, body=Changes,
    ),
    Operation(
        "POST", "/bulk-change/{id}/apply", apply, Text("Make a change that was looked at", "Effectuer une modification déjà examinée"),
        TYPE, status=202, body=Applying,
    ),
    Operation(
        "POST", "/bulk-change/{id}/undo", undo, Text("Take such a change back", "Annuler une telle modification"), TYPE,
        status=202, body=Conflicts,
    ),
)  # fmt: skip
