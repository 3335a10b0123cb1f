"""The provenance graph of a sample: everything it comes from and everything that came of it, in one statement."""

from __future__ import annotations

from typing import Any, cast

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.identity.caller import Role
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text

MAX_NODES = 20_000
DIRECTIONS = {
    "both": ("up", "down"),
    "ancestors": ("up",),
    "descendants": ("down",),
}

GRAPH = """
WITH RECURSIVE node (id) AS (
  SELECT %(id)s::uuid
  UNION
  SELECT e.id FROM node n
  JOIN collection.material_sample own ON own.id = n.id
    AND (%(groups)s::text[] IS NULL OR own."group" = ANY(%(groups)s::text[])
      OR own.publicly_releasable IS NOT FALSE)
  CROSS JOIN LATERAL (
    SELECT own.parent_material_sample_id WHERE %(up)s
    UNION ALL SELECT i.target_id FROM collection.process_outputs o
      JOIN collection.process p ON p.id = o.source_id AND p.deleted_on IS NULL
      JOIN collection.process_inputs i ON i.source_id = p.id WHERE %(up)s AND o.target_id = n.id
    UNION ALL SELECT c.id FROM collection.material_sample c
      WHERE %(down)s AND c.parent_material_sample_id = n.id AND c.deleted_on IS NULL
    UNION ALL SELECT o.target_id FROM collection.process_inputs i
      JOIN collection.process p ON p.id = i.source_id AND p.deleted_on IS NULL
      JOIN collection.process_outputs o ON o.source_id = p.id WHERE %(down)s AND i.target_id = n.id
  ) e (id) WHERE e.id IS NOT NULL
), kept AS (
  SELECT id FROM node LIMIT %(limit)s
), sample AS MATERIALIZED (
  SELECT s.id, s."group", s.material_sample_name, s.material_sample_type, s.material_sample_state, s.deleted_on,
    s.parent_material_sample_id, s.collecting_event_id, s.preparation_date, s.preparation_remarks, s.prepared_by,
    s.preparation_protocol_id, s.preparation_type_id, s.preparation_method_id,
    (%(groups)s::text[] IS NULL OR s."group" = ANY(%(groups)s::text[])
      OR s.publicly_releasable IS NOT FALSE) AS shown
  FROM kept JOIN collection.material_sample s USING (id)
), entry AS MATERIALIZED (
  SELECT p.id FROM (
    SELECT o.source_id AS id FROM sample s JOIN collection.process_outputs o ON o.target_id = s.id
    UNION
    SELECT i.source_id FROM sample s JOIN collection.process_inputs i ON i.target_id = s.id
  ) linked JOIN collection.process p USING (id) WHERE p.deleted_on IS NULL
), made AS MATERIALIZED (
  SELECT DISTINCT o.target_id AS id FROM entry e JOIN collection.process_outputs o ON o.source_id = e.id
), told AS MATERIALIZED (
  -- What the old wire tells of a sample itself, unless a process is recorded for it.
  SELECT s.*, s.preparation_date IS NOT NULL OR s.preparation_protocol_id IS NOT NULL
    OR s.preparation_type_id IS NOT NULL OR s.preparation_method_id IS NOT NULL
    OR s.preparation_remarks IS NOT NULL OR jsonb_array_length(coalesce(s.prepared_by, '[]')) > 0 AS prepared
  FROM sample s WHERE s.shown AND NOT EXISTS (SELECT FROM made m WHERE m.id = s.id)
), implied AS MATERIALIZED (
  SELECT md5('process of ' || t.id)::uuid AS id, t.id AS sample, t.parent_material_sample_id AS parent,
    t.preparation_date, t.preparation_remarks, t.prepared_by, t.preparation_protocol_id
  FROM told t WHERE t.prepared
), event AS MATERIALIZED (
  SELECT DISTINCT e.* FROM sample s JOIN collection.collecting_event e ON e.id = s.collecting_event_id
  WHERE s.shown AND e.deleted_on IS NULL AND (%(groups)s::text[] IS NULL
    OR e."group" = ANY(%(groups)s::text[]) OR e.publicly_releasable IS NOT FALSE)
), nodes AS (
  SELECT json_build_object('id', s.id, 'type', 'material-sample', 'prov:type', 'prov:Entity',
    'label', CASE WHEN s.shown THEN s.material_sample_name END,
    'materialSampleType', CASE WHEN s.shown THEN s.material_sample_type END,
    'materialSampleState', CASE WHEN s.shown THEN s.material_sample_state END,
    'withheld', NOT s.shown, 'deleted', s.deleted_on IS NOT NULL) AS node FROM sample s
  UNION ALL
  SELECT json_build_object('id', p.id, 'type', 'process', 'prov:type', 'prov:Activity', 'label', p.name,
    'processType', p.process_type, 'startedOn', p.started_on, 'endedOn', p.ended_on, 'remarks', p.remarks,
    'implied', false) FROM entry e JOIN collection.process p USING (id)
  UNION ALL
  SELECT json_build_object('id', i.id, 'type', 'process', 'prov:type', 'prov:Activity', 'label', null,
    'processType', CASE WHEN i.parent IS NULL THEN 'PREPARATION' ELSE 'SPLITTING' END,
    'startedOn', i.preparation_date, 'endedOn', null, 'remarks', i.preparation_remarks, 'implied', true) FROM implied i
  UNION ALL
  SELECT json_build_object('id', e.id, 'type', 'collecting-event', 'prov:type', 'prov:Activity',
    'label', e.dwc_field_number, 'processType', 'COLLECTING',
    'startedOn', e.start_event_date_time, 'endedOn', e.end_event_date_time, 'implied', false) FROM event e
), relation (relation, source, target, kind) AS (
  SELECT 'prov:used', i.source_id, i.target_id, 'material-sample'
    FROM entry e JOIN collection.process_inputs i ON i.source_id = e.id
  UNION ALL SELECT 'prov:wasGeneratedBy', o.target_id, o.source_id, 'process'
    FROM entry e JOIN collection.process_outputs o ON o.source_id = e.id
  UNION ALL SELECT 'prov:wasDerivedFrom', o.target_id, i.target_id, 'material-sample'
    FROM entry e JOIN collection.process_outputs o ON o.source_id = e.id
    JOIN collection.process_inputs i ON i.source_id = e.id
  UNION ALL SELECT 'prov:used', i.id, i.parent, 'material-sample' FROM implied i WHERE i.parent IS NOT NULL
  UNION ALL SELECT 'prov:wasGeneratedBy', i.sample, i.id, 'process' FROM implied i
  UNION ALL SELECT 'prov:wasDerivedFrom', t.id, t.parent_material_sample_id, 'material-sample' FROM told t
    WHERE t.parent_material_sample_id IS NOT NULL
  UNION ALL SELECT 'prov:wasGeneratedBy', s.id, s.collecting_event_id, 'collecting-event'
    FROM sample s JOIN event e ON e.id = s.collecting_event_id
  UNION ALL SELECT 'prov:wasAssociatedWith', e.id, (a->>'id')::uuid, a->>'type'
    FROM entry e JOIN collection.process p USING (id), jsonb_array_elements(coalesce(p.agents, '[]')) a
  UNION ALL SELECT 'prov:wasAssociatedWith', i.id, (a->>'id')::uuid, a->>'type'
    FROM implied i, jsonb_array_elements(coalesce(i.prepared_by, '[]')) a
  UNION ALL SELECT 'prov:wasAssociatedWith', e.id, (a->>'id')::uuid, a->>'type'
    FROM event e, jsonb_array_elements(coalesce(e.collectors, '[]')) a
  UNION ALL SELECT 'prov:hadPlan', e.id, p.protocol_id, 'protocol'
    FROM entry e JOIN collection.process p USING (id) WHERE p.protocol_id IS NOT NULL
  UNION ALL SELECT 'prov:hadPlan', i.id, i.preparation_protocol_id, 'protocol' FROM implied i
    WHERE i.preparation_protocol_id IS NOT NULL
), others AS (
  SELECT DISTINCT target AS id, kind FROM relation WHERE relation IN ('prov:wasAssociatedWith', 'prov:hadPlan')
)
SELECT json_build_object(
  'nodes', (SELECT coalesce(json_agg(node), '[]') FROM (
    SELECT node FROM nodes
    UNION ALL SELECT json_build_object('id', o.id, 'type', o.kind, 'prov:type',
      CASE WHEN o.kind = 'protocol' THEN 'prov:Plan' ELSE 'prov:Agent' END,
      'label', (SELECT p.name FROM collection.protocol p WHERE p.id = o.id)) FROM others o) n),
  'relations', (SELECT coalesce(json_agg(json_build_object('relation', relation, 'from', source, 'to', target)), '[]')
    FROM relation),
  'truncated', (SELECT count(*) >= %(limit)s FROM kept)
)::text, (SELECT s.shown FROM sample s WHERE s.id = %(id)s::uuid)
"""


