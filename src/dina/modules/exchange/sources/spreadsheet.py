"""Workbooks (XLSX, XLS, ODS): every sheet with something in it is a table."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from . import headings
from .checklist import adopt
from .limits import Limits, Overrides
from .model import Column, Dialect, Row, Source, Table
from .problems import SourceError, SourceProblem
from .sheets import worker as sheet_worker
from .terms import kind_by_headings
from .text import MOST_PROBLEMS, columns_of
from .unpack import check_zip
from .xml import stream

_LOOK = 300


def open_workbook(
    path: Path, file: str, form: str, room: Path, limits: Limits, overrides: Overrides
) -> Source:
    """The sheets of a workbook, written out as text into `room`, which must exist and be empty.

    SourceError `encrypted`, `workbook_damaged`, `workbook_too_large`, and those of a hostile zip.
    """
    if form != "xls":
        members = check_zip(path, file, limits)
        if sum(member.file_size for member, _ in members) > limits.workbook:
            raise SourceError("workbook_too_large", file)
    sheets = _convert(path, file, room, limits)
    source = Source(form, [], directory=room)
    originals, aliases = _template(path, room, file, limits) if form == "xlsx" else ([], [])
    for position, about in enumerate(sheets):
        if not about["rows"] or (overrides.sheet and about["name"] != overrides.sheet):
            continue
        if about["hidden"]:
            source.warnings.append(SourceProblem("sheet_hidden", file, None, {"sheet": about["name"]}))
        if about["filled"]:
            values = {"sheet": about["name"], "count": about["filled"]}
            source.warnings.append(SourceProblem("cells_merged", file, None, values))
        if about["coarse"]:
            values = {"sheet": about["name"], "count": about["coarse"]}
            source.warnings.append(SourceProblem("dates_coarse", file, None, values))
        rows = room / f"{position}.jsonl"
        source.tables.append(
            _table(rows, about["name"], about["rows"], limits, overrides, source.warnings, file)
        )
    if not source.tables:
        if overrides.sheet:
            raise SourceError("sheet_absent", file, None, sheet=overrides.sheet)
        raise SourceError("empty", file)
    if originals:
        source.tables[0].columns = _recognised(source.tables[0].columns, originals, aliases)
    adopt(source)
    return source


def _convert(path: Path, file: str, room: Path, limits: Limits) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", sheet_worker.__file__, str(path), str(room)]
    command += [str(limits.workbook_memory), str(limits.workbook_seconds), str(limits.total)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=limits.workbook_seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise SourceError("workbook_too_large", file) from error
    if done.returncode == sheet_worker.PASSWORD:
        raise SourceError("encrypted", file, member=file)
    if done.returncode == sheet_worker.DAMAGED:
        detail = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        if "emory" in detail or "apacity" in detail:
            raise SourceError("workbook_too_large", file)
        raise SourceError("workbook_damaged", file, detail=detail[:200])
    if done.returncode:
        raise SourceError("workbook_too_large", file)
    return json.loads((room / "sheets.json").read_text("utf-8"))


def _template(path: Path, room: Path, file: str, limits: Limits) -> tuple[list[str], list[str]]:
    """The column names and aliases that a workbook template of the reference hides in its properties."""
    found = {"originalColumns": "", "columnAliases": ""}
    copy = room / "custom.xml"
    with zipfile.ZipFile(path) as archive:
        if "docProps/custom.xml" not in archive.namelist():
            return [], []
        with archive.open("docProps/custom.xml") as part:
            copy.write_bytes(part.read(1 << 20))
    try:
        for node in stream(copy, file, limits, lambda tag, _: tag == "property"):
            if (name := node.attributes.get("name", "")) in found:
                found[name] = node.whole()
    except SourceError:
        return [], []
    originals, aliases = (
        [part.strip() for part in text.split(",")] if text else [] for text in found.values()
    )
    return originals, aliases


def _recognised(columns: list[Column], originals: list[str], aliases: list[str]) -> list[Column]:
    """Columns with their original names: by alias where headings match, else by position."""
    by_alias = dict(zip((alias.casefold() for alias in aliases), originals, strict=False))
    known = {name.casefold(): name for name in originals}
    said: list[Column] = []
    for at, column in enumerate(columns):
        key = column.name.casefold()
        original = by_alias.get(key) or known.get(key)
        if original is None and not aliases and at < len(originals) and len(columns) == len(originals):
            original = originals[at]
        said.append(
            Column(column.name, column.term, column.default, column.index, original, column.separator)
        )
    return said


def _table(
    rows: Path,
    name: str,
    count: int,
    limits: Limits,
    overrides: Overrides,
    warnings: list[SourceProblem],
    file: str,
) -> Table:
    first = list(islice(_lines(rows), _LOOK))
    cells = [values for _, values in first]
    if overrides.header is not None:
        position = next((i for i, (line, _) in enumerate(first) if line == overrides.header), None)
    else:
        position = headings.find(cells)
    header = first[position][0] if position is not None else 0
    if position:
        warnings.append(SourceProblem("titles_skipped", file, None, {"sheet": name, "header": header}))
    columns = columns_of(cells[position or 0 :], position is not None)
    if len(columns) > limits.columns:
        raise SourceError("too_many_columns", file, header or 1, limit=limits.columns)
    dialect = Dialect(
        delimiter="",
        quote="",
        header=header,
        skip=header,
        encoding_known="certain",
        delimiter_known="certain",
    )
    kind = kind_by_headings(column.name for column in columns)
    return Table(
        name,
        kind,
        "table",
        columns,
        _SheetReader(rows),
        None,
        dialect,
        None,
        [],
        max(0, count - (position or 0) - bool(header)),
    )


def _lines(rows: Path) -> Iterator[tuple[int, list[str]]]:
    with rows.open("rb") as lines:
        for line in lines:
            number, cells = orjson.loads(line)
            yield number, cells


class _SheetReader:
    """Reads the rows of a sheet written out by the worker."""

    def __init__(self, rows: Path) -> None:
        self.path = rows

    def __call__(self, table: Table) -> Iterator[Row]:
        width = len(table.columns)
        straight = all(column.index == at for at, column in enumerate(table.columns))
        for line, cells in _lines(self.path):
            if line <= table.dialect.skip or not any(cells):
                continue
            if len(cells) > width and straight and len(table.problems) < MOST_PROBLEMS:
                values = {"cells": len(cells), "columns": width}
                table.problems.append(SourceProblem("row_long", table.name, line, values))
            padded = cells + [""] * (width - len(cells))
            yield Row(
                line, [padded[column.index] or None for column in table.columns if column.index is not None]
            )
