"""Delimited text as tables: one file, headings as terms or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from .dialect import examine, sniff
from .limits import Limits, Overrides
from .model import Column, Dialect, Role, Row, Table
from .problems import SourceProblem
from .records import records
from .terms import is_iri, kind_by_headings, qualified, short_name

MOST_PROBLEMS = 100


def open_text(
    path: Path,
    file: str,
    limits: Limits,
    overrides: Overrides,
    *,
    role: Role = "table",
    kind: str | None = None,
) -> tuple[Table, list[SourceProblem]]:
    """A text file without descriptor as a table, and what is odd about it.

    SourceError `binary`, `undecodable`, `too_many_columns`.
    """
    found, encoding, problems = examine(path, file, limits, overrides)
    dialect, first = sniff(path, file, encoding, found, limits, overrides)
    if dialect.header > 1 and overrides.header is None:
        problems.append(SourceProblem("lines_above", file, dialect.header))
    columns = columns_of(first, dialect.header > 0)
    table = Table(
        file,
        kind or kind_by_headings(column.name for column in columns),
        role,
        columns,
        TextReader(file, limits, undecodable=overrides.undecodable),
        dialect=dialect,
        files=[path],
        count_hint=max(0, found.lines - dialect.skip) if first else 0,
    )
    return table, problems


def columns_of(first: Sequence[Sequence[str]], headed: bool) -> list[Column]:
    """Columns from the headings, plus `column 7` for what stands beyond or has no heading."""
    if not first:
        return []
    heads = [cell.strip().lstrip("\ufeff") for cell in first[0]] if headed else []
    below = first[1:] if headed else first
    width = max([len(heads), *(_filled(cells) for cells in below)] if headed else [len(c) for c in first])
    columns: list[Column] = []
    for index in range(width):
        head = heads[index] if index < len(heads) else ""
        if not head:
            columns.append(Column(f"column {index + 1}", index=index))
        elif is_iri(head):
            columns.append(Column(short_name(head), head, index=index))
        else:
            columns.append(Column(head, qualified(head) if ":" in head else None, index=index))
    while headed and columns and not (heads[len(columns) - 1] if len(columns) <= len(heads) else "x"):
        if any(len(cells) >= len(columns) and cells[len(columns) - 1] for cells in below):
            break
        columns.pop()
    return columns


def _filled(cells: Sequence[str]) -> int:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width


class TextReader:
    """Reads the rows of a table from its text files, one after the other."""

    def __init__(
        self,
        file: str,
        limits: Limits,
        *,
        undecodable: bool = False,
        dialects: Sequence[Dialect] = (),
        missing: frozenset[str] = frozenset(),
        needed: int = 0,
    ) -> None:
        """`dialects` one per file where they differ; `missing` values that mean none; `needed` the usual
        number of cells of a row, where it is not the number of columns."""
        self.file, self.limits, self.undecodable = file, limits, undecodable
        self.dialects, self.missing, self.needed = dialects, missing, needed

    def __call__(self, table: Table) -> Iterator[Row]:
        several = len(table.files) > 1
        for position, path in enumerate(table.files):
            dialect = self.dialects[position] if self.dialects else table.dialect
            file = path.name if several else self.file
            found = records(path, file, dialect, self.limits, undecodable=self.undecodable)
            if all(column.index == at and not column.default for at, column in enumerate(table.columns)):
                yield from self._straight(table, found, file)
            else:
                yield from self._picked(table, found, file)

    def _straight(self, table: Table, found: Iterator[tuple[int, list[str]]], file: str) -> Iterator[Row]:
        width, missing = len(table.columns), self.missing
        for line, cells in found:
            if not any(cells):
                continue
            values: list[str | None] = [cell or None for cell in cells]
            if len(cells) != width:
                self._uneven(table, line, file, cells, width)
                values = values[:width] + [None] * (width - len(values))
            if missing:
                values = [None if value in missing else value for value in values]
            yield Row(line, values, file)

    def _picked(self, table: Table, found: Iterator[tuple[int, list[str]]], file: str) -> Iterator[Row]:
        places = [column.index or 0 for column in table.columns]
        width = 1 + max((column.index for column in table.columns if column.index is not None), default=-1)
        pick = itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],)
        constants = [(at, column.default) for at, column in enumerate(table.columns) if column.index is None]
        defaults = [
            (at, c.default) for at, c in enumerate(table.columns) if c.index is not None and c.default
        ]
        missing = self.missing
        for line, cells in found:
            if not any(cells):
                continue
            if len(cells) != width:
                self._uneven(table, line, file, cells, width)
                cells += [""] * (width - len(cells))
            values: list[str | None] = [cell or None for cell in pick(cells)]
            if missing:
                values = [None if value in missing else value for value in values]
            for at, default in defaults:
                if values[at] is None:
                    values[at] = default
            for at, default in constants:
                values[at] = default
            yield Row(line, values, file)

    def _uneven(self, table: Table, line: int, file: str, cells: list[str], width: int) -> None:
        """Note a row that is narrower or wider than both the columns and the file as a whole."""
        usual = self.needed or width
        short = len(cells) < min(width, usual)
        if not short and not any(cells[max(width, usual) :]):
            return
        if len(table.problems) < MOST_PROBLEMS:
            values = {"cells": len(cells), "columns": usual}
            table.problems.append(SourceProblem("row_short" if short else "row_long", file, line, values))
