"""A date text cut into elements: numbers, months, seasons, years and the words between them."""

import re
import unicodedata
from dataclasses import dataclass, field, replace

from dina.base.interpret import Reason

from . import words

EARLIEST_YEAR, LATEST_YEAR = 1500, 2199
"""A number of four digits between these is a year; others are not."""

SEASON_MONTHS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("’‘‛′`´ʼ", "'")
    | dict.fromkeys("“”„″", '"')
    | {"\\": "/", "|": "/"}
)
_SCANNER = re.compile(
    r"""
    (?P<tens>    '?(?:\d{3}|\d)0'?-?(?:s|er|ies)(?![^\W_]) )
  | (?P<decade>  (?<!\d)(?:1[5-9]|20)\d(?:[?*_x]|-)+(?![^\W_]) )
  | (?P<hundred> (?<!\d)(?:1[5-9]|20)(?:\?\?|xx|--|__|\*\*)(?![^\W_]) )
  | (?P<blank>   (?<![^\W_])(?:\?+|x{2,}|_{2,}|-{2,})(?=[/.]) | (?<=[/.-])\?+(?=$|[/.\s-]) | \bx{2,}\b )
  | (?P<number>  [0-9]+ )
  | (?P<word>    [^\W\d_]+ )
  | (?P<gap>     [\s.,;:/_-]+ )
  | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Element:
    """One meaningful part of a date text.

    `kind` is a letter: `n` a number of one or two digits (0: written as unknown), `#` another number,
    `y` a year or years, `m` a month or season, or a role of `words.toml`. `gap` is what separates it from
    the element before. `first` and `last` are the numbers it stands for; a month that can be two has both
    in `choices`.
    """

    kind: str
    text: str
    gap: str = ""
    first: int = 0
    last: int = 0
    unit: str = ""
    short: bool = False
    ordinal: bool = False
    choices: tuple[int, ...] = ()
    notes: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Scan:
    """The elements of a text and what its punctuation says about them."""

    elements: list[Element] = field(default_factory=list[Element])
    trailing: str = ""
    doubtful: bool = False
    unreadable: str = ""


def same_signs(text: str) -> str:
    """The text with one sign for each purpose: one kind of dash, apostrophe, quote and slash."""
    return unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME).replace("''", '"')


def scan(text: str) -> Scan:
    """Cut a text that went through `same_signs` into elements."""
    found, gap, apostrophe = Scan(), "", False
    for match in _SCANNER.finditer(text):
        kind, written = match.lastgroup or "mark", match.group()
        if kind == "gap":
            gap += written
            continue
        if kind == "mark" and written not in "&+~<>":
            apostrophe = _mark(found, written, gap)
            continue
        element = _element(kind, written, gap, apostrophe)
        if element is None:
            found.elements[-1:] = [replace(found.elements[-1], ordinal=True)] if found.elements else []
        else:
            found.elements.append(element)
        gap, apostrophe = "", False
    found.trailing = gap
    return found


def _mark(found: Scan, mark: str, gap: str) -> bool:
    """Note a sign that is no element; answers whether it is an apostrophe that may shorten a year."""
    if mark in "'\"°":
        if found.elements and not gap and found.elements[-1].kind == "n" and mark != "'":
            found.elements[-1] = replace(found.elements[-1], ordinal=True)
        return mark == "'"
    if mark == "?":
        found.doubtful = True
    else:
        found.unreadable = found.unreadable or mark
    return False


def _element(kind: str, written: str, gap: str, apostrophe: bool) -> Element | None:
    """The element a written is; `None` for the ending of an ordinal, which belongs to the number before."""
    match kind:
        case "tens":
            return _tens(written, gap)
        case "decade":
            year = int(written[:3]) * 10
            return Element("y", written, gap, year, year + 9, unit="decade")
        case "hundred":
            year = int(written[:2]) * 100
            return Element("y", written, gap, year, year + 99, unit="century")
        case "blank":
            return Element("n", written, gap, unit="month" if written.lower() == "xxx" else "")
        case "number":
            return _number(written, gap, apostrophe)
        case "mark":
            role = {"&": "and", "+": "and", "~": "approximate", "<": "before", ">": "after"}[written]
            return Element(role, written, gap)
        case _:
            return word(written, gap)


def _tens(written: str, gap: str) -> Element:
    digits = re.sub(r"\D", "", written)
    year = int(digits)
    if len(digits) == 2:
        return Element("y", written, gap, year, year + 9, unit="decade", short=True)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return Element("#", written, gap, year)
    return Element("y", written, gap, year, year + 9, unit="hundreds" if year % 100 == 0 else "decade")


def _number(written: str, gap: str, apostrophe: bool) -> Element:
    if len(written) > 8:
        return Element("#", written, gap)
    value = int(written)
    if len(written) == 2 and apostrophe:
        return Element("y", written, gap, value, value, short=True)
    if len(written) == 4 and EARLIEST_YEAR <= value <= LATEST_YEAR:
        return Element("y", written, gap, value, value)
    if len(written) <= 2:
        return Element("n", written, gap, value, value)
    return (
        Element("n", written, gap, unit="year")
        if value == 0 and len(written) == 4
        else Element("#", written, gap, value)
    )


def word(written: str, gap: str) -> Element:
    """The element a word is: month, season, weekday or one of the roles; `other` if none."""
    folded = words.fold(written)
    if folded in words.ROMAN_MONTHS or folded in ("iiii", "viiii"):
        number = (
            words.ROMAN_MONTHS.index(folded) + 1
            if folded in words.ROMAN_MONTHS
            else len(folded) + 4 * ("v" in folded)
        )
        return Element("m", written, gap, number, number, unit="roman")
    if found := words.months().get(folded):
        return Element("m", written, gap, found[0], found[0], choices=found if len(found) > 1 else ())
    if season := words.seasons().get(folded):
        return Element("m", written, gap, *SEASON_MONTHS[season], unit=season)
    if role := words.roles().get(folded):
        return Element(role, written, gap)
    if folded in words.weekdays():
        return Element("weekday", written, gap, words.weekdays()[folded])
    if (year := words.roman_number(folded)) and EARLIEST_YEAR <= year <= LATEST_YEAR:
        return Element("y", written, gap, year, year)
    return Element("other", written, gap)
