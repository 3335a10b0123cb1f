"""Conditions on what is inside an attribute: arrays, objects, key maps, lists of objects, external references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Numeric,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    not_,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import array as sql_array

from dina.base.jsonapi.filters.tree import NEGATED, Op
from dina.base.jsonapi.plan import Condition, Target
from dina.base.jsonapi.sql.compare import POSITIVE, column, typed, with_null
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.resource.kinds import Compare, text_members


def array(
    condition: Condition, value: ColumnElement[Any], given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    """A list attribute: true if any member matches; empty counts as null."""
    empty = func.coalesce(func.cardinality(value), 0) == 0
    parts: list[ColumnElement[bool]] = []
    negated = condition.op in NEGATED
    if condition.has_null:
        parts.append(not_(empty) if negated else empty)
    op = POSITIVE.get(condition.op, condition.op)
    if given is not None and op is Op.EQ and isinstance(getattr(value.type, "item_type", None), Text):
        found = value.op("@>", return_type=Boolean())(cast(sql_array([given]), ARRAY(Text())))
        parts.append(and_(not_(empty), not_(found)) if negated else found)
    elif given is not None:
        items = func.unnest(cast(value, ARRAY(Text()))).table_valued("value").render_derived()
        test = typed(op, Compare.TEXT, items.c.value, given, len(condition.values) > 1)
        found = exists().select_from(items).where(test)
        parts.append(and_(not_(empty), not_(found)) if negated else found)
    return and_(*parts) if negated else or_(*parts)


def external(
    condition: Condition, table: FromClause, given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    relationship = condition.target.external
    assert relationship is not None
    value = table.c[relationship.column]
    member = condition.target.members[0] if condition.target.members else "id"
    if not relationship.many:
        return with_null(
            condition,
            value,
            lambda: typed(condition.op, Compare.TEXT, value[member].astext, given, len(condition.values) > 1),
        )
    empty = func.jsonb_array_length(value) == 0
    negated = condition.op in NEGATED
    parts: list[ColumnElement[bool]] = []
    if condition.has_null:
        parts.append(not_(empty) if negated else empty)
    if given is not None:
        op = POSITIVE.get(condition.op, condition.op)
        if op in (Op.EQ, Op.IN) and len(condition.values) == 1:
            found = contains(value, func.jsonb_build_array(wrapped((member,), given)), "[]")
        else:
            items = func.jsonb_array_elements(value).table_valued("value").render_derived()
            one = cast(items.c.value, JSONB())[member].astext
            test = typed(op, Compare.TEXT, one, given, len(condition.values) > 1)
            found = exists().select_from(items).where(test)
        parts.append(and_(not_(empty), not_(found)) if negated else found)
    return and_(*parts) if negated else or_(*parts)


def inside(condition: Condition, table: FromClause, given: ColumnElement[Any] | None) -> ColumnElement[bool]:
    """A member inside an object, a key map or a list of objects (any of them)."""
    target = condition.target
    assert target.attribute is not None
    value = column(target, table)
    path = ".".join(f'"{name}"' for name in target.members)
    steps = verbatim(f"'lax $[*].{path}[*]'::jsonpath")
    if given is not None and condition.op is Op.EQ and len(condition.values) == 1 and not condition.has_null:
        if target.attribute.kind.is_map:
            return contains(value, wrapped(target.members, given), "{}")
        if is_text_in_list(target):
            return value.op("@>", return_type=Boolean())(
                func.jsonb_build_array(wrapped(target.members, given))
            )
    items = _members(value, steps)
    text = cast(items.c.value, JSONB()).op("#>>", return_type=Text())(verbatim("'{}'"))
    negated = condition.op in NEGATED
    any_value = exists().select_from(items).where(text.is_not(None))
    parts: list[ColumnElement[bool]] = []
    if condition.has_null:
        parts.append(any_value if negated else not_(any_value))
    if given is not None:
        op = POSITIVE.get(condition.op, condition.op)
        found = exists().select_from(items).where(_inside_test(op, text, given, len(condition.values) > 1))
        parts.append(and_(any_value, not_(found)) if negated else found)
    return and_(*parts) if negated else or_(*parts)


def is_text_in_list(target: Target) -> bool:
    """Whether the member is a plain text of the objects of a list: an index knows those."""
    assert target.attribute is not None
    kind = target.attribute.kind
    plain = kind.member is not None and len(target.members) == 1
    return plain and kind.name == "objects" and target.members[0] in text_members(kind.member)


def wrapped(members: Sequence[str], given: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value as the innermost member of objects."""
    wanted = given
    for name in reversed(members):
        wanted = func.jsonb_build_object(verbatim(f"'{name}'"), wanted)
    return wanted


def contains(value: ColumnElement[Any], wanted: ColumnElement[Any], nothing: str) -> ColumnElement[bool]:
    """Said together with what the index leaves out, so that it is used: most values are empty."""
    full = value.op("<>", return_type=Boolean())(verbatim(f"'{nothing}'::jsonb"))
    return and_(full, value.op("@>", return_type=Boolean())(wanted))


def _members(value: ColumnElement[Any], steps: ColumnElement[Any]) -> Any:
    return func.jsonb_path_query(cast(value, JSONB()), steps).table_valued("value").render_derived()


NUMBER_FORM = verbatim(r"'^\s*[-+]?\d+(\.\d+)?\s*$'")


def _inside_test(
    op: Op, text: ColumnElement[Any], given: ColumnElement[Any], many: bool
) -> ColumnElement[bool]:
    """Values inside JSON are text; order compares numbers as numbers when both sides are."""
    if op not in (Op.GT, Op.GOE, Op.LT, Op.LOE):
        return typed(op, Compare.TEXT, text, given, many)
    numbers = and_(text.bool_op("~")(NUMBER_FORM), given.bool_op("~")(NUMBER_FORM))
    as_number = typed(
        op,
        Compare.NUMBER,
        cast(case((numbers, text)), Numeric()),
        case((numbers, given)),
        False,
    )
    return case((numbers, as_number), else_=typed(op, Compare.TEXT, text, given, many))
