"""Buckets of aggregations: merged, chosen, ordered, filled up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.search.query import limits
from dina.modules.search.wire.faults import at, list_at, only, refused, text_at, unsupported

FORMATS = {"yyyy": 4, "yyyy-MM": 7, "yyyy-MM-dd": 10}
MAX_FILLED = 5000
EPOCH = dt.date(1970, 1, 1)
DAY_MS = 86_400_000
CLASS = re.compile(r"\[([^\]\\^\-\[]{1,20})\]|(\.\*)|\\(.)|([^.\\\[\](){}*+?|^$])", re.DOTALL)
"""What is understood of a pattern: a class of letters, any text, a protected sign, a letter."""
MAX_STARS = 3
Bucket = Mapping[str, Any]
Key = Callable[[Bucket], Any]


def BY_COUNT(bucket: Bucket) -> Any:
    return (-bucket["count"], str(bucket["value"]))


def by_key(bucket: Bucket) -> Any:
    return str(bucket["value"])


def order_of(value: Any, pointer: str) -> Key:
    """`{"_count": "desc"}` or `{"_key": "asc"}`. Raises Problem for others."""
    if value is None:
        return BY_COUNT
    name, way = only(value, pointer)
    if (name, way) == ("_key", "asc"):
        return by_key
    if (name, way) != ("_count", "desc"):
        raise unsupported(at(pointer, name), f"order {name} {way}"[:100])
    return BY_COUNT


def merged(lists: Sequence[Sequence[Bucket]]) -> list[Bucket]:
    """The buckets of several fields as of one."""
    if len(lists) == 1:
        return list(lists[0])
    found: dict[Any, int] = {}
    for one in lists:
        for bucket in one:
            found[bucket["value"]] = found.get(bucket["value"], 0) + bucket["count"]
    return [{"value": value, "count": count} for value, count in found.items()]


def chosen(value: Any, pointer: str) -> Callable[[str], bool] | None:
    """What `include` keeps: values of a list, or those of a simple pattern. Raises Problem."""
    if value is None:
        return None
    if is_array(value):
        kept = {text_at(one, pointer) for one in list_at(value, pointer)}
        return kept.__contains__
    text = text_at(value, pointer)
    made, stars, at_ = "", 0, 0
    while at_ < len(text):
        found = CLASS.match(text, at_)
        stars += found is not None and found[2] is not None
        if found is None or stars > MAX_STARS:
            raise refused(pointer, "wire.pattern")
        made += (
            f"[{re.escape(found[1])}]" if found[1] else ".*" if found[2] else re.escape(found[3] or found[4])
        )
        at_ = found.end()
    pattern = re.compile(made, re.DOTALL)
    return lambda one: pattern.fullmatch(one[: limits.MAX_TEXT]) is not None


def periods(found: Sequence[Bucket], interval: str, form: str | None, least: int) -> list[dict[str, Any]]:
    """The buckets of a date histogram; empty ones between them are told where no least count is asked for."""
    counts = {first_day(str(one["value"])): one["count"] for one in found}
    days = sorted(counts)
    if least == 0 and days:
        filled = list(between(days[0], days[-1], interval))
        days = filled if len(filled) < MAX_FILLED else days
    out: list[dict[str, Any]] = []
    for day in days:
        count = counts.get(day, 0)
        if count >= least:
            shown = day.isoformat()[: FORMATS[form]] if form else f"{day.isoformat()}T00:00:00.000Z"
            out.append({"key_as_string": shown, "key": (day - EPOCH).days * DAY_MS, "doc_count": count})
    return out


def first_day(text: str) -> dt.date:
    parts = [int(part) for part in text.split("-")]
    return dt.date(*[*parts, 1, 1][:3])


def between(first: dt.date, last: dt.date, interval: str) -> Iterator[dt.date]:
    """The first days of all periods from one to another, at most as many as are filled up."""
    here = first
    for _ in range(MAX_FILLED):
        if here > last:
            return
        yield here
        try:
            if interval == "day":
                here += dt.timedelta(days=1)
            elif interval == "month" and here.month < 12:
                here = here.replace(month=here.month + 1)
            else:
                here = here.replace(year=here.year + 1, month=1)
        except (OverflowError, ValueError):
            return


def position(value: Any) -> Any:
    """A corner as `{lat, lon}` or as a list."""
    return [value.get("lon"), value.get("lat")] if is_object(value) else value
