"""`python -m bench.tables [ROWS]`: whole tables, streamed and exported, against a `COPY` of the same cells by hand.

One run on one database: specimens with event, organism and collection, 40 columns. The bound is what PostgreSQL
itself writes as CSV from a statement by hand that knows neither rights nor what is disclosed.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from bench.__main__ import PATH, fill, memory, serve
from dina.app import App, load_modules, running
from dina.base.database import EmbeddedServer, migrate
from dina.identity import dev_caller
from dina.settings import Settings

console = Console()
FORMATS = os.environ.get("FORMATS", "CSV,GEOPARQUET,XLSX").split(",")
OWN = [
    "id",
    "materialSampleName",
    "dwcCatalogNumber",
    "dwcOtherCatalogNumbers",
    "barcode",
    "materialSampleType",
    "materialSampleState",
    "materialSampleRemarks",
    "preparationDate",
    "preservationType",
    "managedAttributes.depth",
    "publiclyReleasable",
    "tags[*]",
    "createdOn",
    "createdBy",
    "group",
    "isRestricted",
    "preparationRemarks",
    "sourceSet",
    "preparedBy[*]",
]
EVENT = [
    "startEventDateTime",
    "dwcVerbatimLocality",
    "dwcRecordedBy",
    "dwcCountry",
    "dwcStateProvince",
    "habitat",
    "dwcVerbatimCoordinates",
]
PLACE = ["dwcDecimalLatitude", "dwcDecimalLongitude", "dwcCoordinateUncertaintyInMeters"]
NAMED = ["scientificName", "verbatimScientificName", "determinedOn", "typeStatus", "verbatimDeterminer"]
COLUMNS = [
    *OWN,
    *(f"collectingEvent.{name}" for name in EVENT),
    *(f"collectingEvent.geoReferenceAssertions[isPrimary].{name}" for name in PLACE),
    *(f"organism.determination[isPrimary].{name}" for name in NAMED),
    "organism[0].sex", "organism.lifeStage", "collection.name", "collection.code", "collection.institution.name",
]  # fmt: skip
RICHER = """
UPDATE collection.collecting_event SET dwc_country = 'Canada', dwc_state_province = 'Ontario', habitat = 'forest', dwc_verbatim_coordinates = '45 N 75 W',
  geo_reference_assertions = jsonb_build_array(jsonb_build_object('isPrimary', true, 'dwcDecimalLatitude', 45 + round(random()::numeric, 5),
    'dwcDecimalLongitude', -75 + round(random()::numeric, 5), 'dwcCoordinateUncertaintyInMeters', 100));
UPDATE collection.organism SET sex = 'female', life_stage = 'adult', determination = jsonb_build_array(jsonb_build_object('isPrimary', true,
  'scientificName', 'Carex aquatilis', 'verbatimScientificName', 'Carex aquatilis Wahl.', 'determinedOn', '2001-01-01', 'verbatimDeterminer', 'Ada'));
UPDATE collection.material_sample SET barcode = 'b' || dwc_catalog_number, tags = array['a', 'b'], managed_attributes = '{"depth": "3"}',
  preparation_date = '2001-02-03', publicly_releasable = true, material_sample_type = 'WHOLE_ORGANISM', preservation_type = 'dry',
  material_sample_remarks = 'Remarks of some length about the specimen, as they are';
VACUUM ANALYZE collection.material_sample; VACUUM ANALYZE collection.organism; VACUUM ANALYZE collection.collecting_event
"""
BY_HAND = """
COPY (SELECT s.id, s.material_sample_name, s.dwc_catalog_number, array_to_string(s.dwc_other_catalog_numbers, ' | '), s.barcode, s.material_sample_type,
  s.material_sample_state, s.material_sample_remarks, s.preparation_date, s.preservation_type, s.managed_attributes->>'depth', s.publicly_releasable,
  array_to_string(s.tags, ' | '), s.created_on, s.created_by, s."group", s.is_restricted, s.preparation_remarks, s.source_set, s.prepared_by->0->>'id',
  e.start_event_date_time, e.dwc_verbatim_locality, e.dwc_recorded_by, e.dwc_country, e.dwc_state_province, e.habitat, e.dwc_verbatim_coordinates,
  e.geo_reference_assertions->0->>'dwcDecimalLatitude', e.geo_reference_assertions->0->>'dwcDecimalLongitude',
  e.geo_reference_assertions->0->>'dwcCoordinateUncertaintyInMeters', o.determination->0->>'scientificName', o.determination->0->>'verbatimScientificName',
  o.determination->0->>'determinedOn', o.determination->0->>'typeStatus', o.determination->0->>'verbatimDeterminer', o.sex, o.life_stage, c.name, c.code, i.name
  FROM collection.material_sample s LEFT JOIN collection.collecting_event e ON e.id = s.collecting_event_id
  LEFT JOIN collection.material_sample_organism l ON l.source_id = s.id AND l.ordinal = 0 LEFT JOIN collection.organism o ON o.id = l.target_id
  LEFT JOIN collection.collection c ON c.id = s.collection_id LEFT JOIN collection.institution i ON i.id = c.institution_id
  WHERE s.deleted_on IS NULL) TO STDOUT (FORMAT csv)
