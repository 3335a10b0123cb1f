"""What dates from several places agree on."""

from collections.abc import Sequence
from dataclasses import replace

from .value import NO_YEAR, DateRange


def most_exact(row: Sequence[DateRange]) -> DateRange | None:
    """The range all of a row agree with: the narrowest within the others, if it is within them all.

    A range also agrees with a date that repeats its beginning: databases put the first day, month and year
    of a range into their parts.
    """
    best = row[0]
    for value in row[1:]:
        if value.covers(best) and best.covers(value):
            best = max(best, value, key=lambda one: len(one.start))
        elif _repeats_start(value, best) or value == best:
            continue
        elif _repeats_start(best, value) or best.covers(value) or _matches_without_year(best, value):
            best = value
        elif full := _with_year(best, value) or _with_year(value, best):
            best = full
        elif not (value.covers(best) or _matches_without_year(value, best)):
            return None
    same = (value for value in row if value.covers(best) and best.covers(value))
    return replace(best, uncertain=best.uncertain or any(value.uncertain for value in same))


def _repeats_start(value: DateRange, whole: DateRange) -> bool:
    """Whether a date is the beginning of a longer range, written as exactly as the range or less."""
    single = value.start == value.end
    return (
        single
        and whole.start != whole.end
        and value.first_day is not None
        and whole.start.startswith(value.start)
    )


def _matches_without_year(value: DateRange, full: DateRange) -> bool:
    """Whether a date without a year is the other's month and day."""
    bare = not value.bounded and value.year is None and value.month is not None
    return bare and value.month == full.month and (value.day is None or value.day == full.day)


def _with_year(bare: DateRange, year: DateRange) -> DateRange | None:
    """A date without a year in a year that is given by itself."""
    if not (bare.start.startswith(NO_YEAR) and bare.end.startswith(NO_YEAR)) or len(year.event_date) != len(
        "1903"
    ):
        return None
    start, end = (f"{year.event_date}-{end.removeprefix(NO_YEAR)}" for end in (bare.start, bare.end))
    try:
        full = replace(bare, start=start, end=end)
        return full if full.first_day and full.last_day and full.first_day <= full.last_day else None
    except ValueError:  # 29 February in another year
        return None
