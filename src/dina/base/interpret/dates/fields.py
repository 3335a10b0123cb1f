"""`interpret_event_fields`: the date fields of one Darwin Core record read together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import TypeAlias

from dina.base.interpret import Confidence, Interpretation, Reason

from .agreement import most_exact
from .calendar import Hemisphere
from .candidates import once
from .reading import interpret_date
from .value import DateRange
from .words import ROMAN_MONTHS

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
    if len(year) == 2 and year.isdecimal():
        year = f"'{year}"
    whole = " ".join(part for part in (day, month, year) if part)
    if not month or not month.strip("0"):
        return _of_year(whole, read(year), Reason("DATE_MONTH_NOT_GIVEN") if month or day else None)
    if month.isdecimal():
        if len(month) > 2 or int(month) > len(ROMAN_MONTHS):
            fault = Reason("DATE_NO_SUCH_MONTH", {"month": month})
            return Interpretation(whole, None, "impossible", (fault,), _standing(read(year)))
        month = ROMAN_MONTHS[int(month) - 1].upper()
    found = read(" ".join(part for part in (day, month, year) if part))
    standing = (
        _standing(read(f"{month} {year}")) if day and found.confidence == "impossible" else found.alternatives
    )
    return replace(found, verbatim=whole, alternatives=standing)


def _of_year(whole: str, year: Interpretation[DateRange], note: Reason | None) -> Interpretation[DateRange]:
    reasons = year.reasons if year.verbatim else ()
    return replace(year, verbatim=whole, reasons=(*reasons, note) if note else reasons)


def _standing(rest: Interpretation[DateRange]) -> tuple[DateRange, ...]:
    """What can stand of a date that is none."""
    return (rest.value,) if rest.value else ()


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
        if value := most_exact(row):
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
