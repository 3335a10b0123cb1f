"""Where things were, numbers of collections, codes to scan"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROWS = """
UPDATE collection.storage_unit_usage u SET well_row = upper(well_row)
WHERE well_row <> upper(well_row) AND NOT EXISTS (
  SELECT FROM collection.storage_unit_usage o WHERE o.storage_unit_id = u.storage_unit_id
    AND o.id <> u.id AND upper(o.well_row) = upper(u.well_row) AND o.well_column = u.well_column
    AND o.deleted_on IS NULL)
"""

SEQUENCE = """
CREATE TABLE collection.collection_sequence (
  collection_id uuid PRIMARY KEY REFERENCES collection.collection (id) ON DELETE CASCADE,
  counter bigint NOT NULL
)
"""

# Nothing refers to other tables: the history of a place outlives the place.
PLACEMENT = """
CREATE TABLE collection.storage_placement (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  item_type text NOT NULL,
  item_id uuid NOT NULL,
  storage_unit_id uuid NOT NULL,
  well_row text,
  well_column bigint,
  "group" text,
  since timestamptz NOT NULL,
  until timestamptz,
  placed_by text NOT NULL,
  removed_by text,
  moved_by uuid,
  reason text,
  noted_on timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX storage_placement_now ON collection.storage_placement (item_id, item_type) WHERE until IS NULL;
CREATE INDEX storage_placement_item ON collection.storage_placement (item_id, since DESC, noted_on DESC);
CREATE INDEX storage_placement_unit ON collection.storage_placement (storage_unit_id, since DESC, noted_on DESC)
"""

PLACES_NOW = """
CREATE FUNCTION collection.places_now(what text, ids uuid[])
RETURNS TABLE (item uuid, unit uuid, well_row text, well_column bigint, "group" text)
LANGUAGE sql STABLE AS $body$
  SELECT s.id, u.storage_unit_id, u.well_row, u.well_column, u."group"
  FROM collection.material_sample s JOIN collection.storage_unit_usage u ON u.id = s.storage_unit_usage_id
  WHERE what = 'material-sample' AND s.id = ANY(ids) AND s.deleted_on IS NULL AND u.deleted_on IS NULL
    AND u.storage_unit_id IS NOT NULL
  UNION ALL
  SELECT c.id, c.parent_storage_unit_id, NULL, NULL, c."group" FROM collection.storage_unit c
  WHERE what = 'storage-unit' AND c.id = ANY(ids) AND c.deleted_on IS NULL
    AND c.parent_storage_unit_id IS NOT NULL
  UNION ALL
  SELECT u.id, u.storage_unit_id, u.well_row, u.well_column, u."group" FROM collection.storage_unit_usage u
  WHERE what = 'storage-unit-usage' AND u.id = ANY(ids) AND u.deleted_on IS NULL
    AND u.storage_unit_id IS NOT NULL AND u.usage_type <> 'material-sample'
$body$
"""

# A second move within one transaction replaces the first: history tells where things were between changes.
NOTE_PLACEMENTS = """
CREATE FUNCTION collection.note_placements(what text, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  said jsonb := coalesce(nullif(current_setting('dina.move', true), ''), '{}')::jsonb;
  moment timestamptz := coalesce((said->>'on')::timestamptz, now());
  who text := coalesce(nullif(current_setting('dina.author', true), ''), 'anonymous');
  moved uuid[];
BEGIN
  IF cardinality(ids) = 0 THEN
    RETURN;
  END IF;
  moved := ARRAY(
    SELECT i FROM unnest(ids) i
    LEFT JOIN collection.places_now(what, ids) n ON n.item = i
    LEFT JOIN collection.storage_placement p ON p.item_id = i AND p.item_type = what AND p.until IS NULL
    WHERE (p.storage_unit_id, p.well_row, p.well_column) IS DISTINCT FROM (n.unit, n.well_row, n.well_column));
  IF cardinality(moved) = 0 THEN
    RETURN;
  END IF;
  DELETE FROM collection.storage_placement p WHERE p.item_id = ANY(moved) AND p.item_type = what
    AND p.until IS NULL AND p.xid = pg_current_xact_id() AND p.noted_on = now();
  UPDATE collection.storage_placement p SET until = greatest(moment, p.since), removed_by = who
  WHERE p.item_id = ANY(moved) AND p.item_type = what AND p.until IS NULL;
  INSERT INTO collection.storage_placement
    (item_type, item_id, storage_unit_id, well_row, well_column, "group", since, placed_by, moved_by, reason)
  SELECT what, n.item, n.unit, n.well_row, n.well_column, n."group",
    greatest(moment, (SELECT max(p.until) FROM collection.storage_placement p
                      WHERE p.item_id = n.item AND p.item_type = what)),
    who, (said->>'by')::uuid, said->>'reason'
  FROM collection.places_now(what, moved) n;
END $body$
"""

SAMPLES_PLACED = """
CREATE FUNCTION collection.material_sample_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM collection.note_placements('material-sample',
      ARRAY(SELECT id FROM new_rows WHERE storage_unit_usage_id IS NOT NULL));
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM collection.note_placements('material-sample', ARRAY(
      SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.storage_unit_usage_id, n.deleted_on IS NULL)
        IS DISTINCT FROM (o.storage_unit_usage_id, o.deleted_on IS NULL)));
  ELSE
    PERFORM collection.note_placements('material-sample',
      ARRAY(SELECT id FROM old_rows WHERE storage_unit_usage_id IS NOT NULL));
  END IF;
  RETURN NULL;
END $body$
"""

UNITS_PLACED = """
CREATE FUNCTION collection.storage_unit_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM collection.note_placements('storage-unit',
      ARRAY(SELECT id FROM new_rows WHERE parent_storage_unit_id IS NOT NULL));
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM collection.note_placements('storage-unit', ARRAY(
      SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.parent_storage_unit_id, n.deleted_on IS NULL)
        IS DISTINCT FROM (o.parent_storage_unit_id, o.deleted_on IS NULL)));
  ELSE
    PERFORM collection.note_placements('storage-unit',
      ARRAY(SELECT id FROM old_rows WHERE parent_storage_unit_id IS NOT NULL));
  END IF;
  RETURN NULL;
