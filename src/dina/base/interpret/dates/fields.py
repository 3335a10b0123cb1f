"""`interpret_event_fields`: the date fields of one Darwin Core record read together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import TypeAlias

from dina.base.interpret import Confidence, Interpretation, Reason

from .calendar import Hemisphere
from .candidates import once
from .reading import interpret_date
from .value import DateRange, partial

EVENT_FIELDS = (
    "verbatimEventDate",
    "eventDate",
    "year",
    "month",
    "day",
    "startDayOfYear",
    "endDayOfYear",
    "earliestDateCollected",
    "latestDateCollected",
    "beginYear",
    "beginMonth",
    "beginDay",
    "endYear",
    "endMonth",
    "endDay",
)
"""The fields that are read: Darwin Core's, and its older ones for the two ends. Case does not matter."""

Reader: TypeAlias = Callable[[str], Interpretation[DateRange]]

_EMPTY = ("DATE_EMPTY", "DATE_STATED_UNDATED")
_MAX_COMBINATIONS = 500


@dataclass(frozen=True, slots=True)
class Source:
    """One or more fields that say a date by themselves, and what they can mean."""

    names: str
    reading: Interpretation[DateRange]

    @property
    def values(self) -> tuple[DateRange, ...]:
        """What the source can mean: one range, or several."""
        return (self.reading.value,) if self.reading.value else self.reading.alternatives


def interpret_event_fields(
    fields: Mapping[str, str],
    *,
    day_first: bool | None = None,
    today: date | None = None,
    two_digit_century: int | None = None,
    hemisphere: Hemisphere | None = None,
) -> Interpretation[DateRange]:
    """What the date fields of a record mean together.

    Keys are those of `EVENT_FIELDS`. Each source (the verbatim date, `eventDate`, the parts, the ends, the days
    of the year) is read by itself. Sources that agree are combined to the most exact of them, and settle what
    another leaves open. Sources that do not agree are never chosen from: the answer is ambiguous, with the
    reading of each. Where `year`, `month` and `day` are no date, `alternatives` holds what can stand of them.
    """
    given = {key.lower(): value.strip() for key, value in fields.items() if value and value.strip()}

    def read(text: str) -> Interpretation[DateRange]:
        return interpret_date(
            text, day_first=day_first, today=today, two_digit_century=two_digit_century, hemisphere=hemisphere
        )

    verbatim = "; ".join(f"{name}={given[name.lower()]}" for name in EVENT_FIELDS if name.lower() in given)
    sources = [source for source in _sources(given, read) if not _says_nothing(source.reading)]
    if not sources:
        return Interpretation(verbatim, None, "unknown", (Reason("DATE_EMPTY"),))
    for source in sources:
        if source.reading.confidence == "impossible":
            return Interpretation(
                verbatim, None, "impossible", source.reading.reasons, source.reading.alternatives
            )
    readable = [source for source in sources if source.values]
    unread = [
        Reason("DATE_FIELD_NOT_READ", {"field": s.names, "text": s.reading.verbatim})
        for s in sources
        if not s.values
    ]
    if not readable:
        return Interpretation(verbatim, None, "unknown", once([*unread, *sources[0].reading.reasons]))
    return _together(verbatim, readable, unread)


def _says_nothing(reading: Interpretation[DateRange]) -> bool:
    return bool(reading.reasons) and reading.reasons[0].code in _EMPTY


def _sources(given: Mapping[str, str], read: Reader) -> Iterator[Source]:
    for name in ("verbatimEventDate", "eventDate"):
        if text := given.get(name.lower()):
            yield Source(name, read(text))
    if any(name in given for name in ("year", "month", "day")):
        yield Source("year, month, day", _of_parts(given, "", read))
    yield from _of_ends(given, read)
    if source := _of_days_of_year(given):
        yield source


def _of_parts(given: Mapping[str, str], prefix: str, read: Reader) -> Interpretation[DateRange]:
    """A date given as year, month (a number, numeral or name) and day."""
    year, month, day = (given.get(prefix + part, "") for part in ("year", "month", "day"))
    whole = " ".join(part for part in (day, month, year) if part)
    if not month.isdecimal():
        found = read(whole if month or not day else f"{day} ?")
    elif year.isdecimal() and len(year) == 4:
        written = [year, month.zfill(2), day.zfill(2)] if day else [year, month.zfill(2)]
        found = read("-".join(written))
    else:
        found = _without_year(whole, month, day) if not year else Interpretation(whole, None, "unknown")
    if found.confidence == "impossible" and day and (rest := read(f"{month} {year}")).value:
        return Interpretation(whole, None, "impossible", found.reasons, (rest.value,))
    return found


def _without_year(whole: str, month: str, day: str) -> Interpretation[DateRange]:
    if not 1 <= int(month) <= 12 or (day and not (day.isdecimal() and 1 <= int(day) <= 31)):
        return Interpretation(whole, None, "impossible", (Reason("DATE_NO_SUCH_MONTH", {"month": month}),))
    text = partial(None, int(month), int(day) if day else None)
    return Interpretation(
        whole, DateRange(text, text, "day" if day else "month"), "certain", (Reason("DATE_NO_YEAR"),)
    )


