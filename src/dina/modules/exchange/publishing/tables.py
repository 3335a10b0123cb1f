"""Tab-separated tables in UTF-8: one line a record, whatever is in the values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

BLOCK = 1 << 20


def line(values: Sequence[str]) -> str:
    """The values as one line without its end.

    A value with a tab, a line break or a quotation mark stands in quotation marks, those in it are doubled;
    the descriptor of the table says so. All others stand as they are.
    """
    whole = "\t".join(values)
    if "\n" in whole or "\r" in whole or whole.count("\t") >= len(values):
        return "\t".join([quoted(value) for value in values])
    if '"' in whole:
        return "\t".join([quoted(value) if '"' in value else value for value in values])
    return whole


def quoted(value: str) -> str:
    if '"' in value or "\t" in value or "\n" in value or "\r" in value:
        return '"' + value.replace('"', '""') + '"'
    return value


class TextTable:
    """A table that is being written; `rows` counts its records, `checksum` is that of all its bytes."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.header = tuple(header)
        self.rows = 0
        self._digest = hashlib.sha256()
        self._file = path.open("wb")
        self._held: list[str] = [line(header)]
        self._size = 0

    def add(self, values: Sequence[str]) -> None:
        self.add_line(line(values))

    def add_line(self, text: str) -> None:
        """A line that `line` has made already."""
        self._held.append(text)
        self._size += len(text)
        self.rows += 1
        if self._size > BLOCK:
            self._write()

    def _write(self) -> None:
        part = ("\n".join(self._held) + "\n").encode()
        self._digest.update(part)
        self._file.write(part)
        self._held, self._size = [], 0

    def close(self) -> None:
        if self._held:
            self._write()
        self._file.close()

    @property
    def checksum(self) -> str:
        return self._digest.hexdigest()
