"""Elevations and depths in the words and units of labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.base.interpret.measures import MetreRange, interpret_depth, interpret_elevation

ELEVATIONS = [
    ("120 m", 120, 120, "m"),
    ("120m.", 120, 120, "m"),
    ("300-400 ft", 91.44, 121.92, "ft"),
    ("300 ft - 400 ft", 91.44, 121.92, "ft"),
    ("6000-7000'", 1828.8, 2133.6, "ft"),
    ("4 ft", 1.2192, 1.2192, "ft"),
    ("5½ ft", 1.6764, 1.6764, "ft"),
    ("5' 6\"", 1.6764, 1.6764, "ft"),
    ("between 300 and 400 m", 300, 400, "m"),
    ("entre 300 et 400 m", 300, 400, "m"),
    ("de 300 à 400 mètres", 300, 400, "m"),
    ("zwischen 300 und 400 m ü. NN", 300, 400, "m"),
    ("1200 m s.n.m.", 1200, 1200, "m"),
    ("alt. 1200 msnm", 1200, 1200, "m"),
    ("1 200 m", 1200, 1200, "m"),
    ("1,200.5 m", 1200.5, 1200.5, "m"),
    ("1.200,5 m", 1200.5, 1200.5, "m"),
    ("1,5 m", 1.5, 1.5, "m"),
    ("1.2 km", 1200, 1200, "km"),
    ("up to 500 m", None, 500, "m"),
    ("jusqu'à 500 m", None, 500, "m"),
    ("< 500 m", None, 500, "m"),
    ("plus de 500 m", 500, None, "m"),
    ("sea level", 0, 0, "m"),
    ("sea level-4m", 0, 4, "m"),
    ("niveau de la mer", 0, 0, "m"),
    ("-10 m", -10, -10, "m"),
    ("-100 to -50 m", -100, -50, "m"),
    ("50 m below sea level", -50, -50, "m"),
    ("1200 ft (366 m)", 365.76, 365.76, "ft"),
    ("366 m / 1200 ft", 366, 366, "m"),
    ("Elevation: 120 m", 120, 120, "m"),
]


@pytest.mark.parametrize(("text", "low", "high", "unit"), ELEVATIONS)
def test_an_elevation_becomes_metres(text: str, low: float | None, high: float | None, unit: str) -> None:
    read = interpret_elevation(text)
    assert (read.confidence, read.verbatim) == ("certain", text)
    assert read.value is not None
    assert (read.value.minimum, read.value.maximum, read.value.unit) == (low, high, unit)


def test_about_is_kept() -> None:
    for text in ("ca. 1200 m", "environ 1200 m", "± 1200 m", "~1200 m", "about 1200 m"):
        assert interpret_elevation(text).value == MetreRange(1200, 1200, "m", 100, circa=True)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("10 fathoms", 18.288, 18.288), ("20-30 fms", 36.576, 54.864), ("surface", 0, 0), ("10 brasses", 18.288, 18.288),
     ("0-30 cm", 0, 0.3), ("profondeur 12 m", 12, 12), ("12 m de profondeur", 12, 12)],
)  # fmt: skip
def test_a_depth_becomes_metres(text: str, low: float, high: float) -> None:
    read = interpret_depth(text)
    assert read.value is not None
    assert (read.value.minimum, read.value.maximum) == (low, high)


@pytest.mark.parametrize(
    ("text", "confidence", "code"),
    [
        ("1,200 m", "probable", "thousands_or_decimals"),
        ("1.200 m", "ambiguous", "thousands_or_decimals"),
        ("400-300 m", "probable", "range_turned"),
        ("120 m?", "probable", "doubted_by_writer"),
        ("1200", "ambiguous", "unit_missing"),
        ("1200 ft (500 m)", "ambiguous", "several_measures"),
        ("9500 m", "impossible", "elevation_out_of_range"),
        ("high up", "unknown", "not_understood"),
        ("", "unknown", "nothing_written"),
        ("9" * 2000, "unknown", "too_long"),
    ],
)
def test_a_doubt_about_an_elevation_has_a_reason(text: str, confidence: str, code: str) -> None:
    read = interpret_elevation(text)
    assert (read.confidence, [reason.code for reason in read.reasons]) == (confidence, [code])


def test_a_number_alone_is_read_in_the_unit_of_its_field() -> None:
    read = interpret_elevation("1200-1300", default_unit="ft")
    assert read.value == MetreRange(365.76, 396.24, "ft", 30.48)
    assert [reason.code for reason in read.reasons] == ["unit_from_field"]
    with pytest.raises(ValueError, match="no such unit"):
        interpret_elevation("1200", default_unit="cubit")


def test_a_negative_depth_is_below_the_surface() -> None:
    read = interpret_depth("-10 m")
    assert (read.confidence, read.reasons[0].code) == ("probable", "depth_below_zero")
    assert read.value is not None
    assert read.value.minimum == 10


def test_an_open_end_has_no_value() -> None:
    read = interpret_depth("> 200 m")
    assert read.value is not None
    assert (read.value.minimum, read.value.maximum) == (200, None)


@given(
    low=st.integers(0, 4000),
    width=st.integers(0, 800),
    unit=st.sampled_from(["m", " m", " metres", " mètres", " m.", "m a.s.l."]),
    form=st.sampled_from(
        ["{0}-{1}{2}", "{0}{2} - {1}{2}", "between {0} and {1}{2}", "de {0} à {1}{2}", "{0} to {1}{2}"]
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_range_reads_back(low: int, width: int, unit: str, form: str) -> None:
    text = form.format(low, low + width, unit)
    read = interpret_elevation(text)
    assert read.value is not None, text
    assert (read.value.minimum, read.value.maximum) == (low, low + width)


@given(st.text(max_size=200))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    interpret_elevation(text)
    interpret_depth(text, default_unit="m")


@given(st.text(alphabet="0123456789.,-+<>()/ mftk'\"½ca", max_size=120))
@settings(max_examples=1500, deadline=None)
def test_no_text_that_looks_like_a_measure_makes_it_raise(text: str) -> None:
    interpret_elevation(text)
    interpret_depth(text)
