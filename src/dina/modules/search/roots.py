"""Which types are searched, and what is searched with them: `roots.toml` as values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Root:
    """What is taken along with one type (see `roots.toml`)."""

    include: tuple[tuple[str, ...], ...] = ()
    date: str | None = None
    point: str | None = None
    outline: str | None = None
    ages: tuple[tuple[str, str], ...] = ()
    near: tuple[str, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Roots:
    """All roots by type; what is not named has no surroundings."""

    named: Mapping[str, Root]
    skipped: frozenset[str]
    skipped_modules: frozenset[str]
    told_by: str = ""
    ripples: frozenset[str] = frozenset()

    def of(self, type_: str) -> Root:
        return self.named.get(type_, PLAIN)


PLAIN = Root()


@cache
def roots() -> Roots:
    table: dict[str, Any] = tomllib.loads((HERE / "roots.toml").read_text("utf-8"))
    skipped, modules = frozenset(table.pop("skip")), frozenset(table.pop("skip_modules"))
    told: dict[str, Any] = table.pop("told")
    named = {
        type_: Root(
            tuple(tuple(path.split(".")) for path in facts.get("include", ())),
            facts.get("date"),
            facts.get("point"),
            facts.get("outline"),
            tuple((oldest, youngest) for oldest, youngest in facts.get("ages", ())),
            tuple(facts.get("near", ())),
            facts.get("place"),
        )
        for type_, facts in table.items()
    }
    return Roots(named, skipped, modules, told["by"], frozenset(told["ripples"]))
