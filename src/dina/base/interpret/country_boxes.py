"""Whether coordinates lie far from the country they are said to be in: a rough test that costs nothing."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from dina.base.interpret.terms.country import interpret_country

MARGIN = 1.0
"""Degrees around a box that still count as in it: territorial waters, rounded coordinates."""
Box = tuple[float, float, float, float]


@cache
def boxes() -> dict[str, Box]:
    """West, south, east and north by country code."""
    text = files("dina.base.interpret").joinpath("country_boxes.txt").read_text("utf-8")
    found: dict[str, Box] = {}
    for row in text.splitlines():
        if row and not row.startswith("#"):
            code, west, south, east, north = row.split()
            found[code] = (float(west), float(south), float(east), float(north))
    return found


@lru_cache(10_000)
def box_of(country: str) -> Box | None:
    """The box of a country by code or name, if that is known for certain."""
    if len(country) == 2:
        return boxes().get(country.upper())
    read = interpret_country(country)
    return boxes().get(read.value.alpha2) if read.value is not None else None


def far_outside(country: str, latitude: float, longitude: float) -> bool:
    box = box_of(country)
    if box is None:
        return False
    west, south, east, north = box
    if not south - MARGIN <= latitude <= north + MARGIN:
        return True
    if west <= east:
        return not west - MARGIN <= longitude <= east + MARGIN
    return east + MARGIN < longitude < west - MARGIN
