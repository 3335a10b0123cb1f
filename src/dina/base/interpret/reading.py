"""Small things every reader here shares: answers, clean text, a limit on length."""

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from . import Confidence, Interpretation, Reason

Value = TypeVar("Value")

LONGEST = 1000
"""Characters of a verbatim text that are looked at; a longer one is not a value but a page."""

_BLANK = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘－", "-"))


def tidy(text: str) -> str:
    """The text with plain single spaces and plain dashes, trimmed; nothing else changes."""
    return _BLANK.sub(" ", text).translate(_DASHES).strip()


def unaccented(text: str) -> str:
    """Lower case without accents: what two spellings of one word have in common."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def certain(verbatim: str, value: Value, reasons: Iterable[Reason] = ()) -> Interpretation[Value]:
    """The only reading."""
    return Interpretation(verbatim, value, "certain", tuple(reasons))


def probable(verbatim: str, value: Value, reasons: Iterable[Reason]) -> Interpretation[Value]:
    """The likely reading, with what speaks against it."""
    return Interpretation(verbatim, value, "probable", tuple(reasons))


def ambiguous(
    verbatim: str, alternatives: Iterable[Value], reasons: Iterable[Reason]
) -> Interpretation[Value]:
    """Several readings, none preferred."""
    return Interpretation(verbatim, None, "ambiguous", tuple(reasons), tuple(alternatives))


def refused(
    verbatim: str, confidence: Confidence, *reasons: Reason, alternatives: tuple[Value, ...] = ()
) -> Interpretation[Value]:
    """No value: `impossible` or `unknown`."""
    return Interpretation(verbatim, None, confidence, reasons, alternatives)


def unread(verbatim: str) -> Reason:
    """Why a text that no reader understood has no value."""
    if not verbatim.strip():
        return Reason("nothing_written")
    return Reason("too_long" if len(verbatim) > LONGEST else "not_understood")


def read_before(verbatim: str) -> bool:
    """Whether a text is worth reading at all: not blank and not longer than `LONGEST`."""
    return bool(verbatim.strip()) and len(verbatim) <= LONGEST
