"""The language of `simple_query_string`: `+` all, `|` any, `-` not, `"phrase"`, `begin*`, `slip~`, parentheses.

As in the reference nothing in it is an error: signs that make no sense are passed over.
"""

from __future__ import annotations

import re

from dina.modules.search.query.folding import words
from dina.modules.search.query.tree import EVERYTHING, All, AnyOf, Form, Node, Not, Words

TOKEN = re.compile(r'"[^"]*"?(?:~\d*)?|[()|+]|-|[^\s()|+"]+')
MAX_LEVEL = 10
MAX_TOKENS = 200


def parse(text: str, paths: tuple[str, ...], every: bool) -> Node:
    """The tree of a text over some fields; `every`: all of its parts are needed unless `|` stands between them."""
    return _Reader(TOKEN.findall(text)[:MAX_TOKENS], paths, every).search(0) or EVERYTHING


class _Reader:
    def __init__(self, tokens: list[str], paths: tuple[str, ...], every: bool) -> None:
        self.tokens = tokens[::-1]
        self.paths = paths
        self.every = every

    def search(self, level: int) -> Node | None:
        """Parts side by side, with their operators, from left to right as the reference reads them."""
        found: Node | None = None
        every = self.every
        while self.tokens and (self.tokens[-1] != ")" or not level):
            piece = self.tokens.pop()
            if piece in "+|":
                every = piece == "+"
                continue
            part = self.part(piece, level)
            if part is not None:
                found = part if found is None else joined(found, part, every)
            every = self.every
        return found

    def part(self, piece: str, level: int) -> Node | None:
        if piece == "(":
            inner = self.search(level + 1) if level < MAX_LEVEL else None
            if self.tokens and self.tokens[-1] == ")":
                self.tokens.pop()
            return inner
        if piece == ")":
            return None
        if piece.startswith("-"):
            rest = piece[1:] or (self.tokens.pop() if self.tokens else "")
            inner = self.part(rest, level + 1) if rest and level < MAX_LEVEL else None
            return None if inner is None else Not(inner)
        if piece.startswith('"'):
            return self.words(piece[1:].partition('"')[0], Form.PHRASE, False)
        body = piece.rstrip("*")
        plain, tilde, number = body.rpartition("~")
        fuzzy = bool(tilde) and (not number or number.isdecimal())
        return self.words(plain if fuzzy else body, Form.PREFIX if piece != body else Form.ALL, fuzzy)

    def words(self, text: str, form: Form, fuzzy: bool) -> Node | None:
        return Words(text, self.paths, form, fuzzy) if words(text) else None


def joined(one: Node, other: Node, every: bool) -> Node:
    """Two parts together; rows of the same operator stay flat."""
    kind = All if every else AnyOf
    before = one.children if isinstance(one, kind) else (one,)
    return kind((*before, other))
