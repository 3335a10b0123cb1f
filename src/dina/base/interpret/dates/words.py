"""The words dates are written with and what each can mean.

Month and weekday names come from CLDR through Babel, everything else from `words.toml`. A month written
with a slip of the pen is recognised if it is one letter away from the names of one month only.
"""

import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale

MONTH_LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "la", "ca")
WEEKDAY_LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb")
ROMAN_MONTHS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_SHORTEST_TYPO = 4


def fold(word: str) -> str:
    """Lower case without accents, so that `Août`, `AOUT` and `aout` are one word."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def vocabulary() -> dict[str, Any]:
    """The tables of `words.toml`."""
    return tomllib.loads(files("dina.base.interpret.dates").joinpath("words.toml").read_text("utf-8"))


@cache
def roles() -> dict[str, str]:
    """What each word that is no month, season or weekday does: word -> role."""
    return {word: role for role, words in vocabulary()["roles"].items() for word in words}


@cache
def no_date_texts() -> frozenset[str]:
    """Texts that say there is no date, without punctuation."""
    return frozenset(vocabulary()["texts"]["no_date"])


@cache
def months() -> dict[str, tuple[int, ...]]:
    """Every spelling of a month in use: folded word -> the months it can stand for."""
    found: dict[str, set[int]] = {}
    for language in MONTH_LANGUAGES:
        names = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[context][width].items():
                    found.setdefault(_last_word(name), set()).add(number)
    table = vocabulary()
    for number, words in table["months"].items():
        for word in words:
            found.setdefault(word, set()).add(int(number))
    for word, numbers in table["months_unclear"].items():
        found.setdefault(word, set()).update(numbers)
    others = roles()
    return {word: tuple(sorted(numbers)) for word, numbers in found.items() if word not in others}


@cache
def _long_names() -> dict[str, int]:
    return {
        word: found[0] for word, found in months().items() if len(word) >= _SHORTEST_TYPO and len(found) == 1
    }


@cache
def _misspelt() -> dict[str, int]:
    return {
        word: int(number) for number, listed in vocabulary()["months_misspelt"].items() for word in listed
    }


def abbreviates(word: str) -> bool:
    """Whether a word is the beginning of a month's name rather than a misspelling of it."""
    return word not in _misspelt() and any(name.startswith(word) for name in _long_names())


@lru_cache(4096)
def month_like(word: str) -> tuple[int, ...]:
    """The months a misspelt or cut-off word may stand for; none if it is like no month, or like too many.

    A word may be the beginning of a name ("Septem") or differ from one by one letter missing, added,
    changed, or swapped with its neighbour.
    """
    if known := _misspelt().get(word):
        return (known,)
    if len(word) < _SHORTEST_TYPO - 1 or len(word) > 12:
        return ()
    begun = {number for name, number in _long_names().items() if name.startswith(word)}
    if len(begun) == 1:
        return tuple(begun)
    if len(word) < _SHORTEST_TYPO:
        return ()
    if len(word) == _SHORTEST_TYPO:
        near = {number for name, number in (("june", 6), ("july", 7), ("sept", 9)) if _one_slip(word, name)}
    else:
        near = {
            number
            for name, number in _long_names().items()
            if len(name) > _SHORTEST_TYPO and _one_slip(word, name)
        }
        near |= {number for name, number in (("june", 6), ("july", 7)) if _one_slip(word, name)}
    return tuple(sorted(near)) if len(near) <= 2 else ()


@cache
def seasons() -> dict[str, str]:
    """Season words: folded word -> spring, summer, autumn or winter."""
    return {word: season for season, words in vocabulary()["seasons"].items() for word in words}


@cache
def weekdays() -> dict[str, int]:
    """Weekday names, whole and shortened to three letters or more: folded word -> 0 (Monday) to 6."""
    found: dict[str, int] = {}
    taken = months().keys() | roles().keys() | seasons().keys()
    for language in WEEKDAY_LANGUAGES:
        names = Locale(language).days["format"]
        for number, name in [*names["wide"].items(), *names["abbreviated"].items()]:
            word = fold(name).rstrip(".").partition("-")[0]
            if len(word) >= 3 and word not in taken:
                found.setdefault(word, number)
    return found | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}


def roman_number(word: str) -> int | None:
    """The number a Roman numeral stands for, if the word is one written by the rules."""
    if not word or len(word) > 15 or any(letter not in _ROMAN_DIGITS for letter in word):
        return None
    digits = [_ROMAN_DIGITS[letter] for letter in word]
    total = sum(-one if one < next_ else one for one, next_ in zip(digits, [*digits[1:], 0], strict=True))
    return total if _to_roman(total) == word else None


def _to_roman(number: int) -> str:
    steps = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
    text = ""
    for value, letters in (*steps, (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        count, number = divmod(number, value)
        text += letters * count
    return text


def _last_word(name: str) -> str:
    """A CLDR month name without its preposition and full stop ("d'abr." is "abr")."""
    return fold(name).replace("’", " ").replace("'", " ").split()[-1].rstrip(".")


def _one_slip(word: str, name: str) -> bool:
    """Whether one letter missing, added, changed or swapped makes the word the name."""
    shorter, longer = sorted((word, name), key=len)
    if word == name or len(longer) - len(shorter) > 1:
        return False
    at = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    if len(shorter) != len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
    return swapped or shorter[at + 1 :] == longer[at + 1 :]
