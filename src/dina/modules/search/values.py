"""Values as the search sees them: texts folded and cut into words, dates as intervals of days, names in natural order.

Index, queries and tests all use these, so that what is sought is compared with what was kept in the same way.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from functools import lru_cache

COMBINING = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"[^\W_]+")
DIGITS = re.compile(r"\d+")
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ].*)?")
MAX_WORD = 100
EPOCH = dt.date(1, 1, 1).toordinal()


def fold(text: str) -> str:
    """The text without case, accents and forms of compatibility: `Élève ﬁn` -> `eleve fin`."""
    if text.isascii():
        return text.lower()
    return COMBINING.sub("", unicodedata.normalize("NFKD", text)).lower()


def words(text: str) -> list[str]:
    """The words of a text in their order, folded: runs of letters and digits; nothing is left out or stemmed."""
    return [word[:MAX_WORD] for word in WORD.findall(fold(text))]


@lru_cache(50_000)
def interval(text: str) -> tuple[int, int] | None:
    """The first and last day that a date means (`1904-07` is a month), as day numbers; None when it is no date."""
    found = DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = dt.date(year, month or 1, day or 1)
        if day:
            last = first
        else:
            end = month or 12
            last = dt.date(year, end, calendar.monthrange(year, end)[1])
    except ValueError:
        return None
    return first.toordinal(), last.toordinal()


def natural(text: str) -> str:
    """A key that sorts texts as people do: folded, numbers inside by their size (`S-9` before `S-10`)."""
    return DIGITS.sub(_number, fold(text))[:200]


def _number(found: re.Match[str]) -> str:
    digits = found[0].lstrip("0") or "0"
    return f"{min(len(digits), 99):02d}{digits}"


def one_slip(given: str, word: str) -> bool:
    """Whether two words differ by at most one letter more, less or other, or by two neighbours swapped."""
    if given == word:
        return True
    short, long = sorted((given, word), key=len)
    if len(long) - len(short) > 1:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    swapped = short[start : start + 2] == long[start : start + 2][::-1]
    return swapped and short[start + 2 :] == long[start + 2 :]


def without_one(word: str) -> list[str]:
    """The word, and the word with each of its letters left out: two words one slip apart share one of these."""
    return sorted({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})
