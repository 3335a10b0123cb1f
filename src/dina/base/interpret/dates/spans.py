"""Pieces put together: ranges, lists of dates, and one date or another."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

from dina.base.interpret import Reason

from .pieces import Order, Piece, pieces, uniform
from .tokens import SEASON_MONTHS, Element
from .value import partial

MAX_CUTS = 7
"""A list may have so many commas; what has more is not read."""

_MOST_READ_EVERY_WAY = 4
"""Dates of a list that may each have several readings; in longer lists each must have one."""

_LONGEST_OVER_NEW_YEAR = 6
"""Months a range may span over New Year with one year written; longer ones are more likely a mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing a text can mean: from the beginning of one piece to the end of another."""

    first: Piece
    last: Piece
    notes: tuple[Reason, ...] = ()

    @property
    def fault(self) -> Reason | None:
        """Why there can be no such date."""
        return self.first.fault or self.last.fault


def readings(elements: Sequence[Element], order: Order, worded: bool) -> list[Reading]:
    """Everything a row of elements can mean with days and months in this order."""
    kinds = [element.kind for element in elements]
    if not _alike(elements):
        return []
    if "or" in kinds:
        return _either(elements, order, worded)
    if "and" in kinds:
        return _listed(elements, order, worded)
    found = (
        []
        if "range" in kinds
        else [Reading(piece, piece) for piece in pieces(elements, order, worded) if _whole(piece)]
    )
    if not worded and all(element.gap.strip() in ("", ".", ",") for element in elements):
        found = [reading for reading in found if reading.first.years]
    if not (found and uniform(elements)):
        found += _ranges(elements, order, worded)
    return found or _listed(elements, order, worded)


def _alike(elements: Sequence[Element]) -> bool:
    """Whether months are all words, or all numerals of one case: `II-viii-1939` is rather 11 August, `1V` April."""
    months = [element for element in elements if element.kind == "m"]
    numerals = [element for element in months if element.unit == "roman"]
    if any(one.text == "1" and not other.gap and other.text in "VX" for one, other in pairwise(elements)):
        return False
    if len(numerals) == 2 and uniform(elements) and numerals[1].first != numerals[0].first + 1:
        return False
    return not numerals or (
        len(numerals) == len(months) and len({numeral.text.isupper() for numeral in numerals}) == 1
    )


def _whole(piece: Piece) -> bool:
    """Whether a piece says enough to be a date: not a bare day."""
    return piece.months is not None or (piece.years is not None and piece.days is None)


def _ranges(elements: Sequence[Element], order: Order, worded: bool) -> list[Reading]:
    worded_ranges = [at for at, element in enumerate(elements) if element.kind == "range"]
    if len(worded_ranges) > 1:
        return []
    found: list[Reading] = []
    for at in worded_ranges or range(1, len(elements)):
        if worded_ranges:
            left, right = elements[:at], elements[at + 1 :]
        elif "-" in elements[at].gap or "/" in elements[at].gap:
            left, right = elements[:at], elements[at:]
        else:
            continue
        for one, other in product(pieces(left, order, worded), list(pieces(right, order, worded))):
            if reading := _between(one, other, right, worded):
                found.append(reading)
    return found


def _between(left: Piece, right: Piece, written: Sequence[Element], worded: bool) -> Reading | None:
    """The range from one piece to another, each completed from the other."""
    if left.bare and not (right.bare and right.years and max(*left.years or (0,), *right.years) > 31):
        return None
    if (
        not worded
        and left.years is None
        and right.years is None
        and (left.months is None or right.months is None)
    ):
        return None
    if years := _years_after(left, right, written):
        return _in_years(left, years)
    if _year_again(left, right, written[0]):
        return None
    if not worded and (left.fault or right.fault):
        return None
    one, other = _complete(left, right)
    filled = one != left or other != right
    if not _whole(one) or not _whole(other) or (filled and _fineness(one) != _fineness(other)):
        return None
    if sum(_fineness(one)) - sum(_fineness(other)) not in (-1, 0, 1):
        return None
    if one.years == other.years and one.years and one.years[0] == one.years[1] and filled:
        return _over_new_year(one, other, year_on_right=left.years is None)
    return Reading(one, other)


def _year_again(left: Piece, right: Piece, element: Element) -> bool:
    """Whether the right side repeats a year: `1921: Oct 4/21`, `1860-1862 Aug. 6`."""
    if left.years is None:
        return False
    if left.months is None and right.months and element.kind == "y":
        return True
    return right.years is None and "/" in element.gap and right.days == (left.years[0] % 100,) * 2


def _years_after(left: Piece, right: Piece, written: Sequence[Element]) -> tuple[int, int] | None:
    """The years of `1860-62`, `Winter 1905/6`, `May 1932-1933`: the right side is only a later year."""
    if left.years is None or left.years[0] != left.years[1] or len(written) != 1 or written[0].ordinal:
        return None
    first, element = left.years[0], written[0]
    if right.years and right.months is None and left.months and not left.short and not right.short:
        return (first, right.years[1]) if right.years[0] > first else None
    if element.kind != "n" or not element.text.isdecimal():
        return None
    base = 10 if len(element.text) == 1 else 100
    last = first // base * base + element.first
    return (first, last) if last > first else None


def _in_years(piece: Piece, years: tuple[int, int]) -> Reading:
    """A piece in several years: a range of years, one winter, or a day in one of the years."""
    whole = replace(piece, years=years)
    if piece.months is None or (piece.unit == "winter" and years[1] == years[0] + 1):
        return Reading(whole, whole)
    return Reading(whole, whole, (Reason("DATE_ONE_OF_SEVERAL_YEARS"),))


def _complete(left: Piece, right: Piece) -> tuple[Piece, Piece]:
    """Both pieces with what the other says and they leave out."""
    one, other = left, right
    if left.years is None and right.years:
        one = replace(one, years=right.years, short=right.short)
    if right.years is None and left.years:
        other = replace(other, years=left.years, short=left.short)
    if left.months is None and left.days and right.days:
        one = replace(one, months=right.months)
    if right.months is None and right.days and left.days:
        other = replace(other, months=left.months)
    return one, other


def _fineness(piece: Piece) -> tuple[bool, bool]:
    return piece.months is None, piece.days is None


def _over_new_year(one: Piece, other: Piece, year_on_right: bool) -> Reading:
    """A range of which one end has the year: from December to February is over New Year."""
    if one.months is None or other.months is None or one.months[0] <= other.months[1]:
        return Reading(one, other)
    if other.months[1] + 12 - one.months[0] > _LONGEST_OVER_NEW_YEAR or not one.years or not other.years:
        return Reading(one, other)
    if one.unit in SEASON_MONTHS or other.unit in SEASON_MONTHS:
        return Reading(one, other)
    note = (Reason("DATE_OVER_NEW_YEAR"),)
    if year_on_right:
        return Reading(replace(one, years=(one.years[0] - 1, one.years[1] - 1)), other, note)
    return Reading(one, replace(other, years=(other.years[0] + 1, other.years[1] + 1)), note)


def _either(elements: Sequence[Element], order: Order, worded: bool) -> list[Reading]:
    """One date or another: each is a reading of its own."""
    runs = _split(elements, {at for at, element in enumerate(elements) if element.kind == "or"})
    found: list[Reading] = []
    for row in _rows(runs, order, worded):
        found += [Reading(piece, piece, (Reason("DATE_EITHER"),)) for piece in row]
    return found


def _listed(elements: Sequence[Element], order: Order, worded: bool) -> list[Reading]:
    """Several dates: the reading goes from the first to the last. The fewest cuts that make dates count."""
    strong = {at for at, element in enumerate(elements) if element.kind == "and"}
    weak = [
        at
        for at in range(1, len(elements))
        if at not in strong and _may_end(elements[at - 1], elements[at].gap)
    ]
    if len(weak) > MAX_CUTS:
        weak = [at for at in weak if ";" in elements[at].gap]
    for count in range(0 if strong else 1, min(len(weak), MAX_CUTS) + 1):
        found = [
            _from_first_to_last(row)
            for cuts in combinations(weak, count)
            for row in _rows(_split(elements, strong | set(cuts)), order, worded)
            if worded or (_all_alike(row) and not any(piece.fault for piece in row))
        ]
        if found:
            return found
    return []


def _all_alike(row: Sequence[Piece]) -> bool:
    """Whether dates in figures are all days or all years: anything else is rather one date."""
    return all(piece.days for piece in row) or not any(piece.months for piece in row)


def _may_end(element: Element, gap: str) -> bool:
    """Whether one date of a list may end with this element."""
    return "," in gap or ";" in gap or (". " in gap and element.kind in ("m", "y"))


def _split(elements: Sequence[Element], cuts: set[int]) -> list[list[Element]]:
    """The runs of elements between cuts; an "and" or "or" that is cut at belongs to neither."""
    runs: list[list[Element]] = [[]]
    for at, element in enumerate(elements):
        if at in cuts:
            runs.append([])
        if element.kind not in ("and", "or"):
            runs[-1].append(element)
    return [run for run in runs if run]


def _rows(runs: Sequence[Sequence[Element]], order: Order, worded: bool) -> Iterator[list[Piece]]:
    """Every way to read runs as one date each, completed from their neighbours."""
    read = [list(pieces(run, order, worded))[:4] for run in runs]
    if len(runs) < 2 or not all(read) or len(runs) > MAX_CUTS + 1:
        return
    if len(runs) > _MOST_READ_EVERY_WAY:
        read = [[piece for piece in found if not piece.bare] for found in read]
        if any(len(found) != 1 for found in read):
            return
    for row in product(*read):
        full = _completed(row)
        if len({piece.bare for piece in row if piece.years}) > 1:
            continue
        if all(_whole(piece) for piece in full) and len({_fineness(piece) for piece in full}) == 1:
            yield full


def _completed(row: Sequence[Piece]) -> list[Piece]:
    """Years are taken from the right, then from the left; months from where the month is written."""
    full = list(row)
    for i, piece in enumerate(full[1:], 1):
        if piece.years and piece.months is None and piece.days is None and full[i - 1].years:
            full[i] = replace(full[i - 1], years=piece.years, short=piece.short)
    for ahead, at in ((1, range(len(full) - 2, -1, -1)), (-1, range(1, len(full)))):
        for i in at:
            if full[i].years is None and full[i + ahead].years:
                full[i] = replace(full[i], years=full[i + ahead].years, short=full[i + ahead].short)
    month_first = any(piece.months and piece.month_first and piece.days for piece in row)
    directions = ((-1, range(1, len(full))), (1, range(len(full) - 2, -1, -1)))
    for ahead, at in directions if month_first else directions[::-1]:
        for i in at:
            if full[i].months is None and full[i].days:
                full[i] = replace(full[i], months=full[i + ahead].months, unit=full[i + ahead].unit)
    return full


def _day_fault(piece: Piece) -> Reason | None:
    """Why a date between the first and the last cannot be; those two are looked up in a calendar later."""
    if not piece.months or not piece.days or piece.days[1] <= monthrange(2000, piece.months[0])[1]:
        return None
    return Reason("DATE_NO_SUCH_DAY", {"day": str(piece.days[1]), "month": partial(None, piece.months[0])})


def _from_first_to_last(row: Sequence[Piece]) -> Reading:
    def when(piece: Piece) -> tuple[int, int, int]:
        return (piece.years or (0, 0))[0], (piece.months or (0, 0))[0], (piece.days or (0, 0))[0]

    ordered = sorted(row, key=when)
    steps = [
        tuple(b - a for a, b in zip(when(one), when(next_), strict=True)) for one, next_ in pairwise(ordered)
    ]
    next_one = tuple(int(at == 2 - sum(_fineness(row[0]))) for at in range(3))
    adjacent = all(step == next_one for step in steps)
    fault = next((fault for piece in row if (fault := piece.fault or _day_fault(piece))), None)
    first = replace(ordered[0], fault=fault)
    return Reading(first, ordered[-1], () if adjacent else (Reason("DATE_SEVERAL_DATES"),))
