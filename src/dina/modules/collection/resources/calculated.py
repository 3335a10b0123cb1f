"""Values that are computed in the same statement that reads the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, case, cast, func, literal_column, null
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from dina.base.resource.attribute import Calculation


def from_sample(function: str, kind: Any) -> Calculation:
    """The value of a function of `calculated.sql` for the sample that is read."""

    def value(table: FromClause) -> ColumnElement[Any]:
        return getattr(func.collection, function)(table.c.id, type_=kind())

    return value


def event_disclosure(table: FromClause) -> ColumnElement[Any]:
    """How much of the place callers outside the group are told; null when all of it."""
    return func.collection.event_disclosure(table.c.id, table.c.group, type_=JSONB())


def event_geometry(table: FromClause) -> ColumnElement[Any]:
    """The GeoJSON point of the primary georeference assertion."""
    path = literal_column("'$[*] ? (@.isPrimary == true)'::jsonpath")
    primary: Any = func.jsonb_path_query_first(
        cast(table.c.geo_reference_assertions, JSONB()), path, type_=JSONB()
    )
    longitude, latitude = primary["dwcDecimalLongitude"], primary["dwcDecimalLatitude"]
    point = func.jsonb_build_object(
        literal_column("'type'"), literal_column("'Point'"),
        literal_column("'coordinates'"), func.jsonb_build_array(longitude, latitude),
        type_=JSONB(),
    )  # fmt: skip
    found = func.jsonb_typeof(longitude) == literal_column("'number'")
    return case((found, point), else_=null())
