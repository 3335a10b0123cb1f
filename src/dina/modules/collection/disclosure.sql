-- What those outside a group are told: used by the tables they read from (resources/disclosure.py).

-- To how many degrees the place of an event is told: null as it is, 0 not at all.
CREATE OR REPLACE FUNCTION collection.coordinate_precision(event uuid, of_group text) RETURNS double precision
LANGUAGE plpgsql STABLE AS $body$
BEGIN
  IF NOT EXISTS (SELECT FROM collection.sensitive_taxon r WHERE r."group" = of_group AND r.deleted_on IS NULL) THEN
    RETURN NULL;
  END IF;
  RETURN (
    WITH RECURSIVE found (id) AS (
      SELECT s.id FROM collection.material_sample s WHERE s.collecting_event_id = event
      UNION
      SELECT made.id FROM found f CROSS JOIN LATERAL (
        SELECT c.id FROM collection.material_sample c WHERE c.parent_material_sample_id = f.id
        UNION ALL
        SELECT o.target_id FROM collection.process_inputs i
        CROSS JOIN LATERAL (
          SELECT p.id FROM collection.process p WHERE p.id = i.source_id AND p.deleted_on IS NULL OFFSET 0
        ) p
        JOIN collection.process_outputs o ON o.source_id = p.id WHERE i.target_id = f.id
      ) made
    ), name AS (
      SELECT lower(d #>> '{parsedName,canonicalName}') AS canonical, lower(d #>> '{parsedName,genus}') AS genus,
        lower(concat_ws(' ', d #>> '{parsedName,genus}', d #>> '{parsedName,specificEpithet}')) AS species,
        lower(d->>'scientificName') AS scientific, lower(d->>'verbatimScientificName') AS verbatim,
        string_to_array(lower(d #>> '{scientificNameDetails,classificationPath}'), '|') AS path
      FROM found f
      JOIN collection.material_sample_organism l ON l.source_id = f.id
      JOIN collection.organism o ON o.id = l.target_id AND o.deleted_on IS NULL
      CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(o.determination) = 'array' THEN o.determination ELSE '[]' END) d
      UNION ALL
      -- What was seen there and not taken.
      SELECT lower(b.scientific_name), lower(split_part(b.scientific_name, ' ', 1)),
        lower(concat_ws(' ', split_part(b.scientific_name, ' ', 1), split_part(b.scientific_name, ' ', 2))),
        lower(b.scientific_name), lower(b.verbatim_name),
        (SELECT array_agg(lower(taxon)) FROM unnest(b.higher_classification) taxon)
      FROM collection.observation b
      WHERE b.collecting_event_id = event AND b.deleted_on IS NULL
    )
    SELECT min(CASE r.action WHEN 'WITHHOLD' THEN 0 ELSE coalesce(r.coordinate_precision, 0) END)
    FROM collection.sensitive_taxon r JOIN name n
      ON lower(r.scientific_name) IN (n.canonical, n.genus, n.species, n.scientific, n.verbatim)
      OR lower(r.scientific_name) = ANY (n.path)
    WHERE r."group" = of_group AND r.deleted_on IS NULL
      AND (r.until IS NULL OR left(r.until, 10) >= left(to_char(now(), 'YYYY-MM-DD'), length(left(r.until, 10)))));
END $body$;

-- Georeferences as told: coordinates in the middle of their cell, with the uncertainty of the cell.
CREATE OR REPLACE FUNCTION collection.coarse_georeferences(assertions jsonb, degrees double precision) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $body$
  SELECT CASE
    WHEN degrees IS NULL THEN assertions
    WHEN degrees > 0 AND jsonb_typeof(assertions) = 'array' THEN (
      SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'isPrimary', a->'isPrimary',
        'dwcDecimalLatitude',
          round((floor((a->>'dwcDecimalLatitude')::numeric / degrees::numeric) + 0.5) * degrees::numeric, 6),
        'dwcDecimalLongitude',
          round((floor((a->>'dwcDecimalLongitude')::numeric / degrees::numeric) + 0.5) * degrees::numeric, 6),
        'dwcCoordinateUncertaintyInMeters', greatest(ceil(degrees * 78800),
          coalesce((a->>'dwcCoordinateUncertaintyInMeters')::double precision, 0)))))
      FROM jsonb_array_elements(assertions) a)
  END
$body$;

-- Whether an organism may be shown: some sample of it may, or it is in none and need not be released.
CREATE OR REPLACE FUNCTION collection.organism_is_shown(organism uuid, only_released boolean) RETURNS boolean
LANGUAGE sql STABLE AS $body$
  SELECT coalesce(bool_or(CASE WHEN only_released THEN s.publicly_releasable IS TRUE
                               ELSE s.publicly_releasable IS NOT FALSE END), NOT only_released)
  FROM collection.material_sample_organism l JOIN collection.material_sample s ON s.id = l.source_id
  WHERE l.target_id = organism AND s.deleted_on IS NULL
$body$;

-- What the group itself is told of it: what others do not get to know, and why.
CREATE OR REPLACE FUNCTION collection.event_disclosure(event uuid, of_group text) RETURNS jsonb
LANGUAGE sql STABLE AS $body$
  SELECT CASE WHEN p.degrees IS NOT NULL THEN jsonb_build_object(
    'action', CASE WHEN p.degrees = 0 THEN 'WITHHOLD' ELSE 'GENERALISE' END,
    'coordinatePrecision', nullif(p.degrees, 0)) END
  FROM (SELECT collection.coordinate_precision(event, of_group) AS degrees) p
$body$;

CREATE OR REPLACE FUNCTION collection.organisms_of_withheld_samples() RETURNS TABLE (id uuid)
LANGUAGE sql STABLE AS $body$
  SELECT DISTINCT l.target_id FROM collection.material_sample s
  JOIN collection.material_sample_organism l ON l.source_id = s.id
  WHERE s.publicly_releasable IS FALSE AND s.deleted_on IS NULL
$body$;
