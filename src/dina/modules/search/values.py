"""Values as the index keeps them: dates as numbers of days, times as microseconds, words with what is left of them.

How texts are folded, cut into words and ordered is said in `query/folding.py`.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import combinations

from dina.modules.search.query import dates

HEAD = 7
"""Letters at the beginning of a word by which words alike are found."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


@lru_cache(50_000)
def interval(text: str) -> tuple[int, int] | None:
    """The first and last day that a date means (`1904-07` is a month), as day numbers; None when it is no date."""
    found = dates.days(text)
    return (found[0].toordinal(), found[1].toordinal()) if found else None


def moments(text: str) -> tuple[int, int] | None:
    """The first and last moment that a date-time means, in microseconds since 1970; None when it is none."""
    found = dates.instants(text)
    return ((found[0] - EPOCH) // MICROSECOND, (found[1] - EPOCH) // MICROSECOND) if found else None


def left_of(word: str) -> list[str]:
    """The beginning of a word, also without one or two of its letters: words two slips apart share one of these."""
    head = word[:HEAD]
    found = {head}
    for number in (1, 2):
        for gone in combinations(range(len(head)), min(number, len(head))):
            found.add("".join(letter for at, letter in enumerate(head) if at not in gone))
    return sorted(found)
