"""A database of the first release, with data in it, becomes one of today: nothing is lost and all of it works."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import Any

import psycopg

from dina.app import App, load_modules, running
from dina.base.database.migrate import differences, migrate, upgrade
from dina.base.history.triggers import module_tables
from dina.settings import Settings
from tests.conftest import client_of, new_database, resource

FIRST = "0001"
EVENT, ORGANISM, WHOLE, LEAF = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
DATA = [
    "INSERT INTO agent.person (id, display_name) VALUES (gen_random_uuid(), 'Agnes Arber')",
    f"""INSERT INTO collection.collecting_event (id, "group", start_event_date_time, dwc_verbatim_locality)
        VALUES ('{EVENT}', 'cnc', '1911-05', 'Ottawa')""",
    f"""INSERT INTO collection.organism (id, "group", determination) VALUES ('{ORGANISM}', 'cnc',
        '[{{"verbatimScientificName": "Carex nigra", "isPrimary": true}}]')""",
    f"""INSERT INTO collection.material_sample (id, "group", material_sample_name, collecting_event_id)
        VALUES ('{WHOLE}', 'cnc', 'old 1', '{EVENT}')""",
    f"""INSERT INTO collection.material_sample (id, "group", material_sample_name, parent_material_sample_id)
        VALUES ('{LEAF}', 'cnc', 'old 1 leaf', '{WHOLE}')""",
    f"INSERT INTO collection.material_sample_organism VALUES ('{WHOLE}', '{ORGANISM}', 0)",
    f"""INSERT INTO collection.revision (type, id, version, kind, "group", author, after)
        VALUES ('material-sample', '{WHOLE}', 1, 'INITIAL', 'cnc', 'linnaeus', '{{"materialSampleName": "old 1"}}')""",
    """INSERT INTO collection.row_count VALUES ('material-sample', 'cnc', 2), ('organism', 'cnc', 1),
       ('collecting-event', 'cnc', 1)""",
]


def first_release(url: str, loaded: Any) -> None:
    """The tables as the first release made them, and rows in them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(files("dina.base.database").joinpath("base.sql").read_text("utf-8"))  # type: ignore[arg-type]
        for module, _ in loaded:
            connection.execute(f"CREATE SCHEMA {module.schema}")
            for statement in module_tables(module.schema):
                connection.execute(statement)
            upgrade(url, module, FIRST)
        for statement in DATA:
            connection.execute(statement)


async def test_a_database_of_the_first_release_is_upgraded_with_its_data(
    server_url: str, settings: Settings
) -> None:
    url, loaded = new_database(server_url), load_modules(Settings())
    first_release(url, loaded)
    migrate(url, loaded)
    for module, _ in loaded:
        assert differences(url, module) == []
    async with running(App(replace(settings, database_url=url), loaded)) as app:
        client = client_of(app)
        people = (await client.get("/agent/v1/person")).json()
        assert [one["attributes"]["displayName"] for one in people["data"]] == ["Agnes Arber"]
        path = f"/collection/v1/material-sample/{LEAF}"
        leaf = (await client.get(f"{path}?include=organism")).json()["data"]["attributes"]
        assert leaf["effectiveScientificName"] == "Carex nigra"
        graph = (await client.get(f"{path}/provenance")).json()["data"]["attributes"]
        assert {node["id"] for node in graph["nodes"]} == {LEAF, WHOLE, EVENT}
        changed = await client.patch(path, json=resource("material-sample", {"barcode": "1"}, id=LEAF))
        assert changed.status_code == 200
        history = await client.get(
            f"/collection/v1/audit-snapshot?filter[instanceId]=material-sample/{WHOLE}"
        )
        assert [one["attributes"]["author"] for one in history.json()["data"]] == ["linnaeus"]
        assert (await client.get("/collection/v1/material-sample")).json()["meta"]["totalResourceCount"] == 2
