"""What a caller gets to see of each type: the rows of its table, or a view of what is disclosed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, FromClause, Text, and_, any_, bindparam, case, false, or_, select

from dina.base.jsonapi.plan import Visibility
from dina.base.resource import ResourceType


def shared(resource: ResourceType, table: FromClause) -> ColumnElement[bool]:
    """Rows that are not somebody else's alone."""
    assert resource.sharing is not None
    private = table.c[resource.column_named(resource.sharing.private)]
    return or_(private.is_not(True), table.c.created_by == bindparam("username", type_=Text()))


class CallerSight:
    """The `Sight` of a statement (see `compare.py`), by what the caller may read of every type."""

    def __init__(self, visibility: Mapping[str, Visibility]) -> None:
        self.visibility = visibility

    def of(self, resource: ResourceType) -> Visibility:
        return self.visibility.get(resource.type, Visibility.ALL)

    def visible(self, resource: ResourceType, table: FromClause) -> ColumnElement[bool] | None:
        """The row condition for what the caller may read of a type; None when all."""
        match self.of(resource):
            case Visibility.NONE:
                return false()
            case Visibility.GROUPS:
                inside = table.c.group == any_(bindparam(f"groups_{resource.type}", type_=ARRAY(Text())))
                return inside if resource.sharing is None else and_(inside, shared(resource, table))
            case Visibility.OWN:
                return table.c.created_by == bindparam("username", type_=Text())
            case Visibility.SHARED:
                return shared(resource, table)
            case _:
                return None

    def source(self, resource: ResourceType, name: str | None = None) -> FromClause:
        """The table of a type, aliased; for callers outside, a view of it that holds what is disclosed.

        Filters, sorting, includes and counts all read from here, so nothing withheld can be found out by them.
        """
        visibility = self.of(resource)
        table = resource.table.alias(None if resource.disclosure else name)
        if resource.disclosure is None or visibility not in (Visibility.DISCLOSED, Visibility.OPEN):
            return resource.table.alias(name)
        told = resource.disclosure.attributes
        instead = {resource.column_named(member): make(table) for member, make in told.items()}
        if visibility is Visibility.OPEN:
            columns: list[Any] = [instead.get(c.name, c).label(c.name) for c in table.c]
            return select(*columns).where(resource.disclosure.open_rows(table)).subquery(name)
        inside = table.c.group == any_(bindparam(f"groups_{resource.type}", type_=ARRAY(Text())))
        columns = [
            (case((inside, c), else_=instead[c.name]) if c.name in instead else c).label(c.name)
            for c in table.c
        ]
        return select(*columns).where(or_(inside, resource.disclosure.rows(table))).subquery(name)
