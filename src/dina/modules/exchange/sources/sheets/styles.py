"""What a workbook says of its cells beside their values: how precisely dates are shown, and what is merged.

Part of `worker.py`, which is a process of its own with limits: nothing of the system is imported here.
A cell that shows `June 1998` holds the first of June; a day that nobody wrote must not become one. Sources:
ECMA-376 part 1, 18.8.30 (number formats of XLSX); OpenDocument 1.3 part 3, 16.29 (date styles) and 9.1.4 (cells).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.parsers import expat

Cell = tuple[int, int]
"""A row and a column, both from 0."""
YEAR, MONTH = 4, 7
"""How much of an ISO date is shown: 1998, 1998-06."""
MONTH_AND_YEAR = 17
"""The built-in number format `mmm-yy` of XLSX; the others show days or no date."""
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
MOST_REPEATS = 10_000
"""Cells or rows that are said once for many; more of them are no values that somebody meant for each."""
Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


@dataclass
class SheetStyles:
    """Of one sheet: cells whose dates are shown without a day, and ranges merged (first cell, last cell)."""

    shown: dict[Cell, int] = field(default_factory=dict[Cell, int])
    merged: list[tuple[Cell, Cell]] = field(default_factory=list[tuple[Cell, Cell]])


def styles_of(workbook: str) -> list[SheetStyles]:
    """What the workbook says, by sheet in its order; nothing of other kinds of files.

    What is broken here only is no reason to refuse the values. Raises ValueError for declared entities.
    """
    if not zipfile.is_zipfile(workbook):
        return []
    try:
        with zipfile.ZipFile(workbook) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return of_xlsx(archive, names)
            return of_ods(archive, names) if "content.xml" in names else []
    except (expat.ExpatError, zipfile.BadZipFile):
        return []


def parsed(archive: zipfile.ZipFile, name: str, start: Start, end: End | None = None) -> None:
    """Walk the elements of a part, by their local names. What declares entities of its own is not walked."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def refused(*_: object) -> None:
        raise ValueError(f"{name} declares entities")

    def local(tag: str) -> str:
        return tag.rpartition(" ")[2]

    parser.EntityDeclHandler = refused
    parser.StartElementHandler = lambda tag, given: start(
        local(tag), {local(key): value for key, value in given.items()}
    )
    if end is not None:
        ended = end
        parser.EndElementHandler = lambda tag: ended(local(tag))
    with archive.open(name) as part:
        parser.ParseFile(part)


def precision(code: str) -> int | None:
    """How much of a date a number format of XLSX shows where it shows no day; None for all others."""
    plain = QUOTED.sub("", code.partition(";")[0]).lower()
    if "y" not in plain or any(sign in plain for sign in "dhs"):
        return None
    return MONTH if "m" in plain else YEAR


def of_xlsx(archive: zipfile.ZipFile, names: set[str]) -> list[SheetStyles]:
    """Merged ranges are told by the reader of the sheets; of most workbooks no sheet need be walked."""
    coarse = _formats(archive) if "xl/styles.xml" in names else {}
    found: list[SheetStyles] = []
    for path in _sheets(archive):
        sheet = SheetStyles()
        found.append(sheet)

        def cell(tag: str, given: Mapping[str, str], shown: dict[Cell, int] = sheet.shown) -> None:
            if tag == "c" and (told := coarse.get(given.get("s", ""))):
                place = REFERENCE.fullmatch(given.get("r", ""))
                if place:
                    column = 0
                    for letter in place[1]:
                        column = column * 26 + ord(letter) - 64
                    shown[int(place[2]) - 1, column - 1] = told

        if coarse and path in names:
            parsed(archive, path, cell)
    return found


def _formats(archive: zipfile.ZipFile) -> dict[str, int]:
    """The styles of cells (by number, as text) that show dates without a day."""
    codes: dict[str, str] = {}
    coarse: dict[str, int] = {}
    inside, count = False, 0

    def start(tag: str, given: Mapping[str, str]) -> None:
        nonlocal inside, count
        if tag == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            format_ = given.get("numFmtId", "")
            told = MONTH if format_ == str(MONTH_AND_YEAR) else precision(codes.get(format_, ""))
            if told:
                coarse[str(count)] = told
                if count == 0:
                    coarse[""] = told
            count += 1

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    parsed(archive, "xl/styles.xml", start, end)
    return coarse


