"""A tree of the results: branches with how many specimens each has, those that are open with what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SHOWN, ALL = 40, 1000
"""How many branches of a level are shown at first, and at most."""
NOTHING = "."
"""Stands in the address for a tree that somebody closed wholly."""


@dataclass
class Branch:
    """`href` is the list of its specimens, `toggle` the tree with it open, or closed; empty where nothing is in it."""

    text: str
    count: int
    href: str
    toggle: str = ""
    open: bool = False
    here: bool = False
    italic: bool = False
    note: str = ""
    level: Level = field(default_factory=lambda: Level())


@dataclass
class Level:
    """Branches side by side; `more` others are at `all`. There may be still more than those where `some` is true."""

    branches: list[Branch] = field(default_factory=list[Branch])
    more: int = 0
    some: bool = False
    all: str = ""


@dataclass
class Tree:
    """A tree over the results, told in the words of `label`."""

    label: str
    level: Level
    exact: bool
    rest: list[Branch]
    """What has no place in the tree."""


def cut(branches: list[Branch], everything: bool, address: str, asked: int) -> Level:
    """The branches that are shown of a level; `asked` were looked for at most."""
    shown = branches if everything else branches[:SHOWN]
    return Level(shown, len(branches) - len(shown), len(branches) >= asked, address)


Facets = list[dict[str, Any]]
