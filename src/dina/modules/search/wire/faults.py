"""What is wrong with a query document: always a 400 that names the part."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from dina.base.errors import Error, Problem, escape_pointer
from dina.base.json import is_array, is_object
from dina.modules.search.query import limits
from dina.modules.search.query.reading import UNSAFE


def refused(pointer: str, key: str, /, code: str = "FILTER_SYNTAX", **values: Any) -> Problem:
    shown = {name: value[:200] if isinstance(value, str) else value for name, value in values.items()}
    return Problem(Error(code, key, shown, pointer))


def unsupported(pointer: str, part: str) -> Problem:
    """A part of the query language that is not served."""
    return refused(pointer, "wire.unsupported", part=part)


def at(pointer: str, name: str | int) -> str:
    return f"{pointer}/{escape_pointer(str(name))}"


def object_at(value: Any, pointer: str, known: Set[str] | None = None) -> dict[str, Any]:
    """A JSON object, with no members but those known. Raises Problem."""
    if not is_object(value):
        raise refused(pointer, "wire.object", "MALFORMED_DOCUMENT")
    for name in value:
        if known is not None and name not in known:
            raise unsupported(at(pointer, name), name)
    return value


def list_at(value: Any, pointer: str, most: int = limits.MAX_VALUES) -> list[Any]:
    if not is_array(value):
        raise refused(pointer, "query.list", "MALFORMED_DOCUMENT")
    if len(value) > most:
        raise refused(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=most)
    return value


def text_at(value: Any, pointer: str) -> str:
    """A text; numbers and truth values are written as one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str) or len(value) > limits.MAX_TEXT or UNSAFE.search(value):
        raise refused(pointer, "query.text", "MALFORMED_DOCUMENT", limit=limits.MAX_TEXT)
    return value


def flag_at(value: Any, pointer: str) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise refused(pointer, "query.flag", "MALFORMED_DOCUMENT")
    return value


def whole_at(value: Any, pointer: str, low: int, high: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise refused(pointer, "query.number", "MALFORMED_DOCUMENT", low=low, high=high)
    return value


def only(value: Any, pointer: str, beside: Set[str] = frozenset()) -> tuple[str, Any]:
    """The one member of an object, beside those named. Raises Problem."""
    given = object_at(value, pointer)
    names = [name for name in given if name not in beside]
    if len(names) != 1:
        raise refused(pointer, "wire.one", "MALFORMED_DOCUMENT", names=", ".join(names)[:200] or "–")
    return names[0], given[names[0]]
