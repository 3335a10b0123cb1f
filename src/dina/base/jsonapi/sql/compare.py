"""One column compared with given values, by the kind of the attribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Numeric,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    func,
    not_,
    or_,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from dina.base.jsonapi.filters.tree import NEGATED, Op
from dina.base.jsonapi.plan import Condition, Target
from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare


class Sight(Protocol):
    """What the caller of a statement gets to see."""

    def visible(self, resource: ResourceType, table: FromClause) -> ColumnElement[bool] | None:
        """The condition on rows of a type; None when there is none."""

    def source(self, resource: ResourceType, name: str | None = None) -> FromClause:
        """The type's table, aliased, as far as it is disclosed."""
        raise NotImplementedError


POSITIVE = {Op.NEQ: Op.EQ, Op.NOT_IN: Op.IN, Op.NOT_MATCH: Op.MATCH}


def column(target: Target, table: FromClause) -> ColumnElement[Any]:
    """The SQL value of an attribute of `table`."""
    assert target.attribute is not None
    if target.attribute.calculation is not None:
        return target.attribute.calculation(table)
    return table.c[target.attribute.column or ""]


def with_null(
    condition: Condition, value: ColumnElement[Any], test: Callable[[], ColumnElement[bool]]
) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if condition.has_null:
        parts.append(value.is_not(None) if condition.op in NEGATED else value.is_(None))
    if condition.values:
        parts.append(test())
    return and_(*parts) if condition.op in NEGATED else or_(*parts)


def typed(
    op: Op, compare: Compare, value: ColumnElement[Any], given: ColumnElement[Any] | None, many: bool
) -> ColumnElement[bool]:
    assert given is not None
    if op in (Op.LIKE, Op.ILIKE, Op.MATCH, Op.NOT_MATCH):
        return pattern(
            op, value if compare in (Compare.TEXT, Compare.ENUM) else cast(value, Text()), given, many
        )
    if compare is Compare.PARTIAL_DATE:
        return partial_date(op, value, given, many)
    types: dict[Compare, Any] = {
        Compare.NUMBER: Numeric(),
        Compare.BOOLEAN: Boolean(),
        Compare.UUID: Uuid(),
        Compare.DATETIME: TIMESTAMP(timezone=True),
        Compare.DATE: Date(),
    }
    if compare in (Compare.TEXT, Compare.ENUM):
        value = value.collate("C")
    else:
        type_ = types[compare]
        given = cast(given, ARRAY(type_)) if many else cast(given, type_)
    match op:
        case Op.GT:
            return value > given
        case Op.GOE:
            return value >= given
        case Op.LT:
            return value < given
        case Op.LOE:
            return value <= given
        case Op.NEQ | Op.NOT_IN:
            return not_(value == any_(given)) if many else value != given
        case _:
            return value == any_(given) if many else value == given


def pattern(op: Op, value: ColumnElement[Any], given: ColumnElement[Any], many: bool) -> ColumnElement[bool]:
    if op is Op.LIKE:
        value = value.collate("C")
        return value.bool_op("LIKE")(any_(given)) if many else value.bool_op("LIKE")(given)
    if not many:
        found = func.lower(value).bool_op("LIKE")(func.lower(given))
        return not_(found) if op is Op.NOT_MATCH else found
    found = value.bool_op("ILIKE")(any_(given))
    return not_(found) if op is Op.NOT_MATCH else found


def partial_date(
    op: Op, value: ColumnElement[Any], given: ColumnElement[Any], many: bool
) -> ColumnElement[bool]:
    """Intervals: equal means within; before and after mean wholly so (texts sort as their dates do).

    `~` sorts after every character a date can hold, so `2001~` stands for the end of 2001.
    """
    within = func.starts_with(value, given)
    match op:
        case Op.EQ | Op.IN | Op.NEQ | Op.NOT_IN:
            if many:
                one = func.unnest(given).table_valued("value").render_derived()
                found = exists().select_from(one).where(func.starts_with(value, one.c.value))
            else:
                found = and_(value >= given, value <= given.concat("~"), within)
            return not_(found) if op in NEGATED else found
        case Op.GT:
            return value > given.concat("~")
        case Op.LT:
            return and_(value < given, value.concat("~") < given)
        case Op.GOE:
            return not_(and_(value < given, value.concat("~") < given))
        case _:
            return value <= given.concat("~")
