"""`_source`: which parts of a document are told. Patterns are dotted paths with stars; lists are looked into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.search.query import limits
from dina.modules.search.wire.faults import at, list_at, object_at, text_at

MAX_STARS = 3


class Source:
    """What is kept: all, nothing, or what `includes` name without what `excludes` name."""

    def __init__(
        self, includes: Sequence[str] = (), excludes: Sequence[str] = (), nothing: bool = False
    ) -> None:
        self.includes = [_pattern(one) for one in includes]
        self.excludes = [_pattern(one) for one in excludes]
        self.nothing = nothing

    @property
    def everything(self) -> bool:
        return not (self.includes or self.excludes or self.nothing)

    def of(self, document: dict[str, Any]) -> dict[str, Any] | None:
        """The parts of a document that are told; None when nothing is."""
        if self.nothing:
            return None
        return document if self.everything else self._object(document, "", not self.includes)

    def _object(self, value: dict[str, Any], prefix: str, kept: bool) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, inner in value.items():
            path = f"{prefix}{name}"
            if any(one.fullmatch(path) for one in self.excludes):
                continue
            found = self._value(inner, path, kept or any(one.fullmatch(path) for one in self.includes))
            if found is not None:
                out[name] = found[0]
        return out

    def _value(self, value: Any, path: str, kept: bool) -> tuple[Any] | None:
        """The value as it is told, in a tuple; None when it is left out."""
        if is_object(value):
            inner = self._object(value, path + ".", kept)
            return (inner,) if inner or kept else None
        if is_array(value):
            parts = [found[0] for one in value if (found := self._value(one, path, kept)) is not None]
            return (parts,) if parts or kept else None
        return (value,) if kept else None


def _pattern(text: str) -> re.Pattern[str]:
    """A star is any text; the parts before it and after it are as they stand."""
    parts = re.sub(r"\*+", "*", text).split("*")[: MAX_STARS + 1]
    return re.compile(".*".join(re.escape(part) for part in parts))


def read(value: Any, pointer: str) -> Source:
    """`true`, `false`, a pattern, a list of them, or `{includes, excludes}`. Raises Problem."""
    if value is None or value is True:
        return Source()
    if value is False:
        return Source(nothing=True)
    if is_object(value):
        given = object_at(value, pointer, {"includes", "include", "excludes", "exclude"})
        includes = _texts(given.get("includes", given.get("include", [])), at(pointer, "includes"))
        return Source(
            includes, _texts(given.get("excludes", given.get("exclude", [])), at(pointer, "excludes"))
        )
    return Source(_texts(value, pointer))


def _texts(value: Any, pointer: str) -> list[str]:
    given = list_at(value if is_array(value) else [value], pointer, limits.MAX_FIELDS)
    return [text_at(one, at(pointer, position)) for position, one in enumerate(given)]