def _of_ends(given: Mapping[str, str], read: Reader) -> Iterator[Source]:
    """The two ends as dates (earliest, latest) or in parts (beginYear … endDay); a single end is the date."""
    pairs = [
        (
            "earliestDateCollected, latestDateCollected",
            *(_text(given, n, read) for n in ("earliest", "latest")),
        ),
        ("beginYear … endDay", *(_end_parts(given, n, read) for n in ("begin", "end"))),
    ]
    for names, first, last in pairs:
        ends = [end for end in (first, last) if end]
        if len(ends) == 1:
            reasons = (*ends[0].reasons, Reason("DATE_ONE_END_GIVEN", {"fields": names}))
            confidence: Confidence = "probable" if ends[0].value else ends[0].confidence
            yield Source(
                names,
                Interpretation(ends[0].verbatim, ends[0].value, confidence, reasons, ends[0].alternatives),
            )
        elif ends:
            yield Source(names, _spanning(ends[0], ends[1]))


def _text(given: Mapping[str, str], name: str, read: Reader) -> Interpretation[DateRange] | None:
    text = given.get(f"{name}datecollected")
    return read(text) if text else None


def _end_parts(given: Mapping[str, str], name: str, read: Reader) -> Interpretation[DateRange] | None:
    return (
        _of_parts(given, name, read)
        if any(name + part in given for part in ("year", "month", "day"))
        else None
    )


def _spanning(first: Interpretation[DateRange], last: Interpretation[DateRange]) -> Interpretation[DateRange]:
    verbatim = f"{first.verbatim} / {last.verbatim}"
    one, other = first.value, last.value
    if one is None or other is None:
        unread = first if one is None else last
        return Interpretation(verbatim, None, unread.confidence, unread.reasons)
    reasons = once([*first.reasons, *last.reasons])
    if one.first_day and other.last_day and one.first_day > other.last_day:
        fault = Reason("DATE_END_BEFORE_START", {"start": one.start, "end": other.end})
        return Interpretation(verbatim, None, "impossible", (fault,))
    precision = one.precision if len(one.start) <= len(other.end) else other.precision
    sure = first.confidence == last.confidence == "certain"
    value = DateRange(one.start, other.end, precision, one.uncertain or other.uncertain)
    return Interpretation(verbatim, value, "certain" if sure else "probable", reasons)


def _of_days_of_year(given: Mapping[str, str]) -> Source | None:
    """`startDayOfYear` and `endDayOfYear` in a year that is given."""
    names = [name for name in ("startDayOfYear", "endDayOfYear") if name.lower() in given]
    year = given.get("year", "")
    if not names or not (year.isdecimal() and len(year) == 4 and int(year) > 0):
        return None
    ends: list[str] = []
    for name in names:
        text = given[name.lower()]
        found = (
            date(int(year), 1, 1) + timedelta(days=int(text) - 1)
            if text.isdecimal() and len(text) <= 3
            else None
        )
        if found is None or found.year != int(year) or int(text) < 1:
            fault = (Reason("DATE_NO_SUCH_DAY_OF_YEAR", {"day": text, "year": year}),)
            return Source(name, Interpretation(text, None, "impossible", fault))
        ends.append(found.isoformat())
    value = DateRange(ends[0], ends[-1], "day")
    return Source(", ".join(names), Interpretation("/".join(ends), value, "certain"))


def _together(
    verbatim: str, sources: Sequence[Source], unread: Sequence[Reason]
) -> Interpretation[DateRange]:
    reasons = once([*unread, *(reason for source in sources for reason in source.reading.reasons)])
    if len(sources) == 1:
        only = sources[0].reading
        confidence: Confidence = "probable" if unread and only.value else only.confidence
        return Interpretation(verbatim, only.value, confidence, reasons, only.alternatives)
    agreed: dict[DateRange, bool] = {}
    for row in list(product(*(source.values for source in sources)))[:_MAX_COMBINATIONS]:
        if value := _most_exact(row):
            agreed[value] = any(
                v == value and s.reading.confidence == "certain" for v, s in zip(row, sources, strict=True)
            )
    if not agreed:
        said = {
            source.names: " | ".join(v.event_date or v.start for v in source.values) for source in sources
        }
        contradiction = Reason(
            "DATE_FIELDS_CONTRADICT", {"readings": "; ".join(f"{k}: {v}" for k, v in said.items())}
        )
        return Interpretation(verbatim, None, "ambiguous", (contradiction,), _distinct(sources))
    if len(agreed) > 1:
        return Interpretation(verbatim, None, "ambiguous", reasons, tuple(agreed))
    value, sure = next(iter(agreed.items()))
    settled = (
        () if all(source.reading.value for source in sources) else (Reason("DATE_SETTLED_BY_OTHER_FIELDS"),)
    )
    if sure and not unread:
        return Interpretation(verbatim, value, "certain", settled)
    kept = once([*unread, *(r for s in sources if s.reading.value for r in s.reading.reasons), *settled])
    return Interpretation(verbatim, value, "probable", kept)


def _distinct(sources: Sequence[Source]) -> tuple[DateRange, ...]:
    return tuple(dict.fromkeys(value for source in sources for value in source.values))


def _most_exact(row: Sequence[DateRange]) -> DateRange | None:
    """The range all of a row agree with: the narrowest within the others, if it is within them all.

    A range also agrees with a date that repeats its beginning: databases put the first day, month and year
    of a range into their parts.
    """
    best = row[0]
    for value in row[1:]:
        if _repeats_start(value, best) or value == best:
            continue
        if _repeats_start(best, value) or best.covers(value) or _matches_without_year(best, value):
            best = value
        elif not (value.covers(best) or _matches_without_year(value, best)):
            return None
    return best


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
