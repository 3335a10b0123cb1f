"""From the name of a format to the writer of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dina.modules.exchange.writers.parquet import ParquetWriter
from dina.modules.exchange.writers.table import TableWriter, WriterColumn
from dina.modules.exchange.writers.text import TextWriter
from dina.modules.exchange.writers.workbook import WorkbookWriter


@dataclass(frozen=True, slots=True)
class Format:
    """A form of file: what its names end in, and its media type."""

    suffix: str
    media_type: str


FORMATS = {
    "CSV": Format("csv", "text/csv"),
    "TSV": Format("tsv", "text/tab-separated-values"),
    "XLSX": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "PARQUET": Format("parquet", "application/vnd.apache.parquet"),
    "GEOPARQUET": Format("parquet", "application/vnd.apache.parquet"),
}


def open_writer(
    format: str,
    path: Path,
    columns: Sequence[WriterColumn],
    *,
    separator: str | None = None,
    bom: bool = False,
    marks: bool = True,
) -> TableWriter:
    """A writer for one of `FORMATS`; `separator`, `bom` and `marks` are for text (see `TextWriter`)."""
    match format:
        case "XLSX":
            return WorkbookWriter(path, columns)
        case "PARQUET" | "GEOPARQUET":
            return ParquetWriter(path, columns, points=format == "GEOPARQUET")
        case _:
            between = separator or ("\t" if format == "TSV" else ",")
            return TextWriter(path, columns, separator=between, bom=bom, marks=marks)
