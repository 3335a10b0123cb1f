"""Many specimens with the demo's names, places and people, recombined; written into the collection's tables."""

from __future__ import annotations

import csv
from importlib.resources import files

import psycopg

FILL = """
INSERT INTO agent.person (id, display_name, created_by) SELECT gen_random_uuid(), v, 'bench' FROM bench_person;
INSERT INTO collection.institution (id, name, created_by) VALUES ('0198c0de-0000-7000-8000-000000000002', 'Museum', 'bench');
INSERT INTO collection.collection (id, name, code, "group", created_by, institution_id)
  SELECT gen_random_uuid(), 'Collection ' || n, 'C' || n, 'dev-group', 'bench', '0198c0de-0000-7000-8000-000000000002' FROM generate_series(1, 20) n;
WITH p AS (SELECT array_agg(id) a FROM agent.person), v AS (SELECT array_agg(bench_place) a FROM bench_place)
INSERT INTO collection.collecting_event (id, "group", created_by, dwc_field_number, dwc_recorded_by, start_event_date_time,
    dwc_verbatim_locality, dwc_country, dwc_state_province, dwc_minimum_elevation_in_meters, habitat, collectors, geo_reference_assertions)
  SELECT uuidv7(n * interval '3 milliseconds'), 'dev-group', 'bench', 'F-' || n, 'Collector ' || n % 300,
    to_char(date '1890-01-01' + (n::bigint * 7919 % 47000)::int, 'YYYY-MM-DD'), (v.a[1 + n % cardinality(v.a)]).locality || ', ' || n % 1009 || ' m from the road',
    (v.a[1 + n % cardinality(v.a)]).country, 'Province ' || n % 97, n * 31 % 4000, (v.a[1 + n * 13 % cardinality(v.a)]).locality,
    jsonb_build_array(jsonb_build_object('id', p.a[1 + n % cardinality(p.a)], 'type', 'person')),
    jsonb_build_array(jsonb_build_object('dwcDecimalLatitude', round((-60 + (n::bigint * 7877 % 130000) / 1000.0)::numeric, 4),
      'dwcDecimalLongitude', round((-180 + (n::bigint * 104729 % 360000) / 1000.0)::numeric, 4), 'isPrimary', true))
  FROM generate_series(1, {n} / 3 + 1) n, p, v;
WITH p AS (SELECT array_agg(id) a FROM agent.person), v AS (SELECT array_agg(v) a FROM bench_name)
INSERT INTO collection.organism (id, "group", created_by, sex, determination)
  SELECT gen_random_uuid(), 'dev-group', 'bench', CASE n % 3 WHEN 0 THEN 'female' WHEN 1 THEN 'male' END, jsonb_build_array(jsonb_build_object(
    'verbatimScientificName', v.a[1 + n * 17 % cardinality(v.a)], 'scientificName', v.a[1 + n * 17 % cardinality(v.a)], 'isPrimary', true,
    'typeStatus', CASE WHEN n % 200 = 0 THEN 'holotype' END, 'verbatimDeterminer', 'Determiner ' || n % 300, 'determiner', jsonb_build_array(p.a[1 + n % cardinality(p.a)]),
    'determinedOn', '2001-02-03'))
  FROM generate_series(1, {n}) n, p, v;
WITH e AS (SELECT array_agg(id ORDER BY id) a FROM collection.collecting_event), c AS (SELECT array_agg(id) a FROM collection.collection)
INSERT INTO collection.material_sample (id, "group", created_by, created_on, material_sample_name, dwc_catalog_number, barcode,
    material_sample_type, material_sample_remarks, preservation_type, publicly_releasable, tags, collecting_event_id, collection_id)
  SELECT uuidv7(n * interval '1 millisecond'), 'dev-group', 'bench', now() - n / 100 * interval '1 second', 'S-' || n, n::text, 'B' || n,
    'WHOLE_ORGANISM', CASE WHEN n % 4 = 0 THEN 'remark on flowers ' || n END, 'pinned', CASE WHEN n % 50 <> 0 THEN true ELSE false END, ARRAY['bench', 't' || n % 50],
    e.a[1 + n / 3 % cardinality(e.a)], c.a[1 + n % 20] FROM generate_series(1, {n}) n, e, c;
INSERT INTO collection.material_sample_organism (source_id, target_id, ordinal)
  SELECT s.id, o.id, 0 FROM (SELECT id, row_number() OVER () r FROM collection.material_sample) s
  JOIN (SELECT id, row_number() OVER () r FROM collection.organism) o USING (r)
"""


"""Ids are made as the system makes them, by time; specimens of one event follow each other."""


def fill(url: str, number: int) -> None:
    """The demo's names, places and people, recombined into so many specimens."""
    text = files("dina.demo").joinpath("data/berlin-pontaurus.tsv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    names = sorted({one.get("scientificName") or "" for one in rows} - {""})
    names = [*names, *(f"{one.split()[0]} species{n}" for n in range(10) for one in names[:300])]
    places = sorted({one.get("locality") or "" for one in rows} - {""}) or ["path to the lake"]
    people = sorted(
        {one.get("recordedBy") or "" for one in rows} | {f"Person {n}" for n in range(500)} - {""}
    )
    countries = ["Turkey", "Canada", "Türkiye", "France", "Côte d’Ivoire", "Japan", "Brazil", "Kenya"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMP TABLE bench_name (v text); CREATE TEMP TABLE bench_person (v text)")
        connection.execute("CREATE TEMP TABLE bench_place (locality text, country text)")
        with connection.cursor().copy("COPY bench_name FROM STDIN") as copy:
            for one in names:
                copy.write_row([one])
        with connection.cursor().copy("COPY bench_person FROM STDIN") as copy:
            for one in people:
                copy.write_row([one or "Nobody"])
        with connection.cursor().copy("COPY bench_place FROM STDIN") as copy:
            for at, one in enumerate(places):
                copy.write_row([one, countries[at % len(countries)]])
        for statement in FILL.replace("{n}", str(number)).split(";\n"):
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE")
