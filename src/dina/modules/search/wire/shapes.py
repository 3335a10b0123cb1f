"""Shapes of `geo_shape`: polygons and boxes that points lie in."""

from __future__ import annotations

from typing import Any

from dina.base.json import is_object
from dina.modules.search.query import limits
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.reading import is_point
from dina.modules.search.query.tree import NOTHING, AnyOf, Area, Box, Near, Node
from dina.modules.search.query.values import NotUnderstood, near, scalar
from dina.modules.search.wire.faults import at, list_at, object_at, refused, text_at, unsupported

CORNERS = frozenset({"top_left", "bottom_right", "top_right", "bottom_left"})
SIDES = frozenset({"top", "left", "bottom", "right"})


def shape_of(value: Any, pointer: str) -> tuple[Node, bool]:
    """The area a shape means, and whether it is to lie outside. Raises Problem."""
    given = object_at(value, pointer, {"shape", "relation"})
    relation = str(given.get("relation", "intersects")).lower()
    if relation == "contains":
        # Places are points: none holds an area.
        return NOTHING, False
    if relation not in ("intersects", "within", "disjoint"):
        raise unsupported(at(pointer, "relation"), relation)
    shape, inside = given.get("shape"), at(pointer, "shape")
    known = object_at(shape, inside, {"type", "coordinates", "orientation"})
    kind, coordinates = str(known.get("type", "")).lower(), at(inside, "coordinates")
    if kind == "polygon":
        return polygon(known.get("coordinates"), coordinates), relation == "disjoint"
    if kind == "multipolygon":
        parts = list_at(known.get("coordinates"), coordinates, limits.MAX_FIELDS)
        areas = [polygon(one, at(coordinates, position)) for position, one in enumerate(parts)]
        return AnyOf(tuple(areas)), relation == "disjoint"
    if kind == "envelope":
        return envelope(known.get("coordinates"), coordinates), relation == "disjoint"
    raise unsupported(at(inside, "type"), f"geo_shape {kind}"[:100])


def polygon(value: Any, pointer: str) -> Area:
    rings: list[tuple[tuple[float, float], ...]] = []
    corners = 0
    for number, ring in enumerate(list_at(value, pointer, limits.MAX_FIELDS)):
        inside = at(pointer, number)
        points = [is_point(one) for one in list_at(ring, inside, limits.MAX_POINTS)]
        corners += len(points)
        if None in points or corners > limits.MAX_POINTS:
            raise refused(inside, "query.point")
        if len(points) < 4 or points[0] != points[-1]:
            raise refused(inside, "query.closed")
        rings.append(tuple(point for point in points if point is not None))
    if not rings:
        raise refused(pointer, "query.closed")
    return Area(tuple(rings))


def envelope(value: Any, pointer: str) -> Box:
    """Its upper left and its lower right corner."""
    corners = [is_point(one) for one in list_at(value, pointer, 2)]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        raise refused(pointer, "query.point")
    (west, north), (east, south) = corners[0], corners[1]
    if south > north:
        raise refused(pointer, "query.southNorth")
    return Box(west, south, east, north)


def bounds(value: Any, pointer: str) -> Box:
    """`geo_bounding_box`: two opposite corners, or its four sides; west of east, or over the date line."""
    given = object_at(value, pointer, {*CORNERS, *SIDES})
    if any(name in given for name in SIDES):
        west, north = given.get("left"), given.get("top")
        east, south = given.get("right"), given.get("bottom")
    elif "top_right" in given:
        (east, north), (west, south) = (
            corner(given.get(one), at(pointer, one)) for one in ("top_right", "bottom_left")
        )
    else:
        (west, north), (east, south) = (
            corner(given.get(one), at(pointer, one)) for one in ("top_left", "bottom_right")
        )
    north_west, south_east = is_point([west, north]), is_point([east, south])
    if north_west is None or south_east is None:
        raise refused(pointer, "query.point")
    if south_east[1] > north_west[1]:
        raise refused(pointer, "query.southNorth")
    return Box(north_west[0], south_east[1], south_east[0], north_west[1])


def around(value: Any, distance: Any, pointer: str, name: str) -> Near:
    """`geo_distance`: a point and a distance such as `10km`."""
    x, y = corner(value, at(pointer, name))
    inside = at(pointer, "distance")
    try:
        return near(f"{y!r},{x!r},{text_at(distance, inside)}")
    except NotUnderstood:
        raise refused(inside, "query.box.near") from None


def corner(value: Any, pointer: str) -> tuple[float, float]:
    """`{lat, lon}`, `[lon, lat]` or `"lat,lon"`."""
    if is_object(value):
        value = [value.get("lon"), value.get("lat")]
    elif isinstance(value, str):
        value = [scalar(one.strip(), FieldKind.NUMBER) for one in value.split(",")][::-1]
    found = is_point(value)
    if found is None:
        raise refused(pointer, "query.point")
    return found
