"""Values that are computed in the same statement that reads the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, FromClause, Uuid, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by, array
from sqlalchemy.sql.elements import ColumnElement

MAX_ANCESTORS = 100


def _samples() -> Any:
    from dina.modules.collection.resources.material_sample import MaterialSample

    return MaterialSample.__table__


def hierarchy(table: FromClause) -> ColumnElement[Any]:
    """The sample itself, then its ancestors up to the root; loops are cut (collection-rules, material sample)."""
    samples = _samples()
    start = samples.alias("h0")
    columns = ("id", "material_sample_name", "material_sample_type", "parent_material_sample_id")
    line = (
        select(*(start.c[c] for c in columns), literal(1).label("rank"), array([start.c.id]).label("path"))
        .where(start.c.id == table.c.id)
        .cte("line", recursive=True, nesting=True)
    )
    above = samples.alias("h1")
    line = line.union_all(
        select(
            *(above.c[c] for c in columns),
            line.c.rank + 1,
            func.array_append(line.c.path, above.c.id, type_=ARRAY(Uuid())),
        )
        .join(line, line.c.parent_material_sample_id == above.c.id)
        .where(above.c.id != func.all(line.c.path), line.c.rank < MAX_ANCESTORS)
    )
    one = func.json_build_object(
        literal_column("'uuid'"), line.c.id,
        literal_column("'name'"), line.c.material_sample_name,
        literal_column("'type'"), line.c.material_sample_type,
        literal_column("'rank'"), line.c.rank,
    )  # fmt: skip
    return select(func.json_agg(aggregate_order_by(one, line.c.rank))).scalar_subquery()


def children(table: FromClause) -> ColumnElement[Any]:
    """Direct children in the order of their creation, numbered by `ordinal`."""
    child = _samples().alias("child")
    ordinal = func.row_number().over(order_by=(child.c.created_on, child.c.id))
    listed = (
        select(
            child.c.id.label("uuid"),
            child.c.material_sample_name.label("materialSampleName"),
            child.c.material_sample_type.label("materialSampleType"),
            child.c.group.label("group"),
            child.c.barcode.label("barcode"),
            ordinal.label("ordinal"),
        )
        .where(child.c.parent_material_sample_id == table.c.id, child.c.deleted_on.is_(None))
        .correlate(table)
        .subquery("children")
    )
    rows = func.row_to_json(listed.table_valued())
    return func.coalesce(
        select(func.json_agg(aggregate_order_by(rows, listed.c.ordinal))).scalar_subquery(),
        cast(literal_column("'[]'"), JSON()),
    )


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
    from sqlalchemy import case, null

    found = func.jsonb_typeof(longitude) == literal_column("'number'")
    return case((found, point), else_=null())
