"""What a reading is on the calendar, and whether it can be true."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Literal, TypeAlias, cast

from dina.base.interpret import Reason

from .pieces import Piece
from .spans import Reading
from .times import Times
from .tokens import EARLIEST_YEAR, SEASON_MONTHS
from .value import NO_YEAR, OPEN, DateRange, Precision, first_day, partial

Hemisphere: TypeAlias = Literal["north", "south"]

EARLIEST_SHORT_YEAR = 1850
"""Labels with years of two digits are hardly ever older."""

_LONGEST_SHORT_RANGE = 50


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the text."""

    today: date
    two_digit_century: int | None = None
    hemisphere: Hemisphere | None = None


def on_calendar(
    reading: Reading, context: Context, open_end: str = ""
) -> Iterator[tuple[Reading, DateRange | Reason]]:
    """The ranges a reading can be, one for each century or winter it leaves open; a reason where it is none."""
    if reading.fault:
        yield reading, reading.fault
        return
    for full in _with_centuries(reading, context):
        for one, other in _with_winters(full, context):
            yield full, _range(replace(full, first=one, last=other), context, open_end)


def with_times(value: DateRange, times: Times) -> DateRange | None:
    """The day of a range with its times; `None` where it is not one day, or the times pass midnight."""
    if value.precision != "day" or value.start != value.end or value.year is None or times.last < times.first:
        return None
    precision: Precision = (
        "second" if times.first.count(":") - ("+" in times.first or "-" in times.first) > 1 else "minute"
    )
    return replace(
        value, start=f"{value.start}T{times.first}", end=f"{value.end}T{times.last}", precision=precision
    )


def checked(value: DateRange, today: date) -> DateRange | Reason:
    """The range, or why it cannot be when something was collected."""
    first, end = value.first_day, None if value.end == OPEN else first_day(value.end)
    start = value.start if first else value.end
    if first and end and value.last_day and first > value.last_day:
        return Reason("DATE_END_BEFORE_START", {"start": value.start, "end": value.end})
    if first and first.year < EARLIEST_YEAR:
        return Reason("DATE_TOO_EARLY", {"date": start})
    if first and first > today:
        return Reason("DATE_IN_FUTURE", {"date": value.start})
    if end and end > today and value.precision not in ("season", "decade", "century"):
        return Reason("DATE_IN_FUTURE", {"date": value.end})
    return value


def _with_centuries(reading: Reading, context: Context) -> Iterator[Reading]:
    """The reading with its two-digit years in every century they can be of."""
    first, last = reading.first, reading.last
    if not (first.short or last.short):
        yield reading
    elif not first.short and first.years and last.years:
        year = _not_before(last.years[0], first.years[0])
        if year - first.years[0] <= _LONGEST_SHORT_RANGE:
            yield replace(reading, last=_in_year(last, year))
    elif not last.short and first.years and last.years:
        year = last.years[0] - (last.years[0] - first.years[0]) % 100
        yield replace(reading, first=_in_year(first, year))
    elif first.years and last.years:
        centuries = (1800, 1900, 2000) if context.two_digit_century is None else (context.two_digit_century,)
        for century in centuries:
            start = century + first.years[0]
            end = _not_before(last.years[0], start)
            if context.two_digit_century is not None or EARLIEST_SHORT_YEAR <= start <= context.today.year:
                note = Reason("DATE_SHORT_YEAR", {"written": f"{first.years[0]:02}", "year": str(start)})
                yield replace(
                    reading,
                    first=_in_year(first, start),
                    last=_in_year(last, end),
                    notes=(*reading.notes, note),
                )


def _not_before(short: int, year: int) -> int:
    return year + (short - year) % 100


def _in_year(piece: Piece, year: int) -> Piece:
    length = piece.years[1] - piece.years[0] if piece.years else 0
    return replace(piece, years=(year, year + length), short=False)


def _with_winters(reading: Reading, context: Context) -> Iterator[tuple[Piece, Piece]]:
    """The pieces of a reading with the months of their seasons; a winter of one year may be either of two."""
    one, other = (_season(piece, context) for piece in (reading.first, reading.last))
    if reading.first == reading.last:
        yield from ((piece, piece) for piece in _winters(one))
    else:
        yield from product(_winters(one), _winters(other))


def _season(piece: Piece, context: Context) -> Piece:
    if piece.unit not in SEASON_MONTHS or context.hemisphere != "south" or piece.months is None:
        return piece
    first, last = piece.months
    return replace(piece, months=((first + 5) % 12 + 1, (last + 5) % 12 + 1))


def _winters(piece: Piece) -> Iterator[Piece]:
    if (
        piece.years
        and piece.months
        and piece.months[0] > piece.months[1]
        and piece.years[0] == piece.years[1]
    ):
        year = piece.years[0]
        yield replace(piece, years=(year - 1, year))
        yield replace(piece, years=(year, year + 1))
    else:
        yield piece


def _range(reading: Reading, context: Context, open_end: str) -> DateRange | Reason:
    ends: list[str] = []
    for piece, side in ((reading.first, 0), (reading.last, 1)):
        year = piece.years[side] if piece.years else None
        month = piece.months[side] if piece.months else None
        day = piece.days[side] if piece.days else None
        if month and day is not None:
            length = monthrange(year, month)[1] if year else monthrange(2000, month)[1]
            if day > length:
                return Reason("DATE_NO_SUCH_DAY", {"day": str(day), "month": partial(year, month)})
            day = day if day > 0 else length + day
        ends.append(partial(year, month, day))
    start, end = ends
    if start.startswith(NO_YEAR) and start[:4] == end[:4] and start > end:
        return Reason("DATE_END_BEFORE_START", {"start": start, "end": end})
    if open_end:
        start, end = (OPEN, end) if open_end == "before" else (start, OPEN)
    return checked(DateRange(start, end, _precision(reading)), context.today)


def _precision(reading: Reading) -> Precision:
    first, last = reading.first, reading.last
    for unit in ("century", "decade"):
        if unit in (first.unit, last.unit):
            return cast(Precision, unit)
    if first.years and last.years and last.years[1] > last.years[0] + 1:
        return "year"
    if first.unit in SEASON_MONTHS or last.unit in SEASON_MONTHS:
        return "season"
    if first.days and last.days:
        return "day"
    return "month" if first.months and last.months else "year"
