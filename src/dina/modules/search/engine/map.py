"""Records on a map: for a tile, clusters of those in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.modules.search.engine.asking import Asking, Trees, asking
from dina.modules.search.engine.facets import lot_of
from dina.modules.search.engine.registry import Registry, Sight
from dina.modules.search.engine.searching import limit_time, total_of
from dina.modules.search.index.numbers import lot_term
from dina.modules.search.query.tree import EVERYTHING

MAX_ZOOM = 24
CELLS = 16
"""Clusters side by side in a tile."""
SUMMED = 5
"""Up to this zoom the index keeps what lies in each cell of the maps of everything."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cluster: how many, the middle of them, and the id where there is one alone."""

    lon: float
    lat: float
    count: int
    id: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    spots: list[Spot]
    exact: bool


def bounds_of(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a web map tile. Raises Problem for one that is not there."""
    side = 2**zoom if 0 <= zoom <= MAX_ZOOM else 0
    if not (0 <= x < side and 0 <= y < side):
        raise Problem(Error("BAD_PARAMETER", key="search.tile", values={"zoom": MAX_ZOOM}))
    return x / side * 360 - 180, latitude(y + 1, side), (x + 1) / side * 360 - 180, latitude(y, side)


def latitude(y: int, side: int) -> float:
    if y in (0, side):
        return 90.0 if y == 0 else -90.0
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))


async def tile(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], place: tuple[int, int, int],
    tree: Trees = EVERYTHING,
) -> Tile:  # fmt: skip
    """The clusters of a tile (zoom, x, y)."""
    west, south, east, north = bounds_of(*place)
    async with connection.transaction():
        await limit_time(connection)
        asked = await asking(connection, registry, sight, types, tree)
        if asked.everything and place[0] <= SUMMED:
            return await summed(asked, place)
        lot = None
        if not asked.everything:
            lot = await lot_of(asked, *(await total_of(asked, False)))
        asked.values |= {"west": west, "south": south, "east": east, "north": north}
        # The last tiles hold the pole and the date line as well.
        last = 2 ** place[0] - 1
        inside = (
            f"lon >= %(west)s AND lon {'<=' if place[1] == last else '<'} %(east)s "
            f"AND lat >= %(south)s AND lat {'<' if place[2] else '<='} %(north)s"
        )
        if place[0] > 2:
            # Few of all are in it: those are found by their place.
            asked.values["box"] = f"({east!r},{north!r}),({west!r},{south!r})"
            inside += " AND point(lon, lat) <@ %(box)s::box"
        chosen = f" AND terms @> ARRAY[{lot_term(lot)}]::bigint[]" if lot else ""
        one = "NULL" if asked.everything and place[0] < 8 else "CASE WHEN count(*) = 1 THEN min(id::text) END"
        rows = await asked.rows(
            f"SELECT round(avg(lon)::numeric, 6)::float8, round(avg(lat)::numeric, 6)::float8, count(*), {one} FROM {asked.source} AND {inside}{chosen} "
            f"GROUP BY least(floor((lon - %(west)s) / {(east - west) / CELLS!r}), {CELLS - 1}), "
            f"least(floor((lat - %(south)s) / {(north - south) / CELLS!r}), {CELLS - 1}) ORDER BY 1, 2"
        )
    times = lot or 1
    return Tile(
        [Spot(lon, lat, count * times, id_ if times == 1 else None) for lon, lat, count, id_ in rows],
        lot is None,
    )


async def summed(asked: Asking, place: tuple[int, int, int]) -> Tile:
    """A tile of the map of everything, from the sums that are kept."""
    zoom, x, y = place
    values = {"zoom": zoom, "x": x * CELLS, "y": y * CELLS, "types": list(asked.types)}
    rows = await asked.rows(
        "SELECT round(sum(lon) / sum(n) / 1e7, 6)::float8, round(sum(lat) / sum(n) / 1e7, 6)::float8, sum(n)::bigint "
        f"FROM search.spot_{asked.generation} WHERE type = ANY(%(types)s) AND zoom = %(zoom)s "
        f"AND x >= %(x)s AND x < %(x)s + {CELLS} AND y >= %(y)s AND y < %(y)s + {CELLS} AND {asked.sight.condition()[0]} "
        "GROUP BY x, y HAVING sum(n) > 0 ORDER BY 1, 2",
        values,
    )
    return Tile([Spot(lon, lat, count, None) for lon, lat, count in rows], True)
