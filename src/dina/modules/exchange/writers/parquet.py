"""Parquet, and GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/) with points as WKB."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from dina.base.cells import written
from dina.modules.exchange.writers.table import WriterColumn

GROUP = 20_000
"""Rows of a row group: what is held in memory."""
LATITUDE, LONGITUDE = "dwc:decimalLatitude", "dwc:decimalLongitude"
GEOMETRY = "geometry"
POINT = struct.Struct("<BIdd")
Read = Callable[[Any], Any]


def _text(value: Any) -> str | None:
    return None if value is None else written(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _date(value: Any) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)


def _moment(value: Any) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value)


def _texts(value: Any) -> list[str] | None:
    return None if value is None else [written(one) for one in value]


KINDS: Mapping[str, tuple[pa.DataType, Read]] = {
    "integer": (pa.int64(), _whole),
    "decimal": (pa.float64(), _number),
    "boolean": (pa.bool_(), lambda value: value),
    "date": (pa.date32(), _date),
    "date-time": (pa.timestamp("us", tz="UTC"), _moment),
    "texts": (pa.list_(pa.string()), _texts),
    "uuids": (pa.list_(pa.string()), _texts),
    "choices": (pa.list_(pa.string()), _texts),
}
TEXT: tuple[pa.DataType, Read] = (pa.string(), _text)


class ParquetWriter:
    """Typed columns by kind; objects and key maps as JSON text. Rows are held until a row group is full.

    With `points` there is one more column `geometry`, from the first columns whose terms are decimal latitude and
    longitude, or the first of kind `point`; places are taken to be in WGS 84, which is what the standard assumes.
    """

    def __init__(self, path: Path, columns: Sequence[WriterColumn], *, points: bool = False) -> None:
        self.kinds = [KINDS.get(column.kind, TEXT) for column in columns]
        self.names = _unlike([column.name for column in columns], {GEOMETRY} if points else set())
        self.terms = [column.term for column in columns]
        self.place = _place(columns) if points else None
        self.points = points
        self.box: list[float] = []
        fields: list[Any] = [
            pa.field(name, kind[0], metadata={"term": term} if term else None)
            for name, kind, term in zip(self.names, self.kinds, self.terms, strict=True)
        ]
        if points:
            fields.append(pa.field(GEOMETRY, pa.binary()))
        self.schema: Any = pa.schema(fields)
        self.file = pq.ParquetWriter(str(path), self.schema, compression="zstd")
        self.rows: list[Sequence[Any]] = []

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows += rows
        if len(self.rows) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        if not self.rows:
            return
        arrays: list[Any] = []
        for values, (kind, read) in zip(zip(*self.rows, strict=True), self.kinds, strict=True):
            arrays.append(pa.array([read(value) for value in values], kind))
        if self.points:
            arrays.append(pa.array([self._point(row) for row in self.rows], pa.binary()))
        self.file.write_table(pa.Table.from_arrays(arrays, schema=self.schema), row_group_size=GROUP)
        self.rows = []

    def _point(self, row: Sequence[Any]) -> bytes | None:
        if self.place is None:
            return None
        found = self.place(row)
        if found is None:
            return None
        x, y = found
        box = self.box
        self.box = [min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)] if box else [x, y, x, y]
        return POINT.pack(1, 1, x, y)

    def close(self) -> None:
        self._flush()
        if self.points:
            geometry: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
            if self.box:
                geometry["bbox"] = self.box
            about = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: geometry}}
            self.file.add_key_value_metadata({"geo": orjson.dumps(about).decode()})
        self.file.close()


Place = Callable[[Sequence[Any]], tuple[float, float] | None]


def _place(columns: Sequence[WriterColumn]) -> Place | None:
    """Longitude and latitude of a row, from the columns that hold them; None when none do."""
    at = {column.term: n for n, column in reversed(list(enumerate(columns))) if column.term}
    if LATITUDE in at and LONGITUDE in at:
        return lambda row: _degrees(row[at[LONGITUDE]], row[at[LATITUDE]])
    point = next((n for n, column in enumerate(columns) if column.kind == "point"), None)
    if point is None:
        return None
    return lambda row: _degrees(*row[point]["coordinates"][:2]) if row[point] else None


def _degrees(x: Any, y: Any) -> tuple[float, float] | None:
    try:
        found = float(x), float(y)
    except (TypeError, ValueError):
        return None
    return found if abs(found[0]) <= 180 and abs(found[1]) <= 90 else None


def _unlike(names: Sequence[str], taken: set[str]) -> list[str]:
    """Names of which none is there twice."""
    found: list[str] = []
    for name in names:
        number, wanted = 2, name
        while wanted in taken:
            wanted, number = f"{name} {number}", number + 1
        taken.add(wanted)
        found.append(wanted)
    return found
