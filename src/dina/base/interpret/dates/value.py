"""The value a date text is read as: two ends, each as exact as it was written."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Precision: TypeAlias = Literal[
    "century", "decade", "year", "season", "month", "day", "hour", "minute", "second"
]
"""How exactly the date is known: the unit of its less exact end."""

OPEN = ".."
"""An end that is not known ("before 1890"), as ISO 8601-2 writes it."""

NO_YEAR = "--"
"""What stands for the year of a date written without one (`--06-12`)."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """When something happened: from the beginning of `start` to the end of `end`.

    Both are ISO 8601 texts: `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or with a time of day `YYYY-MM-DDTHH:MM[:SS]`
    and its offset. Two more forms keep what a label says and Darwin Core cannot: `--MM[-DD]` for a date
    without a year and `..` for an end that is not known; `event_date` is then empty.
    `uncertain` says that whoever wrote the date was not sure ("ca.", "?", "before", "[1890]").
    """

    start: str
    end: str
    precision: Precision
    uncertain: bool = False

    @property
    def event_date(self) -> str:
        """Darwin Core `eventDate`: one date or `start/end`; empty where the year or an end is not known."""
        if not self.bounded:
            return ""
        return self.start if self.start == self.end else f"{self.start}/{self.end}"

    @property
    def bounded(self) -> bool:
        """Whether both ends are known with their year."""
        return not any(end == OPEN or end.startswith(NO_YEAR) for end in (self.start, self.end))

    @property
    def year(self) -> int | None:
        """The year, if it is one and known."""
        return self._shared(0)

    @property
    def month(self) -> int | None:
        """The month, if it is one and known."""
        return self._shared(1)

    @property
    def day(self) -> int | None:
        """The day of the month, if it is one and known."""
        return self._shared(2)

    @property
    def start_day_of_year(self) -> int | None:
        """Darwin Core `startDayOfYear`, if the first day is known."""
        return _day_of_year(self.start)

    @property
    def end_day_of_year(self) -> int | None:
        """Darwin Core `endDayOfYear`, if the last day is known."""
        return _day_of_year(self.end)

    @property
    def first_day(self) -> date | None:
        """The first day it can have been; `None` where it is not known."""
        return None if self.start == OPEN else first_day(self.start)

    @property
    def last_day(self) -> date | None:
        """The last day it can have been; `None` where it is not known."""
        return None if self.end == OPEN else last_day(self.end)

    def covers(self, other: DateRange) -> bool:
        """Whether the other range lies within this one."""
        first, last, other_first, other_last = self.first_day, self.last_day, other.first_day, other.last_day
        if other_first is None or other_last is None:
            return False
        after = self.start == OPEN or (first is not None and first <= other_first)
        return after and (self.end == OPEN or (last is not None and other_last <= last))

    def _shared(self, part: int) -> int | None:
        """A part of the date, if both ends have it and have the coarser parts in common."""
        start, end = parts(self.start), parts(self.end)
        return start[part] if start[: part + 1] == end[: part + 1] else None


def parts(text: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of one end."""
    if text == OPEN:
        return None, None, None
    written = text.partition("T")[0].removeprefix(NO_YEAR)
    numbers: list[int | None] = [int(part) for part in written.split("-")]
    if text.startswith(NO_YEAR):
        numbers.insert(0, None)
    year, month, day, *_ = [*numbers, None, None]
    return year, month, day


def partial(year: int | None, month: int | None = None, day: int | None = None) -> str:
    """One end as text, as far as its parts are known."""
    text = NO_YEAR if year is None else f"{year:04}"
    if month is not None:
        text += f"{month:02}" if year is None else f"-{month:02}"
        if day is not None:
            text += f"-{day:02}"
    return text


def first_day(text: str) -> date | None:
    """The first day of one end; `None` without a year."""
    year, month, day = parts(text)
    return None if year is None else date(year, month or 1, day or 1)


def last_day(text: str) -> date | None:
    """The last day of one end; `None` without a year."""
    year, month, day = parts(text)
    if year is None:
        return None
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def _day_of_year(text: str) -> int | None:
    year, month, day = parts(text)
    if year is None or month is None or day is None:
        return None
    return date(year, month, day).timetuple().tm_yday
