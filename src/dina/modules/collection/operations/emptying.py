"""`POST /storage-unit/{id}/empty`: everything directly inside comes out."""

from __future__ import annotations

from dina.base.errors import Problem
from dina.base.http.answer import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.writing.write import write
from dina.base.text import Text
from dina.modules.collection.operations.answers import execute, existing
from dina.modules.collection.operations.moves import (
    AT,
    SAMPLE,
    UNIT,
    USAGE,
    Circumstances,
    future,
    moving,
    step,
)


async def empty(call: Call) -> Answer:
    """Everything directly inside comes out; positions that other modules fill are left and counted."""
    await existing(call, UNIT)
    faults = future(call.attributes)
    if faults:
        raise Problem(faults)
    values = {"id": call.id}
    async with moving(call) as (connection, change_set):
        samples = await execute(
            connection,
            "SELECT s.id::text, s.storage_unit_usage_id::text FROM collection.material_sample s "
            "JOIN collection.storage_unit_usage u ON u.id = s.storage_unit_usage_id "
            "WHERE u.storage_unit_id = %(id)s AND u.deleted_on IS NULL AND s.deleted_on IS NULL "
            "ORDER BY s.id FOR UPDATE OF s",
            values,
        )
        usages = await execute(
            connection,
            "SELECT u.id::text, u.usage_type FROM collection.storage_unit_usage u "
            "WHERE u.storage_unit_id = %(id)s AND u.deleted_on IS NULL ORDER BY u.id FOR UPDATE",
            values,
        )
        inside = await execute(
            connection,
            "SELECT id::text FROM collection.storage_unit WHERE parent_storage_unit_id = %(id)s "
            "AND deleted_on IS NULL ORDER BY id FOR UPDATE",
            values,
        )
        holding = {usage for _, usage in samples}
        out = [id_ for id_, kind in usages if id_ in holding or kind == SAMPLE]
        types = call.service.types
        changes = [
            *(
                step("update", types[SAMPLE], id_, AT, relationships={"storageUnitUsage": None})
                for id_, _ in samples
            ),
            *(step("delete", types[USAGE], id_, AT) for id_ in out),
            *(
                step("update", types[UNIT], id_, AT, relationships={"parentStorageUnit": None})
                for (id_,) in inside
            ),
        ]
        await write(call.service, call.request, connection, changes)
    return call.answer(
        {
            "storageUnit": call.id,
            "changeSet": change_set,
            "materialSamples": [{"id": id_} for id_, _ in samples],
            "storageUnits": [{"id": id_} for (id_,) in inside],
            "left": len(usages) - len(out),
        },
        id=change_set,
    )


OPERATIONS = (
    Operation(
        "POST", "/storage-unit/{id}/empty", empty,
        Text("Take everything out of a storage place", "Vider un emplacement"), "storage-move", body=Circumstances,
    ),
)  # fmt: skip
