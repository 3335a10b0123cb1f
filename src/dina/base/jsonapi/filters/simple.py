"""Simple filters: `filter[PATH]=VALUES` and `filter[PATH][OP]=VALUES` (api.md §7.1)."""

from __future__ import annotations

import re

from dina.base.jsonapi.filters.tree import Comparison, FilterSyntax, Op

NAME = re.compile(r"filter\[([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*)\](?:\[([A-Za-z]+)\])?")
OPERATORS = {op.value: op for op in Op if op not in (Op.MATCH, Op.NOT_MATCH)} | {"GTE": Op.GOE, "LTE": Op.LOE}


def parse_simple(name: str, text: str) -> Comparison:
    """Read one parameter. Raises FilterSyntax for a name or value outside the grammar."""
    match = NAME.fullmatch(name)
    if match is None:
        raise FilterSyntax("not a filter of the form filter[path][OPERATOR]", 0)
    path, operator = match.groups()
    op = Op.EQ if operator is None else OPERATORS.get(operator.upper())
    if op is None:
        raise FilterSyntax(f"unknown operator {operator}", match.start(2))
    return Comparison(path, op, tuple(split_values(text)), name)


def split_values(text: str) -> list[str | None]:
    """Comma-separated values; double quotes protect commas, `null` without quotes is null."""
    values: list[str | None] = []
    position = 0
    while True:
        if text.startswith('"', position):
            value, position = _quoted(text, position)
            values.append(value)
        else:
            end = text.find(",", position)
            end = len(text) if end < 0 else end
            plain = text[position:end]
            values.append(None if plain.lower() == "null" else plain)
            position = end
        if position >= len(text):
            return values
        position += 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    out: list[str] = []
    position = start + 1
    while position < len(text):
        char = text[position]
        if char == "\\" and text[position + 1 : position + 2] in ('"', "\\"):
            out.append(text[position + 1])
            position += 2
        elif char == '"':
            position += 1
            if position < len(text) and text[position] != ",":
                raise FilterSyntax("a comma must follow a quoted value", position)
            return "".join(out), position
        else:
            out.append(char)
            position += 1
    raise FilterSyntax("a quoted value is not closed", start)
