"""Coordinates as labels write them, read as a point.

Angles are read by a grammar of our own: `lat-lon-parser` and its like read a
single angle in English, take a comma for nothing but a separator, guess signs
without saying so and tell nothing of the precision of the notation. For the
grids see `projection`. A datum is read and kept, and never shifted to WGS84:
without the grid files of each country (which are not ours to ship) a shift is
a matter of metres to tens of metres, and a silent one cannot be undone.
"""

import re
from itertools import product

from . import Interpretation, Reason
from .angles import Angle, Axis, angle, cut, halves
from .datums import Datum, interpret_datum, named_datums, without_datums
from .grids import interpret_mgrs, interpret_utm
from .points import Point, SourceFormat, point_of_angles
from .reading import ambiguous, certain, probable, read_before, refused, tidy, unaccented, unread

__all__ = ["Point", "SourceFormat", "interpret_coordinate_pair", "interpret_coordinates"]

_STATED_DOUBT = re.compile(r"[( ]*(?:±|\+/-|\+-) ?\d+(?:[.,]\d+)? ?(?:m|km|ft|metres|meters)\b\.?\)?", re.I)
_WEST_IN = {"fr", "es", "it", "pt", "ca", "gl"}
_EAST_IN = {"de", "nl", "af"}
_LIMITS: dict[Axis, int] = {"latitude": 90, "longitude": 180}


