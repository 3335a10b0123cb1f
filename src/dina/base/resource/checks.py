"""The texts an attribute of a kind may hold: dates, decimals, languages, UUIDs."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError


def _bad(key: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(key, sentence)  # type: ignore[arg-type]  # a literal is not needed here


PARTIAL_DATE_FORM = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)(T(?P<hour>\d\d):(?P<minute>\d\d)"
    r"(:(?P<second>\d\d)(\.\d{1,9})?)?)?)?)?"
)


UUID_FORM = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def check_date(value: str) -> str:
    if len(value) != 10:
        raise _bad("value.date", "not a date of the form YYYY-MM-DD")
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise _bad("value.date", "not a date of the form YYYY-MM-DD") from None
    return value


def check_datetime(value: str) -> str:
    """RFC 3339; without an offset UTC is meant."""
    try:
        parsed = dt.datetime.fromisoformat(value.replace("z", "Z"))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=dt.UTC)
        return parsed.astimezone(dt.UTC).isoformat()
    except (ValueError, OverflowError):
        raise _bad("value.date-time", "not a date-time of the form YYYY-MM-DDThh:mm:ssZ") from None


def check_partial_date(value: str) -> str:
    """`YYYY`, `YYYY-MM`, `YYYY-MM-DD` or with a time; the given precision is kept (api.md §3.1)."""
    match = PARTIAL_DATE_FORM.fullmatch(value)
    if match is None:
        raise _bad(
            "value.partial-date", "not a date of the form YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm"
        )
    year, month, day = (int(match[name] or low) for name, low in (("year", 1), ("month", 1), ("day", 1)))
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    try:
        dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise _bad("value.partial-date", "this date does not exist") from None
    return value


def check_uuid(value: str) -> str:
    if UUID_FORM.fullmatch(value) is None:
        raise _bad("value.uuid", "not a UUID")
    return value.lower()


def check_decimal(value: Any) -> str:
    """Numbers and numbers written as text; kept exactly, as text, for a numeric column."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise _bad("value.number", "not a number")
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        raise _bad("value.number", "not a number") from None
    if not number.is_finite():
        raise _bad("value.number", "not a number")
    return str(number)


def not_bool(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise _bad("value.number", "not a whole number")
    return value


def check_language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise _bad("multilingual.language", "not a language code of two or three letters")
    return value
