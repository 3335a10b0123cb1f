"""`GET /scheduled-action`: what is to be done with which sample, by when."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from dina.base.http.answer import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource.checks import UUID_FORM, check_date
from dina.base.text import Text
from dina.modules.collection.operations.answers import bad, given, listed, query, seen
from dina.modules.collection.resources.indexes import ACTIONS_GIVEN

ACTIONS = """
SELECT count(*) OVER (), convert_to(json_build_object(
  'type', 'scheduled-action', 'id', t.id || '.' || a.number,
  'attributes', a.one || jsonb_build_object('materialSampleName', t.material_sample_name, 'group', t."group"),
  'relationships', json_build_object('materialSample',
    json_build_object('data', json_build_object('type', 'material-sample', 'id', t.id)))
)::text, 'UTF8')
FROM (SELECT * FROM collection.material_sample t WHERE deleted_on IS NULL AND {given} AND {visible}) t
CROSS JOIN LATERAL jsonb_array_elements(
  CASE WHEN jsonb_typeof(t.scheduled_actions) = 'array' THEN t.scheduled_actions ELSE '[]' END
) WITH ORDINALITY a (one, number)
WHERE {conditions}
ORDER BY a.one->>'date' NULLS LAST, dina.sort_key(t.material_sample_name), t.id, a.number
LIMIT %(limit)s OFFSET %(offset)s
"""
CONDITIONS = {
    "due-before": "a.one->>'date' COLLATE \"C\" <= %(due_before)s",
    "due-after": "a.one->>'date' COLLATE \"C\" >= %(due_after)s",
    "status": "lower(a.one->>'actionStatus') = lower(%(status)s)",
    "assigned-to": "a.one->'assignedTo'->>'id' = lower(%(assigned_to)s)",
    "group": 't."group" = lower(%(group)s)',
}


async def scheduled(call: Call) -> Answer:
    """By date, those without a date last."""
    page = call.asked.page
    values: dict[str, Any] = {"limit": page.limit, "offset": page.offset}
    visible = seen(call, "material-sample", "t", values, inside=True)
    conditions = ["true"]
    for name, condition in CONDITIONS.items():
        value = given(call, name)
        if value is not None:
            check(name, value)
            values[name.replace("-", "_")] = value
            conditions.append(condition)
    sql = ACTIONS.format(given=ACTIONS_GIVEN, visible=visible, conditions=" AND ".join(conditions))
    found = await query(call, sql, values)
    return listed(call, b"[" + b",".join(row[1] for row in found) + b"]", found[0][0] if found else 0)


def check(name: str, value: str) -> None:
    if name.startswith("due-"):
        try:
            check_date(value)
        except PydanticCustomError:
            raise bad(name, "value.date") from None
    elif name == "assigned-to" and not UUID_FORM.fullmatch(value):
        raise bad(name, "value.uuid")


OPERATIONS = (
    Operation(
        "GET", "/scheduled-action", scheduled,
        Text("Actions due on specimens", "Actions prévues sur des spécimens"), "scheduled-action",
        parameters={
            "due-before": Text("Due on this day or before", "Échéance au plus tard ce jour"),
            "due-after": Text("Due on this day or after", "Échéance ce jour ou après"),
            "status": Text("Status of the action", "État de l’action"),
            "assigned-to": Text("User it is assigned to", "Utilisateur à qui elle est attribuée"),
            "group": Text("Group of the specimen", "Groupe du spécimen"),
        },
        paged=True,
    ),
)  # fmt: skip