def interpret_coordinates(
    verbatim: str,
    *,
    coordinate_system: str | None = None,
    datum: str | None = None,
    language: str | None = None,
) -> Interpretation[Point]:
    """The point one text writes: angles in either order, UTM or MGRS.

    `coordinate_system` is what another field says of the notation (such as
    `UTM` or `decimal degrees`), `datum` likewise, and `language` (`fr`, `de`…)
    tells whether `O` is west or east. Without a letter or a sign an angle in
    degrees and minutes is `ambiguous`; latitude is taken to come first.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    text = tidy(verbatim.replace("\n", ";"))
    known, reasons = _datum(text, datum)
    text = _STATED_DOUBT.sub(" ", without_datums(text))
    asked = "utm" in (unaccented(coordinate_system or "") + " " + text.lower()) or _says_mercator(
        coordinate_system
    )
    grid = interpret_mgrs(verbatim, text, known) or interpret_utm(verbatim, text, known, asked)
    if grid:
        return _with(grid, reasons)
    best: Interpretation[Point] | None = None
    for decimal_comma in _comma_readings(text):
        tokens = cut(text, decimal_comma)
        pair = halves(tokens) if tokens else None
        first, second = (angle(pair[0]), angle(pair[1])) if pair else (None, None)
        if first and second:
            found = _paired(verbatim, first, second, known, reasons, language)
            if found.confidence != "impossible":
                return found
            best = best or found
    if best:
        return best
    alone = _single(text)
    half = alone is not None and (alone.lettered or alone.marked)
    return refused(verbatim, "unknown", Reason("half_a_coordinate") if half else unread(verbatim))


def interpret_coordinate_pair(
    verbatim_latitude: str,
    verbatim_longitude: str,
    *,
    coordinate_system: str | None = None,
    datum: str | None = None,
    language: str | None = None,
) -> Interpretation[Point]:
    """The point two texts write, one for the latitude and one for the longitude.

    The answer's `verbatim` joins both with ` | `. Two UTM numbers are read if a
    zone is in either text or in `coordinate_system`.
    """
    verbatim = f"{verbatim_latitude} | {verbatim_longitude}"
    texts = [tidy(verbatim_latitude), tidy(verbatim_longitude)]
    if not all(read_before(text) for text in texts):
        return refused(verbatim, "unknown", Reason("half_a_coordinate" if any(texts) else "nothing_written"))
    known, reasons = _datum(" ".join(texts), datum)
    system = tidy(coordinate_system or "")
    asked = "utm" in unaccented(system) or _says_mercator(system)
    joined = f"{system if asked else ''} {texts[1]} {texts[0]}"
    grid = interpret_utm(verbatim, without_datums(joined), known, asked)
    if grid:
        return _with(grid, reasons)
    angles = [_single(without_datums(text)) for text in texts]
    latitude, longitude = angles
    if not latitude or not longitude:
        return refused(verbatim, "unknown", unread(verbatim))
    if latitude.axis == "longitude" and longitude.axis == "latitude":
        swapped = _paired(verbatim, longitude, latitude, known, reasons, language)
        return _doubted(swapped, Reason("fields_swapped"))
    if latitude.axis == "longitude" or longitude.axis == "latitude":
        return refused(verbatim, "impossible", Reason("same_axis_twice"))
    latitude.axis, longitude.axis = "latitude", "longitude"
    return _paired(verbatim, latitude, longitude, known, reasons, language)


def _single(text: str) -> Angle | None:
    tokens = cut(text, decimal_comma=True)
    return angle(tokens) if tokens else None


def _comma_readings(text: str) -> list[bool]:
    """Whether a comma between digits is a decimal sign: the readings to try, likelier first."""
    between = sum(
        text[index - 1].isdecimal() and text[index + 1].isdecimal()
        for index in range(1, len(text) - 1)
        if text[index] == ","
    )
    if not between:
        return [False]
    dotted = any(
        text[index] == "." and text[index - 1].isdecimal() and text[index + 1].isdecimal()
        for index in range(1, len(text) - 1)
    )
    if dotted:
        return [False]
    alone = between == 1 and not any(sign.isalpha() or sign in ";|/" for sign in text)
    return [False, True] if alone and " " not in text.replace(", ", ",") else [True, False]


def _says_mercator(system: str | None) -> bool:
    return "mercator" in unaccented(system or "")


def _datum(text: str, given: str | None) -> tuple[Datum | None, list[Reason]]:
    named = named_datums(text)
    if len(named) == 1:
        return named[0], []
    if len(named) > 1:
        return None, [Reason("several_datums")]
    read = interpret_datum(given) if given else None
    if read is None or read.value is None:
        return None, [Reason("datum_not_understood", {"datum": given or ""})] if given else []
    return read.value, []


def _paired(
    verbatim: str,
    first: Angle,
    second: Angle,
    datum: Datum | None,
    reasons: list[Reason],
    language: str | None,
) -> Interpretation[Point]:
    """Two angles as a point: which is which, on which side, and whether it can be."""
    problem = first.problem or second.problem
    if problem:
        return refused(verbatim, "impossible", Reason(problem))
    if first.axis and first.axis == second.axis:
        return refused(verbatim, "impossible", Reason("same_axis_twice"))
    told = bool(first.axis or second.axis)
    doubts: list[Reason] = []
    turned = first.axis == "longitude" or second.axis == "latitude"
    if not told and first.degrees > 90 >= second.degrees:
        turned = True
        doubts.append(Reason("longitude_first"))
    elif not told and second.degrees <= 90:
        doubts.append(Reason("latitude_first_assumed"))
    latitude, longitude = (second, first) if turned else (first, second)
    impossible = _out_of_range(verbatim, latitude, longitude, datum)
    if impossible:
        return impossible
    options = [_sides(latitude, longitude, None), _sides(longitude, latitude, language)]
    points = [_point(north, east, latitude, longitude, datum) for north, east in product(*options)]
    if len(points) > 1:
        return ambiguous(verbatim, points, [*reasons, _why_ambiguous(latitude, longitude)])
    if not any(read.sign or read.lettered or not read.degrees for read in (latitude, longitude)):
        doubts.append(Reason("no_sign_written"))
    if latitude.packed or longitude.packed:
        doubts.append(Reason("packed_notation"))
    point = points[0]
    if point.latitude == 0 and point.longitude == 0:
        doubts.append(Reason("zero_zero"))
    doubts += reasons
    return probable(verbatim, point, doubts) if doubts else certain(verbatim, point)


def _sides(this: Angle, other: Angle, language: str | None) -> list[float]:
    """The signed values an angle can have."""
    if this.contradicted:
        return [this.degrees, -this.degrees]
    if this.either_side:
        side = 1 if language in _EAST_IN else -1 if language in _WEST_IN else 0
        return [this.degrees * side] if side else [-this.degrees, this.degrees]
    if this.sign or this.degrees == 0 or (other.sign and not other.lettered):
        return [this.value]
    if this.notation == "decimal_degrees" and not other.lettered and not this.marked:
        return [this.value]
    return [this.degrees, -this.degrees]


def _why_ambiguous(latitude: Angle, longitude: Angle) -> Reason:
    if latitude.contradicted or longitude.contradicted:
        return Reason("sign_against_letter")
    return Reason("east_or_west" if longitude.either_side else "hemisphere_missing")


def _out_of_range(
    verbatim: str, latitude: Angle, longitude: Angle, datum: Datum | None
) -> Interpretation[Point] | None:
    if latitude.degrees <= _LIMITS["latitude"] and longitude.degrees <= _LIMITS["longitude"]:
        return None
    if latitude.degrees <= 180 and longitude.degrees <= 90:
        swapped = _point(longitude.value, latitude.value, longitude, latitude, datum)
        return refused(verbatim, "impossible", Reason("seem_swapped"), alternatives=(swapped,))
    return refused(verbatim, "impossible", Reason("out_of_range"))


def _point(north: float, east: float, latitude: Angle, longitude: Angle, datum: Datum | None) -> Point:
    finer, coarser = sorted((latitude, longitude), key=lambda read: read.precision)
    notation: SourceFormat = max(
        (finer.notation, coarser.notation),
        key=("decimal_degrees", "degrees_decimal_minutes", "degrees_minutes_seconds").index,
    )
    return point_of_angles(north, east, datum.key if datum else None, coarser.precision, notation)


def _with(found: Interpretation[Point], reasons: list[Reason]) -> Interpretation[Point]:
    for reason in reasons:
        found = _doubted(found, reason)
    return found


def _doubted(found: Interpretation[Point], reason: Reason) -> Interpretation[Point]:
    confidence = "probable" if found.confidence == "certain" else found.confidence
    return Interpretation(
        found.verbatim, found.value, confidence, (*found.reasons, reason), found.alternatives
    )
