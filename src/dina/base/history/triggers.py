"""The triggers that keep history: whatever path writes a row, a revision is written with it.

One `revision` row per resource and transaction. Its `after` is the state in wire names without nulls; the
state before is the `after` of the revision before. Rows of the change feed are revisions in the order
(xid, seq): as only finished transactions are shown, none can appear later behind a reader's back.
"""

from __future__ import annotations

from collections.abc import Iterator

from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare

UNRECORDED = frozenset({"resourceVersion", "lastUpdatedOn"})
BOOKKEEPING = frozenset({"resource_version", "last_updated_on", "deleted_on", "deleted_by"})
"""Columns that a row which is only marked as deleted may have changed."""


def module_tables(schema: str) -> Iterator[str]:
    """History tables of one module, created once."""
    yield f"""
    CREATE TABLE IF NOT EXISTS {schema}.revision (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
      type text NOT NULL,
      id uuid NOT NULL,
      version integer NOT NULL,
      kind text NOT NULL,
      "group" text,
      author text NOT NULL DEFAULT coalesce(nullif(current_setting('dina.author', true), ''), 'anonymous'),
      change_set uuid DEFAULT nullif(current_setting('dina.change_set', true), '')::uuid,
      at timestamptz NOT NULL DEFAULT now(),
      changed text[],
      after jsonb
    )"""
    yield f"CREATE UNIQUE INDEX IF NOT EXISTS revision_once ON {schema}.revision (type, id, xid)"
    # What is asked of one resource's revisions by seq is sorted after revision_once has found them: they are few.
    yield f"DROP INDEX IF EXISTS {schema}.revision_resource"
    yield f"CREATE INDEX IF NOT EXISTS revision_author ON {schema}.revision (author, at DESC, seq DESC)"
    yield f"CREATE INDEX IF NOT EXISTS revision_time ON {schema}.revision (at DESC, seq DESC)"
    yield f"CREATE INDEX IF NOT EXISTS revision_feed ON {schema}.revision (xid, seq)"
    yield f"""CREATE INDEX IF NOT EXISTS revision_of_set ON {schema}.revision (change_set, seq)
      WHERE change_set IS NOT NULL"""
    yield f"DROP INDEX IF EXISTS {schema}.revision_change_set"
    yield f"""
    CREATE TABLE IF NOT EXISTS {schema}.change_set (
      id uuid PRIMARY KEY,
      label text,
      author text NOT NULL,
      created_on timestamptz NOT NULL DEFAULT now(),
      undo_of uuid,
      undone_by uuid
    )"""
    yield f"""
    CREATE TABLE IF NOT EXISTS {schema}.row_count (
      type text NOT NULL, "group" text, n bigint NOT NULL
    )"""
    yield f'CREATE INDEX IF NOT EXISTS row_count_type ON {schema}.row_count (type, "group")'


