"""Reads one workbook in a process of its own and writes its sheets as lines of JSON.

Run as a script by `..spreadsheet`: a workbook made to exhaust memory then ends this process, not the
server. Written for each sheet: `<n>.jsonl`, one `[row number, [cells as text]]` a line, and
`sheets.json` last, so that its absence means failure. Arguments: workbook, directory, bytes of memory,
seconds, bytes written.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .styles import SheetStyles

PASSWORD, DAMAGED = 3, 4
MOST_ROWS = 10_000
"""Rows of one merged range; a longer one is no value that somebody meant for each of them."""


def main(workbook: str, directory: str, memory: int, seconds: int, written: int) -> int:
    """Write all sheets; the exit code tells a password or damage."""
    _limit(memory, seconds, written)
    # Run by its path, apart from the system: what is beside it is found by hand.
    sys.path.insert(0, str(Path(__file__).parent))
    from python_calamine import CalamineWorkbook, PasswordError
    from styles import styles_of  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    out = Path(directory)
    try:
        with CalamineWorkbook.from_path(workbook) as book:
            styles: list[SheetStyles] = styles_of(workbook)
            sheets = [
                _write(book, number, about, out, styles[number] if number < len(styles) else None)
                for number, about in enumerate(book.sheets_metadata)
            ]
    except PasswordError:
        return PASSWORD
    except MemoryError:
        raise
    except Exception as error:
        print(str(error)[:300], file=sys.stderr)
        return DAMAGED
    (out / "sheets.json").write_text(json.dumps(sheets), "utf-8")
    return 0


def _limit(memory: int, seconds: int, written: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the timeout of the caller remains.
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(book: Any, number: int, about: Any, out: Path, styles: SheetStyles | None) -> dict[str, Any]:
    count = filled = coarse = 0
    shown = styles.shown if styles else {}
    if "WorkSheet" in str(about.typ):
        sheet = book.get_sheet_by_index(number)
        with (out / f"{number}.jsonl").open("w", encoding="utf-8") as lines:
            spans = _spans(sheet.merged_cell_ranges or (styles.merged if styles else ()))
            for row, cells in enumerate(sheet.iter_rows(), 1):
                said = [text_of(cell) for cell in cells]
                if shown:
                    coarse += _shorten(said, cells, row - 1, shown)
                if row in spans:
                    filled += _fill(said, spans[row])
                while said and not said[-1]:
                    said.pop()
                if said:
                    count += 1
                    lines.write(json.dumps([row, said], ensure_ascii=False))
                    lines.write("\n")
    hidden = not str(about.visible).endswith(".Visible")
    return {"name": about.name, "rows": count, "hidden": hidden, "filled": filled, "coarse": coarse}


Span = tuple[int, list[str]]
"""A column, from 0, and the text over all rows of a merged range of cells, once it has been read."""


def _spans(merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> dict[int, list[Span]]:
    """Ranges merged downwards in one column, by each row (from 1): what stands over several rows is meant for all.

    Ranges across columns are titles and notes, which are no values of the columns they cover.
    """
    found: dict[int, list[Span]] = {}
    for (top, left), (bottom, right) in merged:
        if left != right or bottom - top > MOST_ROWS:
            continue
        span: Span = (left, [])
        for row in range(top, bottom + 1):
            found.setdefault(row + 1, []).append(span)
    return found


def _fill(said: list[str], spans: list[Span]) -> int:
    """Cells of a row that merged ranges cover get their text; how many did."""
    filled = 0
    for column, text in spans:
        if not text:
            text.append(said[column] if column < len(said) else "")
        elif text[0] and column < len(said) and not said[column]:
            said[column] = text[0]
            filled += 1
    return filled


def _shorten(said: list[str], cells: Sequence[Any], row: int, shown: Mapping[tuple[int, int], int]) -> int:
    """Dates that are shown as a month or a year become that: nobody wrote the day. How many there were."""
    coarse = 0
    for column, value in enumerate(cells):
        length = shown.get((row, column))
        if length and isinstance(value, datetime.date):
            said[column] = said[column][:length]
            coarse += 1
    return coarse


def text_of(value: Any) -> str:
    """A cell as a person sees it: 7 not 7.0, 1998-06-12, true; fifteen digits, as spreadsheets show."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if value is None else str(value)


def number(value: float) -> str:
    """A number without needless digits or exponents (0.1 + 0.2 -> 0.3, 1e-7 -> 0.0000001)."""
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    short = f"{value:.15g}"
    if "e" not in short:
        return short
    return format(Decimal(short), "f") if abs(value) < 1e22 else short


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
