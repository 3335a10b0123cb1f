"""Fields compared with values of a query document, by kind and twin."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from dina.modules.search.engine.checks import is_uuid
from dina.modules.search.query import dates
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.folding import signs
from dina.modules.search.query.tree import (
    NOTHING,
    All,
    AnyOf,
    Compare,
    Form,
    Ids,
    Linked,
    Node,
    Op,
    Scalar,
    Words,
)
from dina.modules.search.query.values import BOOLEANS, scalar
from dina.modules.search.wire import zones
from dina.modules.search.wire.faults import at, refused, text_at, unsupported
from dina.modules.search.wire.naming import Field

PARTS = {"prefix": Op.PREFIX, "infix": Op.CONTAINS, "prefix_reverse": Op.SUFFIX}
"""Twins that are made for a part of a text."""
BOUNDS = {"gt": Op.GT, "gte": Op.GE, "lt": Op.LT, "lte": Op.LE}
MATH = re.compile(r"(now|.+?\|\||[^|+/]+)((?:[+-]\d{1,5}[yMwdhHms])*)(/[yMwd])?", re.DOTALL)
STEP = re.compile(r"([+-]\d{1,5})([yMwdhHms])")
SHOWN = {"/y": 4, "/M": 7, "/d": 10, "/w": 10}
"""How much of a date is left when it is cut to a unit."""
DAYS = {
    "y": 365.25,
    "M": 30.4375,
    "w": 7.0,
    "d": 1.0,
    "h": 1 / 24,
    "H": 1 / 24,
    "m": 1 / 1440,
    "s": 1 / 86400,
}


def equal(field: Field, values: list[Any], pointer: str, fold: bool | None) -> Node:
    """A field equal to one of the values. `fold` None: exactly so for `.keyword`, else without case and accents."""
    if field.kind is FieldKind.TEXT and field.twin in PARTS:
        return AnyOf(
            tuple(Compare(field.path, PARTS[field.twin], (text_at(one, pointer),)) for one in values)
        )
    if field.kind is FieldKind.TEXT and field.twin == "autocomplete":
        return AnyOf(tuple(Words(text_at(one, pointer), (field.path,), Form.PREFIX) for one in values))
    if field.kind in (FieldKind.LINK, FieldKind.UUID):
        known = tuple(one for one in (text_at(one, pointer).lower() for one in values) if is_uuid(one))
        if not known:
            return NOTHING
        if field.kind is FieldKind.LINK:
            return Linked(field.path, Ids(known))
        return Ids(known) if field.path == "id" else compare(field, known)
    given = tuple(value_of(field, one, pointer) for one in values)
    return compare(field, given, (field.twin != "keyword") if fold is None else fold)


def compare(field: Field, values: tuple[Scalar, ...], fold: bool = True) -> Node:
    if field.kind is FieldKind.BOOLEAN and len(values) > 1:
        return AnyOf(tuple(Compare(field.path, Op.EQ, (one,)) for one in values))
    return Compare(field.path, Op.EQ if len(values) == 1 else Op.IN, values, fold)


def value_of(field: Field, value: Any, pointer: str) -> Scalar:
    """A value of the kind of the field. Raises Problem."""
    match field.kind:
        case FieldKind.TEXT:
            return text_at(value, pointer)
        case FieldKind.NUMBER:
            found = scalar(text_at(value, pointer), FieldKind.NUMBER)
            if not isinstance(value, bool) and not isinstance(found, str):
                return found
        case FieldKind.BOOLEAN:
            found = BOOLEANS.get(text_at(value, pointer).lower())
            if found is not None:
                return found
        case FieldKind.DATE | FieldKind.DATETIME:
            return date_of(text_at(value, pointer), field, pointer)
        case _:
            raise refused(
                pointer, f"query.value.{field.kind.value}", field=field.name, value=str(value)[:100]
            )
    raise refused(pointer, f"query.value.{field.kind.value}", field=field.name, value=str(value)[:100])


def date_of(text: str, field: Field, pointer: str) -> str:
    """A date as exact as it is written or cut (`2017-08-03||/M`), `now` with steps (`now-7d/d`). Raises Problem."""
    found = MATH.fullmatch(text) if len(text) < 60 else None
    if found is not None and found[1] == "now":
        moment = dt.datetime.now(dt.UTC)
        try:
            for number, unit in STEP.findall(found[2]):
                moment += dt.timedelta(days=int(number) * DAYS[unit])
        except OverflowError:
            raise unsupported(pointer, text) from None
        text = moment.date().isoformat()[: SHOWN.get(found[3] or "", 10)]
    elif found is not None and not found[2] and "||" in text:
        text = found[1].removesuffix("||")[: SHOWN.get(found[3] or "")]
    if (dates.instants(text) if field.kind is FieldKind.DATETIME else dates.days(text)) is None:
        raise refused(pointer, f"query.value.{field.kind.value}", field=field.name, value=text)
    return text


def like(field: Field, text: str, op: Op, fold: bool, pointer: str) -> Node:
    """A text that begins so, or one with `*` and `?` in it."""
    if field.kind is not FieldKind.TEXT:
        raise refused(
            pointer, "query.operator", field=field.name, op="prefix" if op is Op.PREFIX else "wildcard", choices="term, range, exists"
        )  # fmt: skip
    if op is Op.PREFIX:
        if field.twin == "" and not fold:
            # Without a twin the beginning of any word in the text is meant.
            return AnyOf((Compare(field.path, Op.PREFIX, (text,)), Words(text, (field.path,), Form.PREFIX)))
        part = PARTS.get(field.twin, Op.PREFIX)
        return Compare(field.path, part, (text,), fold or field.twin != "keyword")
    folded = fold or field.twin != "keyword"
    shown = signs(text)
    wild = [position for position, (_, is_wild) in enumerate(shown) if is_wild]
    plain = "".join(one for one, is_wild in shown if not is_wild)
    last = len(shown) - 1
    if not wild:
        return Compare(field.path, Op.EQ, (plain,), folded)
    if plain and all(shown[position][0] == "*" for position in wild):
        simpler = {(last,): Op.PREFIX, (0,): Op.SUFFIX, (0, last): Op.CONTAINS}.get(tuple(wild))
        if simpler is not None:
            return Compare(field.path, simpler, (plain,), folded)
    return Compare(field.path, Op.LIKE, (text,), folded)


def exists(field: Field) -> Node:
    return Linked(field.path) if field.kind is FieldKind.LINK else Compare(field.path, Op.EXISTS)


def _there(field: Field, op: Op, value: Any, pointer: str, zone: dt.tzinfo | None) -> Scalar:
    found = value_of(field, value, pointer)
    return zones.there(found, field, op, zone) if isinstance(found, str) else found


def between(field: Field, options: Mapping[str, Any], pointer: str) -> Node:
    """The bounds of a range, those that are not null."""
    if field.kind not in (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.DATETIME):
        raise refused(pointer, "query.operator", field=field.name, op="range", choices="term, exists")
    for name in ("format", "relation"):
        if name in options:
            text_at(options[name], at(pointer, name))
    zone = zones.zone_of(options.get("time_zone"), at(pointer, "time_zone"))
    given = {name: options[name] for name in BOUNDS if options.get(name) is not None}
    nodes = tuple(
        Compare(field.path, BOUNDS[name], (_there(field, BOUNDS[name], value, at(pointer, name), zone),))
        for name, value in given.items()
    )
    return All(nodes) if nodes else exists(field)
