"""Conditions and sort keys as SQL: the one place where a filter becomes a statement part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

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
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from dina.base.jsonapi.filters.tree import NEGATED, Op
from dina.base.jsonapi.plan import All, Condition, SortKey, Target, Tree
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare

Visible = Callable[[ResourceType, FromClause], ColumnElement[bool] | None]

POSITIVE = {Op.NEQ: Op.EQ, Op.NOT_IN: Op.IN, Op.NOT_MATCH: Op.MATCH}


class Names:
    """Gives out the statement's parameter names p0, p1, … in reading order of the conditions."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count()

    def next(self, many: bool) -> ColumnElement[Any]:
        type_: Any = ARRAY(Text()) if many else Text()
        return bindparam(f"p{next(self._numbers)}", type_=type_)


def tree_condition(tree: Tree, table: FromClause, names: Names, visible: Visible) -> ColumnElement[bool]:
    """The WHERE expression of a filter tree over `table` (an alias of the tree's root type)."""
    if isinstance(tree, Condition):
        return _condition(tree, table, names, visible)
    parts = [tree_condition(child, table, names, visible) for child in tree.children]
    return and_(true(), *parts) if isinstance(tree, All) else or_(false(), *parts)


def _condition(
    condition: Condition, table: FromClause, names: Names, visible: Visible
) -> ColumnElement[bool]:
    """A negated operator over a to-many is the negation of the whole: no member matches.

    A null never matches a negated operator, except `NEQ null` (api.md §7.1).
    """
    value = names.next(len(condition.values) > 1) if condition.values else None
    return _walk(condition, 0, table, value, visible)


