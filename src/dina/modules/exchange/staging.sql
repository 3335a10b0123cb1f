-- What is on its way in. Rows here are the file's own texts; nothing in them has reached a collection yet.
CREATE TABLE IF NOT EXISTS exchange.import_row (
  dataset uuid NOT NULL REFERENCES exchange.import_dataset ON DELETE CASCADE,
  tbl smallint NOT NULL,
  number integer NOT NULL,
  line integer NOT NULL,
  key text,
  "values" text[] NOT NULL,
  original text[],
  PRIMARY KEY (dataset, tbl, number)
);
CREATE INDEX IF NOT EXISTS import_row_key ON exchange.import_row (dataset, tbl, key) WHERE key IS NOT NULL;

-- Faults and doubts of rows of the main table; `col` is the position of the column they are about.
CREATE TABLE IF NOT EXISTS exchange.import_problem (
  dataset uuid NOT NULL REFERENCES exchange.import_dataset ON DELETE CASCADE,
  number integer NOT NULL,
  col smallint,
  severity text NOT NULL CHECK (severity IN ('error', 'warning', 'choice')),
  code text NOT NULL,
  value text,
  message jsonb NOT NULL,
  fix text
);
CREATE INDEX IF NOT EXISTS import_problem_row ON exchange.import_problem (dataset, number);

-- What became of each row: the record made, changed or left as it was. `done` false: sent, not yet confirmed.
CREATE TABLE IF NOT EXISTS exchange.import_made (
  dataset uuid NOT NULL REFERENCES exchange.import_dataset ON DELETE CASCADE,
  number integer NOT NULL,
  id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('created', 'updated', 'unchanged')),
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (dataset, number)
);

-- Records that rows of one data set share (events, geological contexts), by a digest of what they say.
CREATE TABLE IF NOT EXISTS exchange.import_shared (
  dataset uuid NOT NULL REFERENCES exchange.import_dataset ON DELETE CASCADE,
  type text NOT NULL,
  digest bytea NOT NULL,
  id uuid NOT NULL,
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (dataset, type, digest)
);

-- The identifiers a source gives its records, and the records they are here: a second import finds them again.
CREATE TABLE IF NOT EXISTS exchange.identity (
  "group" text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  id uuid NOT NULL,
  dataset uuid NOT NULL,
  digest bytea NOT NULL,
  former uuid,
  PRIMARY KEY ("group", type, key)
);
CREATE INDEX IF NOT EXISTS identity_dataset ON exchange.identity (dataset);
CREATE INDEX IF NOT EXISTS identity_id ON exchange.identity (id);
