"""Coordinates in the notations of labels, and what is said when they cannot be trusted."""

from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.base.interpret.coordinates import interpret_coordinate_pair, interpret_coordinates

READ = [
    ("45.5 N 73.6 W", 45.5, -73.6, "decimal_degrees"),
    ("45,5234 N 73,6 W", 45.5234, -73.6, "decimal_degrees"),
    ("N45.5 E12.3", 45.5, 12.3, "decimal_degrees"),
    ("112.345W, 67.890S", -67.89, -112.345, "decimal_degrees"),
    ("lat: 45.5 long: -73.6", 45.5, -73.6, "decimal_degrees"),
    ("Lat. 45°30' N, Long. 73°20' W", 45.5, -73.333333, "degrees_decimal_minutes"),
    ("25 54S, 54 36W", -25.9, -54.6, "degrees_decimal_minutes"),
    ("N 45° 30.5' W 073° 20.1'", 45.508333, -73.335, "degrees_decimal_minutes"),
    ("67d47'22\"S 112°21.43'W", -67.789444, -112.357167, "degrees_minutes_seconds"),
    ("17d 33m 5s N/99d 30m 3s W", 17.551389, -99.500833, "degrees_minutes_seconds"),
    ("42º00’09”N; 72º07’58”W", 42.0025, -72.132778, "degrees_minutes_seconds"),
    ("2∞30'0” N, 77∞0'0” E", 2.5, 77.0, "degrees_minutes_seconds"),
    ("45 deg 30 min 10 sec N, 73 deg 20 min W", 45.502778, -73.333333, "degrees_minutes_seconds"),
    ("45° 30' 10'' N ; 73° 20' 10'' W", 45.502778, -73.336111, "degrees_minutes_seconds"),
    ("45-30-10N 73-20-10W", 45.502778, -73.336111, "degrees_minutes_seconds"),
    ("45.30.10N, 73.20.10W", 45.502778, -73.336111, "degrees_minutes_seconds"),
    ("45:30:10 N 73:20:10 W", 45.502778, -73.336111, "degrees_minutes_seconds"),
    ("45o 30' N 73o 20' W", 45.5, -73.333333, "degrees_decimal_minutes"),
    ("45Â°30'N 73Â°20'W", 45.5, -73.333333, "degrees_decimal_minutes"),
    ("33º 52' 10\" Sur, 70º 40' Oeste", -33.869444, -70.666667, "degrees_minutes_seconds"),
    ("49°21' Sud 67°10' Est", -49.35, 67.166667, "degrees_decimal_minutes"),
    ("52° 22' N.Br. 4° 53' O.L.", 52.366667, 4.883333, "degrees_decimal_minutes"),
    ("47°30' nördl. Breite, 8°30' östl. Länge", 47.5, 8.5, "degrees_decimal_minutes"),
    ("59°20' norr 18°3' öst", 59.333333, 18.05, "degrees_decimal_minutes"),
    ("12°30' Ouest, 45°10' Nord", 45.166667, -12.5, "degrees_decimal_minutes"),
    ("45.5°N, 73.6°W ± 100 m", 45.5, -73.6, "decimal_degrees"),
    ("17T 630084E 4833438N", 43.642562, -79.387143, "utm"),
    ("UTM 10N 500000 5400000", 48.753014, -123.0, "utm"),
    ("Zone 17T, N4833438, E630084", 43.642562, -79.387143, "utm"),
    ("17 T 0630084 4833438", 43.642562, -79.387143, "utm"),
    ("17T 630084 m E, 4833438 m N", 43.642562, -79.387143, "utm"),
    ("UTM zone 17T Easting: 630 084 Northing: 4 833 438", 43.642562, -79.387143, "utm"),
    ("18SUJ2337106519", 38.88981, -77.03654, "mgrs"),
    ("17T PJ 30084 33438", 43.642566, -79.387137, "mgrs"),
]


@pytest.mark.parametrize(("text", "latitude", "longitude", "notation"), READ)
def test_a_point_in_any_usual_notation_is_certain(
    text: str, latitude: float, longitude: float, notation: str
) -> None:
    read = interpret_coordinates(text)
    assert (read.confidence, read.verbatim) == ("certain", text)
    assert read.value is not None
    assert read.value.latitude == pytest.approx(latitude, abs=6e-6)
    assert read.value.longitude == pytest.approx(longitude, abs=6e-6)
    assert read.value.source_format == notation


