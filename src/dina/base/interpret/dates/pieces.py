"""One date as far as it is written: a year, a month, a day of a month, or only some of these.

A run of elements is read by its shape, the kinds of its elements in a row: `nmy` is a number, a month
word, a year. The tables below say what each shape can mean.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dina.base.interpret import Reason

from .tokens import SEASON_MONTHS, Element

Order: TypeAlias = Literal["dmy", "mdy"]
Span: TypeAlias = tuple[int, int]

END_OF_MONTH = 0
"""As a day: the last of the month; days before it count down (-6 is a week before the end)."""

# d day, m month, y year, Y two digits that are the year, D the second of two days.
WITH_MONTH_WORD = {
    "y": ("y",),
    "m": ("m",),
    "n": ("d",),
    "my": ("my",),
    "ym": ("ym",),
    "nm": ("dm",),
    "mn": ("md", "mY"),
    "ny": ("dy",),
    "nn": ("dY",),
    "nmy": ("dmy",),
    "mny": ("mdy",),
    "ymn": ("ymd",),
    "ynm": ("ydm",),
    "nmn": ("dmY", "Ymd"),
    "mnn": ("mdY", "mdD"),
}
DAY_FIRST = {
    "y": ("y",),
    "n": ("d",),
    "ny": ("my",),
    "yn": ("ym",),
    "nn": ("dm", "mY"),
    "nny": ("dmy",),
    "ynn": ("ymd", "ydm"),
    "nnn": ("dmY", "Ymd"),
}
MONTH_FIRST = DAY_FIRST | {"nn": ("md", "mY"), "nny": ("mdy",), "nnn": ("mdY", "Ymd")}

_THIRDS_OF_MONTH = {"early": (1, 10), "middle": (11, 20), "late": (21, END_OF_MONTH)}
_THIRDS_OF_YEAR = {"early": (1, 4), "middle": (5, 8), "late": (9, 12)}
LAST_WEEK = -1
WEEKS = {1: (1, 7), 2: (8, 14), 3: (15, 21), 4: (22, 28), LAST_WEEK: (-6, END_OF_MONTH)}


@dataclass(frozen=True, slots=True)
class Piece:
    """One date as far as it is written; what is not written is `None`.

    Each part is a span, mostly of one: the years of a decade, the months of a season, the days of "early
    June". `short` says that the years lack their century, `bare` that only their place says they are years. `fault` says why there can be no such date.
    """

    years: Span | None = None
    months: Span | None = None
    days: Span | None = None
    short: bool = False
    bare: bool = False
    unit: str = ""
    month_first: bool = False
    notes: tuple[Reason, ...] = ()
    fault: Reason | None = None


def pieces(elements: Sequence[Element], order: Order, worded: bool) -> Iterator[Piece]:
    """Every date a run of elements can be; `worded` says that the text names its months in words."""
    parts = [element for element in elements if element.kind == "part"]
    elements = [element for element in elements if element.kind != "part"]
    shape = "".join(element.kind if len(element.kind) == 1 else "!" for element in elements)
    table = WITH_MONTH_WORD if worded else DAY_FIRST if order == "dmy" else MONTH_FIRST
    if len(parts) > 1:
        return
    for roles in table.get(shape, ()):
        if not _fits(elements, roles, worded):
            continue
        for piece in _pieces_as(elements, roles):
            if not parts:
                yield piece
            elif narrowed := _part_of(piece, parts[0]):
                yield narrowed


def _fits(elements: Sequence[Element], roles: str, worded: bool) -> bool:
    """Whether elements can have these roles at all, before any value is looked at."""
    number = {role: element for role, element in zip(roles, elements, strict=True) if element.kind == "n"}
    gaps = "".join(element.gap for element in elements[1:])
    if "Y" in number and (
        len(number["Y"].text) != 2 or not number["Y"].text.isdecimal() or number["Y"].ordinal
    ):
        return False
    if roles == "d" and not number["d"].first:
        return False
    if not worded and _day_rather_unknown(number):
        return False
    if "d" in number and any(element.unit in SEASON_MONTHS for element in elements):
        return False
    match roles:
        case "Ymd":
            return not 1 <= number["Y"].first <= 31 and (worded or number["m"].first <= 12)
        case "mY":
            return worded or (
                number["m"].first <= 12 and bool(set(gaps) & set("/-" if number["Y"].first > 31 else "/"))
            )
        case "dY":
            return number["Y"].first > 31 and 1 <= number["d"].first <= 31
        case "md" if worded:
            return number["d"].first <= 31
        case "mdD":
            return "," in gaps and 0 < number["d"].first < number["D"].first <= 31
        case "dy":
            return worded and 1 <= number["d"].first <= 31
        case "ydm" if not worded:
            return not uniform(elements) and number["d"].first <= 31
        case "ydm":
            return number["d"].first <= 31
        case "ym" if not worded:
            return number["m"].first <= 12 and not (gaps.strip() == "." and len(number["m"].text) == 1)
        case "my" if not worded:
            return number["m"].first <= 12
        case "dm" | "md" if not worded:
            return bool(set(gaps) & set("/-.")) and number["m"].first <= 12 and number["d"].first <= 31
        case _:
            return True


def _day_rather_unknown(number: dict[str, Element]) -> bool:
    """Whether roles make the month unknown and the day known where it may be the other way round."""
    day, month = number.get("d"), number.get("m")
    return bool(day and month and not month.first and month.unit != "month" and 1 <= day.first <= 12)


def uniform(elements: Sequence[Element]) -> bool:
    """Whether the parts of a date are separated by one sign, as standards have it."""
    signs = {element.gap.strip() for element in elements[1:]}
    return len(elements) == 3 and len(signs) == 1 and signs <= {"-", "/", ".", "_"}


def _pieces_as(elements: Sequence[Element], roles: str) -> Iterator[Piece]:
    """The dates elements are in these roles: several where a month word or a hundred has two meanings."""
    given = dict(zip(roles, elements, strict=True))
    day, month, year = given.get("d"), given.get("m"), given.get("y") or given.get("Y")
    piece = Piece(
        month_first=roles.find("m") < roles.find("d"),
        notes=tuple(note for element in elements for note in element.notes),
    )
    if year:
        unit = year.unit if year.unit in ("decade", "century") else ""
        piece = replace(
            piece,
            years=(year.first, year.last),
            unit=unit,
            short=year.short or "Y" in roles,
            bare="Y" in roles,
        )
        if month and year.first != year.last and not (month.unit == "winter" and year.last == year.first + 1):
            piece = replace(piece, notes=(*piece.notes, Reason("DATE_ONE_OF_SEVERAL_YEARS")))
    if day and day.first:
        piece = replace(piece, days=(day.first, given.get("D", day).first), fault=_day_fault(day))
    elif day:
        piece = replace(piece, notes=(*piece.notes, Reason("DATE_DAY_NOT_GIVEN")))
    if month is None:
        yield from _units(piece, None, year)
    elif not month.first:
        piece = replace(piece, days=None, fault=None, notes=(*piece.notes, Reason("DATE_MONTH_NOT_GIVEN")))
        yield from _units(piece, None, year)
    else:
        piece = replace(piece, fault=piece.fault or _month_fault(month))
        for choice in month.choices or (0,):
            months = (choice, choice) if choice else (month.first, month.last)
            yield from _units(replace(piece, months=months), month, year)


def _units(piece: Piece, month: Element | None, year: Element | None) -> Iterator[Piece]:
    """The piece with its season, and as decade or century where "1800s" may be either."""
    if month and month.unit and month.unit != "roman":
        piece = replace(piece, unit=month.unit)
    if year and year.unit == "hundreds":
        first = year.first
        yield replace(piece, unit=piece.unit or "decade")
        yield replace(piece, unit=piece.unit or "century", years=(first, first + 99))
    else:
        yield piece


def _day_fault(day: Element) -> Reason | None:
    return Reason("DATE_NO_SUCH_DAY", {"day": day.text}) if day.first > 31 else None


def _month_fault(month: Element) -> Reason | None:
    return (
        Reason("DATE_NO_SUCH_MONTH", {"month": month.text})
        if month.kind == "n" and month.first > 12
        else None
    )


def _part_of(piece: Piece, part: Element) -> Piece | None:
    """The early, middle or late part, or a week, of the finest thing a piece names."""
    note = Reason("DATE_PART_OF_PERIOD", {"part": part.text})
    piece = replace(piece, notes=(*piece.notes, note))
    if piece.days:
        return None
    if part.unit == "week":
        return (
            replace(piece, days=WEEKS[part.first])
            if piece.months and piece.unit not in SEASON_MONTHS
            else None
        )
    if piece.unit in SEASON_MONTHS:
        return piece
    if piece.months:
        return replace(piece, days=_THIRDS_OF_MONTH[part.unit])
    if not piece.years:
        return None
    first, last = piece.years
    if first == last:
        return replace(piece, months=_THIRDS_OF_YEAR[part.unit])
    third = (last - first + 1) // 3
    spans = {
        "early": (first, first + third),
        "middle": (first + third, last - third),
        "late": (last - third, last),
    }
    return replace(piece, years=spans[part.unit])
