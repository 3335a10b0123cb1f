"""Time zones of the wire: days as they are somewhere, as moments."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from dina.modules.search.query import dates
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.tree import Op
from dina.modules.search.wire.faults import refused, text_at
from dina.modules.search.wire.naming import Field

OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
ENDS = frozenset({Op.GT, Op.LE})
"""Comparisons with the end of a span; others are with its beginning."""


def zone_of(value: object, pointer: str) -> dt.tzinfo | None:
    """`-05:00`, `America/Toronto` or `Z`; None where nothing is said. Raises Problem."""
    if value is None:
        return None
    text = text_at(value, pointer)
    found = OFFSET.fullmatch(text)
    if text.upper() in ("Z", "UTC"):
        return dt.UTC
    try:
        if found is not None:
            hours, minutes = int(found[2]), int(found[3])
            ahead = dt.timedelta(hours=hours, minutes=minutes)
            return dt.timezone(ahead if found[1] == "+" else -ahead)
        return ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        raise refused(pointer, "wire.zone", zone=text) from None


def name_of(zone: dt.tzinfo | None) -> str:
    """As PostgreSQL is told: a name, or an offset such as `-05:00`."""
    if zone is None or zone is dt.UTC:
        return "UTC"
    if isinstance(zone, ZoneInfo):
        return zone.key
    ahead = zone.utcoffset(None) or dt.timedelta()
    minutes = abs(ahead) // dt.timedelta(minutes=1)
    return f"{'-' if ahead < dt.timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def there(text: str, field: Field, op: Op, zone: dt.tzinfo | None) -> str:
    """A day, month or year in a zone as the moment at its beginning or end; what has no time of day stays."""
    if zone is None or field.kind is not FieldKind.DATETIME or "T" in text or " " in text:
        return text
    span = dates.days(text)
    if span is None:
        return text
    moment = span[1] if op in ENDS else span[0]
    try:
        return moment.replace(tzinfo=zone).astimezone(dt.UTC).isoformat()
    except OverflowError:
        return text
