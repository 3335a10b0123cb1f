-- Parents and processes are one graph. A sample is derived from the inputs of the process it is an output of;
-- the first input is its parent_material_sample_id. Whatever path changes the one, the other follows in the
-- same transaction and with the same author: these triggers do it, and history records both.

-- The samples derived by living processes, with their first source.
CREATE OR REPLACE FUNCTION collection.follow_processes(samples uuid[]) RETURNS void LANGUAGE sql AS $body$
  UPDATE collection.material_sample s
  SET parent_material_sample_id = d.parent, resource_version = s.resource_version + 1, last_updated_on = now()
  FROM (
    SELECT w.id, first.parent
    FROM unnest(samples) w (id)
    LEFT JOIN (
      SELECT DISTINCT ON (o.target_id) o.target_id AS id, i.target_id AS parent
      FROM collection.process_outputs o
      JOIN collection.process p ON p.id = o.source_id AND p.deleted_on IS NULL
      JOIN collection.process_inputs i ON i.source_id = p.id
      WHERE o.target_id = ANY (samples)
      ORDER BY o.target_id, p.created_on, p.id, i.ordinal
    ) first ON first.id = w.id
  ) d
  WHERE s.id = d.id AND s.parent_material_sample_id IS DISTINCT FROM d.parent
$body$;

CREATE OR REPLACE FUNCTION collection.process_links_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    IF TG_TABLE_NAME = 'process_outputs' THEN
      PERFORM collection.follow_processes(ARRAY(SELECT DISTINCT target_id FROM changed_rows));
    ELSE
      PERFORM collection.follow_processes(ARRAY(
        SELECT DISTINCT o.target_id FROM changed_rows c JOIN collection.process_outputs o ON o.source_id = c.source_id));
    END IF;
  END IF;
  RETURN NULL;
END $body$;

CREATE OR REPLACE TRIGGER provenance_inserted AFTER INSERT ON collection.process_outputs
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION collection.process_links_changed();
CREATE OR REPLACE TRIGGER provenance_deleted AFTER DELETE ON collection.process_outputs
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION collection.process_links_changed();
CREATE OR REPLACE TRIGGER provenance_inserted AFTER INSERT ON collection.process_inputs
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION collection.process_links_changed();
CREATE OR REPLACE TRIGGER provenance_deleted AFTER DELETE ON collection.process_inputs
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION collection.process_links_changed();

