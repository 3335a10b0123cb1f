"""FIQL and RSQL (api.md §7.2, §7.3): one grammar, RSQL adds spellings.

expr       = and *( ("," | "or") and )
and        = term *( (";" | "and") term )
term       = "(" expr ")" | comparison
comparison = PATH op argument
"""

from __future__ import annotations

import re
from typing import Final

from dina.base.jsonapi.filters.tree import And, Comparison, FilterSyntax, Node, Op, Or

PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*")
OPERATORS: Final[dict[str, Op]] = {
    "==": Op.EQ,
    "!=": Op.NEQ,
    "=gt=": Op.GT,
    "=ge=": Op.GOE,
    "=lt=": Op.LT,
    "=le=": Op.LOE,
    "=in=": Op.IN,
    "=out=": Op.NOT_IN,
}
RSQL_OPERATORS: Final[dict[str, Op]] = {">=": Op.GOE, "<=": Op.LOE, ">": Op.GT, "<": Op.LT}
MAX_NESTING = 60
STOP = frozenset(",;()")


def parse_fiql(text: str, parameter: str, *, rsql: bool = False) -> Node | None:
    """Read an expression; None for an empty one. Raises FilterSyntax with the position."""
    if not text.strip():
        return None
    reader = _Reader(text, parameter, rsql)
    node = reader.expression(0)
    reader.blank()
    if reader.position < len(text):
        raise FilterSyntax("unexpected character", reader.position)
    return node


class _Reader:
    def __init__(self, text: str, parameter: str, rsql: bool) -> None:
        self.text = text
        self.parameter = parameter
        self.rsql = rsql
        self.position = 0

    def blank(self) -> None:
        while self.position < len(self.text) and self.text[self.position] == " ":
            self.position += 1

    def separator(self, sign: str, word: str) -> bool:
        self.blank()
        if self.text.startswith(sign, self.position):
            self.position += 1
            return True
        end = self.position + len(word)
        if (
            self.rsql
            and self.text[self.position : end].lower() == word
            and self.text[end : end + 1] in (" ", "(")
        ):
            self.position = end
            return True
        return False

    def expression(self, level: int) -> Node:
        if level > MAX_NESTING:
            raise FilterSyntax("nested too deeply", self.position)
        branches = [self.conjunction(level)]
        while self.separator(",", "or"):
            branches.append(self.conjunction(level))
        return branches[0] if len(branches) == 1 else Or(tuple(branches))

    def conjunction(self, level: int) -> Node:
        terms = [self.term(level)]
        while self.separator(";", "and"):
            terms.append(self.term(level))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def term(self, level: int) -> Node:
        self.blank()
        if not self.text.startswith("(", self.position):
            return self.comparison()
        self.position += 1
        node = self.expression(level + 1)
        self.blank()
        if not self.text.startswith(")", self.position):
            raise FilterSyntax("a closing parenthesis is missing", self.position)
        self.position += 1
        return node

    def comparison(self) -> Comparison:
        match = PATH.match(self.text, self.position)
        if match is None:
            raise FilterSyntax("an attribute name is expected", self.position)
        self.position = match.end()
        op = self.operator()
        if op in (Op.IN, Op.NOT_IN):
            return Comparison(match[0], op, self.list_argument(), self.parameter)
        text, quoted, starred = self.value()
        if text.lower() == "null" and not quoted:
            return Comparison(match[0], op, (None,), self.parameter)
        if starred and op in (Op.EQ, Op.NEQ):
            return Comparison(match[0], Op.MATCH if op is Op.EQ else Op.NOT_MATCH, (text,), self.parameter)
        return Comparison(match[0], op, (text,), self.parameter)

    def operator(self) -> Op:
        self.blank()
        tables = (OPERATORS, RSQL_OPERATORS) if self.rsql else (OPERATORS,)
        for table in tables:
            for sign, op in table.items():
                if self.text[self.position : self.position + len(sign)].lower() == sign:
                    self.position += len(sign)
                    if self.rsql:
                        self.blank()
                    return op
        raise FilterSyntax("a comparison operator is expected", self.position)

    def list_argument(self) -> tuple[str | None, ...]:
        if not self.text.startswith("(", self.position):
            raise FilterSyntax("a list in parentheses is expected", self.position)
        values: list[str | None] = []
        while True:
            self.position += 1
            self.blank()
            text, quoted, _ = self.value(wildcards=False)
            values.append(None if text.lower() == "null" and not quoted else text)
            self.blank()
            if self.text.startswith(")", self.position):
                self.position += 1
                return tuple(values)
            if not self.text.startswith(",", self.position):
                raise FilterSyntax("a closing parenthesis is missing", self.position)

    def value(self, *, wildcards: bool = True) -> tuple[str, bool, bool]:
        """The next value: its text (a LIKE pattern if it holds an unescaped `*`), literal?, wildcard?

        Quoted and escaped values are literal: `"null"` and `\\null` are the word.
        """
        start = self.position
        quote = self.text[start : start + 1]
        quoted = quote != "" and quote in "'\""
        parts = self.quoted_parts(quote) if quoted else self.plain_parts()
        literal = quoted or "\\" in self.text[start : self.position]
        if wildcards and (None in parts):
            return "".join("%" if p is None else _escape_like(p) for p in parts), literal, True
        return "".join("*" if p is None else p for p in parts), literal, False

    def quoted_parts(self, quote: str) -> list[str | None]:
        parts: list[str | None] = []
        start = self.position
        self.position += 1
        while self.position < len(self.text):
            char = self.text[self.position]
            self.position += 1
            if char == quote:
                return parts
            if char == "\\" and self.position < len(self.text):
                parts.append(self.text[self.position])
                self.position += 1
            else:
                parts.append(None if char == "*" else char)
        raise FilterSyntax("a quoted value is not closed", start)

    def plain_parts(self) -> list[str | None]:
        parts: list[str | None] = []
        while self.position < len(self.text):
            char = self.text[self.position]
            if char in STOP or (self.rsql and self._word_follows()):
                break
            self.position += 1
            if char == "\\" and self.position < len(self.text):
                parts.append(self.text[self.position])
                self.position += 1
            else:
                parts.append(None if char == "*" else char)
        return parts

    def _word_follows(self) -> bool:
        """Whether ` and ` or ` or ` starts here: in RSQL unquoted values end at these words."""
        if self.text[self.position] != " ":
            return False
        return re.match(r" +(and|or)[ (]", self.text[self.position :], re.IGNORECASE) is not None


def _escape_like(char: str) -> str:
    return "\\" + char if char in "%_\\" else char
