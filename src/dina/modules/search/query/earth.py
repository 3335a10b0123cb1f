"""Places on the globe as a search compares them: WGS 84 degrees on a sphere."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from dina.modules.search.query.tree import Area, Box, Near

RADIUS_KM = 6371.0088
"""The mean radius of the earth (IUGG)."""
Point = tuple[float, float]
"""Longitude, latitude."""


def kilometres(one: Point, other: Point) -> float:
    """The way over the globe, by the haversine formula."""
    (west, south), (east, north) = [(radians(x), radians(y)) for x, y in (one, other)]
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * RADIUS_KM * asin(sqrt(min(1.0, half)))


def is_near(place: Near, point: Point) -> bool:
    return kilometres((place.longitude, place.latitude), point) <= place.km


def in_box(box: Box, point: Point) -> bool:
    """The border belongs to it."""
    x, y = point
    across = box.west > box.east
    between = (x >= box.west or x <= box.east) if across else box.west <= x <= box.east
    return between and box.south <= y <= box.north


def in_area(area: Area, point: Point) -> bool:
    """By the even-odd rule over all rings, straight lines in degrees; the borders belong to it."""
    if any(_on_border(ring, point) for ring in area.rings):
        return True
    return sum(_crossings(ring, point) for ring in area.rings) % 2 == 1


def _crossings(ring: Sequence[Point], point: Point) -> int:
    """How many edges a line from the point to the east crosses."""
    x, y = point
    found = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found += 1
    return found


def _on_border(ring: Sequence[Point], point: Point) -> bool:
    x, y = point
    for (x1, y1), (x2, y2) in pairwise(ring):
        beside = (x2 - x1) * (y - y1) == (y2 - y1) * (x - x1)
        if beside and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
    return False
