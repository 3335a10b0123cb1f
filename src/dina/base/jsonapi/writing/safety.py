"""Structure and text safety of what was sent: depth, size, active HTML, characters that cannot be stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from dina.base.errors import Error, escape_pointer
from dina.base.json import is_object

MAX_DEPTH = 64
MAX_MEMBERS = 10_000

ELEMENT = re.compile(r"<(?:[a-zA-Z][^<>]*>|/[a-zA-Z]|!--|!\[|!doctype|\?)", re.IGNORECASE)
UNCLOSED = re.compile(
    r"<(script|style|iframe|object|embed|svg|math|img|video|audio|link|meta|base|form|input|body|html)\b",
    re.IGNORECASE,
)
FORMATTING = re.compile(r"</?(?:i|em|b|strong|sub|sup|small|br|span|bdi)\s*/?>", re.IGNORECASE)


def is_active(text: str) -> bool:
    """Whether an HTML parser would make an element of any part of the text."""
    return ELEMENT.search(text) is not None or UNCLOSED.search(text) is not None


def harmless(value: dict[str, Any] | list[Any], depth: int = 1) -> bool:
    """Whether there can be no fault in what is sent; quick, since nearly everything is harmless."""
    if depth > MAX_DEPTH or len(value) > MAX_MEMBERS:
        return False
    if isinstance(value, dict):
        for name in value:
            if "<" in name or "\x00" in name:
                return False
        inside: Iterable[Any] = value.values()
    else:
        inside = value
    for inner in inside:
        if isinstance(inner, str):
            if "<" in inner or "\x00" in inner:
                return False
        elif isinstance(inner, (dict, list)) and not harmless(inner, depth + 1):  # pyright: ignore[reportUnknownArgumentType]
            return False
    return True


def faults(value: Any, pointer: str, html: frozenset[str] = frozenset(), depth: int = 1) -> Iterator[Error]:
    """Every unsafe string below `value`; members named in `html` may hold light formatting."""
    if isinstance(value, str):
        if "<" in value and is_active(value):
            plain = FORMATTING.sub("", value) if pointer.rsplit("/", 1)[-1] in html else value
            if is_active(plain):
                yield Error("UNSAFE_TEXT", pointer=pointer)
        if "\x00" in value:
            yield Error("CONSTRAINT_VIOLATION", key="value.nul", pointer=pointer)
        return
    if isinstance(value, (dict, list)):
        if depth > MAX_DEPTH or len(value) > MAX_MEMBERS:  # pyright: ignore[reportUnknownArgumentType]
            yield Error("MALFORMED_DOCUMENT", key="body.tooDeep", pointer=pointer)
            return
        items: Any = value.items() if is_object(value) else enumerate(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
        for name, inner in items:
            if isinstance(inner, str):
                # Nearly every text is harmless; it should cost no pointer and no call.
                harmless = "<" not in inner and "\x00" not in inner
            else:
                harmless = not isinstance(inner, (dict, list))
            if harmless and not (isinstance(name, str) and ("\x00" in name or "<" in name)):
                continue
            if isinstance(name, str) and ("\x00" in name or ("<" in name and is_active(name))):
                yield Error("UNSAFE_TEXT", pointer=pointer)
                continue
            yield from faults(inner, f"{pointer}/{escape_pointer(str(name))}", html, depth + 1)