DOUBTED = [
    ("112.345, -67.890", "probable", "longitude_first"),
    ("45.5, -73.6", "probable", "latitude_first_assumed"),
    ("45.5, 73.6", "probable", "no_sign_written"),
    ("0, 0", "probable", "zero_zero"),
    ("434000N;0792300W", "probable", "packed_notation"),
    ("45°30'10\"N 73°20'10\"O", "ambiguous", "east_or_west"),
    ("45°30' 73°20'", "ambiguous", "hemisphere_missing"),
    ("12°30'N, 45°10'", "ambiguous", "hemisphere_missing"),
    ("-45.5 N 73.5 W", "ambiguous", "sign_against_letter"),
    ("45.5 - 73.6", "ambiguous", "east_or_west"),
    ("zone 17 630084 4833438", "ambiguous", "hemisphere_missing"),
    ("18S 630084 3833438", "ambiguous", "band_or_hemisphere"),
    ("11S 440000 3833438", "probable", "band_or_hemisphere"),
    ("45°61'N 73°W", "impossible", "minutes_too_large"),
    ("45°30'60\"N 73°W", "impossible", "seconds_too_large"),
    ("120 N 45 W", "impossible", "seem_swapped"),
    ("45.5N 190W", "impossible", "out_of_range"),
    ("45 N 46 N", "impossible", "same_axis_twice"),
    ("17C 630084 4833438", "impossible", "band_does_not_fit"),
    ("61T 630084 4833438", "impossible", "utm_zone_out_of_range"),
    ("45°30' N", "unknown", "half_a_coordinate"),
    ("2 km north of Ottawa", "unknown", "not_understood"),
    ("45°30'-45°40'N 73°W", "unknown", "not_understood"),
    ("  ", "unknown", "nothing_written"),
    ("1" * 5000, "unknown", "too_long"),
]


@pytest.mark.parametrize(("text", "confidence", "code"), DOUBTED)
def test_a_doubt_has_a_confidence_and_a_reason(text: str, confidence: str, code: str) -> None:
    read = interpret_coordinates(text)
    assert (read.confidence, code in [reason.code for reason in read.reasons]) == (confidence, True)
    assert (read.value is not None) == (confidence in ("certain", "probable"))
    assert len(read.alternatives) >= 2 or confidence != "ambiguous"


def test_the_language_tells_whether_o_is_east_or_west() -> None:
    text = "45°30'N 73°20'O"
    french, german = (interpret_coordinates(text, language=code).value for code in ("fr", "de"))
    assert french is not None
    assert german is not None
    assert (french.longitude < 0, german.longitude > 0) == (True, True)


def test_a_latitude_beyond_ninety_is_impossible_and_the_swap_is_offered() -> None:
    read = interpret_coordinate_pair("123.45", "56.78")
    assert (read.confidence, read.reasons[0].code) == ("impossible", "seem_swapped")
    assert [(point.latitude, point.longitude) for point in read.alternatives] == [(56.78, 123.45)]


def test_fields_that_are_swapped_by_their_letters_are_read_with_a_reason() -> None:
    read = interpret_coordinate_pair("73°20' W", "45°30' N")
    assert (read.confidence, read.reasons[-1].code) == ("probable", "fields_swapped")
    assert read.value is not None
    assert read.value.latitude == 45.5


def test_a_pair_of_grid_numbers_is_read_with_the_zone_of_the_field() -> None:
    read = interpret_coordinate_pair("4833438", "630084", coordinate_system="UTM zone 17T")
    assert read.value is not None
    assert read.value.latitude == pytest.approx(43.642562, abs=1e-6)
    without = interpret_coordinate_pair("9997824", "500006", coordinate_system="UTM")
    assert [reason.code for reason in without.reasons] == ["utm_zone_missing"]


def test_the_datum_of_the_text_or_of_the_field_is_kept_and_nothing_is_shifted() -> None:
    for read in (
        interpret_coordinates("45°30'N 73°20'W (NAD 27)"),
        interpret_coordinates("45°30'N 73°20'W", datum="North American Datum 1927"),
    ):
        assert read.value is not None
        assert (read.value.datum, read.value.latitude) == ("nad27", 45.5)
    unread = interpret_coordinates("45°30'N 73°20'W", datum="Atlantis 1900")
    assert [reason.code for reason in unread.reasons] == ["datum_not_understood"]


ELSEWHERE = [
    ("45 north 454527.28 2422938.77", "WGS84", 21.910075, 86.559742),
    ("28 south 581311.39 1752681.16", "NAD27", -74.301153, -12.30709),
    ("7 north 610440.20 7427402.37", "NAD27", 66.94588, -138.472265),
    ("15 south 752665.73 9666944.53", "ED50", -3.010814, -90.726926),
    ("35 north 441860.68 1004774.11", "ED50", 9.089259, 26.470945),
    ("10 north 589633.29 4988498.31", "OSGB36", 45.047523, -121.861692),
    ("14 south 275029.48 5005426.74", "Pulkovo 1942", -45.068066, -101.857741),
    ("53 north 467968.85 8898066.89", "Tokyo", 80.15222, 133.32198),
]


