"""Dates written as ISO 8601 has them: calendar, ordinal and week dates, times, intervals with short ends."""

import re
from datetime import date, timedelta
from typing import TypeAlias

from dina.base.interpret import Reason

from .calendar import checked
from .times import iso_offset, iso_time
from .tokens import EARLIEST_YEAR
from .value import OPEN, DateRange, Precision, partial

_DATE = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?|-(?P<doy>\d{3})|-?W(?P<w>\d{2})(?:-?(?P<wd>[1-7]))?)?"
    r"(?:(?<=\d\d-\d\d)[T ](?P<time>\d{2}.*))?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T(?P<time>\d{2}.*))?", re.IGNORECASE)
_TIME = re.compile(
    r"(?P<h>\d{2})(?::?(?P<m>\d{2})(?::?(?P<s>\d{2})(?P<fraction>[.,]\d{1,9})?)?)?"
    r"\s?(?P<offset>z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_SHORT_END = re.compile(r"(?:(?P<m>\d{2})-)?(?P<d>\d{2})|T?(?P<time>\d{2}:\d{2}.*)")

End: TypeAlias = tuple[str, str, Precision]
"""First and last partial date of one written date (a week has two) and its precision."""


def read_iso(text: str, today: date) -> DateRange | Reason | None:
    """The range an ISO 8601 text means, or why there is none such; `None` if it is not in that form."""
    left, slash, right = text.partition("/")
    if left == OPEN and slash:
        return _open(_end(right), today, before=True)
    start = _end(left)
    if start is None or isinstance(start, Reason):
        return start if not slash or _end(right) else None
    if not slash:
        first, last, precision = start
        return None if precision == "year" else checked(DateRange(first, last, precision), today)
    if right in (OPEN, ""):
        return _open(start, today, before=False) if right else None
    end = _end(right) or _short_end(right, start)
    if end is None or isinstance(end, Reason):
        return end
    if start[2] == end[2] == "year":
        return None
    return checked(DateRange(start[0], end[1], _coarser(start[2], end[2])), today)


def _open(end: End | Reason | None, today: date, before: bool) -> DateRange | Reason | None:
    if end is None or isinstance(end, Reason):
        return end
    first, last, precision = end
    start, stop = (OPEN, last) if before else (first, OPEN)
    return checked(DateRange(start, stop, precision, uncertain=True), today)


def _end(text: str) -> End | Reason | None:
    match = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if not match:
        return None
    part = match.groupdict()
    year = int(part["y"])
    if match.re is _COMPACT and (year < EARLIEST_YEAR or int(part["m"]) > 12):
        return None
    if year < 1:
        return None
    if part.get("w"):
        return _week(year, int(part["w"]), int(part["wd"] or 0))
    if part.get("doy"):
        return _ordinal(year, int(part["doy"]))
    month, day = int(part["m"] or 1), int(part["d"] or 1)
    if month > 12:
        return Reason("DATE_NO_SUCH_MONTH", {"month": part["m"]}) if part["d"] else None
    if not month or not day:
        return None
    try:
        date(year, month, day)
    except ValueError:
        return Reason("DATE_NO_SUCH_DAY", {"day": part["d"], "month": f"{year:04}-{month:02}"})
    written = partial(year, month if part["m"] else None, day if part["d"] else None)
    precision: Precision = "day" if part["d"] else "month" if part["m"] else "year"
    return _timed(written, part["time"]) if part["time"] else (written, written, precision)


def _week(year: int, week: int, weekday: int) -> End | Reason:
    try:
        first = date.fromisocalendar(year, week, weekday or 1)
        last = date.fromisocalendar(year, week, weekday or 7)
    except ValueError:
        return Reason("DATE_NO_SUCH_WEEK", {"week": str(week), "year": str(year)})
    return first.isoformat(), last.isoformat(), "day"


def _ordinal(year: int, day: int) -> End | Reason:
    found = date(year, 1, 1) + timedelta(days=day - 1)
    if found.year != year:
        return Reason("DATE_NO_SUCH_DAY_OF_YEAR", {"day": str(day), "year": str(year)})
    return found.isoformat(), found.isoformat(), "day"


def _timed(day: str, text: str) -> End | Reason | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    part = match.groupdict()
    second = int(part["s"]) if part["s"] else None
    time = iso_time(
        int(part["h"]),
        int(part["m"] or 0),
        second,
        (part["fraction"] or "").replace(",", "."),
        part["offset"] or "",
    )
    if time is None:
        return Reason("DATE_NO_SUCH_TIME", {"time": text})
    if part["m"] is None:
        hour = f"{day}T{part['h']}{iso_offset(part['offset'] or '')}"
        return hour, hour, "hour"
    return f"{day}T{time}", f"{day}T{time}", "minute" if second is None else "second"


def _short_end(text: str, start: End) -> End | Reason | None:
    """An end that leaves out what it shares with the start: `2007-11-13/15`, `2008-02/03`."""
    match = _SHORT_END.fullmatch(text)
    if not match:
        return None
    written, precision = start[0], start[2]
    if match["time"]:
        return _timed(written.partition("T")[0], match["time"]) if precision in ("minute", "second") else None
    if precision == "day":
        return _end(f"{written[:4]}-{match['m'] or written[5:7]}-{match['d']}")
    if precision == "month" and not match["m"]:
        return _end(f"{written[:4]}-{match['d']}")
    return None


def _coarser(one: Precision, other: Precision) -> Precision:
    order: list[Precision] = ["year", "month", "day", "hour", "minute", "second"]
    return min(one, other, key=order.index)
