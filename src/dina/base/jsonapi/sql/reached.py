"""Rows found from the far end of chains of links, and what they hand on to others (`plan.Reached`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, select, true, union, union_all
from sqlalchemy.sql.selectable import CTE

from dina.base.jsonapi.plan import Chain, Edge, Reached
from dina.base.jsonapi.sql.compare import Sight
from dina.base.resource import ResourceType

KEPT = "MATERIALIZED"
"""Each step is found once and kept, so that a wrong guess at its size cannot make it be found again and again."""


def reached(tree: Reached, holds: Callable[[FromClause], ColumnElement[bool]], sight: Sight) -> CTE:
    """Id and time of creation of the rows, each once: only living ones that the caller sees.

    `holds` is the condition on the far end. Only rows that hand something on are walked, not all that are found.
    """
    far = sight.source(tree.owner)
    hits = select(far.c.id).where(*_shown(tree.owner, far, sight), holds(far)).cte("hits").prefix_with(KEPT)
    found = union_all(*(_back(chain, hits, sight) for chain in tree.chains)).cte("found").prefix_with(KEPT)
    if not tree.edges:
        return union(select(found)).cte("reached").prefix_with(KEPT)
    edges = union_all(*(_handed(edge, tree.root, sight) for edge in tree.edges)).subquery("edge")
    first = select(edges.c.id, edges.c.created_on).where(edges.c.source.in_(select(found.c.id)))
    down = first.cte("down", recursive=True)
    # All edges are looked through once, for the many; after that the few are followed one by one.
    made = union_all(*(_handed(edge, tree.root, sight, down.c.id) for edge in tree.edges)).lateral("made")
    down = down.union(select(made.c.id, made.c.created_on).select_from(down.join(made, true())))
    return union(select(found), select(down)).cte("reached").prefix_with(KEPT)


def _shown(resource: ResourceType, table: FromClause, sight: Sight) -> list[ColumnElement[bool]]:
    seen = sight.visible(resource, table)
    return [table.c.deleted_on.is_(None), *([] if seen is None else [seen])]


def _back(chain: Chain, hits: FromClause, sight: Sight) -> Select[Any, Any]:
    """The rows at the near end of a chain whose far end is among the hits."""
    rows = [sight.source(owner) for owner, _ in chain]
    found = select(rows[0].c.id, rows[0].c.created_on)
    for position, (owner, relationship) in enumerate(chain):
        link = rows[position].c[relationship.column]
        found = found.where(*_shown(owner, rows[position], sight))
        if position == len(chain) - 1:
            return found.where(link.in_(select(hits.c.id)))
        found = found.where(link == rows[position + 1].c.id)
    return found


def _handed(
    edge: Edge, root: ResourceType, sight: Sight, given: ColumnElement[Any] | None = None
) -> Select[Any, Any, Any]:
    """From what to what something is handed on: `source`, and the row that gets it; all, or those of one source."""
    made = sight.source(root)
    if edge.result is None:
        source = made.c[edge.source.column]
        found = select(source.label("source"), made.c.id, made.c.created_on)
        held = source.is_not(None) if given is None else source == given
        return found.where(held, *_shown(root, made, sight))
    owner = sight.source(edge.owner)
    sources, results = (edge.owner.links[one.name].alias() for one in (edge.source, edge.result))
    return select(sources.c.target_id.label("source"), made.c.id, made.c.created_on).where(
        sources.c.source_id == owner.c.id,
        results.c.source_id == owner.c.id,
        results.c.target_id == made.c.id,
        *([] if given is None else [sources.c.target_id == given]),
        *_shown(edge.owner, owner, sight),
        *_shown(root, made, sight),
    )
