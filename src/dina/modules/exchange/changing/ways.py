"""What an operation of a bulk change makes of one value, and where a path leads inside a value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.exchange.patterns import replaced

TEXTS = frozenset({"text", "url", "html"})
DATES = frozenset({"date", "partial-date"})
NUMBERS = frozenset({"integer", "decimal"})
LISTS = frozenset({"texts", "choices", "uuids", "links"})
SCALARS = TEXTS | DATES | NUMBERS | {"choice", "boolean", "date-time", "uuid", "link", "point"}
ALL = SCALARS | LISTS
WAYS: Mapping[str, frozenset[str]] = {
    "set": ALL, "fill": ALL, "clear": ALL | {"objects"}, "become": TEXTS | LISTS | {"choice", "link", "uuid"}, "replace": TEXTS | {"texts"},
    "prepend": TEXTS, "append": TEXTS, "add": LISTS | {"objects"}, "remove": LISTS, "copy": ALL, "plus": NUMBERS,
    "shift": DATES,
}  # fmt: skip
"""Operations, and the kinds of values that each is for."""
MENDING = frozenset({"become", "replace", "clear", "remove", "plus", "shift"})
"""Operations that take away or mend: they are done to all that is there; the others bring something in, to one."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
Operation = Mapping[str, Any]


def nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def after(operation: Operation, kind: str, before: Any, other: Any = None) -> Any:
    """The value after an operation; `other` is what `copy` reads. The same value where there is nothing to do.

    Raises Unreplaced where a text is, or becomes, more than can be.
    """
    given: Any = operation.get("value")
    match operation["op"]:
        case "set":
            return given
        case "fill":
            return given if nothing(before) else before
        case "clear":
            return None
        case "copy":
            return before if nothing(other) else other
        case "become":
            return each(before, lambda text: operation["texts"].get(text, text))
        case "replace":
            return each(before, lambda text: replaced(operation, text))
        case "prepend" | "append" if nothing(before):
            return given.strip()
        case "prepend":
            return f"{given}{before}"
        case "append":
            return f"{before}{given}"
        case "add" if kind == "objects":
            return [*earlier(before or [], given), given]
        case "add":
            return [*(before or []), *(one for one in given if one not in (before or []))]
        case "remove":
            return [one for one in before or [] if one not in given]
        case "plus" if (
            isinstance(before, int | float | str) and not isinstance(before, bool) and before != ""
        ):
            total = Decimal(str(before)) + Decimal(str(given))
            return int(total) if kind == "integer" and total == int(total) else float(total)
        case "shift" if isinstance(before, str) and DAY.fullmatch(before):
            return shifted(before, int(given))
        case _:
            return before


def each(value: Any, change: Callable[[str], str | None]) -> Any:
    """A text, or each text of a list; what is emptied falls out, what becomes the same as another stays once."""
    if isinstance(value, str):
        return change(value) or None
    if not is_array(value):
        return value
    made = [change(one) if isinstance(one, str) else one for one in value]
    return value if made == value else list(dict.fromkeys(one for one in made if one))


def earlier(before: Sequence[dict[str, Any]], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stood there: no longer the one that counts, where the new one is."""
    if not new.get("isPrimary"):
        return list(before)
    return [{**one, "isPrimary": False} for one in before]


def shifted(day: str, days: int) -> str:
    try:
        return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return day


def main(found: Sequence[Any]) -> int:
    """Which element of a list counts: the one marked so, else the first."""
    return next((at for at, one in enumerate(found) if is_object(one) and one.get("isPrimary")), 0)


def along(
    value: Any,
    steps: Sequence[str],
    lists: Sequence[bool],
    change: Callable[[Any], Any],
    *,
    every: bool,
    blank: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """The value with what stands at the end of a path changed; the same value when nothing changes.

    `lists` says of the value and of each step whether a list of objects stands there. A list stands for each of
    its elements with `every`, else for the one that counts, which is made from `blank` where there is none.
    """
    if lists and lists[0]:
        rest = [False, *lists[1:]]
        elements: list[Any] = list(value) if is_array(value) else []
        if not elements and every:
            return value
        chosen = range(len(elements)) if every else [main(elements)]
        whole = elements or [dict(blank)]
        made = [
            along(o, steps, rest, change, every=every) if at in chosen else o for at, o in enumerate(whole)
        ]
        return value if made == whole else made
    if not steps:
        new = change(value)
        return value if new == value or (nothing(new) and nothing(value)) else new
    before: Any = value if is_object(value) else {}
    inner = before.get(steps[0])
    new = along(inner, steps[1:], lists[1:], change, every=every)
    if new is inner or new == inner:
        return value
    if nothing(new):
        return {name: one for name, one in before.items() if name != steps[0]}
    return {**before, steps[0]: new}


def at(value: Any, steps: Sequence[str], *, every: bool = True) -> Any:
    """What stands at the end of a path: one value, or those of all elements of a list."""
    if is_array(value) and steps:
        if not every:
            return at(value[main(value)], steps, every=False) if value else None
        found = [at(one, steps) for one in value]
        return found[0] if len(found) == 1 else found or None
    if not steps:
        return value
    return at(value.get(steps[0]), steps[1:], every=every) if is_object(value) else None
