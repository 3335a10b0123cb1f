-- The index: what the modules' APIs tell of their records, in a form that is quick to search. All of it can be
-- made again from them; nothing here is the only place of anything.

-- Which generation of the index answers, and which one is being built.
CREATE TABLE IF NOT EXISTS search.state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation integer NOT NULL,
  building integer,
  built_on timestamptz,
  rebuild_asked boolean NOT NULL DEFAULT true,
  progress jsonb
);
-- Whether the generation has entries for those who have not signed in.
ALTER TABLE search.state ADD COLUMN IF NOT EXISTS open boolean NOT NULL DEFAULT false;

-- How far each module's change feed has been read; written with what it led to.
CREATE TABLE IF NOT EXISTS search.position (
  module text PRIMARY KEY,
  after text NOT NULL,
  read_on timestamptz NOT NULL DEFAULT now()
);

-- Numbers of fields, used within the ids of terms; they never change.
CREATE TABLE IF NOT EXISTS search.field (
  number smallint GENERATED ALWAYS AS IDENTITY (MAXVALUE 8191) PRIMARY KEY,
  type text NOT NULL,
  path text NOT NULL,
  kind text NOT NULL,
  UNIQUE (type, path)
);

-- Values of fields. `id` is the number of the field and a hash of the value, so that it needs no looking up.
-- `ordered` is the key of its place among others where that is not the folded text, `low` and `high` are its
-- ends where it is a number, a date (in days) or a time (in microseconds).
CREATE TABLE IF NOT EXISTS search.term (
  id bigint PRIMARY KEY,
  value text NOT NULL,
  folded text NOT NULL,
  ordered text,
  low double precision,
  high double precision
);
CREATE INDEX IF NOT EXISTS term_folded ON search.term ((id >> 50), left(folded, 200) COLLATE "C");
CREATE INDEX IF NOT EXISTS term_low ON search.term ((id >> 50), low) WHERE low IS NOT NULL;
CREATE INDEX IF NOT EXISTS term_high ON search.term ((id >> 50), high) WHERE low IS NOT NULL;

