"""What every writer of tables is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class WriterColumn:
    """A column of a file: its heading, and the kind and term of its values as the API describes them."""

    name: str
    kind: str = "text"
    term: str | None = None


class TableWriter(Protocol):
    """A file that is being written. It is whole once `close` has returned."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of JSON values, one for each column."""
        ...

    def close(self) -> None: ...


class CellTooLong(Exception):
    """A text is longer than a cell of this kind of file can be; nothing is cut off in silence."""

    def __init__(self, column: str, row: int, limit: int) -> None:
        self.column, self.row, self.limit = column, row, limit
        super().__init__(f"{column}, row {row}: more than {limit} characters")
