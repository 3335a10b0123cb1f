"""Texts in several languages: labels, help, error messages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES: tuple[str, ...] = ("en", "fr")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same text in English and French."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


@cache
def catalogue() -> dict[str, Any]:
    """The messages of `base/messages.toml`: key -> {en, fr, …}; `one` holds the same for a `count` of one."""
    return tomllib.loads(files("dina.base").joinpath("messages.toml").read_text("utf-8"))


_extra: dict[str, dict[str, Any]] = {}


def add_messages(messages: dict[str, dict[str, Any]]) -> None:
    """Register a module's own messages: `{key: {"en": …, "fr": …}}`, with `one` where a `count` may be one."""
    _extra.update(messages)


_kinds: dict[str, tuple[Text, Text]] = {}


def name_kind(type_: str, label: Text, plural: Text) -> None:
    """Say what people call resources of a type, one and several."""
    _kinds[type_] = (label, plural)


def kind(type_: str) -> Text | str:
    """What people call resources of a type; the type itself where nobody has said."""
    return _kinds[type_][1] if type_ in _kinds else type_


def counted(counts: Mapping[str, int]) -> Text:
    """How many of which types, in words."""

    def told(language: str) -> str:
        parts: list[str] = []
        for type_, n in sorted(counts.items()):
            forms = _kinds.get(type_, (Text(type_, type_),) * 2)
            parts.append(f"{n} {forms[0 if is_one(n, language) else 1].in_language(language)}")
        return ", ".join(parts)

    return Text(told("en"), told("fr"))


def message(key: str, language: str, **values: Any) -> str:
    """The sentence for `key` with its placeholders filled; the key itself if nobody declared it.

    A value that is a `Text` is said in the language of the sentence.
    """
    entry = catalogue()["message"].get(key) or _extra.get(key)
    if entry is None:
        return key
    if "one" in entry and is_one(values.get("count"), language):
        entry = entry["one"]
    template = entry.get(language) or entry[DEFAULT_LANGUAGE]
    said = {name: v.in_language(language) if isinstance(v, Text) else v for name, v in values.items()}
    return template.format_map(_Lenient(said))


def is_one(count: Any, language: str) -> bool:
    """Whether a number takes the singular: 1 in English, also 0 in French."""
    return count == 1 or (count == 0 and language == "fr")


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
