"""UTM and MGRS texts read as points. See `projection` for why no library does this."""

import re

from . import Interpretation, Reason
from .datums import Datum
from .points import Point, point_of_metres
from .projection import from_utm
from .reading import ambiguous, certain, probable, refused

_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_MGRS = re.compile(
    r"(?:MGRS|UTM|UTMREF|USNG)?[ :]*(\d{1,2}) ?([C-HJ-NP-X]) ?([A-HJ-NP-Z])([A-HJ-NP-V]) ?([\d ]{0,12})", re.I
)
_ZONE = re.compile(
    r"(?:\b(?:utm|zone|fuseau|huso|zona|fuso|z)[ .:#=]*){1,3}(\d{1,2})(?!\d)[ ]?([C-HJ-NP-X]\b)?"
    r"|(?<![\d.])(\d{1,2})[ ]?([C-HJ-NP-X])(?![A-Za-z])(?![ ]?\d{1,5}(?![\d.]))",
    re.I,
)
_METRES = re.compile(
    r"(?P<before>\b(?:easting|northing|estant|nordant|este|norte|est|nord|e|n|x|y)[ .:=]*)?"
    r"(?P<number>(?<![\d.])\d{5,8}(?:[.,]\d{1,4})?|(?<![\d.])\d{1,2}[ ,.']\d{3}[ ,.']\d{3}(?![\d])|(?<![\d.])\d{3}[ ,.']\d{3}(?!\d))"
    r"[ ]?(?P<after>m?\.?[ ]?(?:easting|northing|este|norte|est|nord|e|n)\b|m\b)?",
    re.I,
)
_HEMISPHERE = re.compile(
    r"\b(?:north(?:ern)?|nord|norte|(south(?:ern)?|sud|sur|sul))\b(?: hemisphere)?", re.I
)
_FILLER = re.compile(
    r"\b(?:utm|mgrs|grid|ref|reference|zone|coordinates?|coords?|coord|hemisphere|hem|m|and|et|y|x)\b", re.I
)


def interpret_mgrs(verbatim: str, text: str, datum: Datum | None) -> Interpretation[Point] | None:
    """A reading of a military grid reference, `None` if the text is none.

    The point is the middle of the square named, so that it is never farther
    from the true place than the uncertainty says.
    """
    match = _MGRS.fullmatch(text.strip(" ."))
    if not match:
        return None
    zone, band = int(match[1]), match[2].upper()
    digits = match[5].replace(" ", "")
    if len(digits) % 2 or len(digits) > 10 or not 1 <= zone <= 60:
        return refused(verbatim, "impossible", Reason("bad_grid_reference"))
    columns = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")[(zone - 1) % 3]
    rows = "ABCDEFGHJKLMNPQRSTUV" if zone % 2 else "FGHJKLMNPQRSTUVABCDE"
    if match[3].upper() not in columns:
        return refused(verbatim, "impossible", Reason("bad_grid_reference"))
    half = len(digits) // 2
    step = 10 ** (5 - half)
    easting = (columns.index(match[3].upper()) + 1) * 100_000 + int(digits[:half] or 0) * step + step / 2
    row = rows.index(match[4].upper()) * 100_000 + int(digits[half:] or 0) * step + step / 2
    south = band < "N"
    for northing in (row + turn * 2_000_000 for turn in range(5)):
        latitude, longitude = _degrees(zone, easting, northing, south, datum)
        if _in_band(latitude, band, slack=1.0 if step >= 10_000 else 0.2):
            point = point_of_metres(latitude, longitude, datum.key if datum else None, step, "mgrs")
            return certain(verbatim, point)
    return refused(verbatim, "impossible", Reason("band_does_not_fit", {"band": band}))


def interpret_utm(verbatim: str, text: str, datum: Datum | None, asked: bool) -> Interpretation[Point] | None:
    """A reading of UTM metres, `None` if the text is none.

    `asked` says that the field or the text itself speaks of UTM.
    """
    zone = _ZONE.search(text)
    rest = text[: zone.start()] + " " + text[zone.end() :] if zone else text
    metres = list(_METRES.finditer(rest))
    if len(metres) != 2 or not (zone or asked):
        return None
    hemisphere = _HEMISPHERE.search(_METRES.sub(" ", rest))
    left_over = _FILLER.sub(" ", _HEMISPHERE.sub(" ", _METRES.sub(" ", rest)))
    if re.search(r"[^\W_]", left_over):
        return None
    if not zone:
        return refused(verbatim, "unknown", Reason("utm_zone_missing"))
    number, letter = int(zone[1] or zone[3]), (zone[2] or zone[4] or "").upper()
    if not 1 <= number <= 60:
        return refused(verbatim, "impossible", Reason("utm_zone_out_of_range", {"zone": str(number)}))
    pair = _easting_northing(metres)
    if pair is None:
        return refused(verbatim, "impossible", Reason("utm_out_of_range"))
    if not letter and hemisphere:
        letter = "south" if hemisphere[1] else "north"
    return _place(verbatim, number, letter, *pair, datum)


