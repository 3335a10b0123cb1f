"""Values of the API as texts of a table: one text a cell, nothing lost, the same text for the same value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

BAR = " | "
"""What Darwin Core recommends between several values of one term."""


def text(value: Any) -> str:
    """A value as text; nothing is the empty text."""
    if value is None:
        return ""
    if value.__class__ is str:
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list):
        items: Iterable[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return BAR.join(text(one) for one in items if one is not None)
    if isinstance(value, dict):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)


def mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def primary(elements: Any) -> Mapping[str, Any]:
    """The primary one of embedded objects, else the first, else an empty one."""
    found = listed(elements)
    for one in found:
        if one.get("isPrimary"):
            return one
    return found[0] if found else {}


def wkt(geometry: Any) -> str:
    """A GeoJSON geometry as well-known text; empty for kinds that have no such form."""
    shape = mapped(geometry)
    kind, places = str(shape.get("type", "")), shape.get("coordinates")
    depth = {
        "Point": 0,
        "LineString": 1,
        "MultiPoint": 1,
        "Polygon": 2,
        "MultiLineString": 2,
        "MultiPolygon": 3,
    }
    if kind not in depth or not places:
        return ""
    inner = _positions(places, depth[kind])
    return f"{kind.upper()} ({inner})" if depth[kind] == 0 else f"{kind.upper()} {inner}"


def _positions(places: Any, depth: int) -> str:
    if depth == 0:
        return " ".join(text(float(number)) for number in places)
    return "(" + ", ".join(_positions(one, depth - 1) for one in places) + ")"
