"""`python -m bench.publishing`: rows a second of publishing an occurrence archive, beside a bare COPY TO of the same.

SIZES=100000,1000000 chooses how many specimens. The archive is built by the real job in a process of its own, so
that its memory can be told; the bound is PostgreSQL writing the same joined columns as text.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from dina.app import App, load_modules, running
from dina.base import logs
from dina.base.database import EmbeddedServer, migrate
from dina.base.jobs import enqueue
from dina.identity import dev_caller
from dina.settings import Settings

console = Console()
DATASET = "0198c0de-0000-7000-8000-000000000001"
LOAD = """
INSERT INTO collection.institution (id, name, created_by) VALUES ('0198c0de-0000-7000-8000-000000000002', 'Museum', 'bench');
INSERT INTO collection.collection (id, name, code, "group", created_by, institution_id)
  SELECT gen_random_uuid(), 'Collection ' || n, 'C' || n, 'dev-group', 'bench', '0198c0de-0000-7000-8000-000000000002' FROM generate_series(1, 20) n;
INSERT INTO agent.person (id, display_name, created_by) SELECT gen_random_uuid(), 'Person ' || n, 'bench' FROM generate_series(1, 500) n;
WITH p AS (SELECT array_agg(id) a FROM agent.person)
INSERT INTO collection.collecting_event (id, "group", created_by, dwc_field_number, dwc_record_number, dwc_recorded_by, start_event_date_time,
    verbatim_event_date_time, dwc_verbatim_locality, dwc_country, dwc_country_code, dwc_state_province, dwc_verbatim_latitude, dwc_verbatim_longitude,
    dwc_minimum_elevation_in_meters, dwc_maximum_elevation_in_meters, habitat, remarks, collectors, geo_reference_assertions)
  SELECT gen_random_uuid(), 'dev-group', 'bench', 'F-' || n, n::text, CASE WHEN n % 2 = 0 THEN 'Collector ' || n % 500 END,
    to_char(date '1900-01-01' + (n % 44000)::int, 'YYYY-MM-DD'), to_char(date '1900-01-01' + (n % 44000)::int, 'DD.MM.YYYY'),
    n % 97 || ' km N of the village, path to lake ' || n % 1009, 'Canada', 'CA', 'Quebec', '45 30 N', '75 20 W', n % 3000, n % 3000 + 20,
    'dry slope with Juniperus', 'with ' || n % 30 || ' others',
    jsonb_build_array(jsonb_build_object('id', p.a[1 + n % 500], 'type', 'person')),
    jsonb_build_array(jsonb_build_object('dwcDecimalLatitude', 45 + (n % 1000) / 1000.0, 'dwcDecimalLongitude', -75 - (n % 977) / 1000.0,
      'dwcCoordinateUncertaintyInMeters', 100, 'dwcGeodeticDatum', 'WGS84', 'isPrimary', true))
  FROM generate_series(1, {n} / 3 + 1) n, p;
WITH p AS (SELECT array_agg(id) a FROM agent.person)
INSERT INTO collection.organism (id, "group", created_by, sex, life_stage, determination)
  SELECT gen_random_uuid(), 'dev-group', 'bench', 'female', 'adult', jsonb_build_array(jsonb_build_object('scientificName', 'Carex species' || n % 2000 || ' L.',
    'verbatimScientificName', 'Carex sp. ' || n % 2000, 'isPrimary', true, 'verbatimDeterminer', 'Determiner ' || n % 300, 'determiner', jsonb_build_array(p.a[1 + n % 500]),
    'determinedOn', '2001-02-03', 'scientificNameDetails', jsonb_build_object('classificationPath', 'Plantae|Tracheophyta|Liliopsida|Poales|Cyperaceae',
    'classificationRanks', 'kingdom|phylum|class|order|family'), 'parsedName', jsonb_build_object('canonicalName', 'Carex species' || n % 2000,
    'genus', 'Carex', 'specificEpithet', 'species' || n % 2000, 'authorship', 'L.', 'cardinality', 2)))
  FROM generate_series(1, {n}) n, p;
WITH e AS (SELECT array_agg(id) a FROM collection.collecting_event), c AS (SELECT array_agg(id) a FROM collection.collection)
INSERT INTO collection.material_sample (id, "group", created_by, created_on, material_sample_name, dwc_catalog_number, dwc_other_catalog_numbers, barcode,
    material_sample_type, material_sample_remarks, preservation_type, publicly_releasable, is_restricted, tags, collecting_event_id, collection_id)
  SELECT gen_random_uuid(), 'dev-group', 'bench', now() - n * interval '1 second', 'S-' || lpad(n::text, 8, '0'), n::text, ARRAY['old ' || n], 'B' || n,
    'WHOLE_ORGANISM', CASE WHEN n % 4 = 0 THEN 'remark ' || n END, 'pinned', true, false, ARRAY['bench'],
    e.a[1 + n % cardinality(e.a)], c.a[1 + n % 20] FROM generate_series(1, {n}) n, e, c;
