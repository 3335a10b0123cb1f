"""A database of the first release is brought to the one that remembers places."""

from __future__ import annotations

import psycopg

from dina.app import load_modules
from dina.base.database import migrate
from dina.base.database.migrate import upgrade
from dina.settings import Settings
from tests.conftest import new_database

OLD = """
INSERT INTO collection.storage_unit (id, "group", name) VALUES
  ('00000000-0000-7000-8000-000000000001', 'cnc', 'Cabinet'), ('00000000-0000-7000-8000-000000000002', 'cnc', 'Box');
UPDATE collection.storage_unit SET parent_storage_unit_id = '00000000-0000-7000-8000-000000000001' WHERE name = 'Box';
INSERT INTO collection.storage_unit_usage (id, "group", usage_type, storage_unit_id, well_row, well_column) VALUES
  ('00000000-0000-7000-8000-000000000003', 'cnc', 'material-sample', '00000000-0000-7000-8000-000000000002', 'a', 1),
  ('00000000-0000-7000-8000-000000000004', 'cnc', 'material-sample', '00000000-0000-7000-8000-000000000002', 'A', 2),
  ('00000000-0000-7000-8000-000000000005', 'cnc', 'material-sample', '00000000-0000-7000-8000-000000000002', 'a', 2);
INSERT INTO collection.material_sample (id, "group", storage_unit_usage_id) VALUES
  ('00000000-0000-7000-8000-000000000006', 'cnc', '00000000-0000-7000-8000-000000000003');
"""


def test_what_lies_somewhere_already_is_remembered_from_now_on(server_url: str) -> None:
    url, loaded = new_database(server_url), load_modules(Settings())
    module = next(module for module, _ in loaded if module.name == "collection")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA dina")
        connection.execute(
            "CREATE FUNCTION dina.sort_key(value text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT value'"
        )
        connection.execute("CREATE SCHEMA collection")
        upgrade(url, module, "0001")
        connection.execute(OLD)
        migrate(url, loaded)
        placed = connection.execute(
            "SELECT item_type, well_row, well_column, until FROM collection.storage_placement ORDER BY 1"
        ).fetchall()
        rows = connection.execute(
            "SELECT well_row || well_column FROM collection.storage_unit_usage ORDER BY id"
        ).fetchall()
    assert placed == [("material-sample", "A", 1, None), ("storage-unit", None, None, None)]
    assert [row[0] for row in rows] == ["A1", "A2", "a2"]
