"""Text tables: CSV as RFC 4180 has it, and the same with other separators."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dina.base.cells import guarded, written
from dina.modules.exchange.writers.table import WriterColumn


class TextWriter:
    """UTF-8 with a row of headings. `bom` helps old spreadsheets to see that it is UTF-8.

    With `marks`, texts that a spreadsheet would run as formulas get an apostrophe (`base/cells.py`); what is
    read by machines (Darwin Core archives) is written without. `headings` False leaves the first row out.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[WriterColumn],
        *,
        separator: str = ",",
        bom: bool = False,
        marks: bool = True,
        headings: bool = True,
        line_end: str = "\r\n",
    ) -> None:
        self.file = path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="", buffering=1 << 20)
        self.writer = csv.writer(self.file, delimiter=separator, lineterminator=line_end)
        self.cells = _marked if marks else _plain
        if headings:
            self.writer.writerow(self.cells([column.name for column in columns]))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        cells = self.cells
        self.writer.writerows([cells(row) for row in rows])

    def close(self) -> None:
        self.file.close()


def _marked(row: Sequence[Any]) -> list[str]:
    return [guarded(one) if isinstance(one, str) else _other(one) for one in row]


def _plain(row: Sequence[Any]) -> list[str]:
    return [one if isinstance(one, str) else written(one) for one in row]


def _other(value: Any) -> str:
    # A list becomes text that may begin like a formula; numbers and truth values never do.
    return guarded(written(value)) if isinstance(value, list) else written(value)
