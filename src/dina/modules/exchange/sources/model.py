"""What every reader gives: tables of text rows with what the file says about them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple

from .metadata import Metadata
from .problems import SourceProblem

Role = Literal["core", "extension", "table"]
How = Literal["byte-order mark", "stated", "detected", "given", "certain"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading as it stands (stripped) or its term's short name.

    `term` is the IRI where the file itself says it, `default` the value where a cell is empty, `index`
    the position in the file (None for a constant), `original` the hidden name of a workbook template,
    `separator` what stands between several values of one cell.
    """

    name: str
    term: str | None = None
    default: str | None = None
    index: int | None = None
    original: str | None = None
    separator: str | None = None


class Row(NamedTuple):
    """One record: the 1-based line where it starts (sheet row; ordinal in XML), one value per column.

    A value is the text as it stands, or None where there is none. `file` is said where a table has
    several files.
    """

    line: int
    values: list[str | None]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written, how sure we are (0 to 1) and how we know.

    `quote` and `escape` are "" for none; `header` is the 1-based line of the headings, 0 for none;
    `skip` is the number of lines before the first record. `spaced`: a space after a delimiter is no value.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    line_end: str = "\n"
    header: int = 1
    skip: int = 1
    confidence: float = 1.0
    encoding_known: How = "detected"
    delimiter_known: How = "detected"
    spaced: bool = False


@dataclass
class Table:
    """A table of a source. `rows()` streams and may be called again.

    `kind` is the short kind (occurrence, event, taxon, identification, measurement-or-fact, multimedia,
    resource-relationship…) or, where we know none, the row type IRI, which `row_type` always holds.
    `id_column` is the position in `columns` of the id (core) or of the reference to it (extension).
    `problems` fills while rows are read: rows longer or shorter than they should be, up to a hundred.
    """

    name: str
    kind: str | None
    role: Role
    columns: list[Column]
    reader: Callable[[Table], Iterator[Row]]
    id_column: int | None = None
    dialect: Dialect = field(default_factory=Dialect)
    row_type: str | None = None
    files: list[Path] = field(default_factory=list[Path])
    count_hint: int | None = None
    primary_key: tuple[str, ...] = ()
    problems: list[SourceProblem] = field(default_factory=list[SourceProblem])

    def rows(self) -> Iterator[Row]:
        """The records in the order of the file; SourceError where the file breaks."""
        self.problems.clear()
        return self.reader(self)

    def column(self, name: str) -> int | None:
        """The position of the column with this name or term, in any case."""
        wanted = name.casefold()
        for position, column in enumerate(self.columns):
            if column.name.casefold() == wanted or (column.term or "").casefold() == wanted:
                return position
        return None


class Relation(NamedTuple):
    """The values of `columns` of `table` are values of `target_columns` of `target` (tables by name)."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass
class Source:
    """An opened file: its tables, core first, what it says about itself, and what is odd about it.

    Use it in a `with`: closing removes everything that was unpacked.
    """

    format: str
    tables: list[Table]
    metadata: Metadata | None = None
    warnings: list[SourceProblem] = field(default_factory=list[SourceProblem])
    relations: list[Relation] = field(default_factory=list[Relation])
    directory: Path | None = None

    @property
    def core(self) -> Table | None:
        """The table of role core, if the format has one."""
        return next((table for table in self.tables if table.role == "core"), None)

    def table(self, name: str) -> Table | None:
        """The table of this name."""
        return next((table for table in self.tables if table.name == name), None)

    def close(self) -> None:
        """Remove what was unpacked; rows can no longer be read."""
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
