"""Endpoints of changes over many records: one field, some texts, what they become."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jobs import enqueue, store
from dina.base.jobs.endpoints import load, resource_of
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text

TYPE = "bulk-change"
KINDS = ("person", "organization", "identifier")
"""Types that the agent module has; all others are the collection's."""
Value = Annotated[str, Field(max_length=100_000)]


Replacement = TypedDict("Replacement", {"from": Value, "to": Value | None})
"""One text and what it becomes."""


class Change(TypedDict):
    """Records of a type whose `field` holds `from` get `to` (null empties it); `q` and `filter` say which.

    `apply` makes the change; without it the job only tells what would change.
    """

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
    field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[\w:-]+){0,5}$", max_length=300)]
    values: Annotated[list[Replacement], Field(min_length=1, max_length=1000)]
    q: NotRequired[Annotated[str, Field(max_length=4000)]]
    filter: NotRequired[dict[str, Any]]
    apply: NotRequired[bool]


class Conflicts(TypedDict, total=False):
    skipConflicts: bool


async def change(call: Call) -> Answer:
    """`POST /bulk-change` → 202 with a job whose result says what would change, or has changed."""
    given = call.attributes
    texts = {one["from"]: one["to"] for one in given["values"]}
    parameters = {
        "type": given["type"], "module": "agent" if given["type"] in KINDS else "collection", "field": given["field"],
        "texts": texts, "q": given.get("q"), "filter": given.get("filter"), "changeSet": str(uuid.uuid4()),
        "label": f"{given['type']} {given['field']}",
    }  # fmt: skip
    kind = "change" if given.get("apply") else "preview-change"
    return await start(call, kind, parameters["label"], parameters)


async def undo(call: Call) -> Answer:
    """`POST /bulk-change/{id}/undo` → 202 with a job that takes the change of that job back."""
    row: store.Row = await load(call.service, call.request, call.id, own=True)
    if row.kind != "change" or row.state in store.RUNNING or not row.parameters.get("changeSet"):
        raise Problem(Error("BUSINESS_RULE", key="change.notDone"))
    parameters = {name: row.parameters[name] for name in ("type", "module", "field", "changeSet", "label")}
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
        "POST", "/bulk-change", change, Text("Change a field of many records", "Modifier un champ de plusieurs fiches"),
        TYPE, status=202, body=Change,
    ),
    Operation(
        "POST", "/bulk-change/{id}/undo", undo, Text("Take such a change back", "Annuler une telle modification"), TYPE,
        status=202, body=Conflicts,
    ),
)  # fmt: skip