async def provenance(call: Call) -> Answer:
    """`GET /material-sample/{id}/provenance?direction=both|ancestors|descendants`."""
    direction = call.parameter("direction") or "both"
    if direction not in DIRECTIONS:
        raise Problem(Error("BAD_PARAMETER", key="provenance.direction", parameter="direction"))
    ways = DIRECTIONS[direction]
    caller = call.request.caller
    values = {
        "id": call.id,
        "groups": None if caller.sees_everything else sorted(caller.groups_at_least(Role.READ_ONLY)),
        "limit": MAX_NODES,
        "up": "up" in ways,
        "down": "down" in ways,
    }
    async with call.service.pools.read.connection() as connection:
        cursor = await connection.execute(cast(Any, GRAPH), values)
        row = await cursor.fetchone()
    assert row is not None
    graph, shown = row
    if not shown:
        raise Problem(Error("NOT_FOUND"))
    return call.answer(orjson.Fragment(graph), id=call.id)


PROVENANCE = Operation(
    "GET",
    "/material-sample/{id}/provenance",
    provenance,
    Text("Where a specimen comes from and what came of it", "D’où vient un spécimen et ce qui en provient"),
    "provenance-graph",
    parameters={
        "direction": Text(
            "both (default), ancestors or descendants", "both (par défaut), ancestors ou descendants"
        )
    },
)

OPERATIONS = (PROVENANCE,)
