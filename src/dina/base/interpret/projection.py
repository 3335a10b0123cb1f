"""The transverse Mercator grid turned back into latitude and longitude.

Written here rather than taken from the `utm` package because that knows only
the WGS84 ellipsoid, and labels in North America give UTM on NAD27 (Clarke
1866), where it would be some 200 m off; `pyproj` would do it but brings 9 MB
for one formula, and without its separate grid files it cannot shift datums
any better. The series is Krüger's of 1912 to the fourth order of the third
flattening, right to a millimetre within a zone.
"""

from math import asin, atan2, atanh, cos, cosh, degrees, sin, sinh, sqrt, tanh

SCALE = 0.9996
FALSE_EASTING = 500_000.0
FALSE_NORTHING = 10_000_000.0

ELLIPSOIDS: dict[str, tuple[float, float]] = {
    "airy": (6377563.396, 299.3249646),
    "australian": (6378160.0, 298.25),
    "bessel": (6377397.155, 299.1528128),
    "clarke_1866": (6378206.4, 294.978698213898),
    "clarke_1880": (6378249.145, 293.465),
    "everest": (6377276.345, 300.8017),
    "grs_1980": (6378137.0, 298.257222101),
    "helmert_1906": (6378200.0, 298.3),
    "international_1924": (6378388.0, 297.0),
    "krassovsky": (6378245.0, 298.3),
    "wgs_1984": (6378137.0, 298.257223563),
}
"""Semi-major axis in metres and inverse flattening."""


def central_meridian(zone: int) -> float:
    """Longitude of the middle of a UTM zone."""
    return zone * 6 - 183


def from_utm(
    zone: int, easting: float, northing: float, south: bool, ellipsoid: str = "wgs_1984"
) -> tuple[float, float]:
    """Latitude and longitude in degrees of a UTM coordinate."""
    axis, inverse = ELLIPSOIDS[ellipsoid]
    n = 1 / (2 * inverse - 1)
    radius = axis / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    xi = (northing - (FALSE_NORTHING if south else 0.0)) / (SCALE * radius)
    eta = (easting - FALSE_EASTING) / (SCALE * radius)
    beta = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
        n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
        17 * n**3 / 480 - 37 * n**4 / 840,
        4397 * n**4 / 161280,
    )
    xi_sphere, eta_sphere = xi, eta
    for order, factor in enumerate(beta, 1):
        xi_sphere -= factor * sin(2 * order * xi) * cosh(2 * order * eta)
        eta_sphere -= factor * cos(2 * order * xi) * sinh(2 * order * eta)
    longitude = central_meridian(zone) + degrees(atan2(sinh(eta_sphere), cos(xi_sphere)))
    return _geodetic(sin(xi_sphere) / cosh(eta_sphere), inverse), (longitude + 540) % 360 - 180


def _geodetic(sine_of_conformal: float, inverse_flattening: float) -> float:
    """Latitude in degrees from the sine of the conformal latitude; each round gains two digits."""
    flattening = 1 / inverse_flattening
    eccentricity = sqrt(flattening * (2 - flattening))
    isometric = atanh(max(-1 + 1e-15, min(1 - 1e-15, sine_of_conformal)))
    sine = sine_of_conformal
    for _ in range(8):
        sine = tanh(isometric + eccentricity * atanh(eccentricity * sine))
    return degrees(asin(sine))