def state(resource: ResourceType, row: str, only: frozenset[str] | None = None) -> str:
    """SQL of the state of a row as jsonb in wire names, nulls left out; with `only`, of these attributes alone."""
    members: list[str] = []
    for fact in resource.stored.values():
        if fact.name in UNRECORDED or (only is not None and fact.name not in only):
            continue
        value = f'{row}."{fact.column}"'
        if fact.kind.compare is Compare.DATETIME:
            value = f"""to_char(timezone('UTC', {value}), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        members.append(f"'{fact.name}' VALUE {value}")
    for name, relationship in resource.relationships.items() if only is None else ():
        if relationship.external:
            members.append(f"'{name}' VALUE {row}.\"{relationship.column}\"")
        elif relationship.many:
            link = resource.links[name]
            members.append(
                f"'{name}' VALUE coalesce((SELECT jsonb_agg(jsonb_build_object('type', '{relationship.target}', "
                f"'id', l.target_id) ORDER BY l.ordinal) FROM {link.fullname} l WHERE l.source_id = {row}.id), '[]')"
            )
        else:
            members.append(
                f"'{name}' VALUE CASE WHEN {row}.\"{relationship.column}\" IS NOT NULL THEN jsonb_build_object("
                f"'type', '{relationship.target}', 'id', {row}.\"{relationship.column}\") END"
            )
    if not members:
        return "'{}'::jsonb"
    return f"json_object({', '.join(members)} ABSENT ON NULL RETURNING jsonb)"


def type_triggers(resource: ResourceType) -> Iterator[str]:
    """Functions and triggers of one type; run again whenever the declaration has changed."""
    schema, table = resource.schema, resource.table
    name, full = table.name, table.fullname
    group = 't."group"' if resource.grouped else "NULL::text"
    quoted = f"'{resource.type}'"
    current = state(resource, "t")
    same = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in BOOKKEEPING)
    yield f"""
    CREATE OR REPLACE FUNCTION {schema}.record_{name}(ids uuid[]) RETURNS void LANGUAGE sql AS $body$
      INSERT INTO {schema}.revision (type, id, version, kind, "group", changed, after)
      SELECT {quoted}, s.id, coalesce(p.version, 0) + 1, s.kind, s."group",
        CASE WHEN p.after = s.after THEN '{{}}' WHEN p.after IS NOT NULL THEN ARRAY(
          SELECT coalesce(a.key, b.key) FROM jsonb_each(s.after) a FULL JOIN jsonb_each(p.after) b USING (key)
          WHERE a.value IS DISTINCT FROM b.value ORDER BY 1) END,
        s.after
      FROM (
        SELECT t.id, {group} AS "group", {current} AS after,
          CASE WHEN t.deleted_on IS NOT NULL THEN 'TERMINAL' ELSE 'UPDATE' END AS kind
        FROM {full} t WHERE t.id = ANY(ids)
        OFFSET 0 -- else the state is worked out again wherever it is spoken of
      ) s
      LEFT JOIN LATERAL (
        SELECT r.version, r.kind, r.after FROM {schema}.revision r
        WHERE r.type = {quoted} AND r.id = s.id AND r.xid <> pg_current_xact_id()
        ORDER BY r.seq DESC LIMIT 1
      ) p ON true
      WHERE p.after IS DISTINCT FROM s.after OR (p.kind = 'TERMINAL') <> (s.kind = 'TERMINAL')
        OR EXISTS (SELECT FROM {schema}.revision r
                   WHERE r.type = {quoted} AND r.id = s.id AND r.xid = pg_current_xact_id())
      ON CONFLICT (type, id, xid) DO UPDATE SET after = excluded.after, "group" = excluded."group",
        kind = CASE WHEN revision.kind = 'INITIAL' AND excluded.kind = 'UPDATE' THEN 'INITIAL' ELSE excluded.kind END,
        changed = excluded.changed
    $body$"""
    yield from marking(resource)
    yield f"""
    CREATE OR REPLACE FUNCTION {schema}.{name}_inserted() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      INSERT INTO {schema}.revision (type, id, version, kind, "group", after)
      SELECT {quoted}, t.id, 1, 'INITIAL', {group}, {current} FROM new_rows t
      ON CONFLICT (type, id, xid) DO UPDATE SET after = excluded.after, kind = 'INITIAL';
      INSERT INTO {schema}.row_count (type, "group", n)
      SELECT {quoted}, {group}, count(*) FROM new_rows t WHERE t.deleted_on IS NULL GROUP BY 2;
      RETURN NULL;
    END $body$"""
    yield f"""
    CREATE OR REPLACE FUNCTION {schema}.{name}_updated() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE rest uuid[] := ARRAY(SELECT id FROM new_rows);
    BEGIN
      IF EXISTS (SELECT FROM new_rows WHERE deleted_on IS NOT NULL) THEN
        rest := ARRAY(SELECT unnest(rest) EXCEPT SELECT unnest({schema}.mark_{name}(ARRAY(SELECT id FROM (
          SELECT {same} FROM new_rows WHERE deleted_on IS NOT NULL
          INTERSECT SELECT {same} FROM old_rows WHERE deleted_on IS NULL) x))));
      END IF;
      IF cardinality(rest) > 0 THEN
        PERFORM {schema}.record_{name}(rest);
      END IF;
      INSERT INTO {schema}.row_count (type, "group", n)
      SELECT {quoted}, g, sum(n) FROM (
        SELECT {group} AS g, -1 AS n FROM old_rows t WHERE t.deleted_on IS NULL
        UNION ALL SELECT {group}, 1 FROM new_rows t WHERE t.deleted_on IS NULL
      ) d GROUP BY g HAVING sum(n) <> 0;
      RETURN NULL;
    END $body$"""
    yield f"""
    CREATE OR REPLACE FUNCTION {schema}.{name}_removed() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      INSERT INTO {schema}.revision (type, id, version, kind, "group", changed, after)
      SELECT {quoted}, t.id, coalesce((SELECT max(version) FROM {schema}.revision r
        WHERE r.type = {quoted} AND r.id = t.id), 0) + 1, 'TERMINAL', {group}, NULL, NULL FROM old_rows t
      ON CONFLICT (type, id, xid) DO UPDATE SET after = NULL, kind = 'TERMINAL', changed = NULL;
      INSERT INTO {schema}.row_count (type, "group", n)
      SELECT {quoted}, {group}, -count(*) FROM old_rows t WHERE t.deleted_on IS NULL GROUP BY 2;
      RETURN NULL;
    END $body$"""
    for event, function, tables in (
        ("INSERT", "inserted", "NEW TABLE AS new_rows"),
        ("UPDATE", "updated", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "removed", "OLD TABLE AS old_rows"),
    ):
        yield f"""CREATE OR REPLACE TRIGGER history_{function} AFTER {event} ON {full} REFERENCING {tables}
          FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{name}_{function}()"""
    yield from link_triggers(resource)


def marking(resource: ResourceType) -> Iterator[str]:
    """Rows that are marked as deleted and nothing else are as they last were: their state is copied, not made anew.

    Making it is most of the work of deleting many. Answers the ids it could do that for.
    """
    schema, name, quoted = resource.schema, resource.table.name, f"'{resource.type}'"
    yield f"""
    CREATE OR REPLACE FUNCTION {schema}.mark_{name}(ids uuid[]) RETURNS uuid[] LANGUAGE sql AS $body$
      WITH marked AS (
        INSERT INTO {schema}.revision (type, id, version, kind, "group", changed, after)
        SELECT {quoted}, p.id, p.version + 1, 'TERMINAL', p."group", '{{}}', p.after
        FROM unnest(ids) w (id) CROSS JOIN LATERAL (
          SELECT r.id, r.xid, r.version, r.kind, r."group", r.after FROM {schema}.revision r
          WHERE r.type = {quoted} AND r.id = w.id ORDER BY r.seq DESC LIMIT 1
        ) p
        WHERE p.xid <> pg_current_xact_id() AND p.kind <> 'TERMINAL' AND p.after IS NOT NULL
        RETURNING id
      )
      SELECT coalesce(array_agg(id), '{{}}') FROM marked
    $body$"""


def link_triggers(resource: ResourceType) -> Iterator[str]:
    """A change of links is a change of the resource they belong to."""
    schema, name = resource.schema, resource.table.name
    for link in resource.links.values():
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            function = f"{schema}.{link.name}_{event.lower()}"
            yield f"""
            CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
              PERFORM {schema}.record_{name}(ARRAY(SELECT DISTINCT source_id FROM changed_rows));
              RETURN NULL;
            END $body$"""
            yield f"""CREATE OR REPLACE TRIGGER history_{event.lower()} AFTER {event} ON {link.fullname}
              REFERENCING {rows} TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()"""
