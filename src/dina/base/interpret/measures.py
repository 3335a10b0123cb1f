"""Elevations and depths as labels write them, read as a range of metres.

Units are a table of ten (`data/units.toml`); `pint` was left out, as it would
bring a grammar of expressions and four packages for that table, and reads no
ranges, no French, no `ft` written as an apostrophe.
"""

from dataclasses import dataclass, replace
from typing import Literal

from . import Interpretation, Reason
from .numbers import Number
from .reading import ambiguous, certain, probable, read_before, refused, unread
from .spans import Span, spans_of, unit_metres

_HIGHEST, _LOWEST, _DEEPEST = 9000.0, -500.0, 11_050.0


@dataclass(frozen=True, slots=True)
class MetreRange:
    """A height or depth in metres; an open end is `None`.

    `unit` is the key of the unit written (`m`, `ft`, `fathom`…), `precision_m`
    the smallest step written, in metres (trailing zeros count as rounded, up to
    hundreds), `circa` whether the writer says it is about so.
    """

    minimum: float | None
    maximum: float | None
    unit: str
    precision_m: float
    circa: bool = False


def interpret_elevation(verbatim: str, *, default_unit: str | None = None) -> Interpretation[MetreRange]:
    """The elevation above sea level: `300-400 ft`, `ca. 1200 m`, `entre 300 et 400 m`, `sea level`.

    Without a unit it is `ambiguous` (metres or feet) unless `default_unit`, a
    key of `data/units.toml`, says what the field is in.
    """
    return _interpret(verbatim, "elevation", default_unit)


def interpret_depth(verbatim: str, *, default_unit: str | None = None) -> Interpretation[MetreRange]:
    """The depth below the surface, positive downwards: `10-20 fms`, `surface`, `< 5 m`.

    As for elevations; without a unit also fathoms are among the readings.
    """
    return _interpret(verbatim, "depth", default_unit)


def _interpret(
    verbatim: str, kind: Literal["elevation", "depth"], default_unit: str | None
) -> Interpretation[MetreRange]:
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    spans = spans_of(verbatim, kind)
    if not spans:
        return refused(verbatim, "unknown", unread(verbatim))
    first = spans[0]
    if not first.unit and first.needs_unit and default_unit is None:
        units = ("m", "ft") if kind == "elevation" else ("m", "ft", "fathom")
        choices = (_range(replace(first, unit=unit)) for unit in units)
        likely = [choice for choice in choices if _possible(choice, kind)]
        return ambiguous(verbatim, likely, [Reason("unit_missing")])
    reasons: list[Reason] = []
    if not first.unit and first.needs_unit:
        reasons.append(Reason("unit_from_field", {"unit": default_unit or ""}))
        spans = [replace(span, unit=span.unit or default_unit or "m") for span in spans]
    ranges = [_range(replace(span, unit=span.unit or "m")) for span in spans]
    if any(not _agree(ranges[0], other) for other in ranges[1:]):
        return ambiguous(verbatim, ranges, [Reason("several_measures")])
    return _judged(verbatim, spans[0], ranges[0], kind, reasons)


def _judged(
    verbatim: str,
    span: Span,
    found: MetreRange,
    kind: Literal["elevation", "depth"],
    reasons: list[Reason],
) -> Interpretation[MetreRange]:
    """The confidence a reading deserves."""
    span = replace(span, unit=span.unit or found.unit)
    doubts: list[Reason] = []
    if kind == "depth" and (found.maximum or found.minimum or 0) < 0:
        found = replace(found, minimum=_negated(found.maximum), maximum=_negated(found.minimum))
        doubts.append(Reason("depth_below_zero"))
    other = _other_reading(span)
    if other and _possible(other, kind):
        if not span.comma_only:
            return ambiguous(verbatim, (found, other), [Reason("thousands_or_decimals")])
        doubts.append(Reason("thousands_or_decimals"))
    if not _possible(found, kind):
        return refused(verbatim, "impossible", Reason(f"{kind}_out_of_range"))
    if span.turned:
        doubts.append(Reason("range_turned"))
    if span.doubted:
        doubts.append(Reason("doubted_by_writer"))
    if doubts:
        return probable(verbatim, found, [*doubts, *reasons])
    return certain(verbatim, found, reasons)


def _range(span: Span) -> MetreRange:
    factor = unit_metres(span.unit)
    low = None if span.low is None else round(span.low.value * factor, 4)
    high = None if span.high is None else round(span.high.value * factor, 4)
    steps = [end.step for end in (span.low, span.high) if end is not None]
    return MetreRange(low, high, span.unit, round(min(steps) * factor, 6), span.circa)


def _other_reading(span: Span) -> MetreRange | None:
    ends = [end for end in (span.low, span.high) if end is not None]
    if not any(end.other is not None for end in ends):
        return None
    return _range(replace(span, low=_other(span.low), high=_other(span.high)))


def _other(number: Number | None) -> Number | None:
    if number is None or number.other is None:
        return number
    return Number(number.other, 0.001)


def _possible(found: MetreRange, kind: Literal["elevation", "depth"]) -> bool:
    ends = [end for end in (found.minimum, found.maximum) if end is not None]
    low, high = (_LOWEST, _HIGHEST) if kind == "elevation" else (0.0, _DEEPEST)
    return all(low <= end <= high for end in ends)


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


def _agree(one: MetreRange, other: MetreRange) -> bool:
    """Whether `1200 ft (366 m)` says the same twice, within the rounding of both."""
    slack = one.precision_m + other.precision_m
    pairs = ((one.minimum, other.minimum), (one.maximum, other.maximum))
    return all(
        (left is None) == (right is None)
        and abs((left or 0) - (right or 0)) <= max(slack, 0.01 * abs(left or 0))
        for left, right in pairs
    )
