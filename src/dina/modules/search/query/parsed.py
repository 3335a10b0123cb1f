"""What the text of a search box was understood as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.base.text import Text, message
from dina.modules.search.query.tree import EVERYTHING, Node


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a search: the text from `start` to `end`, what kind of thing it is and how it is called.

    `without` is the text of the search when this part is taken away.
    """

    text: str
    start: int
    end: int
    kind: str
    label: Text
    without: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that was not understood as it was written, from `start` to `end`."""

    key: str
    start: int
    end: int
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def sentence(self, language: str) -> str:
        return message(self.key, language, **self.values)


@dataclass(frozen=True, slots=True)
class Parsed:
    tree: Node = EVERYTHING
    chips: tuple[Chip, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a search with its place in the text."""

    node: Node
    start: int
    end: int
    kind: str
    label: Text


def chip(term: Term, text: str) -> Chip:
    rest = (text[: term.start].rstrip() + " " + text[term.end :].lstrip()).strip()
    return Chip(text[term.start : term.end], term.start, term.end, term.kind, term.label, rest)
