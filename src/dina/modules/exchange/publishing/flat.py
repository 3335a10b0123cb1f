"""The records as one flat table: CSV, a workbook, Parquet with or without geometry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dina.modules.exchange.publishing.archive import local
from dina.modules.exchange.publishing.record import Record, Written
from dina.modules.exchange.publishing.zipping import checksum
from dina.modules.exchange.writers import FORMATS, WriterColumn, open_writer

BATCH = 1000
NUMBERS = frozenset(
    f"dwc:{name}"
    for name in (
        "decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters", "coordinatePrecision",
        "minimumElevationInMeters", "maximumElevationInMeters", "minimumDepthInMeters", "maximumDepthInMeters",
    )
)  # fmt: skip
"""Terms whose values are numbers, where a kind of file knows numbers."""


class FlatTable:
    """One row a record, one column a term. What would be taken for a formula is marked by the writer."""

    def __init__(self, folder: Path, format: str, terms: Sequence[str]) -> None:
        self.form = FORMATS[format.upper()]
        self.format = format
        stem = "geo" if format == "geoparquet" else "occurrence"
        self.path = folder / f"{stem}.{self.form.suffix}"
        columns = [WriterColumn(local(t), "decimal" if t in NUMBERS else "text", t) for t in terms]
        self.numbers = [at for at, term in enumerate(terms) if term in NUMBERS]
        self.writer = open_writer(format.upper(), self.path, columns)
        self.held: list[list[Any]] = []
        self.rows = 0

    def add(self, record: Record) -> None:
        row: list[Any] = [value or None for value in record.values]
        for at in self.numbers:
            row[at] = float(row[at]) if row[at] else None
        self.held.append(row)
        if len(self.held) == BATCH:
            self._write()

    def _write(self) -> None:
        self.rows += len(self.held)
        self.writer.write(self.held)
        self.held = []

    def finish(self, description: bytes) -> Written:
        self._write()
        self.writer.close()
        rows = {self.path.name: self.rows}
        return Written(
            self.path.name, self.path, self.form.media_type, self.format, rows, checksum(self.path)
        )