def _walk(
    condition: Condition, step: int, table: FromClause, value: ColumnElement[Any] | None, visible: Visible
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
        found = _exists(owner, relationship.name, following, table, None, visible)
        return found if condition.op in NEGATED else not_(found)
    inner = following.table.alias()
    return _exists(owner, relationship.name, following, table, (inner, condition, step, value), visible)


def _exists(
    owner: ResourceType,
    name: str,
    following: ResourceType,
    table: FromClause,
    rest: tuple[FromClause, Condition, int, ColumnElement[Any] | None] | None,
    visible: Visible,
) -> ColumnElement[bool]:
    relationship = owner.relationships[name]
    inner = rest[0] if rest else following.table.alias()
    parts: list[ColumnElement[bool]] = [inner.c.deleted_on.is_(None)]
    seen = visible(following, inner)
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
        return and_(some, not_(exists().where(*parts, _walk(positive, step + 1, inner, value, visible))))
    return exists().where(*parts, _walk(condition, step + 1, inner, value, visible))


def _leaf(condition: Condition, table: FromClause, value: ColumnElement[Any] | None) -> ColumnElement[bool]:
    target = condition.target
    if target.external is not None:
        return _external(condition, table, value)
    if target.attribute is None:
        return _compare(condition, table.c.id, value)
    if target.members:
        return _inside(condition, table, value)
    return _compare(condition, column(target, table), value)


def column(target: Target, table: FromClause) -> ColumnElement[Any]:
    """The SQL value of an attribute of `table`."""
    assert target.attribute is not None
    if target.attribute.calculation is not None:
        return target.attribute.calculation(table)
    return table.c[target.attribute.column or ""]


def _compare(
    condition: Condition, value: ColumnElement[Any], given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    kind = condition.target.kind
    compare = kind.compare if kind is not None else Compare.TEXT
    if compare is Compare.ARRAY:
        return _array(condition, value, given)
    if compare in (Compare.MAP, Compare.OBJECT):
        value, compare = cast(value, Text()), Compare.TEXT
    return _with_null(
        condition, value, lambda: _typed(condition.op, compare, value, given, len(condition.values) > 1)
    )


def _with_null(
    condition: Condition, value: ColumnElement[Any], test: Callable[[], ColumnElement[bool]]
) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if condition.has_null:
        parts.append(value.is_not(None) if condition.op in NEGATED else value.is_(None))
    if condition.values:
        parts.append(test())
    return and_(*parts) if condition.op in NEGATED else or_(*parts)


def _typed(
    op: Op, compare: Compare, value: ColumnElement[Any], given: ColumnElement[Any] | None, many: bool
) -> ColumnElement[bool]:
    assert given is not None
    if op in (Op.LIKE, Op.ILIKE, Op.MATCH, Op.NOT_MATCH):
        return _pattern(
            op, value if compare in (Compare.TEXT, Compare.ENUM) else cast(value, Text()), given, many
        )
    if compare is Compare.PARTIAL_DATE:
        return _partial_date(op, value, given, many)
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


def _pattern(op: Op, value: ColumnElement[Any], given: ColumnElement[Any], many: bool) -> ColumnElement[bool]:
    if op is Op.LIKE:
        value = value.collate("C")
        return value.bool_op("LIKE")(any_(given)) if many else value.bool_op("LIKE")(given)
    if not many:
        found = func.lower(value).bool_op("LIKE")(func.lower(given))
        return not_(found) if op is Op.NOT_MATCH else found
    found = value.bool_op("ILIKE")(any_(given))
    return not_(found) if op is Op.NOT_MATCH else found


def _partial_date(
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


def _array(
    condition: Condition, value: ColumnElement[Any], given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    """A list attribute: true if any member matches; empty counts as null."""
    empty = func.coalesce(func.cardinality(value), 0) == 0
    parts: list[ColumnElement[bool]] = []
    negated = condition.op in NEGATED
    if condition.has_null:
        parts.append(not_(empty) if negated else empty)
    if given is not None:
        items = func.unnest(cast(value, ARRAY(Text()))).table_valued("value").render_derived()
        op = POSITIVE.get(condition.op, condition.op)
        test = _typed(op, Compare.TEXT, items.c.value, given, len(condition.values) > 1)
        found = exists().select_from(items).where(test)
        parts.append(and_(not_(empty), not_(found)) if negated else found)
    return and_(*parts) if negated else or_(*parts)


def _external(
    condition: Condition, table: FromClause, given: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    relationship = condition.target.external
    assert relationship is not None
    value = table.c[relationship.column]
    member = condition.target.members[0] if condition.target.members else "id"
    if not relationship.many:
        return _with_null(
            condition,
            value,
            lambda: _typed(
                condition.op, Compare.TEXT, value[member].astext, given, len(condition.values) > 1
            ),
        )
    empty = func.jsonb_array_length(value) == 0
    negated = condition.op in NEGATED
    parts: list[ColumnElement[bool]] = []
    if condition.has_null:
        parts.append(not_(empty) if negated else empty)
    if given is not None:
        op = POSITIVE.get(condition.op, condition.op)
        if op in (Op.EQ, Op.IN) and len(condition.values) == 1:
            wanted = func.jsonb_build_array(func.jsonb_build_object(verbatim(f"'{member}'"), given))
            found = value.op("@>", return_type=Boolean())(wanted)
        else:
            items = func.jsonb_array_elements(value).table_valued("value").render_derived()
            one = cast(items.c.value, JSONB())[member].astext
            test = _typed(op, Compare.TEXT, one, given, len(condition.values) > 1)
            found = exists().select_from(items).where(test)
        parts.append(and_(not_(empty), not_(found)) if negated else found)
    return and_(*parts) if negated else or_(*parts)


def _inside(condition: Condition, table: FromClause, given: ColumnElement[Any] | None) -> ColumnElement[bool]:
    """A member inside an object, a key map or a list of objects (any of them)."""
    target = condition.target
    assert target.attribute is not None
    value = column(target, table)
    path = ".".join(f'"{name}"' for name in target.members)
    steps = verbatim(f"'lax $[*].{path}[*]'::jsonpath")
    if (
        target.attribute.kind.is_map
        and condition.op is Op.EQ
        and len(condition.values) == 1
        and not condition.has_null
    ):
        wanted = given
        for name in reversed(target.members):
            wanted = func.jsonb_build_object(verbatim(f"'{name}'"), wanted)
        return value.op("@>", return_type=Boolean())(wanted)
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


def _members(value: ColumnElement[Any], steps: ColumnElement[Any]) -> Any:
    return func.jsonb_path_query(cast(value, JSONB()), steps).table_valued("value").render_derived()


NUMBER_FORM = verbatim(r"'^\s*[-+]?\d+(\.\d+)?\s*$'")


def _inside_test(
    op: Op, text: ColumnElement[Any], given: ColumnElement[Any], many: bool
) -> ColumnElement[bool]:
    """Values inside JSON are text; order compares numbers as numbers when both sides are."""
    if op not in (Op.GT, Op.GOE, Op.LT, Op.LOE):
        return _typed(op, Compare.TEXT, text, given, many)
    numbers = and_(text.bool_op("~")(NUMBER_FORM), given.bool_op("~")(NUMBER_FORM))
    as_number = _typed(
        op,
        Compare.NUMBER,
        cast(case((numbers, text)), Numeric()),
        case((numbers, given)),
        False,
    )
    return case((numbers, as_number), else_=_typed(op, Compare.TEXT, text, given, many))


def order(
    keys: tuple[SortKey, ...], table: FromClause, resource: ResourceType, visible: Visible
) -> list[ColumnElement[Any]]:
    """ORDER BY: the keys, nulls last in both directions, then the id in the direction of the last key."""
    if not keys:
        return [table.c.created_on.desc(), table.c.id.desc()]
    out: list[ColumnElement[Any]] = []
    for key in keys:
        value = sort_value(key.target, table, visible)
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


def sort_value(target: Target, table: FromClause, visible: Visible) -> ColumnElement[Any]:
    """What a row is sorted by: text by its folded sort key, the rest by value."""
    if target.steps:
        _owner, relationship = target.steps[0]
        following = target.owner if len(target.steps) == 1 else target.steps[1][0]
        inner = following.table.alias()
        rest = Target(target.steps[1:], target.owner, target.attribute, kind=target.kind)
        query = select(sort_value(rest, inner, visible)).where(
            inner.c.id == table.c[relationship.column], inner.c.deleted_on.is_(None)
        )
        seen = visible(following, inner)
        return (query.where(seen) if seen is not None else query).scalar_subquery()
    if target.attribute is None:
        return table.c.id
    value = column(target, table)
    if target.attribute.kind.compare in (Compare.TEXT, Compare.ENUM):
        return func.dina.sort_key(value)
    return value
