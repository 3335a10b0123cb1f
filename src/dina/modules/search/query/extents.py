"""The box around an outline: where a place lies of which only an outline (GeoJSON) is known.

The outline of a site has members of its own for it: `siteGeom.extent.west`, `…south`, `…east`, `…north`. An area that
is asked for meets such a place where the boxes around both have a point in common.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.search.query.earth import RADIUS_KM
from dina.modules.search.query.tree import Area, Box, Near

MEMBER = "extent"
SIDES = ("west", "south", "east", "north")


def is_outline(value: Mapping[str, Any]) -> bool:
    """Whether an object is a GeoJSON geometry with coordinates."""
    return isinstance(value.get("type"), str) and is_array(value.get("coordinates")) and MEMBER not in value


def extent_of(outline: Mapping[str, Any]) -> dict[str, float]:
    """The four sides of the box around an outline; empty where it has no positions on the globe."""
    found = [(x, y) for x, y in _positions(outline.get("coordinates"), 0) if abs(x) <= 180 and abs(y) <= 90]
    if not found:
        return {}
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return dict(zip(SIDES, (min(xs), min(ys), max(xs), max(ys)), strict=True))


def _positions(value: Any, depth: int) -> Iterator[tuple[float, float]]:
    if not is_array(value) or depth > 6:
        return
    if len(value) > 1 and all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in value[:2]
    ):
        x, y = float(value[0]), float(value[1])
        if math.isfinite(x) and math.isfinite(y):
            yield x, y
        return
    for one in value:
        yield from _positions(one, depth + 1)


def box_around(place: Near | Box | Area) -> Box:
    """The box around what is asked for."""
    match place:
        case Box():
            return place
        case Area(rings):
            points = [point for ring in rings for point in ring]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            return Box(min(xs), min(ys), max(xs), max(ys))
        case Near(latitude, longitude, km):
            reach = math.degrees(km / RADIUS_KM)
            south, north = latitude - reach, latitude + reach
            if south <= -90 or north >= 90:
                return Box(-180, max(south, -90), 180, min(north, 90))
            share = math.sin(math.radians(reach)) / math.cos(math.radians(latitude))
            wide = math.degrees(math.asin(min(1.0, share)))
            if wide >= 90:
                return Box(-180, south, 180, north)
            west, east = longitude - wide, longitude + wide
            return Box(west + 360 if west < -180 else west, south, east - 360 if east > 180 else east, north)


def parts(box: Box) -> list[Box]:
    """A box over the date line as one on each side of it."""
    if box.west <= box.east:
        return [box]
    return [Box(box.west, box.south, 180, box.north), Box(-180, box.south, box.east, box.north)]


def meets(extent: Mapping[str, float], place: Near | Box | Area) -> bool:
    return any(
        extent["west"] <= one.east and extent["east"] >= one.west
        and extent["south"] <= one.north and extent["north"] >= one.south
        for one in parts(box_around(place))
    )  # fmt: skip


def is_extent(value: Any) -> bool:
    return is_object(value) and all(side in value for side in SIDES)
