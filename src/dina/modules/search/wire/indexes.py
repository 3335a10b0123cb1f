"""The indexes of the reference (`indexes.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from dina.base.errors import Error, Problem

MAX_INDEXES = 20


@dataclass(frozen=True)
class Index:
    """One index: the type it holds, and by included type the relationships that lead there."""

    name: str
    type: str
    included: Mapping[str, tuple[str, ...]]

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Every relationship with the type it leads to."""
        return tuple((path, type_) for type_, paths in self.included.items() for path in paths)


@cache
def indexes() -> Mapping[str, Index]:
    table = tomllib.loads(files("dina.modules.search.wire").joinpath("indexes.toml").read_text("utf-8"))
    return {
        name: Index(name, one["type"], {type_: tuple(paths) for type_, paths in one["included"].items()})
        for name, one in table.items()
    }


def indexes_named(text: str | None) -> list[Index]:
    """The indexes of the parameter `indexName`: one, or several with commas between. Raises Problem."""
    known = indexes()
    names = [name.strip() for name in (text or "").split(",")]
    if not text or len(names) > MAX_INDEXES or any(name not in known for name in names):
        raise Problem(
            Error(
                "BAD_PARAMETER", "wire.index", {"name": (text or "")[:200], "choices": ", ".join(known)},
                parameter="indexName",
            )
        )  # fmt: skip
    return [known[name] for name in dict.fromkeys(names)]
