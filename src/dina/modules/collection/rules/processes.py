"""Rules of processes and of the graph that they and their samples make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

SOURCELESS = frozenset({"COLLECTING", "ACQUISITION"})
RESULTLESS = frozenset({"LOAN", "DISPOSAL", "TREATMENT", "PREPARATION", "OTHER"})
"""Processes that may change or take away what they are done to, and make nothing new."""


def process_has_what_it_needs(draft: Draft) -> Iterable[Error]:
    kind = draft.get("processType")
    inputs, outputs = draft.link("inputs") or [], draft.link("outputs") or []
    if not inputs and not outputs:
        yield broken("process.empty", "/relationships/outputs")
    if kind in SOURCELESS and inputs:
        yield broken("process.noInputs", "/relationships/inputs")
    if kind not in RESULTLESS and not outputs:
        yield broken("process.noOutputs", "/relationships/outputs")
    both = set(inputs) & set(outputs)
    if both:
        yield broken("process.fromItself", "/relationships/outputs")
    for name, linked in (("inputs", inputs), ("outputs", outputs)):
        if len(set(linked)) < len(linked):
            yield broken("process.twice", f"/relationships/{name}")


def process_dates_in_order(draft: Draft) -> Iterable[Error]:
    start, end = draft.get("startedOn"), draft.get("endedOn")
    if end and not start:
        yield broken("period.endWithoutStart", "/attributes/endedOn")
    elif start and end and end[: len(start)] < start[: len(end)]:
        yield broken("period.endBeforeStart", "/attributes/endedOn")


async def outputs_come_from_nowhere_else(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    """What is derived is derived once, has no collecting event of its own, and is no ancestor of itself."""
    edges = [
        (position, draft.id, made, source)
        for position, draft in enumerate(drafts)
        for made in draft.link("outputs") or []
        for source in draft.link("inputs") or []
        if source != made and (draft.changed("inputs") or draft.changed("outputs"))
    ]
    if not edges:
        return []
    columns = [list(column) for column in zip(*edges, strict=True)]
    cursor = await context.connection.execute(
        cast(Any, FAULTS.format(schema=context.schema)),
        {"position": columns[0], "process": columns[1], "made": columns[2], "source": columns[3]},
    )
    return [
        (
            position,
            broken(key, "/relationships/outputs", "HIERARCHY_LOOP" if key == "process.loop" else "BUSINESS_RULE"),
        )
        for position, key in await cursor.fetchall()
    ]  # fmt: skip


FAULTS = """
WITH RECURSIVE edge AS (
  SELECT * FROM unnest(%(position)s::int[], %(process)s::uuid[], %(made)s::uuid[], %(source)s::uuid[])
    e (position, process, made, source)
), up (position, made, id) AS (
  SELECT position, made, source FROM edge
  UNION
  SELECT up.position, up.made, above.id FROM up CROSS JOIN LATERAL (
    SELECT source AS id FROM edge WHERE edge.made = up.id
    UNION ALL SELECT s.parent_material_sample_id FROM {schema}.material_sample s
      WHERE s.id = up.id AND s.parent_material_sample_id IS NOT NULL
    UNION ALL SELECT i.target_id FROM {schema}.process_outputs o
      JOIN {schema}.process p ON p.id = o.source_id AND p.deleted_on IS NULL
        AND NOT p.id = ANY(%(process)s::uuid[])
      JOIN {schema}.process_inputs i ON i.source_id = p.id WHERE o.target_id = up.id
  ) above WHERE up.id <> up.made
)
SELECT DISTINCT position, 'process.loop' FROM up WHERE id = made
UNION SELECT e.position, 'process.hasEvent' FROM edge e JOIN {schema}.material_sample s ON s.id = e.made
  WHERE s.collecting_event_id IS NOT NULL
UNION SELECT e.position, 'process.madeTwice' FROM edge e
  JOIN {schema}.process_outputs o ON o.target_id = e.made AND o.source_id <> e.process
  JOIN {schema}.process p ON p.id = o.source_id AND p.deleted_on IS NULL
  WHERE EXISTS (SELECT FROM {schema}.process_inputs i WHERE i.source_id = p.id)
UNION SELECT a.position, 'process.madeTwice' FROM edge a JOIN edge b ON a.made = b.made AND a.process <> b.process
ORDER BY 1, 2
"""
