"""What a label says beside the bare date: words that widen, doubt or merely accompany it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from dina.base.interpret import Reason

from . import words
from .tokens import Element, Scan
from .wording import decades, joined

_UNTIL = ("until", "till", "bis", "jusque", "jusqu", "hasta", "usque")
_DROPPED = ("filler", "noise", "day_of_year", "between")


@dataclass(slots=True)
class Label:
    """The elements of the date itself, and what was said about it."""

    elements: list[Element]
    notes: list[Reason] = field(default_factory=list[Reason])
    uncertain: bool = False
    open_end: Literal["", "before", "after"] = ""
    weekday: int | None = None
    fault: Reason | None = None

    @property
    def worded(self) -> bool:
        """Whether a month is written as a word or Roman numeral."""
        return any(element.kind == "m" for element in self.elements)

    @property
    def unknown_word(self) -> str:
        """The first word that has no place in a date."""
        return next((element.text for element in self.elements if element.kind == "other"), "")


def read_label(scanned: Scan) -> Label:
    """Sort the elements of a scan into the date and what is said about it."""
    label = Label(joined(scanned.elements))
    _remarks(label)
    _day_of_year(label)
    _drop(label, lambda element: element.kind in _DROPPED)
    label.elements = decades(label.elements)
    _open_ends(label)
    return label


def _drop(label: Label, unwanted: Callable[[Element], bool]) -> None:
    """Take elements out; what separated them from their neighbours stays."""
    kept: list[Element] = []
    gap = ""
    for element in label.elements:
        if unwanted(element):
            gap += element.gap
        else:
            kept.append(replace(element, gap=gap + element.gap) if gap else element)
            gap = ""
    label.elements = kept


def _remarks(label: Label) -> None:
    """Note and take out what doubts the date, says what it is the date of, or names the day of the week."""
    for element in label.elements:
        match element.kind:
            case "approximate":
                label.notes.append(Reason("DATE_APPROXIMATE", {"word": element.text}))
                label.uncertain = True
            case "not_collecting":
                label.notes.append(Reason("DATE_OF_SOMETHING_ELSE", {"word": element.text}))
                label.uncertain = True
            case "night":
                label.notes.append(Reason("DATE_TIME_LEFT_OUT", {"word": element.text}))
            case "weekday":
                label.weekday = element.first
            case _:
                pass
    _drop(label, lambda element: element.kind in ("approximate", "not_collecting", "night", "weekday"))


def _day_of_year(label: Label) -> None:
    """`day 163 of 1987` becomes the month and day it is."""
    if not any(element.kind == "day_of_year" for element in label.elements):
        return
    found = [element for element in label.elements if element.kind not in ("filler", "day_of_year")]
    if sorted(element.kind for element in found) not in (["n", "y"], ["#", "y"]):
        if any(words.fold(element.text) in ("julian", "doy") for element in label.elements):
            label.elements = [replace(element, kind="other") for element in label.elements]
        return
    number, year = sorted(found, key=lambda element: element.kind)
    if year.short or year.first != year.last:
        return
    day = date(year.first, 1, 1) + timedelta(days=max(0, min(number.first, 400) - 1))
    if number.first < 1 or day.year != year.first:
        label.fault = Reason("DATE_NO_SUCH_DAY_OF_YEAR", {"day": number.text, "year": year.text})
        return
    month = Element("m", number.text, " ", day.month, day.month)
    label.elements = [replace(year, gap=""), month, Element("n", number.text, " ", day.day, day.day)]


def _open_ends(label: Label) -> None:
    """`before 1890`, `prior to 7 May 1903`, `after 1912`, `until 1920`."""
    if not label.elements:
        return
    first = label.elements[0]
    until = first.kind == "range" and words.fold(first.text) in _UNTIL
    if first.kind not in ("before", "after") and not until:
        return
    del label.elements[0]
    if label.elements and label.elements[0].kind == "range":
        del label.elements[0]
    label.open_end = "after" if first.kind == "after" else "before"
    label.notes.append(Reason("DATE_OPEN_END", {"word": first.text}))
    label.uncertain = True
