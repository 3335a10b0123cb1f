"""Values that are computed in the same statement that reads the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, case, cast, func, literal_column, null
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


# The primary determination of each target organism; if none is marked as target, all of them are. (A window,
# not a NOT EXISTS: that may be answered by hashing every organism there is.)
TARGETS = """
FROM (
  SELECT l.ordinal, o.is_target, o.managed_attributes, o.life_stage, o.sex, o.dwc_vernacular_name,
    jsonb_path_query_first(o.determination, '$[*] ? (@.isPrimary == true)') AS found,
    bool_or(o.is_target) OVER () AS marked
  FROM collection.material_sample_organism l
  JOIN collection.organism o ON o.id = l.target_id AND o.deleted_on IS NULL
  WHERE l.source_id = {id}
) o WHERE o.is_target OR o.marked IS NOT TRUE"""
NAME = "coalesce(nullif(o.found->>'scientificName', ''), nullif(o.found->>'verbatimScientificName', ''))"
TARGET_NAME = f"SELECT string_agg({NAME}, '|' ORDER BY o.ordinal) {TARGETS}"
TARGET_TYPE_STATUS = f"SELECT string_agg(o.found->>'typeStatus', '|' ORDER BY o.ordinal) {TARGETS}"
TARGET_CLASSIFICATION = f"""
SELECT CASE WHEN count(*) = 1 THEN collection.classification((array_agg(o.found))[1]) END {TARGETS}"""
TARGET_SUMMARY = f"""
SELECT CASE WHEN count(*) = 1 THEN (array_agg(jsonb_build_object(
  'managedAttributes', coalesce(o.managed_attributes, '{{}}'), 'lifeStage', o.life_stage, 'sex', o.sex,
  'dwcVernacularName', o.dwc_vernacular_name,
  'primaryDetermination', CASE WHEN o.found IS NOT NULL THEN jsonb_build_object(
    'classification', CASE WHEN o.found ? 'scientificNameDetails' THEN collection.classification(o.found) END,
    'typeStatus', o.found->>'typeStatus',
    'managedAttributes', coalesce(o.found->'managedAttributes', '{{}}')) END)))[1] END {TARGETS}"""
EFFECTIVE_NAME = f"""
SELECT coalesce(({TARGET_NAME}),
  CASE WHEN {{parent}} IS NOT NULL THEN collection.effective_name({{parent}}) END)"""


def worked(sql: str, type_: Any, **names: str) -> Calculation:
    """A calculation by a subquery over the row; `names` says which columns it uses."""

    def value(table: FromClause) -> ColumnElement[Any]:
        return Worked(sql, type_(), **{name: table.c[column] for name, column in names.items()})

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