INSERT INTO collection.material_sample_organism (source_id, target_id, ordinal)
  SELECT s.id, o.id, 0 FROM (SELECT id, row_number() OVER () r FROM collection.material_sample) s
  JOIN (SELECT id, row_number() OVER () r FROM collection.organism) o USING (r);
INSERT INTO exchange.dataset (id, title, licence, query, core, language, schedule, versions_kept, with_restricted, "group", created_by)
  VALUES ('{dataset}', 'Bench', 'http://creativecommons.org/publicdomain/zero/1.0/legalcode', '{"type": "material-sample", "filters": {}}', 'occurrence', 'en', 'off', 2, false, 'dev-group', 'bench');
"""
COPIED = """
COPY (SELECT s.id, s.material_sample_name, s.dwc_catalog_number, s.dwc_other_catalog_numbers, s.barcode, s.material_sample_type, s.material_sample_remarks,
    s.preservation_type, s.tags, s.created_on, e.*, c.name, c.code, i.name, o.*
  FROM collection.material_sample s
  LEFT JOIN collection.collecting_event e ON e.id = s.collecting_event_id
  LEFT JOIN collection.collection c ON c.id = s.collection_id
  LEFT JOIN collection.institution i ON i.id = c.institution_id
  LEFT JOIN collection.material_sample_organism l ON l.source_id = s.id
  LEFT JOIN collection.organism o ON o.id = l.target_id
  WHERE s.publicly_releasable AND NOT s.is_restricted AND s.deleted_on IS NULL ORDER BY s.id) TO STDOUT
"""


def fill(url: str, number: int) -> None:
    """Fill the tables quickly: history is written by the other measurements."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in LOAD.replace("{n}", str(number)).replace("{dataset}", DATASET).split(";\n"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE")


def settings_of(url: str, folder: Path) -> Settings:
    return replace(
        Settings(), database_url=url, data_dir=folder, auth_mode="dev", web=False, rate=0, log_requests=False
    )


def copied(url: str) -> float:
    """Seconds that PostgreSQL needs to write the same columns as text, which nobody keeps."""
    with psycopg.connect(url) as connection:
        started = time.perf_counter()
        with connection.cursor().copy(COPIED) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - started


async def publish(settings: Settings) -> dict[str, Any]:
    """Run the job here; its rows, seconds, and memory over that of the idle application."""
    logs.configure(json=False)
    async with running(App(settings, load_modules(settings))) as app:
        assert app.pools is not None
        with tempfile.TemporaryDirectory(prefix="dina-publish-") as scratch:
            worker = app.worker(Path(scratch) / "work")
            await worker.run(until_idle=True)
            idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            async with app.pools.write.connection() as connection:
                await enqueue(
                    connection, "exchange", "publish", "Bench", dev_caller(settings), group="dev-group",
                    parameters={"dataset": DATASET},
                )  # fmt: skip
            started = time.perf_counter()
            await worker.run(until_idle=True)
            seconds = time.perf_counter() - started
        over = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024
        async with app.pools.write.connection() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(result, '{}')::text, coalesce(error::text, '') FROM dina.job ORDER BY created_on DESC LIMIT 1"
            )
            row = await cursor.fetchone()
            assert row is not None
            result, error = row
    if error:
        raise RuntimeError(error)
    return {"rows": orjson.loads(result)["rows"], "seconds": seconds, "memory": over}


def main() -> None:
    if len(sys.argv) > 1:
        found = asyncio.run(publish(settings_of(sys.argv[1], Path(sys.argv[2]))))
        print(orjson.dumps(found).decode())
        return
    table = Table("specimens", "publish", "COPY TO", "ratio", "wanted", "memory over idle", "wanted")
    for size in (int(one) for one in os.environ.get("SIZES", "100000,1000000").split(",")):
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            url = EmbeddedServer(Path(folder) / "postgres").start()
            migrate(url, load_modules(settings_of(url, Path(folder))))
            fill(url, size)
            copied(url)
            bound = size / copied(url)
            told = subprocess.run(
                [sys.executable, "-m", "bench.publishing", url, folder], capture_output=True, check=True
            )
            found = orjson.loads(told.stdout.splitlines()[-1])
            ours = found["rows"] / found["seconds"]
            table.add_row(
                f"{size:,}", f"{ours:,.0f} rows/s", f"{bound:,.0f} rows/s", f"{ours / bound:.2f}", "≥ 10,000 rows/s",
                f"{found['memory']:.0f} MB", "≤ 300 MB",
            )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
