"""Dates as a search compares them: what was recorded, and what is asked for, is a span of time.

`1950`, `1950-06`, `1950-06-12`: a span of days. A date-time is an instant, without an offset in UTC. What is asked
for may be a day counted from the day it is asked on: `today`, `today-7d`, `today+2w`, `today-3m`, `today-1y`.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange

from dina.modules.search.query.tree import Op

PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d.*))?)?)?", re.ASCII | re.DOTALL)
RELATIVE = re.compile(r"today(?:([+-]\d{1,5})([dwmy]))?")
Span = tuple[dt.datetime, dt.datetime]
"""The first and the last instant, both in it."""
END_OF_DAY = dt.time.max


def absolute(text: str) -> str:
    """The date of a day counted from today (UTC); any other text as it is."""
    found = RELATIVE.fullmatch(text)
    if found is None:
        return text
    today, number = dt.datetime.now(dt.UTC).date(), int(found[1] or 0)
    try:
        match found[2]:
            case "m" | "y":
                month = today.year * 12 + today.month - 1 + number * (12 if found[2] == "y" else 1)
                year, month = month // 12, month % 12 + 1
                return dt.date(year, month, min(today.day, monthrange(year, month)[1])).isoformat()
            case unit:
                return (today + dt.timedelta(days=number * (7 if unit == "w" else 1))).isoformat()
    except (ValueError, OverflowError):
        return dt.date.min.isoformat() if number < 0 else dt.date.max.isoformat()


def days(text: str) -> Span | None:
    """The whole days of a date as exact as it is written; a time of day is left out. None if it is not one."""
    text = absolute(text)
    found = PARTIAL.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    try:
        first = dt.date(year or 0, month or 1, day or 1)
        if found[4] is not None:
            dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    last_month = month or 12
    last = dt.date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    return _utc(first, dt.time.min), _utc(last, END_OF_DAY)


def instants(text: str) -> Span | None:
    """A date-time as an instant, a date as its days in UTC. None if it is neither."""
    found = PARTIAL.fullmatch(text)
    if found is None or found[4] is None:
        return days(text)
    try:
        when = dt.datetime.fromisoformat(text.replace("z", "Z"))
        when = when.replace(tzinfo=dt.UTC) if when.tzinfo is None else when.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return when, when


def _utc(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, dt.UTC)


def compares(op: Op, recorded: Span, asked: tuple[Span, ...]) -> bool:
    """Whether a recorded span compares so with those asked for.

    It equals what it lies within; it is less than what begins after it has ended and greater than what has
    ended before it begins; `le` and `ge` are what is not greater or less, `between` is both.
    """
    first, last = recorded
    match op:
        case Op.EQ | Op.IN:
            return any(begin <= first and last <= end for begin, end in asked)
        case Op.LT:
            return last < asked[0][0]
        case Op.GT:
            return first > asked[0][1]
        case Op.GE:
            return last >= asked[0][0]
        case Op.LE:
            return first <= asked[0][1]
        case Op.BETWEEN:
            return last >= asked[0][0] and first <= asked[1][1]
        case _:
            return False
