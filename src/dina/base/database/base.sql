-- What every module's tables stand on. Run at each migration; every statement may run again.
CREATE SCHEMA IF NOT EXISTS dina;

-- The key texts are sorted by: case and accents folded, the same on every server. Not declared STRICT, although it
-- gives null for null: else PostgreSQL calls it for each index entry instead of writing it out in place.
CREATE OR REPLACE FUNCTION dina.sort_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT CASE WHEN octet_length(value) = char_length(value) THEN lower(value COLLATE "C")
    ELSE lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g')) END COLLATE "C"
$body$;

CREATE TABLE IF NOT EXISTS dina.idempotency (
  username text NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  status integer,
  headers jsonb,
  body bytea,
  created_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (username, key)
);

CREATE TABLE IF NOT EXISTS dina.derived (
  name text PRIMARY KEY,
  fingerprint text NOT NULL
);
