"""Conditions and sort keys as SQL: the one place where a filter becomes a statement part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)

from dina.base.jsonapi.filters.tree import NEGATED
from dina.base.jsonapi.plan import All, Condition, Reached, Tree
from dina.base.jsonapi.sql.compare import POSITIVE, Sight, column, typed, with_null
from dina.base.jsonapi.sql.members import array, external, inside
from dina.base.jsonapi.sql.reached import reached
from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare


class Names:
    """Gives out the statement's parameter names p0, p1, … in reading order of the conditions."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count()

    def next(self, many: bool) -> ColumnElement[Any]:
        type_: Any = ARRAY(Text()) if many else Text()
        return bindparam(f"p{next(self._numbers)}", type_=type_)


def tree_condition(tree: Tree, table: FromClause, names: Names, sight: Sight) -> ColumnElement[bool]:
    """The WHERE expression of a filter tree over `table` (an alias of the tree's root type)."""
    if isinstance(tree, Condition):
        return _condition(tree, table, names, sight)
    if isinstance(tree, Reached):
        return _reached(tree, table, names, sight)
    parts = [tree_condition(child, table, names, sight) for child in tree.children]
    return and_(true(), *parts) if isinstance(tree, All) else or_(false(), *parts)


def _reached(tree: Reached, table: FromClause, names: Names, sight: Sight) -> ColumnElement[bool]:
    rows = reached(tree, lambda far: tree_condition(tree.tree, far, names, sight), sight)
    return table.c.id.in_(select(rows.c.id))


def _condition(condition: Condition, table: FromClause, names: Names, sight: Sight) -> ColumnElement[bool]:
    """A negated operator over a to-many is the negation of the whole: no member matches.

    A null never matches a negated operator, except `NEQ null` (api.md §7.1).
    """
    value = names.next(len(condition.values) > 1) if condition.values else None
    return _walk(condition, 0, table, value, sight)


def _walk(
    condition: Condition, step: int, table: FromClause, value: ColumnElement[Any] | None, sight: Sight
) -> ColumnElement[bool]:
    target = condition.target
    if step == len(target.steps):
        return _leaf(condition, table, value)
    owner, relationship = target.steps[step]
    last = step == len(target.steps) - 1
    following = target.owner if last else target.steps[step + 1][0]
    if last and target.attribute is None and target.external is None and not relationship.many:
        return _compare(condition, table.c[relationship.column], value)
    if condition.has_null and not condition.values and target.attribute is None and target.external is None:
        found = _exists(owner, relationship.name, following, table, None, sight)
        return found if condition.op in NEGATED else not_(found)
    inner = sight.source(following)
    return _exists(owner, relationship.name, following, table, (inner, condition, step, value), sight)


def _exists(
    owner: ResourceType,
    name: str,
    following: ResourceType,
    table: FromClause,
    rest: tuple[FromClause, Condition, int, ColumnElement[Any] | None] | None,
    sight: Sight,
) -> ColumnElement[bool]:
    relationship = owner.relationships[name]
    inner = rest[0] if rest else sight.source(following)
    parts: list[ColumnElement[bool]] = [inner.c.deleted_on.is_(None)]
    seen = sight.visible(following, inner)
    if seen is not None:
        parts.append(seen)
    if relationship.many:
        link = owner.links[name].alias()
        parts += [link.c.source_id == table.c.id, link.c.target_id == inner.c.id]
    else:
        parts.append(inner.c.id == table.c[relationship.column])
    if rest is None:
        return exists().where(*parts)
    _, condition, step, value = rest
    if condition.op in NEGATED and not condition.has_null and relationship.many:
        positive = Condition(condition.target, POSITIVE[condition.op], condition.values, False)
        some = exists().where(*parts)
        return and_(some, not_(exists().where(*parts, _walk(positive, step + 1, inner, value, sight))))
    return exists().where(*parts, _walk(condition, step + 1, inner, value, sight))


def _leaf(condition: Condition, table: FromClause, value: ColumnElement[Any] | None) -> ColumnElement[bool]:
    target = condition.target
    if target.external is not None:
        return external(condition, table, value)
    if target.attribute is None:
        return _compare(condition, table.c.id, value)
    if target.members:
        return inside(condition, table, value)
    return _compare(condition, column(target, table), value)


def _compare(
    condition: Condition, value: ColumnElement[Any], given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    kind = condition.target.kind
    compare = kind.compare if kind is not None else Compare.TEXT
    if compare is Compare.ARRAY:
        return array(condition, value, given)
    if compare in (Compare.MAP, Compare.OBJECT):
        value, compare = cast(value, Text()), Compare.TEXT
    return with_null(
        condition, value, lambda: typed(condition.op, compare, value, given, len(condition.values) > 1)
    )
