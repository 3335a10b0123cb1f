"""Endpoints of merging: several records that are the same become one, looked at first, taken back as one."""

from __future__ import annotations

import uuid
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jobs import store
from dina.base.jobs.endpoints import load
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource.kinds import UuidText
from dina.base.text import Text
from dina.modules.exchange.operations.changing import Conflicts, start

TYPE = "merge"
MOST = 20
LABEL = "Records merged"
"""What the change set is called; pages translate it."""
Choice = Annotated[str, Field(pattern=r"^(all|[0-9a-f-]{36})$")]


class Merge(TypedDict):
    """The record that is kept and the others, of one type. `choices`: by field the id of the record whose value
    stays, or `all` for lists put together; without one the kept record's, or another's where that is empty."""

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
    keep: UuidText
    others: Annotated[list[UuidText], Field(min_length=1, max_length=MOST)]
    choices: NotRequired[Annotated[dict[str, Choice], Field(max_length=300)]]


async def look(call: Call) -> Answer:
    """`POST /merge` → 202 with a job whose result says what merging would do."""
    given = call.attributes
    keep = given["keep"].lower()
    others = sorted({one.lower() for one in given["others"]} - {keep})
    if not others:
        raise Problem(Error("BUSINESS_RULE", key="merge.one", pointer="/data/attributes/others"))
    parameters = {
        "type": given["type"], "keep": keep, "others": others, "choices": given.get("choices") or {}, "label": LABEL,
        "language": call.request.language,
    }  # fmt: skip
    return await start(call, "preview-merge", given["type"], parameters)


async def apply(call: Call) -> Answer:
    """`POST /merge/{id}/apply` → 202 with the job that makes the merge that a job has looked at."""
    row: store.Row = await load(call.service, call.request, call.id, own=True)
    if row.kind != "preview-merge" or row.state != "finished" or row.result.get("refusedCount"):
        raise Problem(Error("BUSINESS_RULE", key="merge.notSeen"))
    parameters = {
        **row.parameters, "preview": row.id, "digest": row.result["digest"], "modules": row.result["modules"],
        "changeSet": str(uuid.uuid4()), "language": call.request.language,
    }  # fmt: skip
    return await start(call, "merge", row.label, parameters)


async def undo(call: Call) -> Answer:
    """`POST /merge/{id}/undo` → 202 with a job that takes the merge of that job back."""
    row: store.Row = await load(call.service, call.request, call.id, own=True)
    if row.kind != "merge" or row.state in store.RUNNING:
        raise Problem(Error("BUSINESS_RULE", key="merge.notDone"))
    skipping = call.attributes.get("skipConflicts", False)
    parameters = {**row.parameters, "merge": row.id, "skipConflicts": skipping}
    return await start(call, "undo-merge", row.label, parameters)


OPERATIONS = (
    Operation(
        "POST", "/merge", look, Text("Look at what merging records would do", "Voir ce que ferait une fusion de fiches"),
        TYPE, status=202, body=Merge,
    ),
    Operation(
        "POST", "/merge/{id}/apply", apply, Text("Make a merge that was looked at", "Effectuer une fusion déjà examinée"),
        TYPE, status=202,
    ),
    Operation(
        "POST", "/merge/{id}/undo", undo, Text("Take a merge back", "Annuler une fusion"), TYPE, status=202,
        body=Conflicts,
    ),
)  # fmt: skip
