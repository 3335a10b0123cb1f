-- What is worked out of other rows when a sample is read: part of the statement that reads it.

-- The primary determination of each target organism of a sample; if none is marked as target, all are.
CREATE OR REPLACE FUNCTION collection.target_determinations(sample uuid)
RETURNS TABLE (ordinal integer, organism uuid, determination jsonb) LANGUAGE sql STABLE AS $body$
  SELECT t.ordinal, t.id, t.found
  FROM (
    SELECT l.ordinal, o.id, o.is_target, bool_or(o.is_target) OVER () AS marked,
      jsonb_path_query_first(o.determination, '$[*] ? (@.isPrimary == true)') AS found
    FROM collection.material_sample_organism l
    JOIN collection.organism o ON o.id = l.target_id AND o.deleted_on IS NULL
    WHERE l.source_id = sample
  ) t WHERE t.is_target OR t.marked IS NOT TRUE
$body$;

CREATE OR REPLACE FUNCTION collection.determined_name(determination jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT coalesce(nullif(determination->>'scientificName', ''), nullif(determination->>'verbatimScientificName', ''))
$body$;

-- Name by rank, of the ranks that are known; null where the source gave none.
CREATE OR REPLACE FUNCTION collection.classification(determination jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $body$
  SELECT jsonb_object_agg(rank, name)
  FROM unnest(string_to_array(determination #>> '{scientificNameDetails,classificationRanks}', '|'),
              string_to_array(determination #>> '{scientificNameDetails,classificationPath}', '|')) c (rank, name)
  WHERE rank IN ('kingdom', 'phylum', 'class', 'order', 'family', 'genus', 'species', 'subspecies')
$body$;

-- Several target organisms: their names joined.
CREATE OR REPLACE FUNCTION collection.target_name(sample uuid) RETURNS text LANGUAGE sql STABLE AS $body$
  SELECT string_agg(collection.determined_name(t.determination), '|' ORDER BY t.ordinal)
  FROM collection.target_determinations(sample) t
$body$;

-- A sample and its ancestors by the first parent, nearest first; loops are cut.
CREATE OR REPLACE FUNCTION collection.lineage(sample uuid)
RETURNS TABLE (id uuid, rank integer) LANGUAGE sql STABLE AS $body$
  WITH RECURSIVE line (id, rank, seen) AS (
    SELECT sample, 1, ARRAY[sample]
    UNION ALL
    SELECT s.parent_material_sample_id, line.rank + 1, line.seen || s.parent_material_sample_id
    FROM line JOIN collection.material_sample s ON s.id = line.id
    WHERE s.parent_material_sample_id <> ALL (line.seen) AND line.rank < 1000
  ) SELECT line.id, line.rank FROM line
$body$;

-- Its own name, else that of the nearest ancestor that has one.
CREATE OR REPLACE FUNCTION collection.effective_name(sample uuid) RETURNS text LANGUAGE plpgsql STABLE AS $body$
DECLARE
  found text := collection.target_name(sample);
BEGIN
  IF found IS NULL AND EXISTS (
    SELECT FROM collection.material_sample s WHERE s.id = sample AND s.parent_material_sample_id IS NOT NULL) THEN
    SELECT n.name INTO found
    FROM collection.lineage(sample) l CROSS JOIN LATERAL (SELECT collection.target_name(l.id) AS name) n
    WHERE n.name IS NOT NULL ORDER BY l.rank LIMIT 1;
  END IF;
  RETURN found;
END $body$;

CREATE OR REPLACE FUNCTION collection.short_determination(determination jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $body$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'verbatimScientificName', determination->'verbatimScientificName',
    'scientificName', determination->'scientificName',
    'scientificNameDetails', CASE WHEN jsonb_typeof(determination->'scientificNameDetails') = 'object' THEN
      jsonb_build_object('currentName', determination #> '{scientificNameDetails,currentName}',
                         'isSynonym', determination #> '{scientificNameDetails,isSynonym}') END))
$body$;

CREATE OR REPLACE FUNCTION collection.sample_hierarchy(sample uuid) RETURNS json LANGUAGE sql STABLE AS $body$
  SELECT json_agg(json_build_object(
    'uuid', s.id, 'name', s.material_sample_name, 'type', s.material_sample_type, 'rank', l.rank,
    'organismPrimaryDetermination', coalesce((
      SELECT json_agg(collection.short_determination(
        jsonb_path_query_first(o.determination, '$[*] ? (@.isPrimary == true)')) ORDER BY m.ordinal)
      FROM collection.material_sample_organism m
      JOIN collection.organism o ON o.id = m.target_id AND o.deleted_on IS NULL
      WHERE m.source_id = s.id AND jsonb_path_exists(o.determination, '$[*] ? (@.isPrimary == true)')), '[]'),
    'targetOrganismPrimaryDetermination', (
      SELECT CASE WHEN count(*) = 1 THEN (array_agg(collection.short_determination(t.determination)))[1] END
      FROM collection.target_determinations(s.id) t)) ORDER BY l.rank)
  FROM collection.lineage(sample) l JOIN collection.material_sample s ON s.id = l.id
$body$;

-- Direct children in the order they were made: by first parent, or by any process they come out of. Looked up from
-- the parent on, whatever is known of how large the tables are: after a load nothing is, and each row of a table
-- would be asked whether it is a child.
CREATE OR REPLACE FUNCTION collection.sample_children(sample uuid) RETURNS json LANGUAGE sql STABLE AS $body$
  SELECT coalesce(json_agg(json_build_object(
    'id', s.id, 'uuid', s.id, 'group', s."group", 'materialSampleType', s.material_sample_type,
    'createdOn', to_char(timezone('UTC', s.created_on), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'createdBy', s.created_by, 'dwcCatalogNumber', s.dwc_catalog_number,
    'dwcOtherCatalogNumbers', s.dwc_other_catalog_numbers, 'materialSampleName', s.material_sample_name,
    'preparationDate', s.preparation_date, 'managedAttributes', s.managed_attributes,
    'preparationRemarks', s.preparation_remarks, 'dwcDegreeOfEstablishment', s.dwc_degree_of_establishment,
    'barcode', s.barcode, 'ordinal', s.ordinal, 'scheduledActions', s.scheduled_actions,
    'citations', s.citations, 'hostOrganism', s.host_organism) ORDER BY s.ordinal), '[]')
  FROM (
    SELECT c.*, row_number() OVER (ORDER BY c.created_on, c.id) AS ordinal
    FROM (
      SELECT d.id FROM collection.material_sample d WHERE d.parent_material_sample_id = sample
      UNION
      SELECT o.target_id FROM collection.process_inputs i
      CROSS JOIN LATERAL (
        SELECT p.id FROM collection.process p WHERE p.id = i.source_id AND p.deleted_on IS NULL OFFSET 0
      ) p
      CROSS JOIN LATERAL (
        SELECT x.target_id FROM collection.process_outputs x WHERE x.source_id = p.id OFFSET 0
      ) o WHERE i.target_id = sample
    ) made
    CROSS JOIN LATERAL (
      SELECT m.* FROM collection.material_sample m WHERE m.id = made.id AND m.deleted_on IS NULL OFFSET 0
    ) c
  ) s
$body$;
