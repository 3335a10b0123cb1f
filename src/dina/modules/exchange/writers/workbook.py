"""Spreadsheets (XLSX): numbers as numbers, everything else as text, a new sheet where one is full."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from dina.base.cells import guarded, written
from dina.modules.exchange.writers.table import CellTooLong, WriterColumn

MAX_ROWS, MAX_TEXT = 1_048_576, 32_767
EXACT = 10**15
"""Spreadsheets count with 15 digits; longer numbers are written as text."""


class WorkbookWriter:
    """One table over as many sheets as its rows need. Raises CellTooLong.

    Dates stay the texts they are: partial ones and those before 1900 are no dates to a spreadsheet. Texts that
    could be taken for formulas are marked with an apostrophe (`base/cells.py`), since the file may be saved as
    text later.
    """

    def __init__(self, path: Path, columns: Sequence[WriterColumn], *, sheet: str = "Data") -> None:
        options = {
            "constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False,
            "in_memory": False, "tmpdir": str(path.parent),
        }  # fmt: skip
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"author": "DINA", "comments": "dina:marked-text"})
        self.bold = self.book.add_format({"bold": True})
        self.columns = columns
        self.sheet = sheet
        self.sheets = 0
        self.written = 0
        self._next_sheet()

    def _next_sheet(self) -> None:
        self.sheets += 1
        name = self.sheet if self.sheets == 1 else f"{self.sheet} {self.sheets}"
        self.page = self.book.add_worksheet(name[:31])
        self.page.freeze_panes(1, 0)
        for at, column in enumerate(self.columns):
            self.page.write_string(0, at, guarded(column.name)[:MAX_TEXT], self.bold)
        self.row = 1

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            if self.row >= MAX_ROWS:
                self._next_sheet()
            self.written += 1
            self._row(row)
            self.row += 1

    def _row(self, row: Sequence[Any]) -> None:
        page, at_row = self.page, self.row
        for at, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, bool):
                page.write_boolean(at_row, at, value)
            elif isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < EXACT:
                page.write_number(at_row, at, value)
            else:
                self._text(at, written(value))

    def _text(self, at: int, value: str) -> None:
        text = guarded(value)
        if len(text) > MAX_TEXT:
            raise CellTooLong(self.columns[at].name, self.written, MAX_TEXT)
        if text:
            self.page.write_string(self.row, at, text)

    def close(self) -> None:
        self.book.close()
