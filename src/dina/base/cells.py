"""Values as the cells of text tables and spreadsheets, and back."""

from __future__ import annotations

import re
from typing import Any

import orjson

from dina.base.json import is_array, is_object

BETWEEN = " | "
STARTS = frozenset("'=+-@\t\r")
RISKY = re.compile(r"'*[=+\-@\t\r]")
MARKED = re.compile(r"'+[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    These are texts that begin with `=`, `+`, `-`, `@`, a tab or a carriage return, after any number of
    apostrophes (so that `unguarded` gives every text back as it was); plain numbers stay as they are.
    """
    if not text or text[0] not in STARTS or not RISKY.match(text) or NUMBER.fullmatch(text):
        return text
    return "'" + text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if MARKED.match(text) else text


def written(value: Any) -> str:
    """A cell's JSON value as text; nothing for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_array(value):
        return BETWEEN.join(written(one) for one in value if one is not None)
    return orjson.dumps(value).decode() if is_object(value) else str(value)
