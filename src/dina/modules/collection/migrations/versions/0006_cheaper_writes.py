"""Writes that cost less: no index of empty values, codes gathered without a query, placements told by hashing"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODES = """
CREATE OR REPLACE FUNCTION collection.codes(single text[], many text[], keyed jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$
DECLARE
  found text[];
  code text;
BEGIN
  FOREACH code IN ARRAY single || many LOOP
    IF code <> '' THEN
      found := found || collection.fold_code(code);
    END IF;
  END LOOP;
  IF keyed <> '{}' THEN
    FOR code IN SELECT value FROM jsonb_each_text(keyed) LOOP
      IF code <> '' THEN
        found := found || collection.fold_code(code);
      END IF;
    END LOOP;
  END IF;
  RETURN found;
END $body$
"""
# Where each is, nowhere when deleted; by EXCEPT, which hashes, since a join of rows without statistics may compare
# each with each.
SAMPLES_PLACED = """
CREATE OR REPLACE FUNCTION collection.material_sample_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM collection.note_placements('material-sample',
      ARRAY(SELECT id FROM new_rows WHERE storage_unit_usage_id IS NOT NULL));
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM collection.note_placements('material-sample', ARRAY(
      SELECT id FROM (
        SELECT id, CASE WHEN deleted_on IS NULL THEN storage_unit_usage_id END FROM new_rows
        EXCEPT SELECT id, CASE WHEN deleted_on IS NULL THEN storage_unit_usage_id END FROM old_rows) x));
  ELSE
    PERFORM collection.note_placements('material-sample',
      ARRAY(SELECT id FROM old_rows WHERE storage_unit_usage_id IS NOT NULL));
  END IF;
  RETURN NULL;
END $body$
"""
UNITS_PLACED = """
CREATE OR REPLACE FUNCTION collection.storage_unit_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM collection.note_placements('storage-unit',
      ARRAY(SELECT id FROM new_rows WHERE parent_storage_unit_id IS NOT NULL));
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM collection.note_placements('storage-unit', ARRAY(
      SELECT id FROM (
        SELECT id, CASE WHEN deleted_on IS NULL THEN parent_storage_unit_id END FROM new_rows
        EXCEPT SELECT id, CASE WHEN deleted_on IS NULL THEN parent_storage_unit_id END FROM old_rows) x));
  ELSE
    PERFORM collection.note_placements('storage-unit',
      ARRAY(SELECT id FROM old_rows WHERE parent_storage_unit_id IS NOT NULL));
  END IF;
  RETURN NULL;
END $body$
"""
USAGES_PLACED = """
CREATE OR REPLACE FUNCTION collection.storage_unit_usage_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  changed uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    changed := ARRAY(SELECT id FROM new_rows);
  ELSIF TG_OP = 'UPDATE' THEN
    changed := ARRAY(
      SELECT id FROM (
        SELECT id, CASE WHEN deleted_on IS NULL THEN (storage_unit_id, well_row, well_column) END FROM new_rows
        EXCEPT SELECT id, CASE WHEN deleted_on IS NULL THEN (storage_unit_id, well_row, well_column) END FROM old_rows) x);
  ELSE
    changed := ARRAY(SELECT id FROM old_rows);
  END IF;
  PERFORM collection.note_placements('material-sample', ARRAY(
    SELECT s.id FROM collection.material_sample s WHERE s.storage_unit_usage_id = ANY(changed)));
  PERFORM collection.note_placements('storage-unit-usage', changed);
  RETURN NULL;
END $body$
"""
EARLIER = """
CREATE OR REPLACE FUNCTION collection.codes(single text[], many text[], keyed jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT array_agg(DISTINCT collection.fold_code(v)) FROM (
    SELECT unnest(single) UNION ALL SELECT unnest(many)
    UNION ALL SELECT value FROM jsonb_each_text(coalesce(keyed, '{}'))
  ) x (v) WHERE v <> ''
$body$
"""
INDEXED = """
SELECT i.relname, t.relname, a.attname, m.amname, a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
  format_type(a.atttypid, NULL)
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_am m ON m.oid = i.relam
JOIN pg_class t ON t.oid = x.indrelid AND t.relnamespace = 'collection'::regnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
WHERE x.indnatts = 1 AND NOT x.indisunique
  AND (m.amname = 'gin' OR (f.oid IS NOT NULL AND NOT a.attnotnull)) ORDER BY 1
"""
"""Indexes of one column that links or is looked into: name, table, column, method, whether null is refused, what it
is when nothing is said, its type. The index of codes has an expression and no column."""


def make_again(partial: bool) -> None:
    for index, table, column, method, never_null, default, kind in (
        op.get_bind().execute(sa.text(INDEXED)).all()
    ):
        how = " jsonb_path_ops" if kind == "jsonb" else ""
        where = f'"{column}" <> {default}' if never_null else f'"{column}" IS NOT NULL'
        op.execute(f'DROP INDEX collection."{index}"')
        op.execute(
            f'CREATE INDEX "{index}" ON collection."{table}" USING {method} ("{column}"{how})'
            + (f" WHERE {where}" if partial else "")
        )


def upgrade() -> None:
    for statement in (CODES, SAMPLES_PLACED, UNITS_PLACED, USAGES_PLACED):
        op.execute(statement)
    make_again(True)


def downgrade() -> None:
    op.execute(EARLIER)
    make_again(False)
