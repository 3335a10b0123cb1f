"""Computed columns: texts put together, coordinates as decimal degrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dina.base.cells import written
from dina.base.interpret.coordinates import interpret_coordinate_pair, interpret_coordinates
from dina.base.json import is_array, is_object

Compute = Callable[[Sequence[Any]], Any]
DIGITS = 7
"""Decimal places of degrees: a centimetre."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed column: the paths of the columns it needs, and how it is made of their values."""

    inputs: tuple[str, ...]
    compute: Compute


def read_function(given: Mapping[str, Any]) -> Computed:
    """The function that an export asks for (see `forms.Function`).

    CONCAT: the columns of `items` (or of a plain list) that are not empty, with `separator` between them
    (a space where none is given). CONVERT_COORDINATES_DD: one `column` with a point or verbatim coordinates, or
    two with latitude and longitude, as `latitude, longitude` in decimal degrees; empty where they cannot be read.
    """
    params = given.get("params")
    named: Mapping[str, Any] = params if is_object(params) else {}
    items = _names(
        params if is_array(params) else named.get("items") or named.get("columns") or named.get("column")
    )
    if given["functionDef"] == "CONCAT":
        separator = named.get("separator")
        return Computed(items, joining(" " if separator is None else str(separator)))
    return Computed(items, decimal_degrees)


def _names(given: Any) -> tuple[str, ...]:
    """Column paths, in a list or as text with commas between them."""
    if isinstance(given, str):
        given = given.split(",")
    return tuple(str(one).strip() for one in given or () if str(one).strip())


def joining(separator: str) -> Compute:
    def compute(values: Sequence[Any]) -> str | None:
        return separator.join(text for one in values if (text := written(one))) or None

    return compute


def decimal_degrees(values: Sequence[Any]) -> str | None:
    """`latitude, longitude` of a GeoJSON point, of one text, or of two values."""
    found = degrees(values)
    return None if found is None else f"{_shown(found[0])}, {_shown(found[1])}"


def degrees(values: Sequence[Any]) -> tuple[float, float] | None:
    if len(values) == 1 and is_object(values[0]):
        place: Any = values[0].get("coordinates")
        return (place[1], place[0]) if is_array(place) and len(place) >= 2 else None
    texts = [written(one) for one in values]
    if not all(texts) or len(texts) not in (1, 2):
        return None
    read = interpret_coordinate_pair(*texts) if len(texts) == 2 else interpret_coordinates(texts[0])
    point = read.value
    return None if point is None else (point.latitude, point.longitude)


def _shown(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