"""


def enrich(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in RICHER.split(";"):
            connection.execute(statement)  # type: ignore[arg-type]


def by_hand(url: str) -> tuple[float, int]:
    started, rows = time.perf_counter(), 0
    with psycopg.connect(url) as connection, connection.cursor().copy(BY_HAND) as copy:  # type: ignore[arg-type]
        for part in copy:
            rows += bytes(part).count(b"\n")
    return time.perf_counter() - started, rows


def streamed(accept: str) -> tuple[float, int]:
    body = {"data": {"type": "table", "attributes": {"columns": COLUMNS}}}
    started, rows = time.perf_counter(), 0
    with (
        httpx.Client(base_url="http://127.0.0.1:18103", timeout=3600) as client,
        client.stream("POST", f"{PATH}/table", json=body, headers={"accept": accept}) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        for part in answer.iter_bytes():
            rows += part.count(b"\n")
    return time.perf_counter() - started, rows


async def exported(settings: Settings, format: str) -> float:
    """Seconds from the beginning of the job to its end."""
    attributes = {
        "name": "bench", "exportType": "TABULAR_DATA", "source": "material-sample", "exportOptions": {"format": format},
        "schema": {"material-sample": {"columns": COLUMNS}},
    }  # fmt: skip
    async with (
        running(App(settings, load_modules(settings))) as app,
        app.client_as(dev_caller(settings)) as client,
    ):
        document = {"data": {"type": "data-export", "attributes": attributes}}
        made = await client.post("/exchange/v1/data-export", json=document)
        assert made.status_code == 201, made.text
        with tempfile.TemporaryDirectory() as scratch:
            started = time.perf_counter()
            await app.worker(Path(scratch) / "w").run(until_idle=True)
            seconds = time.perf_counter() - started
        found = await client.get(f"/exchange/v1/data-export/{made.json()['data']['id']}")
        assert found.json()["data"]["attributes"]["status"] == "COMPLETED", found.text
    return seconds


def held() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(size: int, folder: Path) -> None:
    url = EmbeddedServer(folder / "postgres").start()
    settings = replace(
        Settings(), database_url=url, auth_mode="dev", rate=0, log_requests=False, web=False, data_dir=folder
    )
    migrate(url, load_modules(settings))
    with psycopg.connect(url) as connection:
        row: Any = connection.execute("SELECT count(*) FROM collection.material_sample").fetchone()
    if not row[0]:
        fill(url, size)
        enrich(url)
    table = Table("40 columns", "rows", "seconds", "rows/s", "of the bound", "memory")
    by_hand(url)
    bound, rows = by_hand(url)
    table.add_row("COPY by hand (bound)", f"{rows:,}", f"{bound:.1f}", f"{rows / bound:,.0f}", "1.00", "")
    server = serve("dina.app:create", 18103, settings.environment())
    try:
        idle = memory(server)
        for accept in ("application/x-ndjson", "text/csv"):
            seconds, _ = streamed(accept)
            table.add_row(
                f"streamed, {accept}", f"{rows:,}", f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{bound / seconds:.2f}",
                f"{memory(server):.0f} MB ({memory(server) - idle:+.0f})",
            )  # fmt: skip
    finally:
        server.terminate()
        server.wait()
    for format in FORMATS:
        before = held()
        seconds = asyncio.run(exported(settings, format))
        table.add_row(
            f"exported, {format}", f"{rows:,}", f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{bound / seconds:.2f}",
            f"at most {held():.0f} MB ({held() - before:+.0f})",
        )  # fmt: skip
    console.print(table)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    if len(sys.argv) > 2:
        measure(size, Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
        Path(folder).chmod(0o755)
        measure(size, Path(folder))


if __name__ == "__main__":
    main()
