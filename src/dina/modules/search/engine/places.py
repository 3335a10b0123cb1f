"""Places and ages as SQL: prefiltered by the index, then exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.modules.search.query import limits
from dina.modules.search.query.earth import RADIUS_KM as EARTH_KM
from dina.modules.search.query.tree import Area, Box, Near

TRUE, FALSE = "true", "false"
MAX_VALUES = limits.MAX_VALUES
Put = Callable[[Any], str]
"""Takes a value, gives its placeholder."""


def place(put: Put, node: Near | Box | Area) -> str:
    """SQL of a place. Raises Problem for coordinates that are none."""
    match node:
        case Near(latitude, longitude, km):
            return near(put, latitude, longitude, km)
        case Box(west, south, east, north):
            if west > east:
                return joined(" OR ", [box(put, west, south, 180, north), box(put, -180, south, east, north)], FALSE)  # fmt: skip
            return box(put, west, south, east, north)
        case Area(rings):
            return area(put, rings)


def area(put: Put, rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    points = [(finite(x), finite(y)) for ring in rings for x, y in ring]
    if not points or len(points) > MAX_VALUES:
        raise Problem(Error("BAD_PARAMETER", key="search.ring"))
    edges = [[*one, *other] for ring in rings for one, other in pairwise(ring)]
    around = box(
        put,
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )
    return f"({around} AND search.within(lon, lat, {put(orjson.dumps(edges).decode())}::jsonb))"


def aged(put: Put, old: float, young: float) -> str:
    """Spans that share more than a boundary; an age without extent belongs to the younger of two that meet."""
    a, b = put(finite(old)), put(finite(young))
    reaches = f"oldest >= {b}" if young in (0, old) else f"oldest > {b}"
    return f"(oldest IS NOT NULL AND ((oldest = {a} AND youngest = {a}) OR ({reaches} AND youngest < {a})))"


def box(put: Put, west: float, south: float, east: float, north: float) -> str:
    w, s, e, n = (finite(one) for one in (west, south, east, north))
    # The index is asked for a little more, then the ends are compared exactly.
    return (
        f"(lon IS NOT NULL AND point(lon, lat) <@ {put(f'({e + 1e-5!r},{n + 1e-5!r}),({w - 1e-5!r},{s - 1e-5!r})')}::box "
        f"AND lon BETWEEN {put(w)} AND {put(e)} AND lat BETWEEN {put(s)} AND {put(n)})"
    )


def near(put: Put, latitude: float, longitude: float, km: float) -> str:
    lat, lon, distance = finite(latitude), finite(longitude), abs(finite(km))
    reach = math.degrees(distance / EARTH_KM)
    south, north = lat - reach, lat + reach
    exact = (
        f"2 * {EARTH_KM} * asin(least(1, sqrt(power(sind((lat - {put(lat)}) / 2), 2) + cosd({put(lat)}) "
        f"* cosd(lat) * power(sind((lon - {put(lon)}) / 2), 2)))) <= {put(distance)}"
    )
    if south <= -90 or north >= 90:
        return f"(lon IS NOT NULL AND lat BETWEEN {put(south)} AND {put(north)} AND {exact})"
    wide = math.degrees(math.asin(min(1.0, math.sin(math.radians(reach)) / math.cos(math.radians(lat)))))
    west, east = lon - wide, lon + wide
    parts = [box(put, max(west, -180), south, min(east, 180), north)]
    if west < -180:
        parts.append(box(put, west + 360, south, 180, north))
    if east > 180:
        parts.append(box(put, -180, south, east - 360, north))
    return f"({joined(' OR ', parts, FALSE)} AND {exact})"


def joined(between: str, parts: Sequence[str], empty: str) -> str:
    return f"({between.join(parts)})" if parts else empty


def finite(value: float) -> float:
    if not math.isfinite(value):
        raise Problem(Error("BAD_PARAMETER", key="search.coordinate"))
    return float(value)