-- A preparation is told on the sample too: its date, kind, method, protocol, remarks and people.
CREATE OR REPLACE FUNCTION collection.process_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF pg_trigger_depth() > 1 THEN
    RETURN NULL;
  END IF;
  PERFORM collection.follow_processes(ARRAY(
    SELECT DISTINCT o.target_id
    FROM new_rows n JOIN old_rows p USING (id) JOIN collection.process_outputs o ON o.source_id = n.id
    WHERE n.deleted_on IS DISTINCT FROM p.deleted_on));
  PERFORM collection.tell_preparation(ARRAY(SELECT id FROM new_rows));
  RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION collection.people(agents jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $body$
  SELECT coalesce(jsonb_path_query_array(agents, '$[*] ? (@.type == "person")'), '[]'::jsonb)
$body$;

CREATE OR REPLACE FUNCTION collection.tell_preparation(processes uuid[]) RETURNS void LANGUAGE sql AS $body$
  UPDATE collection.material_sample s
  SET preparation_date = d.day, preparation_remarks = d.remarks, preparation_type_id = d.preparation_type_id,
    preparation_method_id = d.preparation_method_id, preparation_protocol_id = d.protocol_id,
    prepared_by = d.people, resource_version = s.resource_version + 1, last_updated_on = now()
  FROM (
    SELECT o.target_id AS id, p.remarks, p.preparation_type_id, p.preparation_method_id, p.protocol_id,
      collection.people(p.agents) AS people,
      CASE WHEN p.started_on ~ '^\d{4}-\d\d-\d\d' THEN left(p.started_on, 10)::date END AS day
    FROM collection.process p JOIN collection.process_outputs o ON o.source_id = p.id
    WHERE p.id = ANY(processes) AND p.process_type = 'PREPARATION' AND p.deleted_on IS NULL
  ) d
  WHERE s.id = d.id
    AND (s.preparation_date, s.preparation_remarks, s.preparation_type_id, s.preparation_method_id,
         s.preparation_protocol_id, coalesce(s.prepared_by, '[]'))
      IS DISTINCT FROM (d.day, d.remarks, d.preparation_type_id, d.preparation_method_id, d.protocol_id, d.people)
$body$;

CREATE OR REPLACE TRIGGER provenance_updated AFTER UPDATE ON collection.process
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION collection.process_changed();

-- A new process is written after its links, so it is looked at when it arrives itself.
CREATE OR REPLACE FUNCTION collection.process_made() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    PERFORM collection.follow_processes(ARRAY(
      SELECT DISTINCT o.target_id FROM new_rows n JOIN collection.process_outputs o ON o.source_id = n.id));
    PERFORM collection.tell_preparation(ARRAY(SELECT id FROM new_rows));
  END IF;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER provenance_inserted AFTER INSERT ON collection.process
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection.process_made();

-- The other way: a sample that is given another parent, or prepared otherwise, on the old wire.
CREATE OR REPLACE FUNCTION collection.sample_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  moved uuid[];
  prepared uuid[];
  made record;
BEGIN
  IF pg_trigger_depth() > 1 THEN
    RETURN NULL;
  END IF;
  -- By EXCEPT, which hashes: a join of rows that nobody has statistics of may compare each with each.
  moved := ARRAY(SELECT id FROM (
    SELECT id, parent_material_sample_id FROM new_rows
    EXCEPT SELECT id, parent_material_sample_id FROM old_rows) x);
  IF cardinality(moved) > 0 THEN
    -- Alone in its process: the first source is replaced. Among others, or without a parent: it leaves it.
    FOR made IN
      SELECT o.source_id AS process, o.target_id AS sample, s.parent_material_sample_id AS parent,
        (SELECT count(*) FROM collection.process_outputs x WHERE x.source_id = o.source_id) = 1 AS alone
      FROM collection.process_outputs o
      JOIN collection.process p ON p.id = o.source_id AND p.deleted_on IS NULL
      JOIN collection.material_sample s ON s.id = o.target_id
      WHERE o.target_id = ANY(moved)
        AND EXISTS (SELECT FROM collection.process_inputs i WHERE i.source_id = p.id)
    LOOP
      IF made.alone AND made.parent IS NOT NULL THEN
        DELETE FROM collection.process_inputs i WHERE i.source_id = made.process AND (i.target_id = made.parent
          OR i.ordinal = (SELECT min(x.ordinal) FROM collection.process_inputs x WHERE x.source_id = made.process));
        INSERT INTO collection.process_inputs (source_id, target_id, ordinal)
          VALUES (made.process, made.parent, -1);
      ELSE
        DELETE FROM collection.process_outputs o WHERE o.source_id = made.process AND o.target_id = made.sample;
      END IF;
      UPDATE collection.process p SET resource_version = p.resource_version + 1, last_updated_on = now()
        WHERE p.id = made.process;
    END LOOP;
  END IF;
  prepared := ARRAY(SELECT id FROM (
    SELECT id, preparation_date, preparation_remarks, preparation_type_id, preparation_method_id,
      preparation_protocol_id, prepared_by FROM new_rows
    EXCEPT SELECT id, preparation_date, preparation_remarks, preparation_type_id, preparation_method_id,
      preparation_protocol_id, prepared_by FROM old_rows) x);
  IF cardinality(prepared) = 0 THEN
    RETURN NULL;
  END IF;
  UPDATE collection.process p
  SET started_on = CASE WHEN n.preparation_date IS DISTINCT FROM
        CASE WHEN p.started_on ~ '^\d{4}-\d\d-\d\d' THEN left(p.started_on, 10)::date END
      THEN n.preparation_date::text ELSE p.started_on END,
    remarks = n.preparation_remarks, preparation_type_id = n.preparation_type_id,
    preparation_method_id = n.preparation_method_id, protocol_id = n.preparation_protocol_id,
    agents = coalesce(n.prepared_by, '[]') || coalesce(
      jsonb_path_query_array(p.agents, '$[*] ? (@.type != "person")'), '[]'),
    resource_version = p.resource_version + 1, last_updated_on = now()
  FROM new_rows n, collection.process_outputs o
  WHERE n.id = ANY(prepared) AND o.target_id = n.id AND p.id = o.source_id
    AND p.process_type = 'PREPARATION' AND p.deleted_on IS NULL
    AND (SELECT count(*) FROM collection.process_outputs x WHERE x.source_id = p.id) = 1;
  RETURN NULL;
END $body$;

CREATE OR REPLACE TRIGGER provenance_updated AFTER UPDATE ON collection.material_sample
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION collection.sample_changed();
