"""Places of the results: clusters for the map, and the list of them for those who do not use a map."""

from __future__ import annotations

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.web.rendering import check_language, client_of
from dina.web.specimens.question import TYPE, Question, ask, state_of

FACET = [{"name": "places", "kind": "tiles", "precision": 5, "size": 60}]


async def tile(request: Request) -> Response:
    """The clusters of one tile of the map, for the search in the address."""
    check_language(request)
    state, given = state_of(request), request.path_params
    asking: dict[str, Any] = {"type": TYPE, "zoom": given["z"], "x": given["x"], "y": given["y"]}
    told = await ask(client_of(request), "search/tiles", asking | ({"q": state.q} if state.q else {}))
    return JSONResponse(told)


def spots(state: Question, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the results lie, most first: a link that keeps only those of the place."""
    found: list[dict[str, Any]] = []
    for one in told["facets"].get("places", {}).get("buckets", []):
        lat, lon = one["lat"], one["lon"]
        west, south, east, north = box_of(str(one["value"]))
        found.append(
            {"lat": f"{lat:.3f}", "lon": f"{lon:.3f}", "count": one["count"], "href": state.plus(f"box:{west},{south},{east},{north}")}
        )  # fmt: skip
    return found


def box_of(tile_: str) -> tuple[float, float, float, float]:
    """The box of a tile `zoom/x/y` of the usual map of the web."""
    zoom, x, y = (int(part) for part in tile_.split("/"))
    size = 2**zoom

    def latitude(row: int) -> float:
        return round(math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / size)))), 4)

    return round(x / size * 360 - 180, 4), latitude(y + 1), round((x + 1) / size * 360 - 180, 4), latitude(y)
