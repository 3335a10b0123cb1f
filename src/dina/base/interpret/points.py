"""A point on the earth as a label gives it, and how far it can be off by its notation alone."""

from dataclasses import dataclass
from math import cos, hypot, radians, sin, sqrt
from typing import Literal, TypeAlias

SourceFormat: TypeAlias = Literal[
    "decimal_degrees", "degrees_decimal_minutes", "degrees_minutes_seconds", "utm", "mgrs"
]
"""Keys of the vocabulary Coordinate Format, and `mgrs`."""

_AXIS = 6378137.0
_ECCENTRICITY_SQUARED = 0.00669437999014


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in decimal degrees, north and east positive.

    `datum` is a key of `data/datums.tsv`, `None` if the label names none; the
    coordinates are in that datum, never shifted to another. `precision` is the
    smallest step of the notation in degrees (the coarser of the two axes), and
    `uncertainty_m` the distance in metres that step can hide: the diagonal of
    one step on the ellipsoid (Chapman & Wieczorek 2020, Georeferencing Best
    Practices, uncertainty from coordinate precision). It knows nothing of the
    extent of a place or of the device.
    """

    latitude: float
    longitude: float
    datum: str | None
    precision: float
    uncertainty_m: float
    source_format: SourceFormat


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Metres of one degree of latitude and of longitude on WGS84 at a latitude."""
    squash = 1 - _ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
    north = radians(_AXIS * (1 - _ECCENTRICITY_SQUARED) / squash**1.5)
    east = radians(_AXIS * cos(radians(latitude)) / sqrt(squash))
    return north, east


def point_of_angles(
    latitude: float, longitude: float, datum: str | None, precision: float, source_format: SourceFormat
) -> Point:
    """A point written as two angles."""
    north, east = metres_per_degree(latitude)
    uncertainty = round(precision * hypot(north, east), 2)
    return Point(round(latitude, 9), round(longitude, 9), datum, precision, uncertainty, source_format)


def point_of_metres(
    latitude: float, longitude: float, datum: str | None, metres: float, source_format: SourceFormat
) -> Point:
    """A point written as distances on a grid whose smallest step is so many metres."""
    precision = metres / metres_per_degree(latitude)[0]
    return Point(
        round(latitude, 9),
        round(longitude, 9),
        datum,
        precision,
        round(metres * sqrt(2), 2),
        source_format,
    )
