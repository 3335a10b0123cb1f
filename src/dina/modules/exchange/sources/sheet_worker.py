"""Reads one workbook in a process of its own and writes its sheets as lines of JSON.

Run as a script by `spreadsheet.py`: a workbook made to exhaust memory then ends this process, not the
server. Written for each sheet: `<n>.jsonl`, one `[row number, [cells as text]]` a line, and
`sheets.json` last, so that its absence means failure. Arguments: workbook, directory, bytes of memory,
seconds, bytes written.
"""

from __future__ import annotations

import datetime
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

PASSWORD, DAMAGED = 3, 4


def main(workbook: str, directory: str, memory: int, seconds: int, written: int) -> int:
    """Write all sheets; the exit code tells a password or damage."""
    _limit(memory, seconds, written)
    from python_calamine import CalamineWorkbook, PasswordError

    out = Path(directory)
    try:
        with CalamineWorkbook.from_path(workbook) as book:
            sheets = [_write(book, number, about, out) for number, about in enumerate(book.sheets_metadata)]
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


def _write(book: Any, number: int, about: Any, out: Path) -> dict[str, Any]:
    count = 0
    if "WorkSheet" in str(about.typ):
        sheet = book.get_sheet_by_index(number)
        with (out / f"{number}.jsonl").open("w", encoding="utf-8") as lines:
            for row, cells in enumerate(sheet.iter_rows(), 1):
                said = [text_of(cell) for cell in cells]
                while said and not said[-1]:
                    said.pop()
                if said:
                    count += 1
                    lines.write(json.dumps([row, said], ensure_ascii=False))
                    lines.write("\n")
    return {"name": about.name, "rows": count, "hidden": not str(about.visible).endswith(".Visible")}


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