-- Every three letters that follow each other in a text: what contains a text has all of its threes.
CREATE OR REPLACE FUNCTION search.threes(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT ARRAY(SELECT substr(folded, i, 3) FROM generate_series(1, length(folded) - 2) i)
$body$;

-- Texts of terms by their threes, for what stands within a text. They are put in when there is nothing else to do;
-- those of `unthreed` are not there yet, and texts of more than 200 characters never are.
DO $body$
BEGIN
  IF to_regclass('search.three') IS NULL THEN
    CREATE TABLE search.unthreed (id bigint PRIMARY KEY);
    CREATE TABLE search.three (id bigint PRIMARY KEY, folded text NOT NULL);
    CREATE INDEX three_threes ON search.three USING gin (search.threes(folded));
    INSERT INTO search.unthreed SELECT id FROM search.term WHERE low IS NULL AND length(folded) BETWEEN 3 AND 200;
  END IF;
END $body$;
CREATE INDEX IF NOT EXISTS term_long ON search.term ((id >> 50)) WHERE length(folded) > 200;

CREATE OR REPLACE FUNCTION search.await_threes() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO search.unthreed SELECT id FROM added WHERE low IS NULL AND length(folded) BETWEEN 3 AND 200
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER await_threes AFTER INSERT ON search.term
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION search.await_threes();

-- Puts some of those that wait among the others; how many there were.
CREATE OR REPLACE FUNCTION search.put_threes(most integer) RETURNS integer LANGUAGE plpgsql AS $body$
DECLARE
  put integer;
BEGIN
  WITH gone AS (DELETE FROM search.unthreed WHERE id IN (SELECT id FROM search.unthreed ORDER BY id LIMIT most) RETURNING id),
  made AS (INSERT INTO search.three SELECT t.id, t.folded FROM gone JOIN search.term t USING (id) ON CONFLICT DO NOTHING)
  SELECT count(*) INTO put FROM gone;
  RETURN put;
END $body$;

-- Words that people may misspell, with what is left of their beginnings without a letter or two.
CREATE TABLE IF NOT EXISTS search.word (
  word text PRIMARY KEY,
  left_of text[] NOT NULL
);
CREATE INDEX IF NOT EXISTS word_left ON search.word USING gin (left_of);

-- What has changed and is not in a generation yet, since when: resources themselves (`direct`), which come first,
-- and records that tell something of them.
CREATE TABLE IF NOT EXISTS search.pending (
  generation integer NOT NULL,
  type text NOT NULL,
  id uuid NOT NULL,
  "group" text NOT NULL DEFAULT '',
  since timestamptz NOT NULL DEFAULT now(),
  direct boolean NOT NULL,
  PRIMARY KEY (generation, type, id)
);
CREATE INDEX IF NOT EXISTS pending_order ON search.pending (generation, direct DESC, since);

-- One generation of entries. A record has several where different callers are told different things: bits of
-- `mask` say whom an entry is for: 1 administrators, 2 its group, 4 everybody else who is signed in, 8 those who are
-- not, where the system lets them read.
CREATE OR REPLACE FUNCTION search.make_generation(number integer) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format($sql$
    CREATE TABLE search.entry_%1$s (
      type text NOT NULL,
      id uuid NOT NULL,
      mask smallint NOT NULL,
      "group" text NOT NULL,
      terms bigint[] NOT NULL,
      words tsvector NOT NULL,
      deps uuid[] NOT NULL,
      near uuid[] NOT NULL,
      lon double precision,
      lat double precision,
      first_day integer,
      last_day integer,
      oldest double precision,
      youngest double precision,
      sorts jsonb NOT NULL,
      parts jsonb,
      document json NOT NULL
    ) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
    ALTER TABLE search.entry_%1$s ALTER terms SET STORAGE MAIN, ALTER sorts SET STORAGE MAIN, ALTER words SET STORAGE MAIN,
      ALTER deps SET STORAGE MAIN, ALTER near SET STORAGE MAIN;
    CREATE TABLE search.usage_%1$s (
      term bigint NOT NULL, "group" text NOT NULL, mask smallint NOT NULL, n bigint NOT NULL
    )$sql$, number);
  PERFORM search.make_sums(number);
END $body$;

-- Sums beside a generation, kept with it: how many entries have a word that many have, and what lies in the cells of
-- the maps of the world. A word that is not there is in few entries, or was when the generation was made.
CREATE OR REPLACE FUNCTION search.make_sums(number integer) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format($sql$
    CREATE TABLE search.said_%1$s (
      type text NOT NULL, word text NOT NULL, "group" text NOT NULL, mask smallint NOT NULL, n bigint NOT NULL,
      PRIMARY KEY (type, word, "group", mask)
    );
    CREATE TABLE search.spot_%1$s (
      type text NOT NULL, "group" text NOT NULL, mask smallint NOT NULL, zoom smallint NOT NULL, x integer NOT NULL,
      y integer NOT NULL, n bigint NOT NULL, lon bigint NOT NULL, lat bigint NOT NULL,
      PRIMARY KEY (type, zoom, x, y, "group", mask)
    )$sql$, number);
END $body$;

-- In how many entries a word stands at least, so that they are counted beforehand.
CREATE OR REPLACE FUNCTION search.often() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1000';

-- The borders of the rows of tiles of zoom 5, from the south; those of smaller zooms are among them.
CREATE OR REPLACE FUNCTION search.borders() RETURNS double precision[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT ARRAY[
    -90.0, -83.97925949886205, -82.67628497834903, -81.09321385260839, -79.17133464081945, -76.84081641443098,
    -74.01954331150226, -70.61261423801925, -66.51326044311186, -61.60639637138628, -55.77657301866769,
    -48.92249926375824, -40.97989806962013, -31.952162238024968, -21.943045533438177, -11.178401873711781, 0.0,
    11.178401873711781, 21.943045533438177, 31.952162238024968, 40.97989806962013, 48.92249926375824,
    55.77657301866769, 61.60639637138628, 66.51326044311186, 70.61261423801925, 74.01954331150226,
    76.84081641443098, 79.17133464081945, 81.09321385260839, 82.67628497834903, 83.97925949886205, 90.0
  ]::double precision[]
$body$;

-- The cells of a point on the maps of the world, 16 side by side in each tile of zoom 0 to 5; y counts from the south
-- within its row of tiles.
CREATE OR REPLACE FUNCTION search.cells(lon double precision, lat double precision)
RETURNS TABLE (zoom smallint, x integer, y integer) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT z::smallint, least(floor((lon + 180) / 360 * (16 << z)), (16 << z) - 1)::integer,
    (16 * ((1 << z) - 1 - row) + least(floor((lat - south) / ((north - south) / 16)), 15))::integer
  FROM (SELECT search.borders() AS b) c, LATERAL (SELECT least(width_bucket(lat, b), 32) - 1 AS finest) f,
    generate_series(0, 5) z, LATERAL (SELECT finest >> (5 - z) AS row) r,
    LATERAL (SELECT b[(row << (5 - z)) + 1] AS south, b[((row + 1) << (5 - z)) + 1] AS north) n
$body$;

CREATE OR REPLACE FUNCTION search.fill_sums(number integer) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  -- Which words are frequent is guessed from one entry in eight; how many have them is counted.
  EXECUTE format($sql$
    WITH often AS MATERIALIZED (
      SELECT type || ' ' || word AS said FROM search.entry_%1$s, unnest(tsvector_to_array(words)) word
      WHERE terms @> ARRAY[8]::bigint[] GROUP BY 1 HAVING count(*) * 16 >= search.often()
    )
    INSERT INTO search.said_%1$s SELECT e.type, w.word, e."group", e.mask, count(*)
      FROM search.entry_%1$s e, unnest(tsvector_to_array(words)) w (word)
      WHERE e.type || ' ' || w.word IN (SELECT said FROM often) GROUP BY 1, 2, 3, 4;
    INSERT INTO search.spot_%1$s SELECT type, "group", mask, zoom, x, y, count(*), sum(round(lon * 1e7)), sum(round(lat * 1e7))
      FROM search.entry_%1$s, search.cells(lon, lat) WHERE lon IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
    ANALYZE search.said_%1$s; ANALYZE search.spot_%1$s$sql$, number);
END $body$;

CREATE OR REPLACE FUNCTION search.index_generation(number integer) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format($sql$
    CREATE UNIQUE INDEX entry_%1$s_key ON search.entry_%1$s (type, id, mask);
    CREATE INDEX entry_%1$s_terms ON search.entry_%1$s USING gin (terms);
    CREATE INDEX entry_%1$s_words ON search.entry_%1$s USING gin (words);
    CREATE INDEX entry_%1$s_deps ON search.entry_%1$s USING gin (deps);
    CREATE INDEX entry_%1$s_near ON search.entry_%1$s USING gin (near);
    CREATE INDEX entry_%1$s_point ON search.entry_%1$s USING gist (point(lon, lat)) WHERE lon IS NOT NULL;
    CREATE INDEX entry_%1$s_map ON search.entry_%1$s (type, mask, "group", lon, lat) WHERE lon IS NOT NULL;
    CREATE INDEX entry_%1$s_title ON search.entry_%1$s (type, (sorts -> '_title'), id, mask);
    CREATE INDEX entry_%1$s_day ON search.entry_%1$s (type, first_day, id) WHERE first_day IS NOT NULL;
    CREATE INDEX entry_%1$s_age ON search.entry_%1$s (oldest) WHERE oldest IS NOT NULL;
    INSERT INTO search.usage_%1$s SELECT t, "group", mask, count(*) FROM search.entry_%1$s, unnest(terms) t GROUP BY 1, 2, 3;
    CREATE UNIQUE INDEX usage_%1$s_key ON search.usage_%1$s (term, "group", mask) INCLUDE (n);
    ANALYZE search.entry_%1$s; ANALYZE search.usage_%1$s; ANALYZE search.term$sql$, number);
  PERFORM search.fill_sums(number);
END $body$;

-- Generations that were made before there were sums.
DO $body$
DECLARE
  number integer;
BEGIN
  FOR number IN SELECT substring(tablename FROM '^entry_([0-9]+)$')::integer FROM pg_tables
    WHERE schemaname = 'search' AND tablename ~ '^entry_[0-9]+$'
  LOOP
    IF to_regclass('search.said_' || number) IS NULL THEN
      PERFORM search.make_sums(number);
      PERFORM search.fill_sums(number);
    END IF;
  END LOOP;
END $body$;

DO $body$
BEGIN
  IF NOT EXISTS (SELECT FROM search.state) THEN
    PERFORM search.make_generation(0);
    PERFORM search.index_generation(0);
    INSERT INTO search.state (generation) VALUES (0);
  END IF;
END $body$;

-- Which form entries have: those of an earlier one are made anew. 2: lineages of taxa, 3: samples of every size.
ALTER TABLE search.state ADD COLUMN IF NOT EXISTS form integer NOT NULL DEFAULT 1;
UPDATE search.state SET form = 3, rebuild_asked = true WHERE form < 3;

-- Lists of terms of the parts of a record, for what must hold of one and the same part.
CREATE OR REPLACE FUNCTION search.parts(list jsonb) RETURNS SETOF bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT ARRAY(SELECT t::bigint FROM jsonb_array_elements_text(part) t) FROM jsonb_array_elements(list) part
$body$;

-- Whether a point is within rings (even-odd rule, straight lines in degrees, borders belong to it). The corners of
-- a ring stand one after the other, each with the next.
CREATE OR REPLACE FUNCTION search.within(lon double precision, lat double precision, edges jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT coalesce(bool_or((x2 - x1) * (lat - y1) = (y2 - y1) * (lon - x1)
      AND lon BETWEEN least(x1, x2) AND greatest(x1, x2) AND lat BETWEEN least(y1, y2) AND greatest(y1, y2)), false)
    OR count(*) FILTER (WHERE (y1 > lat) <> (y2 > lat)
      AND lon < (x2 - x1) * (lat - y1) / nullif(y2 - y1, 0) + x1) % 2 = 1
  FROM jsonb_array_elements(edges) e, LATERAL (SELECT (e->>0)::float8 x1, (e->>1)::float8 y1, (e->>2)::float8 x2, (e->>3)::float8 y2) c
$body$;
