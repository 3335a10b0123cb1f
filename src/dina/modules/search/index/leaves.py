"""The values in one resource: paths below it, each with what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dina.base.json import is_array, is_object
from dina.modules.search.fields import KINDS
from dina.modules.search.query import extents, taxa
from dina.modules.search.values import interval, moments

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DAY = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?")
DATED = re.compile(r"(Date|On|Until|From)$")
MAX_TEXT = 10_000
MAX_DEPTH = 6


class Leaf(NamedTuple):
    """One value: `text` stands for it in its term; `low` and `high` are its ends where it is a number or a date."""

    path: str
    kind: str
    text: str
    low: float | None = None
    high: float | None = None


def leaves(described: Mapping[str, Any], attributes: Mapping[str, Any]) -> list[Leaf]:
    """Every value of a resource by the kinds that its type declares."""
    declared = described["attributes"]
    return [
        leaf
        for name, value in attributes.items()
        if value is not None and name in declared
        for leaf in leaves_of(name, value, declared[name])
    ]


def leaves_of(name: str, value: Any, facts: Mapping[str, Any]) -> Iterator[Leaf]:
    """Every value of one attribute, by what its type declares of it."""
    kind = KINDS.get(facts["kind"], "object")
    if kind in ("map", "object"):
        yield from members(name, value, 0)
    elif kind == "keyword" and isinstance(value, str):
        if value:
            yield Leaf(name, kind, value[:MAX_TEXT])
    elif kind != "geo":
        for one in value if is_array(value) else [value]:
            leaf = leaf_of(name, kind, one)
            if leaf is not None:
                yield leaf


def leaf_of(path: str, kind: str, value: Any) -> Leaf | None:
    """One value of a declared kind; None for what is empty."""
    if value is None or value == "":
        return None
    match kind:
        case "boolean":
            return Leaf(path, kind, "true" if value else "false")
        case "number":
            return numeric(path, value)
        case "id":
            return Leaf(path, kind, str(value).lower())
        case "date":
            return dated(path, str(value))
        case "date-time":
            return timed(path, str(value))
        case _:
            return Leaf(path, kind, str(value)[:MAX_TEXT])


def numeric(path: str, value: Any) -> Leaf:
    number = float(value)
    return Leaf(path, "number", str(value), number, number)


def dated(path: str, text: str) -> Leaf:
    days = interval(text)
    return Leaf(path, "date", text, *((float(days[0]), float(days[1])) if days else (None, None)))


def timed(path: str, text: str) -> Leaf:
    ends = moments(text)
    return Leaf(path, "date-time", text, *((float(ends[0]), float(ends[1])) if ends else (None, None)))


def members(path: str, value: Any, depth: int) -> Iterator[Leaf]:
    """The values inside an object, a map or a list, by dotted paths; elements of a list share one."""
    if value is None or value == "" or depth > MAX_DEPTH:
        return
    if is_object(value):
        for name, one in value.items():
            yield from members(f"{path}.{name}", one, depth + 1)
        for member, name, one in derived(value):
            yield from members(f"{path}.{member}.{name}", one, depth + 1)
    elif is_array(value):
        for one in value:
            yield from members(path, one, depth + 1)
    else:
        yield scalar(path, value)


def derived(value: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """What follows from an object as a whole: a member, a name below it and its value."""
    if taxa.has_taxa(value):
        return [(taxa.MEMBER, name, one) for name, one in taxa.taxa_of(value).items()]
    if extents.is_outline(value):
        return [(extents.MEMBER, name, one) for name, one in extents.extent_of(value).items()]
    return []


def scalar(path: str, value: Any) -> Leaf:
    """A value inside an object or a map, of the kind that it looks like."""
    if isinstance(value, str):
        if UUID.fullmatch(value):
            return Leaf(path, "id", value)
        if DATED.search(path) and DAY.fullmatch(value):
            return timed(path, value) if "T" in value else dated(path, value)
        return Leaf(path, "keyword", value[:MAX_TEXT])
    if isinstance(value, bool):
        return Leaf(path, "boolean", "true" if value else "false")
    return numeric(path, value)