def _easting_northing(metres: list[re.Match[str]]) -> tuple[float, float, float] | None:
    """Easting, northing and the smallest step written, from two numbers in any order."""
    values = [_number(match["number"]) for match in metres]
    axes = [_axis(match) for match in metres]
    if axes[0] == "n" or axes[1] == "e" or (not any(axes) and values[0][0] > 1_000_000 > values[1][0]):
        values.reverse()
    (easting, fine), (northing, other) = values
    if not 100_000 <= easting < 1_000_000 or not 0 <= northing <= 10_000_000:
        return None
    return easting, northing, max(fine, other)


def _number(text: str) -> tuple[float, float]:
    """The value and its smallest step; groups of three are thousands."""
    if re.fullmatch(r"\d{1,3}(?:[ ,.']\d{3}){1,2}", text):
        return float(re.sub(r"\D", "", text)), 1.0
    value = text.replace(",", ".")
    return float(value), 10.0 ** -len(value.partition(".")[2])


def _axis(match: re.Match[str]) -> str:
    name = re.sub(r"[^a-z]", "", (match["before"] or match["after"] or "").lower())
    name = name[1:] if len(name) > 1 and name[0] == "m" else name
    return {"x": "e", "y": "n", "m": ""}.get(name, name[:1])


def _place(
    verbatim: str, zone: int, letter: str, easting: float, northing: float, step: float, datum: Datum | None
) -> Interpretation[Point]:
    reasons: list[Reason] = []
    if datum and datum.ellipsoid is None:
        reasons.append(Reason("ellipsoid_unknown", {"datum": datum.name}))
    points: dict[bool, Point] = {}
    for south in (False, True):
        latitude, longitude = _degrees(zone, easting, northing, south, datum)
        points[south] = point_of_metres(latitude, longitude, datum.key if datum else None, step, "utm")
    north, south = points[False], points[True]
    fitting = [point for point in (north, south) if -80.5 <= point.latitude <= 84.5]
    if not letter and len(fitting) > 1:
        return ambiguous(verbatim, (north, south), [Reason("hemisphere_missing")])
    if not letter and fitting:
        return _sure(verbatim, fitting[0], reasons)
    if letter == "S":
        return _band_or_south(verbatim, zone, north, south, reasons)
    point = points[letter == "south" or letter < "N"]
    if point not in fitting:
        return refused(verbatim, "impossible", Reason("utm_out_of_range"))
    if letter in ("north", "south", "N"):
        return _sure(verbatim, point, reasons)
    if not _in_band(point.latitude, letter, slack=0.5):
        return refused(verbatim, "impossible", Reason("band_does_not_fit", {"band": letter}))
    return _sure(verbatim, point, reasons)


def _band_or_south(
    verbatim: str, zone: int, north: Point, south: Point, reasons: list[Reason]
) -> Interpretation[Point]:
    """`17S`: the band S of 32 to 40 degrees north, or the southern hemisphere."""
    if not _in_band(north.latitude, "S", slack=0.1):
        if south.latitude < -80.5:
            return refused(verbatim, "impossible", Reason("utm_out_of_range"))
        return _sure(verbatim, south, reasons)
    if 18 <= zone <= 21:  # the only land at the same northings in the south: Patagonia
        return ambiguous(verbatim, (north, south), [Reason("band_or_hemisphere")])
    return probable(verbatim, north, [*reasons, Reason("band_or_hemisphere")])


def _sure(verbatim: str, point: Point, reasons: list[Reason]) -> Interpretation[Point]:
    return probable(verbatim, point, reasons) if reasons else certain(verbatim, point)


def _degrees(
    zone: int, easting: float, northing: float, south: bool, datum: Datum | None
) -> tuple[float, float]:
    return from_utm(zone, easting, northing, south, (datum and datum.ellipsoid) or "wgs_1984")


def _in_band(latitude: float, band: str, slack: float) -> bool:
    bottom = -80 + 8 * _BANDS.index(band)
    return bottom - slack <= latitude < bottom + (12 if band == "X" else 8) + slack
