"""Where a storage place lies, what lies in it, and which cell of a grid a position is; computed while reading."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Uuid,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by, array

MAX_ANCESTORS = 100

TIME = literal_column('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\'')


def _units() -> Any:
    from dina.modules.collection.resources.storage import StorageUnit

    return StorageUnit.__table__


def _types() -> Any:
    from dina.modules.collection.resources.storage import StorageUnitType

    return StorageUnitType.__table__


def _name(text: str) -> ColumnElement[Any]:
    return literal_column(f"'{text}'")


def hierarchy(table: FromClause) -> ColumnElement[Any]:
    """The place itself, then what it is in, up to the room or building; loops are cut."""
    units, kind = _units(), _types().alias("kind")
    start = units.alias("p0")
    columns = ("id", "name", "barcode", "parent_storage_unit_id", "storage_unit_type_id")
    line = (
        select(*(start.c[c] for c in columns), literal(1).label("rank"), array([start.c.id]).label("path"))
        .where(start.c.id == table.c.id)
        .cte("places", recursive=True, nesting=True)
    )
    above = units.alias("p1")
    line = line.union_all(
        select(
            *(above.c[c] for c in columns),
            line.c.rank + 1,
            func.array_append(line.c.path, above.c.id, type_=ARRAY(Uuid())),
        )
        .join(line, line.c.parent_storage_unit_id == above.c.id)
        .where(above.c.id != func.all(line.c.path), line.c.rank < MAX_ANCESTORS)
    )
    one = func.json_build_object(
        _name("uuid"), line.c.id,
        _name("name"), line.c.name,
        _name("barcode"), line.c.barcode,
        _name("rank"), line.c.rank,
        _name("typeUuid"), kind.c.id,
        _name("typeName"), kind.c.name,
    )  # fmt: skip
    return (
        select(func.json_agg(aggregate_order_by(func.json_strip_nulls(one), line.c.rank)))
        .select_from(line.outerjoin(kind, kind.c.id == line.c.storage_unit_type_id))
        .scalar_subquery()
    )


def children(table: FromClause) -> ColumnElement[Any]:
    """The places directly inside, by name."""
    child = _units().alias("child")
    created = func.to_char(func.timezone(_name("UTC"), child.c.created_on), TIME)
    one = func.json_build_object(
        _name("id"), child.c.id,
        _name("uuid"), child.c.id,
        _name("name"), child.c.name,
        _name("barcode"), child.c.barcode,
        _name("group"), child.c.group,
        _name("createdBy"), child.c.created_by,
        _name("createdOn"), created,
    )  # fmt: skip
    listed = (
        select(func.json_agg(aggregate_order_by(one, func.dina.sort_key(child.c.name), child.c.id)))
        .where(child.c.parent_storage_unit_id == table.c.id, child.c.deleted_on.is_(None))
        .correlate(table)
        .scalar_subquery()
    )
    return func.coalesce(listed, cast(_name("[]"), JSON()))


def unit_name(table: FromClause) -> ColumnElement[Any]:
    """The name of the place that a position is in."""
    unit = _units().alias("unit")
    return select(unit.c.name).where(unit.c.id == table.c.storage_unit_id).correlate(table).scalar_subquery()


def row_number(row: ColumnElement[Any]) -> ColumnElement[Any]:
    """A = 1, Z = 26, AA = 27."""

    def letter(place: int) -> ColumnElement[Any]:
        return func.ascii(func.upper(func.substr(row, place))) - 64

    return case((func.length(row) == 1, letter(1)), else_=letter(1) * 26 + letter(2))


def cell_number(table: FromClause) -> ColumnElement[Any]:
    """The position counted from 1 in the direction in which the grid is filled; none without grid or well."""
    unit, kind = _units().alias("unit"), _types().alias("kind")
    grid: Any = kind.c.grid_layout_definition
    rows = cast(grid["numberOfRows"].astext, Integer())
    columns = cast(grid["numberOfColumns"].astext, Integer())
    row, column = row_number(table.c.well_row), table.c.well_column
    of_unit = select(unit.c.storage_unit_type_id).where(unit.c.id == table.c.storage_unit_id).correlate(table)
    number = case(
        (grid["fillDirection"].astext == "BY_COLUMN", (column - 1) * rows + row),
        else_=(row - 1) * columns + column,
    )
    return (
        select(number)
        .where(
            kind.c.id == func.coalesce(table.c.storage_unit_type_id, of_unit.scalar_subquery()),
            table.c.well_row.is_not(None),
        )
        .correlate(table)
        .scalar_subquery()
    )
