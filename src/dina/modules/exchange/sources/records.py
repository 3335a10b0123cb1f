"""Records of a delimited text file, streamed with the line each starts on (RFC 4180 and its relatives).

Lines end where the dialect says and nowhere else: U+2028, U+0085, form feeds and the other line end
inside a value are text. What the csv module would trip over travels through it as lone surrogates,
which no decoded text holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO

from .encoding import fault_in
from .limits import Limits
from .model import Dialect
from .problems import SourceError

_CR, _LF, _END, _DELIMITER = "\ud800", "\ud801", "\ud802", "\ud803"
csv.field_size_limit(max(csv.field_size_limit(), Limits().cell))

Record = tuple[int, list[str]]


def records(
    path: Path, file: str, dialect: Dialect, limits: Limits, *, undecodable: bool = False
) -> Iterator[Record]:
    """(line, cells) of every record after the skipped lines; blank lines are passed over.

    SourceError names the line of a quote never closed, a line or value too long, or bytes that are no
    text of the encoding (unless `undecodable`, which reads those as U+FFFD).
    """
    errors = "replace" if undecodable else "strict"
    newline = "\r" if dialect.line_end == "\r" else "\n"
    try:
        with path.open(encoding=dialect.encoding, errors=errors, newline=newline) as text:
            lines = _lines(text, file, dialect, limits)
            for _ in range(dialect.skip):
                next(lines, None)
            if dialect.quote or dialect.escape:
                yield from _quoted(lines, file, dialect, limits)
            else:
                yield from _plain(lines, dialect)
    except UnicodeDecodeError as error:
        raise undecodable_bytes(path, file, dialect.encoding) from error


def undecodable_bytes(path: Path, file: str, encoding: str) -> SourceError:
    """The error for a file that is no text of its encoding, with line and byte."""
    fault = fault_in(path, encoding)
    if fault is None:
        return SourceError("undecodable", file, None, byte="?", position="?", encoding=encoding)
    return SourceError(
        "undecodable",
        file,
        fault.line,
        byte=f"{fault.byte:02X}",
        position=fault.position + 1,
        encoding=encoding,
    )


def _lines(text: IO[str], file: str, dialect: Dialect, limits: Limits) -> Iterator[str]:
    """Physical lines with their end."""
    custom = dialect.line_end if dialect.line_end not in ("\n", "\r", "\r\n") else ""
    rest = ""
    for number in count(1):
        line = text.readline(limits.cell)
        if not line:
            break
        if len(line) >= limits.cell and line[-1] not in "\r\n":
            raise SourceError("line_too_long", file, number, limit=limits.cell)
        if line[0] == "\x1a" and not line.strip("\x1a\r\n"):
            break  # The mark with which DOS ended texts.
        if "\0" in line:
            line = line.replace("\0", "")
        if custom:
            *whole, rest = (rest + line).split(custom)
            yield from whole
            if len(rest) > limits.cell:
                raise SourceError("line_too_long", file, number, limit=limits.cell)
        else:
            yield line
    if rest.strip("\r\n"):
        yield rest


def _plain(lines: Iterator[str], dialect: Dialect) -> Iterator[Record]:
    delimiter = dialect.delimiter
    for number, line in enumerate(lines, dialect.skip + 1):
        body, _ = _parted(line)
        if body:
            yield number, body.split(delimiter)


def _parted(line: str) -> tuple[str, str]:
    if line[-1:] == "\n":
        return (line[:-2], "\r\n") if line[-2:-1] == "\r" else (line[:-1], "\n")
    return (line[:-1], "\r") if line[-1:] == "\r" else (line, "")


class _Feed:
    """Lines as the csv module takes them; `dirty` once something in them stands for something else."""

    def __init__(self, lines: Iterator[str], file: str, dialect: Dialect, limits: Limits) -> None:
        self.lines, self.file, self.dialect, self.limits = lines, file, dialect, limits
        self.dirty = False
        self.started = 0

    def __iter__(self) -> Iterator[str]:
        delimiter = self.dialect.delimiter if len(self.dialect.delimiter) > 1 else ""
        simple = self.dialect.line_end == "\n" and not delimiter
        for number, line in enumerate(self.lines):
            if not number & 1023 and number - self.started > self.limits.record_lines:
                start = self.dialect.skip + self.started + 1
                raise SourceError("unclosed_quote", self.file, start, quote=self.dialect.quote)
            if simple and "\r" not in line:
                yield line
                continue
            body, end = _parted(line)
            clean = body.replace("\r", _CR).replace("\n", _LF)
            if delimiter:
                clean = clean.replace(delimiter, _DELIMITER)
            self.dirty = self.dirty or clean != body
            yield clean + (end or "\n")
        yield _END


def _quoted(lines: Iterator[str], file: str, dialect: Dialect, limits: Limits) -> Iterator[Record]:
    feed = _Feed(lines, file, dialect, limits)
    reader = csv.reader(
        feed,
        delimiter=_DELIMITER if len(dialect.delimiter) > 1 else dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=True,
        escapechar=dialect.escape or None,
        skipinitialspace=dialect.spaced,
    )
    skip = dialect.skip + 1
    last: Record | None = None
    try:
        for cells in reader:
            if last is not None:
                yield last
            last = (feed.started + skip, cells) if cells else None
            if feed.dirty and last is not None:
                last = (last[0], [_restored(cell, dialect) for cell in cells])
            feed.started = reader.line_num
    except csv.Error as error:
        raise SourceError("bad_record", file, feed.started + skip, detail=str(error)) from error
    # The mark at the end stands alone unless an open quote swallowed it.
    if last is not None and last[1] != [_END]:
        raise SourceError("unclosed_quote", file, last[0], quote=dialect.quote)


def _restored(cell: str, dialect: Dialect) -> str:
    return cell.replace(_CR, "\r").replace(_LF, "\n").replace(_DELIMITER, dialect.delimiter)
