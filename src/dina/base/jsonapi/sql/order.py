"""Sorting in SQL: the values a list is ordered by, nulls and text included (api.md §7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    func,
    select,
)

from dina.base.jsonapi.plan import SortKey, Target
from dina.base.jsonapi.sql.compare import Sight, column
from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare


def natural(table: FromClause) -> list[ColumnElement[Any]]:
    """The order of lists that ask for none: newest first."""
    return [table.c.created_on.desc(), table.c.id.desc()]


def order(
    keys: tuple[SortKey, ...], table: FromClause, resource: ResourceType, sight: Sight
) -> list[ColumnElement[Any]]:
    """ORDER BY: the keys, nulls last in both directions, then the id in the direction of the last key."""
    if not keys:
        return natural(table)
    out: list[ColumnElement[Any]] = []
    for key in keys:
        value = sort_value(key.target, table, sight)
        ordered = value.desc() if key.descending else value.asc()
        out.append(ordered.nulls_last() if _nullable(key.target) else ordered)
    out.append(table.c.id.desc() if keys[-1].descending else table.c.id.asc())
    return out


def _nullable(target: Target) -> bool:
    if target.steps:
        return True
    attribute = target.attribute
    if attribute is None:
        return False
    return not (attribute.required or attribute.name in ("createdOn", "resourceVersion"))


def sort_value(target: Target, table: FromClause, sight: Sight) -> ColumnElement[Any]:
    """What a row is sorted by: text by its folded sort key, the rest by value."""
    if target.steps:
        _owner, relationship = target.steps[0]
        following = target.owner if len(target.steps) == 1 else target.steps[1][0]
        inner = sight.source(following)
        rest = Target(target.steps[1:], target.owner, target.attribute, kind=target.kind)
        query = select(sort_value(rest, inner, sight)).where(
            inner.c.id == table.c[relationship.column], inner.c.deleted_on.is_(None)
        )
        seen = sight.visible(following, inner)
        return (query.where(seen) if seen is not None else query).scalar_subquery()
    if target.attribute is None:
        return table.c.id
    value = column(target, table)
    if target.attribute.kind.compare in (Compare.TEXT, Compare.ENUM):
        return func.dina.sort_key(value)
    return value