@pytest.mark.parametrize(("text", "datum", "latitude", "longitude"), ELSEWHERE)
def test_utm_on_the_ellipsoid_of_its_datum_agrees_with_proj(
    text: str, datum: str, latitude: float, longitude: float
) -> None:
    """The metres were computed with PROJ 9 from the degrees."""
    read = interpret_coordinates(f"UTM zone {text}", datum=datum)
    assert read.value is not None
    assert read.value.latitude == pytest.approx(latitude, abs=2e-7)
    assert read.value.longitude == pytest.approx(longitude, abs=2e-6)


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("57GVK1218124694", -45.825719, 157.869408),
        ("18WXT3572299279", 65.786152, -72.033575),
        ("05FLU3028157840", -55.396291, -155.679983),
        ("37JBG9909159448", -30.179826, 36.913379),
        ("41CNN1565391099", -78.451935, 63.700461),
    ],
)
def test_military_grid_references_agree_with_geotrans(text: str, latitude: float, longitude: float) -> None:
    """The references were computed with NGA's GEOTRANS from the degrees."""
    read = interpret_coordinates(text)
    assert read.value is not None
    assert read.value.latitude == pytest.approx(latitude, abs=1e-5)
    assert read.value.longitude == pytest.approx(longitude, abs=6e-5)


def test_the_uncertainty_of_the_notation_is_that_of_the_best_practices() -> None:
    """Chapman & Wieczorek 2020: one degree at the equator 156,904 m, one minute 2,615, one second 44."""
    for text, metres in (("0°N 10°E", 156_904), ("0°00'N 10°00'E", 2_615), ("0°00'00\"N 10°00'00\"E", 43.6)):
        value = interpret_coordinates(text).value
        assert value is not None
        assert value.uncertainty_m == pytest.approx(metres, rel=0.001)


def _dms(value: float, letters: str, signs: tuple[str, str, str], decimals: int) -> str:
    seconds = round(abs(value) * 3600, decimals)
    degrees, rest = floor(seconds / 3600), seconds % 3600
    minutes, rest = floor(rest / 60), rest % 60
    number = f"{rest:.{decimals}f}"
    if float(number) >= 60:
        number = f"{0:.{decimals}f}"
        minutes += 1
    if minutes >= 60:
        degrees, minutes = degrees + 1, 0
    letter = letters[0] if value >= 0 else letters[1]
    return f"{degrees}{signs[0]}{minutes}{signs[1]}{number}{signs[2]}{letter}"


def _minutes(value: float, letters: str, signs: tuple[str, str, str], decimals: int) -> str:
    minutes = round(abs(value) * 60, decimals)
    degrees, number = floor(minutes / 60), f"{minutes % 60:.{decimals}f}"
    if float(number) >= 60:
        degrees, number = degrees + 1, f"{0:.{decimals}f}"
    return f"{degrees}{signs[0]}{number}{signs[1]}{letters[0] if value >= 0 else letters[1]}"


def _decimal(value: float, letters: str, signs: tuple[str, str, str], decimals: int) -> str:
    return f"{abs(value):.{decimals}f}{signs[0]}{letters[0] if value >= 0 else letters[1]}"


SIGNS = [
    ("°", "'", '"'),
    ("º ", "’ ", "” "),
    (" deg ", " min ", " sec "),
    ("d", "m", "s "),
    ("° ", "′ ", "″ "),
    ("-", "-", " "),
]
BETWEEN = [" ", ", ", "; ", " / ", ","]


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    write=st.sampled_from([_dms, _minutes, _decimal]),
    signs=st.sampled_from(SIGNS),
    between=st.sampled_from(BETWEEN),
    decimals=st.integers(0, 5),
    reverse=st.booleans(),
    comma=st.booleans(),
)
@settings(max_examples=600, deadline=None)
def test_any_point_in_any_notation_reads_back_within_the_precision_of_the_notation(
    latitude: float,
    longitude: float,
    write: object,
    signs: tuple[str, str, str],
    between: str,
    decimals: int,
    reverse: bool,
    comma: bool,
) -> None:
    assert callable(write)
    if signs[0] == "-" and write is _decimal:
        signs = ("", "", "")
    halves = [write(latitude, "NS", signs, decimals), write(longitude, "EW", signs, decimals)]
    if comma:
        halves = [half.replace(".", ",") for half in halves]
    text = between.join(reversed(halves) if reverse else halves)
    read = interpret_coordinates(text)
    assert read.value is not None, (text, read)
    assert abs(read.value.latitude - latitude) <= read.value.precision
    assert abs(read.value.longitude - longitude) <= read.value.precision
    assert read.confidence == "certain" or (read.value.latitude, read.value.longitude) == (0, 0)


@given(st.text(max_size=200), st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_it_raise(text: str, other: str) -> None:
    interpret_coordinates(text, datum=other, coordinate_system=other)
    interpret_coordinate_pair(text, other)


@given(st.text(alphabet="0123456789.,-+°'\"NSEWO lathdmsUTM/;:", max_size=120))
@settings(max_examples=1500, deadline=None)
def test_no_text_that_looks_like_coordinates_makes_it_raise_or_leave_the_earth(text: str) -> None:
    read = interpret_coordinates(text)
    for point in ([read.value] if read.value else []) + (
        list(read.alternatives) if read.confidence == "ambiguous" else []
    ):
        assert abs(point.latitude) <= 90
        assert abs(point.longitude) <= 180
