"""The short names of the search box (`names.toml`), as far as a type has their fields."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dina.base.text import Text
from dina.modules.search.query.fields import Registry
from dina.modules.search.query.folding import fold

SEPARATORS = re.compile(r"[-_ ]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name and what it stands for. `form` is empty, or says which syntax follows the colon."""

    en: tuple[str, ...]
    fr: tuple[str, ...]
    label: Text
    paths: tuple[str, ...] = ()
    words: bool = False
    form: str = ""

    def spellings(self, language: str) -> tuple[str, ...]:
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Names:
    """The names that can be used in one search, by folded spelling, and what `is:` can say."""

    by_spelling: Mapping[str, Name]
    states: Mapping[str, tuple[str, ...]]

    def find(self, spelling: str) -> Name | None:
        return self.by_spelling.get(spelled(spelling))


def spelled(name: str) -> str:
    return SEPARATORS.sub("", fold(name))


@cache
def declared() -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """All names and all states of `names.toml`."""
    table = tomllib.loads(files("dina.modules.search.query").joinpath("names.toml").read_text("utf-8"))
    names = tuple(
        Name(
            tuple(one["en"]), tuple(one["fr"]), Text(**one["label"]), tuple(one.get("paths", ())),
            one.get("match") == "words", one.get("form", ""),
        )
        for one in table["name"]
    )  # fmt: skip
    states = tuple(
        Name(tuple(one["en"]), tuple(one["fr"]), Text(one["en"][0], one["fr"][0]), tuple(one["paths"]))
        for one in table["is"]
    )
    return names, states


def names_of(fields: Registry) -> Names:
    """The names whose fields are there; of a spelling that two names share, the first has it."""
    names, states = declared()
    found: dict[str, Name] = {}
    for one in names:
        paths = tuple(path for path in one.paths if fields.kind(path) is not None)
        if paths or one.form:
            name = Name(one.en, one.fr, one.label, paths, one.words, one.form)
            for spelling in (*one.en, *one.fr):
                found.setdefault(spelling, name)
    said: dict[str, tuple[str, ...]] = {}
    for one in states:
        paths = tuple(path for path in one.paths if fields.kind(path) is not None)
        if paths:
            said |= dict.fromkeys((*one.en, *one.fr), paths)
    return Names(found, said)


def names_below() -> Names:
    """The names that can be used for what a link leads to: those that name no field."""
    return Names({s: one for one in declared()[0] if one.form for s in (*one.en, *one.fr)}, {})
