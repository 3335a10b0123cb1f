"""How a file of a Darwin Core archive is really written, where its descriptor may be mistaken."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .descriptor import Part
from .limits import Limits, Overrides
from .model import Dialect
from .problems import SourceError, SourceProblem
from .records import records

_LOOK = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """The dialect to read with, the headings if lines are skipped, and the widest of the first records."""

    dialect: Dialect
    headings: list[str]
    width: int


def settle(
    path: Path,
    part: Part,
    sniffed: Dialect,
    limits: Limits,
    overrides: Overrides,
    warnings: list[SourceProblem],
) -> Settled:
    """The stated dialect, corrected with a warning where the file plainly contradicts it.

    Defaults of the text guide: comma, double quote, no heading. Line ends are taken from the file unless
    the stated one is neither CR nor LF: archives are often converted after the descriptor is written.
    """
    end = sniffed.line_end
    # A line end or tab written as itself in an attribute reaches us as a space (XML 1.0, 3.3.3).
    if part.line_end and part.line_end.strip() and _occurs(path, sniffed.encoding, part.line_end):
        end = part.line_end
    delimiter = sniffed.delimiter if overrides.delimiter is not None else (part.delimiter or ",")
    if delimiter == " " and overrides.delimiter is None and sniffed.delimiter == "\t":
        delimiter = "\t"
    quote = sniffed.quote if overrides.quote is not None else ('"' if part.quote is None else part.quote)
    skip = part.header_lines if overrides.header is None else sniffed.skip
    stated = Dialect(
        sniffed.encoding, delimiter, quote, overrides.escape or "", end, skip, skip,
        sniffed.confidence if sniffed.encoding_known == "detected" else 1.0, sniffed.encoding_known,
        "given" if overrides.delimiter is not None else "stated" if part.delimiter else "certain",
    )  # fmt: skip
    first = _first(path, stated, limits, overrides)
    width = max(map(len, first), default=0)
    wanted = 1 + max((one.index for one in part.fields if one.index is not None), default=0)
    if overrides.delimiter is None and 0 < width == 1 < wanted and sniffed.delimiter != delimiter:
        tried = _with(stated, sniffed.delimiter, sniffed.quote if part.quote is None else quote)
        again = _first(path, tried, limits, overrides)
        if max(map(len, again), default=0) >= wanted:
            values = {"stated": _shown(delimiter), "used": _shown(tried.delimiter)}
            code = "delimiter_misstated" if part.delimiter else "delimiter_unstated"
            warnings.append(SourceProblem(code, path.name, None, values))
            stated, first = tried, again
            width = max(map(len, first))
    heads = _headings(path, stated, limits, overrides)
    if not skip and overrides.header is None and first and _is_heading(first[0], part):
        warnings.append(SourceProblem("header_unstated", path.name, 1))
        heads, first = first[0], first[1:]
        stated = _with(stated, stated.delimiter, stated.quote, skip=1)
        width = max(map(len, first), default=0)
    return Settled(stated, heads, width)


def _with(dialect: Dialect, delimiter: str, quote: str, skip: int | None = None) -> Dialect:
    lines = dialect.skip if skip is None else skip
    return Dialect(
        dialect.encoding, delimiter, quote, dialect.escape, dialect.line_end, lines, lines,
        dialect.confidence, dialect.encoding_known, "detected" if delimiter != dialect.delimiter else dialect.delimiter_known,
    )  # fmt: skip


def _first(path: Path, dialect: Dialect, limits: Limits, overrides: Overrides) -> list[list[str]]:
    found = records(path, path.name, dialect, limits, undecodable=overrides.undecodable)
    try:
        return [cells for _, cells in islice(found, _LOOK) if any(cells)]
    except SourceError as error:
        if error.code == "unclosed_quote":
            return []
        raise


def _headings(path: Path, dialect: Dialect, limits: Limits, overrides: Overrides) -> list[str]:
    if not dialect.skip:
        return []
    above = _with(dialect, dialect.delimiter, dialect.quote, skip=dialect.skip - 1)
    return next(iter(_first(path, above, limits, overrides)), [])


def _is_heading(cells: list[str], part: Part) -> bool:
    named = [
        (cells[one.index], one.name)
        for one in part.fields
        if one.index is not None and one.index < len(cells)
    ]
    same = sum(cell.strip().rpartition(":")[2].casefold() == name.casefold() for cell, name in named)
    return len(named) >= 2 and same >= 0.8 * len(named)


def _occurs(path: Path, encoding: str, text: str) -> bool:
    with path.open(encoding=encoding, errors="replace", newline="") as head:
        return text in head.read(1 << 16)


def _shown(delimiter: str) -> str:
    return {"\t": "tab", " ": "space"}.get(delimiter, delimiter)
