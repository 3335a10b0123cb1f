-- Long work. The row is the queue, the progress and the result at once; see `store.py`.
CREATE TABLE IF NOT EXISTS dina.job (
  id uuid PRIMARY KEY,
  module text NOT NULL,
  kind text NOT NULL,
  label text NOT NULL,
  "group" text,
  author text NOT NULL,
  caller jsonb NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'running', 'finished', 'failed', 'stopped')),
  done bigint NOT NULL DEFAULT 0,
  total bigint,
  failed bigint NOT NULL DEFAULT 0,
  message text,
  error jsonb,
  checkpoint jsonb NOT NULL DEFAULT '{}',
  result jsonb NOT NULL DEFAULT '{}',
  stop_requested boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  created_on timestamptz NOT NULL DEFAULT now(),
  started_on timestamptz,
  finished_on timestamptz
);
CREATE INDEX IF NOT EXISTS job_waiting ON dina.job (created_on) WHERE state IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS job_listed ON dina.job (module, created_on DESC);