def _sheets(archive: zipfile.ZipFile) -> list[str]:
    """The parts that hold the sheets, in the order of the workbook."""
    targets: dict[str, str] = {}
    order: list[str] = []

    def relation(tag: str, given: Mapping[str, str]) -> None:
        if tag == "Relationship":
            targets[given.get("Id", "")] = normpath(join("/xl", given.get("Target", ""))).lstrip("/")

    def sheet(tag: str, given: Mapping[str, str]) -> None:
        if tag == "sheet":
            order.append(given.get("id", ""))

    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        parsed(archive, "xl/_rels/workbook.xml.rels", relation)
    parsed(archive, "xl/workbook.xml", sheet)
    return [targets.get(one, "") for one in order]


class _Spreadsheet:
    """The elements of an OpenDocument spreadsheet as they come: styles first, then the sheets."""

    def __init__(self) -> None:
        self.sheets: list[SheetStyles] = []
        self.depth = 0
        self.date: set[str] | None = None
        self.date_name = ""
        self.dates: dict[str, int] = {}
        self.cells: dict[str, tuple[str, str]] = {}
        self.columns: list[str] = []
        self.row = self.column = self.repeats = 0
        self.row_style = ""

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        match tag:
            case "date-style":
                self.date, self.date_name = set(), given.get("name", "")
            case "day" | "month" | "year" | "hours" if self.date is not None:
                self.date.add(tag)
            case "style" if given.get("family") == "table-cell":
                self.cells[given.get("name", "")] = (
                    given.get("data-style-name", ""),
                    given.get("parent-style-name", ""),
                )
            case "table":
                self.depth += 1
                if self.depth == 1:
                    self.sheets.append(SheetStyles())
                    self.columns, self.row = [], 0
            case "table-column" if self.depth == 1 and len(self.columns) < MOST_REPEATS:
                style = given.get("default-cell-style-name", "")
                self.columns += [style] * min(repeats(given, "number-columns-repeated"), MOST_REPEATS)
            case "table-row" if self.depth == 1:
                self.column, self.row_style = 0, given.get("default-cell-style-name", "")
                self.repeats = repeats(given, "number-rows-repeated")
            case "table-cell" | "covered-table-cell" if self.depth == 1:
                self.cell(given)
            case _:
                pass

    def end(self, tag: str) -> None:
        match tag:
            case "date-style":
                told = self.date or set()
                if "year" in told and not told & {"day", "hours"}:
                    self.dates[self.date_name] = MONTH if "month" in told else YEAR
                self.date = None
            case "table":
                self.depth -= 1
            case "table-row" if self.depth == 1:
                self.row += self.repeats
            case _:
                pass

    def cell(self, given: Mapping[str, str]) -> None:
        width = repeats(given, "number-columns-repeated")
        sheet = self.sheets[-1]
        down, across = repeats(given, "number-rows-spanned"), repeats(given, "number-columns-spanned")
        if down > 1 or across > 1:
            first = (self.row, self.column)
            sheet.merged.append((first, (self.row + down - 1, self.column + across - 1)))
        if given.get("value-type") == "date" and (told := self.shown(given.get("style-name", ""))):
            for row in range(self.row, self.row + min(self.repeats, MOST_REPEATS)):
                for column in range(self.column, self.column + min(width, MOST_REPEATS)):
                    sheet.shown[row, column] = told
        self.column += width

    def shown(self, style: str) -> int | None:
        """What the style of a cell, else of its row, else of its column shows of a date."""
        column = self.columns[self.column] if self.column < len(self.columns) else ""
        name = style or self.row_style or column
        for _ in range(10):
            format_, parent = self.cells.get(name, ("", ""))
            if format_ or not parent:
                return self.dates.get(format_)
            name = parent
        return None


def repeats(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1


def of_ods(archive: zipfile.ZipFile, names: set[str]) -> list[SheetStyles]:
    book = _Spreadsheet()
    for name in ("styles.xml", "content.xml"):
        if name in names:
            parsed(archive, name, book.start, book.end)
    return book.sheets
