"""`GET /material-sample-summary/{id}`: what a sample is called and what it is held to be."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.writing.changes import data_array
from dina.base.resource.checks import UUID_FORM
from dina.base.text import Text
from dina.modules.collection.operations.answers import existing, query, seen, written

TYPE = "material-sample-summary"

# The determinations of the nearest sample, upwards from the one asked for, that has any.
SUMMARY = """
WITH RECURSIVE line AS (
  SELECT s.id AS start, s.id, s.parent_material_sample_id AS parent, 1 AS rank, ARRAY[s.id] AS path
  FROM collection.material_sample s WHERE s.id = ANY(%(ids)s::uuid[]) AND s.deleted_on IS NULL AND {visible}
  UNION ALL
  SELECT l.start, s.id, s.parent_material_sample_id, l.rank + 1, l.path || s.id
  FROM line l JOIN collection.material_sample s ON s.id = l.parent
  WHERE s.id <> ALL(l.path) AND l.rank < 100
), named AS (
  SELECT l.start, l.rank, json_agg(d.one ORDER BY link.ordinal, d.number) AS determinations
  FROM line l
  JOIN collection.material_sample_organism link ON link.source_id = l.id
  JOIN collection.organism o ON o.id = link.target_id AND o.deleted_on IS NULL
  CROSS JOIN LATERAL jsonb_array_elements(
    CASE WHEN jsonb_typeof(o.determination) = 'array' THEN o.determination ELSE '[]' END
  ) WITH ORDINALITY d (one, number)
  GROUP BY l.start, l.rank
)
SELECT convert_to(s.id::text, 'UTF8'), convert_to(json_build_object(
  'uuid', s.id, 'materialSampleName', s.material_sample_name,
  'effectiveDeterminations', coalesce(
    (SELECT n.determinations FROM named n WHERE n.start = s.id ORDER BY n.rank LIMIT 1), '[]'::json)
)::text, 'UTF8')
FROM line l JOIN collection.material_sample s ON s.id = l.id WHERE l.rank = 1
"""


async def summaries(call: Call, ids: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {"ids": ids}
    sql = SUMMARY.format(visible=seen(call, "material-sample", "s", values))
    return {
        id_.decode(): {"type": TYPE, "id": id_.decode(), "attributes": written(text)}
        for id_, text in await query(call, sql, values)
    }


async def read_summary(call: Call) -> Answer:
    await existing(call, "material-sample")
    found = await summaries(call, [call.id])
    if call.id not in found:
        raise Problem(Error("NOT_FOUND"))
    return plain_document(call.service, call.request, found[call.id])


async def load_summaries(call: Call) -> Answer:
    """Many at once, in the order asked for; those absent are reported together."""
    items = data_array(await call.request.body(), call.service.max_bulk)
    ids = [str(item.get("id")).lower() for item in items]
    malformed = [n for n, id_ in enumerate(ids) if not UUID_FORM.fullmatch(id_)]
    if malformed:
        raise Problem([Error("MALFORMED_DOCUMENT", key="body.id", pointer=f"/data/{n}") for n in malformed])
    found = await summaries(call, ids)
    absent = [n for n, id_ in enumerate(ids) if id_ not in found]
    if absent:
        raise Problem([Error("NOT_FOUND", pointer=f"/data/{n}/id") for n in absent])
    return plain_document(call.service, call.request, [found[id_] for id_ in ids])


OPERATIONS = (
    Operation(
        "GET",
        "/material-sample-summary/{id}",
        read_summary,
        Text(
            "Name and determinations in force of a specimen", "Nom et déterminations en vigueur d’un spécimen"
        ),
        TYPE,
    ),
    Operation(
        "POST",
        "/material-sample-summary/bulk-load",
        load_summaries,
        Text(
            "Names and determinations in force of many specimens",
            "Noms et déterminations de plusieurs spécimens",
        ),
        TYPE,
    ),
)