END $body$
"""

USAGES_PLACED = """
CREATE FUNCTION collection.storage_unit_usage_placed() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  changed uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    changed := ARRAY(SELECT id FROM new_rows);
  ELSIF TG_OP = 'UPDATE' THEN
    changed := ARRAY(
      SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.storage_unit_id, n.well_row, n.well_column, n.deleted_on IS NULL)
        IS DISTINCT FROM (o.storage_unit_id, o.well_row, o.well_column, o.deleted_on IS NULL));
  ELSE
    changed := ARRAY(SELECT id FROM old_rows);
  END IF;
  PERFORM collection.note_placements('material-sample', ARRAY(
    SELECT s.id FROM collection.material_sample s WHERE s.storage_unit_usage_id = ANY(changed)));
  PERFORM collection.note_placements('storage-unit-usage', changed);
  RETURN NULL;
END $body$
"""

KNOWN_SO_FAR = """
INSERT INTO collection.storage_placement
  (item_type, item_id, storage_unit_id, well_row, well_column, "group", since, placed_by)
SELECT k.what, n.item, n.unit, n.well_row, n.well_column, n."group", now(), 'system'
FROM (
  SELECT 'material-sample' AS what, ARRAY(SELECT id FROM collection.material_sample
    WHERE storage_unit_usage_id IS NOT NULL) AS ids
  UNION ALL SELECT 'storage-unit', ARRAY(SELECT id FROM collection.storage_unit
    WHERE parent_storage_unit_id IS NOT NULL)
  UNION ALL SELECT 'storage-unit-usage', ARRAY(SELECT id FROM collection.storage_unit_usage)
) k CROSS JOIN LATERAL collection.places_now(k.what, k.ids) n
"""

FOLD_CODE = """
CREATE FUNCTION collection.fold_code(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
  SELECT lower(regexp_replace(value, '\\s+', '', 'g'))
$body$
"""

CODES = """
CREATE FUNCTION collection.codes(single text[], many text[], keyed jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT array_agg(DISTINCT collection.fold_code(v)) FROM (
    SELECT unnest(single) UNION ALL SELECT unnest(many)
    UNION ALL SELECT value FROM jsonb_each_text(coalesce(keyed, '{}'))
  ) x (v) WHERE v <> ''
$body$
"""

INDEXES = {
    "material_sample": "ARRAY[barcode, material_sample_name, dwc_catalog_number], dwc_other_catalog_numbers, identifiers",
    "storage_unit": "ARRAY[barcode, name], NULL::text[], NULL::jsonb",
    "collecting_event": "ARRAY[dwc_field_number, dwc_record_number], other_record_numbers, NULL::jsonb",
    "collection": "ARRAY[code], NULL::text[], identifiers",
}
EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    for statement in (
        ROWS, SEQUENCE, PLACEMENT, PLACES_NOW, NOTE_PLACEMENTS, SAMPLES_PLACED, UNITS_PLACED, USAGES_PLACED,
        KNOWN_SO_FAR, FOLD_CODE, CODES,
    ):  # fmt: skip
        op.execute(statement)
    for table in ("material_sample", "storage_unit", "storage_unit_usage"):
        for event, rows in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER placement_{event.lower()} AFTER {event} ON collection.{table} REFERENCING {rows} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION collection.{table}_placed()"
            )
    for table, columns in INDEXES.items():
        op.execute(
            f"CREATE INDEX ix_{table}_codes ON collection.{table} USING gin (collection.codes({columns})) "
            "WHERE deleted_on IS NULL"
        )
    op.execute(
        "CREATE INDEX ix_material_sample_actions ON collection.material_sample (id) "
        "WHERE deleted_on IS NULL AND scheduled_actions <> '[]'::jsonb"
    )


def downgrade() -> None:
    op.execute("DROP INDEX collection.ix_material_sample_actions")
    for table in INDEXES:
        op.execute(f"DROP INDEX collection.ix_{table}_codes")
    for function in ("codes(text[], text[], jsonb)", "fold_code(text)"):
        op.execute(f"DROP FUNCTION collection.{function}")
    for table in ("material_sample", "storage_unit", "storage_unit_usage"):
        op.execute(f"DROP FUNCTION collection.{table}_placed() CASCADE")
    op.execute("DROP FUNCTION collection.note_placements(text, uuid[])")
    op.execute("DROP FUNCTION collection.places_now(text, uuid[])")
    op.execute("DROP TABLE collection.storage_placement, collection.collection_sequence")
