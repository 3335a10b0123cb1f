-- Local accounts, groups, keys and sessions of the built-in OpenID provider. Every statement may run again.
CREATE SCHEMA IF NOT EXISTS identity;
CREATE TABLE IF NOT EXISTS identity.account (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL UNIQUE CHECK (username = lower(username)),
  password text,
  first_name text, last_name text, email text,
  agent_id uuid,
  enabled boolean NOT NULL DEFAULT true,
  service_account boolean NOT NULL DEFAULT false,
  admin_roles text[] NOT NULL DEFAULT '{}',
  created_on timestamptz NOT NULL DEFAULT now(),
  failed_attempts integer NOT NULL DEFAULT 0,
  locked_until timestamptz
);
CREATE TABLE IF NOT EXISTS identity.user_group (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE CHECK (name = lower(name)),
  labels jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS identity.account_group (
  account_id uuid NOT NULL REFERENCES identity.account ON DELETE CASCADE,
  group_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('super-user', 'user', 'guest', 'read-only')),
  PRIMARY KEY (account_id, group_name, role)
);
CREATE TABLE IF NOT EXISTS identity.signing_key (
  kid text PRIMARY KEY, private jsonb NOT NULL, created_on timestamptz NOT NULL DEFAULT now(), retired_on timestamptz
);
CREATE TABLE IF NOT EXISTS identity.authorization_code (
  code bytea PRIMARY KEY, account_id uuid NOT NULL REFERENCES identity.account ON DELETE CASCADE,
  client_id text NOT NULL, redirect_uri text NOT NULL, challenge text, nonce text, scope text,
  session uuid NOT NULL, created_on timestamptz NOT NULL DEFAULT now(), used boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS identity.session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), secret bytea NOT NULL UNIQUE,
  account_id uuid NOT NULL REFERENCES identity.account ON DELETE CASCADE,
  created_on timestamptz NOT NULL DEFAULT now(), ended boolean NOT NULL DEFAULT false
);
CREATE INDEX IF NOT EXISTS session_account ON identity.session (account_id, created_on DESC);
CREATE TABLE IF NOT EXISTS identity.refresh_token (
  token bytea PRIMARY KEY, account_id uuid NOT NULL REFERENCES identity.account ON DELETE CASCADE,
  session uuid NOT NULL, client_id text NOT NULL, created_on timestamptz NOT NULL DEFAULT now(),
  used boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS identity.api_key (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), prefix text NOT NULL UNIQUE, secret bytea NOT NULL,
  account_id uuid NOT NULL REFERENCES identity.account ON DELETE CASCADE, name text NOT NULL,
  read_only boolean NOT NULL DEFAULT false, created_on timestamptz NOT NULL DEFAULT now(),
  expires_on timestamptz, last_used_on timestamptz
);
