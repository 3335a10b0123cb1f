"""Words and numbers that mean one thing together: `1st`, `7br`, `19th century`, `last week`, `1848-9`.

Every step takes the elements of a text and answers with them, some joined or understood better.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from dina.base.interpret import Reason

from . import words
from .pieces import LAST_WEEK
from .tokens import Element

Elements: TypeAlias = list[Element]

_NUMBER_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST_WEEK}
_SPACED_ENDINGS = {
    *((" ", ending) for ending in ("st", "nd", "rd", "th")),
    *((".", ending) for ending in ("o", "a", "th")),
}
_PARTS = ("early", "middle", "late")
_ROMAN_COUNTS = {"vii": 7, "viii": 8, "ix": 9, "x": 10}


def joined(elements: Sequence[Element]) -> Elements:
    """The elements with everything joined that belongs together."""
    found = list(elements)
    for step in (
        _ordinals,
        _old_months,
        _spelling,
        _centuries,
        decades,
        _year_spans,
        _parts,
        _choose_au,
        _between,
    ):
        found = step(found)
    return found


def decades(elements: Elements) -> Elements:
    """`decade of 1920`, `années 20`."""

    def decade(word: Element, year: Element) -> Element | None:
        if year.kind == "decade" and words.fold(word.text) == "des":  # "des années", not December
            return year
        dated = year.kind == "y" or (year.kind == "n" and len(year.text) == 2)
        if word.kind != "decade" or year.first % 10 or not dated:
            return None
        return replace(year, kind="y", last=year.first + 9, unit="decade", short=year.kind == "n")

    return _merge(elements, decade)


def _merge(elements: Elements, merged: Callable[[Element, Element], Element | None]) -> Elements:
    """Replace neighbours by one element wherever `merged` makes one of them."""
    kept: Elements = []
    for element in elements:
        both = merged(kept[-1], element) if kept else None
        if both:
            kept[-1] = replace(both, gap=kept[-1].gap)
        else:
            kept.append(element)
    return kept


def _ordinals(elements: Elements) -> Elements:
    endings: Sequence[str] = words.vocabulary()["ordinals"]["endings"]

    def ordinal(number: Element, ending: Element) -> Element | None:
        spelled = words.fold(ending.text)
        near = not ending.gap or (ending.gap, spelled) in _SPACED_ENDINGS
        lower = ending.text.islower() or len(ending.text) == 2  # "3O June" is rather the 30th
        if number.kind != "n" or not near or not lower or spelled not in endings:
            return None
        return replace(number, text=number.text + ending.text, ordinal=True)

    return _merge(elements, ordinal)


def _old_months(elements: Elements) -> Elements:
    """`7br`, `VIIIbre`, `Xber`: the Latin numbers of September to December."""
    endings: Sequence[str] = words.vocabulary()["ordinals"]["old_months"]

    def month(number: Element, ending: Element) -> Element | None:
        counted = number.kind == "n" or number.unit == "roman"
        if not counted or not 7 <= number.first <= 10 or words.fold(ending.text) not in endings:
            return None
        return Element("m", number.text + ending.text, first=number.first + 2, last=number.first + 2)

    def in_one_word(element: Element) -> Element:
        folded = words.fold(element.text)
        for numeral, number in _ROMAN_COUNTS.items():
            if (
                element.kind == "other"
                and folded.startswith(numeral)
                and folded.removeprefix(numeral) in endings
            ):
                return replace(element, kind="m", first=number + 2, last=number + 2)
        return element

    return _merge([in_one_word(element) for element in elements], month)


def _spelling(elements: Elements) -> Elements:
    """A month's name cut short is that month; a misspelt one is taken for it where no other month stands."""
    named = any(element.kind == "m" and element.unit in ("", "roman") for element in elements)

    def spelled(element: Element) -> Element:
        folded = words.fold(element.text)
        found = words.month_like(folded) if element.kind == "other" else ()
        if not found or (named and not words.abbreviates(folded)):
            return element
        first, choices = found[0], found if len(found) > 1 else ()
        month = replace(element, kind="m", first=first, last=first, choices=choices)
        if words.abbreviates(folded):
            return month
        return replace(month, notes=(Reason("DATE_MONTH_SPELLING", {"word": element.text}),))

    return [spelled(element) for element in elements]


def _centuries(elements: Elements) -> Elements:
    def century(one: Element, other: Element) -> Element | None:
        if other.kind == "century" or (other.text.lower() == "c" and one.ordinal):
            number = _century_number(one)
        else:
            number = _century_number(other) if one.kind == "century" else None
        return (
            Element("y", one.text, first=number * 100 - 99, last=number * 100, unit="century")
            if number
            else None
        )

    return _merge(elements, century)


def _century_number(element: Element) -> int | None:
    folded = words.fold(element.text)
    for ending in ("", "eme", "e", "o", "th", "st"):
        stem = folded.removesuffix(ending)
        number = (
            int(stem) if stem.isascii() and stem.isdecimal() and len(stem) == 2 else words.roman_number(stem)
        )
        if number and 16 <= number <= 21:
            return number
    return None


def _year_spans(elements: Elements) -> Elements:
    """`1860-62 Aug`, `Dec. - Apr. 1848-9`: years that stand for one, because a month is named beside them."""
    if not any(element.kind == "m" for element in elements):
        return elements
    followed = {id(one) for one, next_ in pairwise(elements) if next_.kind == "m"}

    def years(year: Element, other: Element) -> Element | None:
        single = year.kind == "y" and year.first == year.last and not year.short
        if not single or other.gap.strip() not in ("-", "/") or other.short or other.ordinal:
            return None
        if other.kind == "y" and other.first == other.last and id(other) in followed:
            return replace(year, last=other.first) if other.first > year.first else None
        base = 10 if len(other.text) == 1 else 100
        until = year.first // base * base + other.first
        placed = other is elements[-1] or (other.first > 31 and len(other.text) == 2)
        return replace(year, last=until) if other.kind == "n" and placed and until > year.first else None

    return _merge(elements, years)


def _parts(elements: Elements) -> Elements:
    """`early`, `end of`, `last week`, `3rd week`; a counting word without a week is a day."""

    def week(number: Element, word: Element) -> Element | None:
        count = _NUMBER_WORDS.get(number.kind, number.first if number.kind == "n" and number.ordinal else 0)
        counted = word.kind == "week" and (1 <= count <= 4 or count == LAST_WEEK)
        return Element("part", f"{number.text} {word.text}", first=count, unit="week") if counted else None

    def part(element: Element) -> Element:
        if element.kind in _PARTS or element.kind == "last":
            return replace(element, kind="part", unit=element.kind.replace("last", "late"))
        if element.kind in _NUMBER_WORDS:
            day = _NUMBER_WORDS[element.kind]
            return replace(element, kind="n", first=day, last=day, ordinal=True)
        return element

    return [part(element) for element in _merge(elements, week)]


def _choose_au(elements: Elements) -> Elements:
    """French "au" between days of a month that is named; otherwise August."""
    other: dict[str, int] = words.vocabulary()["month_or_other"]
    if any(element.kind == "m" for element in elements):
        return elements
    return [
        replace(element, kind="m", first=month, last=month)
        if (month := other.get(words.fold(element.text)))
        else element
        for element in elements
    ]


def _between(elements: Elements) -> Elements:
    """`between 3 and 5 May` is `3 to 5 May`."""
    found = list(elements)
    opened = False
    for at, element in enumerate(found):
        if element.kind == "between":
            opened = True
        elif element.kind == "and" and opened:
            found[at] = replace(element, kind="range")
            opened = False
    return found
