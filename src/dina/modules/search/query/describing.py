"""The tables of the reference page on searching, from the declarations."""

from __future__ import annotations

from dina.modules.search.query.fields import OPERATORS, FieldKind
from dina.modules.search.query.names import Name, declared
from dina.modules.search.query.tree import Op


def names_table() -> str:
    """The short names of the search box."""
    names, states = declared()
    rows = ["| English | French | meaning | value |", "|---|---|---|---|"]
    rows += [
        f"| {_said(one.en)} | {_said(one.fr)} | {one.label.en} / {one.label.fr} | {_value(one)} |"
        for one in names
    ]
    rows += ["", "| `is:` | `est:` | holds where there is |", "|---|---|---|"]
    rows += [f"| {_said(one.en)} | {_said(one.fr)} | {_said(one.paths)} |" for one in states]
    return "\n".join(rows)


def operators_table() -> str:
    """What fields of a kind can be asked."""
    rows = ["| kind | operators |", "|---|---|"]
    for kind in FieldKind:
        found = [op.value for op in Op if op in OPERATORS[kind]]
        rows.append(f"| {kind.value} | {_said(tuple(found))} |")
    return "\n".join(rows)


def _said(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _value(name: Name) -> str:
    return f"see below ({name.form})" if name.form else "words" if name.words else "whole value"
