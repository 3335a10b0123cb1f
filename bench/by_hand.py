"""The best that can be written by hand for each question of `bench.search`: tables and indexes made for it alone."""

from __future__ import annotations

import psycopg

TABLES = """
CREATE SCHEMA hand;
CREATE TABLE hand.specimen AS
  SELECT s.id, s.material_sample_name AS name, lower(e.dwc_country) AS country, c.name AS collection, lower(e.dwc_field_number) AS field_number,
    o.determination->0->>'typeStatus' AS type_status, s.tags, (e.start_event_date_time)::date AS day,
    (e.geo_reference_assertions->0->>'dwcDecimalLongitude')::float8 AS lon, (e.geo_reference_assertions->0->>'dwcDecimalLatitude')::float8 AS lat,
    setweight(to_tsvector('simple', concat_ws(' ', s.material_sample_name, s.barcode, s.dwc_catalog_number, o.determination->0->>'scientificName')), 'A')
      || setweight(to_tsvector('simple', concat_ws(' ', e.dwc_verbatim_locality, e.dwc_country, e.dwc_state_province, e.dwc_recorded_by,
        o.determination->0->>'verbatimDeterminer', s.material_sample_remarks, e.habitat, c.name)), 'B') AS words,
    json_build_object('sample', to_json(s), 'event', to_json(e), 'organism', to_json(o), 'collection', to_json(c))::text AS document
  FROM collection.material_sample s JOIN collection.collecting_event e ON e.id = s.collecting_event_id
  JOIN collection.collection c ON c.id = s.collection_id
  JOIN collection.material_sample_organism l ON l.source_id = s.id JOIN collection.organism o ON o.id = l.target_id
"""
REPEATED = """
INSERT INTO hand.specimen SELECT gen_random_uuid(), name, country, collection, field_number, type_status, tags, day, lon, lat, words, document
  FROM hand.specimen, generate_series(2, {times})
"""
INDEXES = """
CREATE INDEX ON hand.specimen USING gin (words);
CREATE UNIQUE INDEX ON hand.specimen (id);
CREATE INDEX ON hand.specimen (country, name);
CREATE INDEX ON hand.specimen (field_number, name);
CREATE INDEX ON hand.specimen (type_status, day) WHERE type_status IS NOT NULL;
CREATE INDEX ON hand.specimen (lon, lat);
CREATE INDEX ON hand.specimen USING gist (point(lon, lat));
CREATE TABLE hand.value (field text, folded text COLLATE "C", value text, n bigint);
INSERT INTO hand.value SELECT 'organism.determination.scientificName', lower(v), v, n * {times}
  FROM (SELECT determination->0->>'scientificName' v, count(*) n FROM collection.organism GROUP BY 1) c;
INSERT INTO hand.value SELECT 'collectingEvent.dwcVerbatimLocality', lower(v), v, n * {times}
  FROM (SELECT e.dwc_verbatim_locality v, count(*) n FROM collection.material_sample s JOIN collection.collecting_event e ON e.id = s.collecting_event_id GROUP BY 1) c;
INSERT INTO hand.value SELECT 'materialSampleName', lower(name), name, count(*) FROM hand.specimen GROUP BY 2, 3;
CREATE INDEX ON hand.value (field, folded) INCLUDE (value, n);
VACUUM ANALYZE hand.specimen; VACUUM ANALYZE hand.value
"""
UP_TO = 100_000
"""The total is exact up to here, as in an answer of the search."""
RANKED = 5_000
"""Up to so many are put in order by relevance."""
FACETS = """
WITH m AS MATERIALIZED (SELECT country, collection, type_status, tags FROM hand.specimen WHERE words @@ %(words)s::tsquery)
SELECT (SELECT count(*) FROM m),
  (SELECT json_object_agg(v, n) FROM (SELECT country v, count(*) n FROM m WHERE country IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10) f),
  (SELECT json_object_agg(v, n) FROM (SELECT collection v, count(*) n FROM m GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10) f),
  (SELECT json_object_agg(v, n) FROM (SELECT type_status v, count(*) n FROM m WHERE type_status IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10) f),
  (SELECT json_object_agg(v, n) FROM (SELECT v, count(*) n FROM m, unnest(tags) v GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10) f)
"""
RELEVANT = """
SELECT id, document FROM hand.specimen JOIN (SELECT id, ts_rank(words, %(words)s::tsquery) r FROM hand.specimen
  WHERE words @@ %(words)s::tsquery ORDER BY 2 DESC, 1 LIMIT 20) p USING (id) ORDER BY r DESC, id
"""
BY_NAME = (
    "SELECT id, document FROM hand.specimen WHERE words @@ %(words)s::tsquery ORDER BY name, id LIMIT 20"
)
COUNTED = "SELECT count(*) FROM (SELECT FROM hand.specimen WHERE {where} LIMIT 100001) n"
PAGE = "SELECT id, document FROM hand.specimen WHERE {where} ORDER BY name, id LIMIT 20"
SUGGESTED = """
SELECT value, n FROM hand.value WHERE field = %(field)s AND folded >= %(low)s AND folded < %(high)s ORDER BY n DESC, value LIMIT 10
"""
TILE = """
SELECT avg(lon), avg(lat), count(*) FROM hand.specimen WHERE lon >= %(west)s AND lon < %(east)s AND lat >= %(south)s AND lat < %(north)s
GROUP BY floor((lon - %(west)s) / %(wide)s), floor((lat - %(south)s) / %(high)s)
"""


def make(url: str, times: int) -> None:
    """Make the tables; each specimen stands in them so many times."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        if times > 1:
            connection.execute(REPEATED.replace("{times}", str(times)))  # type: ignore[arg-type]
        for statement in INDEXES.replace("{times}", str(times)).split(";"):
            connection.execute(statement)  # type: ignore[arg-type]


class Hand:
    """Answers questions with those statements."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)

    def text(self, words: str) -> int:
        given = {"words": words}
        row = self.connection.execute(FACETS, given).fetchone()
        assert row is not None
        self.connection.execute(RELEVANT if row[0] <= RANKED else BY_NAME, given).fetchall()
        return min(row[0], UP_TO)

    def filtered(self, where: str, **given: object) -> int:
        row = self.connection.execute(COUNTED.format(where=where), given).fetchone()  # type: ignore[arg-type]
        assert row is not None
        self.connection.execute(PAGE.format(where=where), given).fetchall()  # type: ignore[arg-type]
        return min(row[0], UP_TO)

    def suggest(self, field: str, prefix: str) -> int:
        given = {"field": field, "low": prefix, "high": prefix + "\U0010ffff"}
        return len(self.connection.execute(SUGGESTED, given).fetchall())

    def tile(self, west: float, south: float, east: float, north: float) -> int:
        given = {"west": west, "south": south, "east": east, "north": north, "wide": (east - west) / 16, "high": (north - south) / 16}  # fmt: skip
        rows = self.connection.execute(TILE, given).fetchall()
        return sum(row[2] for row in rows)
