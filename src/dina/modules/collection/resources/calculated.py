"""Values that are computed in the same statement that reads the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, FromClause, case, cast, func, literal_column, null
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from dina.base.resource.attribute import Calculation


def from_sample(function: str, kind: Any) -> Calculation:
    """The value of a function of `calculated.sql` for the sample that is read."""

    def value(table: FromClause) -> ColumnElement[Any]:
        return getattr(func.collection, function)(table.c.id, type_=kind())

    return value


class Worked(FunctionElement[Any]):
    """A correlated subquery written in SQL, with `{column}` where a column of the row that is read goes.

    Unlike a function of the database it is planned with the statement: a page of fifty samples asks for five
    of them a row.
    """

    inherit_cache = False

    def __init__(self, sql: str, type_: Any, **columns: ColumnElement[Any]) -> None:
        self.sql, self.type, self.names = sql, type_, tuple(columns)
        super().__init__(*columns.values())


@compiles(Worked)
def _write_out(element: Worked, compiler: Any, **kw: Any) -> str:
    sql = element.sql
    for name, clause in zip(element.names, element.clauses, strict=True):
        sql = sql.replace("{" + name + "}", compiler.process(clause, **kw))
    return "(" + sql.replace("%", "%%") + ")"


# What a target organism is, `calculated.sql` says; the function is written out and planned with the statement.
TARGETS = "FROM collection.target_determinations({id}) t"
TARGET_NAME = (
    f"SELECT string_agg(collection.determined_name(t.determination), '|' ORDER BY t.ordinal) {TARGETS}"
)
TARGET_TYPE_STATUS = f"SELECT string_agg(t.determination->>'typeStatus', '|' ORDER BY t.ordinal) {TARGETS}"
TARGET_CLASSIFICATION = f"""
SELECT CASE WHEN count(*) = 1 THEN collection.classification((array_agg(t.determination))[1]) END {TARGETS}"""
TARGET_SUMMARY = f"""
SELECT CASE WHEN count(*) = 1 THEN (array_agg(jsonb_build_object(
  'managedAttributes', coalesce(o.managed_attributes, '{{}}'), 'lifeStage', o.life_stage, 'sex', o.sex,
  'dwcVernacularName', o.dwc_vernacular_name,
  'primaryDetermination', CASE WHEN t.determination IS NOT NULL THEN jsonb_build_object(
    'classification', CASE WHEN t.determination ? 'scientificNameDetails' THEN collection.classification(t.determination) END,
    'typeStatus', t.determination->>'typeStatus',
    'managedAttributes', coalesce(t.determination->'managedAttributes', '{{}}')) END)))[1] END {TARGETS} JOIN collection.organism o ON o.id = t.organism"""
EFFECTIVE_NAME = f"""
SELECT coalesce(({TARGET_NAME}),
  CASE WHEN {{parent}} IS NOT NULL THEN collection.effective_name({{parent}}) END)"""


def worked(sql: str, type_: Any, **names: str) -> Calculation:
    """A calculation by a subquery over the row; `names` says which columns it uses."""

    def value(table: FromClause) -> ColumnElement[Any]:
        return Worked(sql, type_(), **{name: table.c[column] for name, column in names.items()})

    return value


WITHOUT_SENSITIVE_TAXA = worked(
    '{group} <> ALL (ARRAY(SELECT r."group" FROM collection.sensitive_taxon r WHERE r.deleted_on IS NULL))',
    Boolean,
    group="group",
)


def event_disclosure(table: FromClause) -> ColumnElement[Any]:
    """How much of the place callers outside the group are told; null when all of it."""
    told = func.collection.event_disclosure(table.c.id, table.c.group, type_=JSONB())
    return case((without_sensitive_taxa(table), null()), else_=told)


def without_sensitive_taxa(table: FromClause) -> ColumnElement[bool]:
    """Whether the group of a row protects no taxon at all, which is found out once a statement, not once a row."""
    return WITHOUT_SENSITIVE_TAXA(table)


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
