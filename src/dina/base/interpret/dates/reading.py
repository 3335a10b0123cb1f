"""`interpret_date`: from a verbatim text to the one reading it allows, or to why there is none."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from dina.base.interpret import Confidence, Interpretation, Reason

from . import words
from .calendar import Context, Hemisphere
from .candidates import Candidate, candidates, on_weekday, once, timed
from .iso import read_iso
from .label import Label, read_label
from .times import take_times
from .tokens import EARLIEST_YEAR, LATEST_YEAR, Element, same_signs, scan
from .value import DateRange

__all__ = ["MAX_LENGTH", "Hemisphere", "interpret_date"]

MAX_LENGTH = 200
"""Longer texts are not dates and are not read."""

MAX_ALTERNATIVES = 12
_MAX_ELEMENTS = 40

_SURE = frozenset(
    {
        "DATE_NO_YEAR",
        "DATE_DAY_NOT_GIVEN",
        "DATE_MONTH_NOT_GIVEN",
        "DATE_TIME_LEFT_OUT",
        "DATE_BRACKETED",
        "DATE_OPEN_END",
    }
)
"""Reasons that say something of a reading without making it less sure."""

_BRACKETS = re.compile(r"[\[\](){}]")
_PLAIN = re.compile(r"[^\w]+|_+")
_YEAR_MONTH = re.compile(r"\d\d(\d\d)-(\d\d)")
_EIGHT_DIGITS = re.compile(r"(\d\d)(\d\d)(\d{4})")


def interpret_date(
    verbatim: str,
    *,
    day_first: bool | None = None,
    today: date | None = None,
    two_digit_century: int | None = None,
    hemisphere: Hemisphere | None = None,
) -> Interpretation[DateRange]:
    """What a verbatim collecting date means.

    `day_first` says how 5/6/1903 was written where that is known; without it such a date is ambiguous.
    `two_digit_century` (1800, 1900, …) is the century of years like '98; without it every century since
    1850 is considered. `hemisphere` settles the months of seasons. Dates after `today` are impossible; if it
    is not given, that is the latest date it is anywhere now. Texts over `MAX_LENGTH` are not read.
    """
    context = Context(
        today or datetime.now(timezone(timedelta(hours=14))).date(), two_digit_century, hemisphere
    )
    if refusal := _refusal(verbatim):
        return Interpretation(verbatim, None, "unknown", (refusal,))
    text = same_signs(verbatim).strip()
    if _says_no_date(text):
        return Interpretation(verbatim, None, "unknown", (Reason("DATE_STATED_UNDATED"),))
    iso = read_iso(text, context.today)
    if isinstance(iso, Reason):
        return Interpretation(verbatim, None, "impossible", (iso,))
    if iso:
        return Interpretation(verbatim, iso, *_iso_trust(text))
    if digits := _EIGHT_DIGITS.fullmatch(text):
        text = "-".join(digits.groups()) if EARLIEST_YEAR <= int(digits[3]) <= LATEST_YEAR else text
    return _interpret(verbatim, text, day_first, context)


def _refusal(verbatim: str) -> Reason | None:
    """Why a text is not even looked at."""
    if len(verbatim) > MAX_LENGTH:
        return Reason("DATE_TOO_LONG", {"length": str(len(verbatim)), "most": str(MAX_LENGTH)})
    if not verbatim.strip():
        return Reason("DATE_EMPTY")
    for sign in verbatim:
        if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") and sign not in "\t\r\n":
            return Reason("DATE_UNREADABLE_SIGN", {"sign": f"U+{ord(sign):04X}"})
    return None


def _says_no_date(text: str) -> bool:
    plain = _PLAIN.sub(" ", words.fold(text)).strip()
    return (
        (not plain and not set(text) - set("?-–.,/[]()_* "))
        or plain in words.no_date_texts()
        or not plain.strip("0 ")
    )


def _iso_trust(text: str) -> tuple[Confidence, tuple[Reason, ...]]:
    """1905-12 may also be the years 1905 to 1912; 1905-07 may not be 1905 to 1907, which is so written too rarely."""
    years = _YEAR_MONTH.fullmatch(text)
    if years and int(years[2]) > int(years[1]):
        return "probable", (Reason("DATE_MONTH_OR_YEARS", {"text": text}),)
    return "certain", ()


def _interpret(
    verbatim: str, text: str, day_first: bool | None, context: Context
) -> Interpretation[DateRange]:
    plain, times = take_times(_BRACKETS.sub(lambda sign: " " if sign.group() in "()" else "", text))
    scanned = scan(plain)
    if scanned.unreadable:
        return Interpretation(
            verbatim, None, "unknown", (Reason("DATE_UNREADABLE_SIGN", {"sign": scanned.unreadable}),)
        )
    label = read_label(scanned)
    if label.unknown_word:
        return Interpretation(
            verbatim, None, "unknown", (Reason("DATE_UNKNOWN_WORD", {"word": label.unknown_word}),)
        )
    if label.fault or (times and not times.possible):
        return Interpretation(
            verbatim, None, "impossible", (label.fault or Reason("DATE_NO_SUCH_TIME", {"time": text}),)
        )
    single_letter = (
        len(label.elements) == 1 and label.elements[0].unit == "roman" and len(label.elements[0].text) == 1
    )
    ends = scanned.trailing + (scanned.elements[0].gap if scanned.elements else "")
    if single_letter or set(ends) & set("-/_") or len(label.elements) > _MAX_ELEMENTS:
        return Interpretation(verbatim, None, "unknown", (Reason("DATE_NOT_UNDERSTOOD"),))
    _doubts(label, text, scanned.doubtful)
    found, faults = candidates(label, day_first, context)
    found = on_weekday(timed(found, times), label.weekday)
    if found:
        return _conclude(verbatim, found, label.notes)
    if faults:
        return Interpretation(verbatim, None, "impossible", faults[:1])
    return Interpretation(verbatim, None, "unknown", (_why_not(label.elements),))


def _doubts(label: Label, text: str, doubtful: bool) -> None:
    if doubtful:
        label.notes.append(Reason("DATE_DOUBTED"))
        label.uncertain = True
    if re.search(r"[\[{][^\]}]*[^\W_]", text):
        label.notes.append(Reason("DATE_BRACKETED"))
        label.uncertain = True


def _conclude(verbatim: str, found: Sequence[Candidate], said: Sequence[Reason]) -> Interpretation[DateRange]:
    """One reading is the answer, several are alternatives."""
    if len(found) == 1:
        value, notes = found[0]
        reasons = once([*said, *notes])
        sure = all(reason.code in _SURE for reason in reasons)
        return Interpretation(verbatim, value, "certain" if sure else "probable", reasons)
    values = tuple(value for value, _ in found)[:MAX_ALTERNATIVES]
    return Interpretation(verbatim, None, "ambiguous", once([*said, *_why_several(found)]), values)


def _why_several(found: Sequence[Candidate]) -> list[Reason]:
    codes = {note.code for _, notes in found for note in notes}
    written = " | ".join(
        str(value.event_date or f"{value.start}/{value.end}") for value, _ in found[:MAX_ALTERNATIVES]
    )
    if "DATE_EITHER" in codes:
        return [Reason("DATE_EITHER", {"readings": written})]
    years = {(value.start[:4], value.end[:4]) for value, _ in found}
    rest = {(value.start[4:], value.end[4:]) for value, _ in found}
    reasons = [
        note for _, notes in found for note in notes if note.code in ("DATE_SEASON", "DATE_MONTH_SPELLING")
    ]
    if len(rest) > 1 and len({len(text) for text, _ in rest}) == 1:
        reasons.append(Reason("DATE_ORDER_UNCLEAR", {"readings": written}))
    if len(years) > 1 and "DATE_SHORT_YEAR" in codes:
        reasons.append(Reason("DATE_CENTURY_UNCLEAR", {"readings": written}))
    return reasons or [Reason("DATE_SEVERAL_READINGS", {"readings": written})]


def _why_not(elements: Sequence[Element]) -> Reason:
    """Why nothing could be made of elements that are all known."""
    numbers = [element for element in elements if element.kind == "#"]
    if len(elements) == len(numbers) == 1 and len(numbers[0].text) == 5:
        return Reason("DATE_MAYBE_DAY_COUNT", {"number": numbers[0].text})
    if any(len(number.text) == 4 for number in numbers) and 1 < len(elements) <= 3:
        return Reason("DATE_YEAR_UNLIKELY", {"number": next(n.text for n in numbers if len(n.text) == 4)})
    if any(len(number.text) == 3 for number in numbers):
        return Reason("DATE_YEAR_INCOMPLETE", {"number": next(n.text for n in numbers if len(n.text) == 3)})
    if elements and all(element.kind in ("n", "#") for element in elements):
        return Reason("DATE_ONLY_A_NUMBER", {"text": " ".join(element.text for element in elements)})
    return Reason("DATE_NOT_UNDERSTOOD")
