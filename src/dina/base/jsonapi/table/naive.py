"""The meaning of a column, said in plain Python: for foreign stores, and as the oracle of the SQL builder.

Records are those of `jsonapi/naive.py`. `find` resolves an internal link to its record, if it may be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dina.base.cells import BETWEEN, written
from dina.base.json import is_array, is_object
from dina.base.jsonapi.naive import Find, Record
from dina.base.jsonapi.table.columns import ALL, Column, Hop, Pick


def cell(column: Column, record: Record, find: Find) -> Any:
    """The value of one cell, as JSON."""
    return _at(column, 0, record, find)


def _at(column: Column, depth: int, record: Record, find: Find) -> Any:
    if depth == len(column.hops):
        return _own(column, record)
    hop = column.hops[depth]
    reached = [_at(column, depth + 1, one, find) for one in _chosen(hop, record, find)]
    if hop.pick == ALL:
        return joined(reached)
    return reached[0] if reached else None


def _chosen(hop: Hop, record: Record, find: Find) -> list[Record]:
    """The readable records that a hop leads to."""
    links = linked(record, hop.relationship.name)
    found = [one for one in (find(hop.relationship.target, link["id"]) for link in links) if one is not None]
    pick = hop.pick
    if pick is None or pick == ALL:
        return found
    if pick.flag is not None:
        flagged = [one for one in found if one["attributes"].get(pick.flag) is True]
        return (flagged or found)[:1]
    return found[pick.place or 0 :][:1]


def linked(record: Record, name: str) -> list[dict[str, Any]]:
    """The linkage of a relationship as a list, of one or of many."""
    value = record["relationships"].get(name)
    links: list[Any] = value if is_array(value) else [] if value is None else [value]
    return [one if is_object(one) else {"id": one} for one in links]


def _own(column: Column, record: Record) -> Any:
    relationship = column.linkage
    if relationship is not None:
        member = "type" if "type" in column.steps else "id"
        values = [link.get(member, relationship.target) for link in linked(record, relationship.name)]
        picks = [step for step in column.steps if isinstance(step, Pick)]
        if not relationship.many:
            return values[0] if values else None
        return inside(values, picks)
    if column.attribute is None:
        return record["id"]
    return inside(record["attributes"].get(column.attribute.name), column.steps)


def inside(value: Any, steps: Sequence[str | Pick]) -> Any:
    """What steps find inside a value."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        return inside(value.get(step), rest) if is_object(value) else None
    if not is_array(value):
        return None
    if step == ALL:
        return joined([inside(one, rest) for one in value])
    if step.flag is not None:
        flagged = [one for one in value if is_object(one) and one.get(step.flag) is True]
        return inside((flagged or value)[0], rest) if value else None
    place = step.place or 0
    return inside(value[place], rest) if place < len(value) else None


def joined(values: Sequence[Any]) -> str | None:
    return BETWEEN.join(written(one) for one in values if one is not None) or None
