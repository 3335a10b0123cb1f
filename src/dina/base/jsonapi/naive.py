"""The meaning of a filter tree, said in plain Python: for foreign stores, and as the oracle of the SQL builder.

A record is `{"id": …, "attributes": {…}, "relationships": {…}}` with relationships as stored: an id, a list
of ids, or `{type, id}` objects. `find` resolves an internal link to its record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from dina.base.json import is_array
from dina.base.jsonapi.filters.tree import NEGATED, Op
from dina.base.jsonapi.plan import All, Chain, Condition, Reached, Target, Tree
from dina.base.jsonapi.sql.conditions import POSITIVE
from dina.base.resource.kinds import Compare

Record = Mapping[str, Any]
Find = Callable[[str, str], Record | None]
NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*")


def holds(tree: Tree, record: Record, find: Find) -> bool:
    """Whether the record satisfies the tree."""
    if isinstance(tree, Condition):
        return _condition(tree, record, find, 0)
    if isinstance(tree, Reached):
        ends = (_far(chain, one, find) for one in _origins(tree, record, find) for chain in tree.chains)
        return any(end is not None and holds(tree.tree, end, find) for end in ends)
    results = (holds(child, record, find) for child in tree.children)
    return all(results) if isinstance(tree, All) else any(results)


def _condition(condition: Condition, record: Record, find: Find, step: int) -> bool:
    target = condition.target
    if step < len(target.steps):
        return _walk(condition, record, find, step)
    if target.attribute is None and target.external is None:
        return _scalar(condition, record["id"])
    if target.external is not None:
        return _external(condition, record)
    value = record["attributes"].get(target.attribute.name if target.attribute else "")
    if target.members:
        return _many(condition, [_text(v) for v in _members(value, target.members) if v is not None])
    if target.kind is not None and target.kind.compare is Compare.ARRAY:
        return _many(condition, [str(v) for v in listed(value)])
    return _scalar(condition, value)


def _walk(condition: Condition, record: Record, find: Find, step: int) -> bool:
    target = condition.target
    _owner, relationship = target.steps[step]
    value = record["relationships"].get(relationship.name)
    last = step == len(target.steps) - 1
    bare = target.attribute is None and target.external is None
    if last and bare and not relationship.many:
        return _scalar(condition, value)
    ids = (value or []) if relationship.many else ([value] if value else [])
    linked = [r for r in (find(relationship.target, one) for one in ids) if r is not None]
    if condition.has_null and not condition.values and bare:
        return bool(linked) if condition.op in NEGATED else not linked
    if condition.op in NEGATED and not condition.has_null and relationship.many:
        positive = Condition(target, POSITIVE[condition.op], condition.values, False)
        return bool(linked) and not any(_condition(positive, r, find, step + 1) for r in linked)
    return any(_condition(condition, r, find, step + 1) for r in linked)


def _origins(tree: Reached, record: Record, find: Find) -> Iterator[Record]:
    """The record and what it has from others, along its own links; what other records say of it is not looked for."""
    waiting, known = [record], {record["id"]}
    while waiting:
        here = waiting.pop()
        yield here
        for edge in tree.edges:
            id_ = here["relationships"].get(edge.source.name) if edge.result is None else None
            above = find(tree.root.type, id_) if id_ and id_ not in known else None
            if id_ and above is not None:
                known.add(id_)
                waiting.append(above)


def _far(chain: Chain, record: Record, find: Find) -> Record | None:
    """The record at the far end of a chain of to-one links."""
    here: Record | None = record
    for _owner, relationship in chain:
        id_ = here["relationships"].get(relationship.name) if here is not None else None
        here = find(relationship.target, id_) if id_ else None
    return here


def listed(value: Any) -> list[Any]:
    return value or []


def _external(condition: Condition, record: Record) -> bool:
    relationship = condition.target.external
    assert relationship is not None
    value = record["relationships"].get(relationship.name)
    member = condition.target.members[0] if condition.target.members else "id"
    if not relationship.many:
        return _scalar(condition, value[member] if value else None, Compare.TEXT)
    return _many(condition, [one[member] for one in listed(value)])


def _members(value: Any, path: tuple[str, ...]) -> list[Any]:
    """As `lax` JSON paths do: lists are looked into, absent members are nothing."""
    found = value if is_array(value) else [value]
    for name in path:
        inner: list[Any] = []
        for one in found:
            candidates = one if is_array(one) else [one]
            for candidate in candidates:
                if isinstance(candidate, Mapping) and name in candidate:
                    inner.append(candidate[name])
        found = inner
    out: list[Any] = []
    for one in found:
        out += one if is_array(one) else [one]
    return out


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _many(condition: Condition, values: list[str]) -> bool:
    """A list: any member matches; a negated operator wants a member and none that matches."""
    negated = condition.op in NEGATED
    parts: list[bool] = []
    if condition.has_null:
        parts.append(bool(values) if negated else not values)
    if condition.values:
        positive = Condition(
            condition.target, POSITIVE.get(condition.op, condition.op), condition.values, False
        )
        inside = bool(condition.target.members)
        some = any(_test(positive, Compare.TEXT, value, inside=inside) for value in values)
        parts.append((bool(values) and not some) if negated else some)
    return all(parts) if negated else any(parts)


def _scalar(condition: Condition, value: Any, compare: Compare | None = None) -> bool:
    negated = condition.op in NEGATED
    compare = compare or (condition.target.kind.compare if condition.target.kind else Compare.TEXT)
    parts: list[bool] = []
    if condition.has_null:
        parts.append(value is not None if negated else value is None)
    if condition.values:
        parts.append(value is not None and _test(condition, compare, value))
    return all(parts) if negated else any(parts)


def _test(condition: Condition, compare: Compare, value: Any, *, inside: bool = False) -> bool:
    op = condition.op
    if op in (Op.LIKE, Op.ILIKE, Op.MATCH, Op.NOT_MATCH):
        fold = op is not Op.LIKE
        hit = any(_like(_text(value), pattern, fold) for pattern in condition.values)
        return not hit if op is Op.NOT_MATCH else hit
    if compare is Compare.PARTIAL_DATE:
        return _partial(op, str(value), condition.values)
    if inside and op in (Op.GT, Op.GOE, Op.LT, Op.LOE):
        both = NUMBER.fullmatch(str(value)) and NUMBER.fullmatch(condition.values[0])
        compare = Compare.NUMBER if both else Compare.TEXT
    here = _comparable(compare, value)
    there = [_comparable(compare, given) for given in condition.values]
    match op:
        case Op.GT:
            return here > there[0]
        case Op.GOE:
            return here >= there[0]
        case Op.LT:
            return here < there[0]
        case Op.LOE:
            return here <= there[0]
        case Op.NEQ | Op.NOT_IN:
            return here not in there
        case _:
            return here in there


def _comparable(compare: Compare, value: Any) -> Any:
    try:
        if compare is Compare.NUMBER:
            return Decimal(str(value))
        if compare is Compare.DATETIME:
            parsed = dt.datetime.fromisoformat(str(value))
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
    except (InvalidOperation, ValueError):
        return value
    if compare is Compare.BOOLEAN:
        return _text(value).lower()
    return _text(value).encode() if compare in (Compare.TEXT, Compare.ENUM) else str(value)


def _like(value: str, pattern: str, fold: bool) -> bool:
    if fold:
        value, pattern = value.lower(), pattern.lower()
    out, position = "", 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\" and position + 1 < len(pattern):
            position += 1
            out += re.escape(pattern[position])
        else:
            out += {"%": ".*", "_": "."}.get(char) or re.escape(char)
        position += 1
    return re.fullmatch(out, value, re.DOTALL) is not None


def _partial(op: Op, value: str, given: tuple[str, ...]) -> bool:
    first = given[0]
    match op:
        case Op.GT:
            return value > first + "~"
        case Op.LT:
            return value < first and value + "~" < first
        case Op.GOE:
            return not (value < first and value + "~" < first)
        case Op.LOE:
            return value <= first + "~"
        case Op.NEQ | Op.NOT_IN:
            return not any(value.startswith(one) for one in given)
        case _:
            return any(value.startswith(one) for one in given)


def sort_value(target: Target, record: Record) -> Any:
    """What a foreign record is sorted by; links are not followed."""
    if target.attribute is None:
        return record["id"]
    value = record["attributes"].get(target.attribute.name)
    if target.kind is not None and target.kind.compare is Compare.NUMBER and value is not None:
        return Decimal(str(value))
    return value.casefold() if isinstance(value, str) else value
