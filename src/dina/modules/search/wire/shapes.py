"""Shapes of `geo_shape`: polygons and boxes that points lie in."""

from __future__ import annotations

from typing import Any

from dina.modules.search.query import limits
from dina.modules.search.query.reading import is_point
from dina.modules.search.query.tree import AnyOf, Area, Box, Node
from dina.modules.search.wire.faults import at, list_at, object_at, refused, unsupported


def shape_of(value: Any, pointer: str) -> tuple[Node, bool]:
    """The area a shape means, and whether it is to lie outside. Raises Problem."""
    given = object_at(value, pointer, {"shape", "relation"})
    relation = str(given.get("relation", "intersects")).lower()
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
