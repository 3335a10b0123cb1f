"""Texts as a search compares them: without case and accents, as words, and in natural order.

These are the definitions. Whoever computes the same elsewhere is tested against them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n",
     "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"}
)  # fmt: skip
"""Letters that no decomposition takes apart, and signs that keyboards do not have."""
WORD = re.compile(r"[^\W_]+")
DIGITS = re.compile(r"[0-9]+")
MAX_DISTANCE = 2


def fold(text: str) -> str:
    """Compatibility decomposition (NFKD) without marks, case folded. Folding twice changes nothing."""
    if text.isascii():
        return text.lower()
    for _ in range(2):
        plain = "".join(
            one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one)[0] != "M"
        )
        text = plain.casefold().translate(LETTERS)
    return text


def words(text: str) -> list[str]:
    """The words of a text, folded: runs of letters and digits."""
    return WORD.findall(fold(text))


def natural(text: str) -> str:
    """A key that sorts numbers inside a text by size: `DAO-2` before `DAO-10`, by code point otherwise.

    Every run of digits 0–9 is written without leading zeros behind the length of its length and its length.
    """
    return DIGITS.sub(lambda found: _number(found[0].lstrip("0")), text)


def _number(digits: str) -> str:
    length = str(len(digits))
    return f"{len(length)}{length}{digits}"


def signs(like: str) -> list[tuple[str, bool]]:
    """The characters of a text with `*` and `?`, each with whether it is such a sign. A backslash makes it none."""
    found: list[tuple[str, bool]] = []
    rest = iter(like)
    for sign in rest:
        if sign == "\\":
            found.append((next(rest, sign), False))
        else:
            found.append((sign, sign in "*?"))
    return found


def slips(word: str) -> int:
    """How many slips of the pen are forgiven in a (folded) word: none below 4 letters, 1 below 8, else 2.

    None where it holds a digit: another number is another thing.
    """
    if len(word) < 4 or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else MAX_DISTANCE


def distance(one: str, other: str, most: int = MAX_DISTANCE) -> int:
    """Damerau-Levenshtein distance (optimal string alignment), `most` + 1 where it is larger than `most`.

    Inserting, leaving out or changing a letter counts one, and so does swapping two neighbours.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)


@lru_cache(100_000)
def alike(asked: str, found: str) -> bool:
    """Whether a (folded) word is the one asked for but for slips of the pen."""
    most = slips(asked)
    return asked == found or (most > 0 and found.isalpha() and distance(asked, found, most) <= most)
