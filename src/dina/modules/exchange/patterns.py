"""Find and replace in one text: words as they stand, or a pattern (regular expression) whose groups are put back.

Patterns run on RE2 (google-re2): its time grows with the length of the text and never faster, whatever the pattern.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import re2  # pyright: ignore[reportMissingTypeStubs]

from dina.base.errors import Error

LONGEST_PATTERN = 1000
LONGEST_SEARCHED = 20_000
"""Characters of a text in which patterns are looked for."""
LONGEST_MADE = 100_000
PATIENCE = 2.0
"""Seconds for one text: a pattern may look at the rest of it anew from each of its places."""
MEMORY = 1 << 20
"""Bytes for a pattern that is made ready; more is refused as too large."""
WHY = {
    "invalid escape sequence": "escape", "invalid character class": "range", "invalid character class range": "range",
    "missing ]": "bracket", "missing )": "open", "unexpected )": "close", "trailing \\": "trailing",
    "no argument for repetition operator": "nothing", "invalid repetition size": "times",
    "bad repetition operator": "twice", "invalid perl operator": "look", "invalid named capture group": "name",
    "pattern too large - compile failed": "large",
}  # fmt: skip
"""What RE2 says of a faulty pattern, and our sentence for it."""


class Faulty(Exception):
    """A pattern, or what it is replaced with, makes no sense; the error says where."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.error = Error("BUSINESS_RULE", key=f"pattern.{key}", values=values)


class Unreplaced(Exception):
    """One text in which nothing is replaced, because it is or becomes too much; `key` is the sentence's."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = f"pattern.{key}"


class Found(Protocol):
    """A place that was found."""

    def start(self) -> int: ...
    def end(self) -> int: ...
    def __getitem__(self, group: int, /) -> str | None: ...


@dataclass(frozen=True)
class Pattern:
    """A pattern made ready, and what it is replaced with: texts, and numbers of groups (0 is all that was found)."""

    regexp: Any
    put: tuple[str | int, ...]

    def found(self, text: str) -> Iterable[Found]:
        if len(text) > LONGEST_SEARCHED:
            raise Unreplaced("searched")
        until = time.monotonic() + PATIENCE
        for one in self.regexp.finditer(text):
            yield one
            if time.monotonic() > until:
                raise Unreplaced("slow")


def replaced(operation: Mapping[str, Any], text: str) -> str:
    """The text after `find`, `value`, `pattern` and `matchCase` of an operation. Raises Faulty and Unreplaced."""
    find, put = str(operation["find"]), str(operation.get("value") or "")
    capitals = bool(operation.get("matchCase", True))
    if operation.get("pattern"):
        pattern = ready(find, put, capitals)
        return joined(text, pattern.found(text), pattern.put)
    if capitals and find not in text:
        return text
    return joined(text, re.finditer(re.escape(find), text, 0 if capitals else re.IGNORECASE), (put,))


def joined(text: str, places: Iterable[Found], put: Iterable[str | int]) -> str:
    """The text with the places replaced. Raises Unreplaced before it grows without bounds."""
    made: list[str] = []
    end = length = 0
    for place in places:
        new = "".join(one if isinstance(one, str) else place[one] or "" for one in put)
        kept = text[end : place.start()]
        length += len(kept) + len(new)
        if length > LONGEST_MADE:
            raise Unreplaced("grown")
        made += (kept, new)
        end = place.end()
    return "".join((*made, text[end:])) if made else text


@lru_cache(maxsize=128)
def ready(find: str, put: str, capitals: bool = True) -> Pattern:
    """The pattern made ready. Raises Faulty."""
    if len(find) > LONGEST_PATTERN:
        raise Faulty("long", most=LONGEST_PATTERN)
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = MEMORY, False, capitals
    try:
        regexp: Any = re2.compile(find, options)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    except re2.error as fault:
        said: Any = fault.args[0]
        raise fault_of(find, said.decode() if isinstance(said, bytes) else str(said)) from None
    return Pattern(regexp, pieces(put, int(regexp.groups)))


def fault_of(pattern: str, said: str) -> Faulty:
    """Our words for what RE2 says, with the place, counted from 1."""
    what, _, part = said.partition(": ")
    key = WHY.get(what, "other")
    match key:
        case "trailing":
            place, part = len(pattern), "\\"
        case "open" | "close":
            place, part = lone(pattern, key), "(" if key == "open" else ")"
        case "bracket":
            place, part = len(pattern) - len(part) + 1, "["
        case _:
            place = pattern.find(part) + 1
    return Faulty(key, place=place, part=part)


def lone(pattern: str, which: str) -> int:
    """Where the parenthesis stands that has no other."""
    open_: list[int] = []
    for token in re.finditer(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|[()]", pattern, re.DOTALL):
        if token[0] == "(":
            open_.append(token.start() + 1)
        elif token[0] == ")" and open_:
            open_.pop()
        elif token[0] == ")" and which == "close":
            return token.start() + 1
    return open_[-1] if open_ else 1


def pieces(put: str, groups: int) -> tuple[str | int, ...]:
    r"""A replacement in its parts: `\1` to `\9` are groups, `\0` all that was found, `\\` a backslash. Raises Faulty."""
    made: list[str | int] = []
    end = 0
    for token in re.finditer(r"\\(.?)", put, re.DOTALL):
        sign = token[1]
        if sign != "\\" and not (sign.isascii() and sign.isdigit()):
            raise Faulty("backslash", place=token.start() + 1)
        if sign != "\\" and int(sign) > groups:
            raise Faulty("group", number=int(sign), count=groups, place=token.start() + 1)
        made += (put[end : token.start()], "\\" if sign == "\\" else int(sign))
        end = token.end()
    return (*made, put[end:])
