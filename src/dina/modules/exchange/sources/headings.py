"""Which row of a table holds the headings, if any."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .terms import is_known

LOOK = 25
_DATUM = re.compile(
    r"[-+]?\d[\d\s.,]*%?$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d.*)?$|https?://|urn:|[0-9a-f]{8}-[0-9a-f]{4}-|true$|false$",
    re.I,
)


def find(rows: Sequence[Sequence[str | None]]) -> int | None:
    """The position of the row of headings in the first rows, or None where there seems to be none.

    Titles and notes above the headings are passed over: rows much narrower than the table.
    """
    widths = [sum(bool(cell and cell.strip()) for cell in row) for row in rows]
    filled = [width for width in widths if width]
    if not filled:
        return None
    usual = Counter(filled).most_common(1)[0][0] if len(filled) > 2 else max(filled)
    usual = max(usual, sorted(filled)[len(filled) // 2])
    wide = [
        at for at, width in enumerate(widths[:LOOK]) if width and (usual < 2 or width >= max(2, usual * 0.4))
    ]
    if not wide:
        return None
    first = wide[0]
    share = _known_share(_cells(rows[first]))
    for position in wide[1:4]:
        # Only below a narrower row, or where a row of labels stands above the terms themselves.
        cells = _cells(rows[position])
        labels = len(cells) >= 5 and _known_share(cells) >= 0.8 and share < 0.3
        if labels or (widths[first] < usual * 0.8 and _known_share(cells) >= 0.5):
            return position
    return first if share >= 0.5 or _looks_like_headings(rows, first) else None


def _cells(row: Sequence[str | None]) -> list[str]:
    return [cell.strip() for cell in row if cell and cell.strip()]


def _known_share(cells: Sequence[str]) -> float:
    return sum(is_known(cell) for cell in cells) / len(cells) if len(cells) > 1 or is_known(cells[0]) else 0.0


def _looks_like_headings(rows: Sequence[Sequence[str | None]], position: int) -> bool:
    cells = [(cell or "").strip() for cell in rows[position]]
    written = [cell for cell in cells if cell]
    if _known_share(written) >= 0.3 and len(written) > 1:
        return True
    if any(_DATUM.match(cell) for cell in written):
        return sum(bool(_DATUM.match(cell)) for cell in written) <= len(written) * 0.1 and len(written) > 5
    if len({cell.casefold() for cell in written}) < len(written) * 0.9 or max(map(len, written)) > 120:
        return False
    below = rows[position + 1 : position + 60]
    if not below:
        return True
    for column, heading in enumerate(cells):
        values = [(row[column] or "").strip() for row in below if column < len(row)]
        if heading and sum(value == heading for value in values) > len(values) * 0.3 and len(values) > 2:
            return False
    if any(_contrasts(heading, below, column) for column, heading in enumerate(cells) if heading):
        return True
    return all(len(cell) <= 60 for cell in written) and len(written) >= 2


def _contrasts(heading: str, below: Sequence[Sequence[str | None]], column: int) -> bool:
    """The column holds numbers, dates or addresses and its heading is none: it names them."""
    values = [(row[column] or "").strip() for row in below if column < len(row)]
    values = [value for value in values if value]
    return bool(values) and sum(bool(_DATUM.match(value)) for value in values) >= len(values) * 0.8
