"""`make bench`: prints rates of ours and of the bound, and their ratio; SIZES=10000,1000000 chooses tables."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from dina.app import load_modules, services_of
from dina.base.database import EmbeddedServer, migrate, open_pools
from dina.base.http import Request
from dina.base.identity.caller import Caller
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.plan import Living, Select
from dina.base.jsonapi.reading import base_values, plan_of
from dina.base.jsonapi.sql import parameters
from dina.identity import dev_caller
from dina.modules.collection.resources import MaterialSample
from dina.settings import Settings

console = Console()
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
CLIENTS = 4
PATH = "/collection/v1/material-sample"
PAGE = "page[limit]=50&include=collectingEvent,collection,organism"
EVERYTHING = "page[limit]=50&include=" + ",".join(MaterialSample.resource.relationships)
FILTERED = "filter[materialSampleName][LIKE]=S-000012%25&sort=materialSampleName&page[limit]=50"
NAMES = {"everything": "page, every relationship included"}
LOAD = """
INSERT INTO collection.collection (id, name, "group", created_by) SELECT gen_random_uuid(), 'C ' || n, 'dev-group', 'bench' FROM generate_series(1, 20) n;
INSERT INTO collection.collecting_event (id, "group", created_by, dwc_recorded_by, start_event_date_time, dwc_verbatim_locality, geo_reference_assertions)
  SELECT gen_random_uuid(), 'dev-group', 'bench', 'Collector ' || n %% 500, (1800 + n %% 220)::text, 'Place ' || n, '[]' FROM generate_series(1, {n} / 10) n;
INSERT INTO collection.organism (id, "group", created_by, determination)
  SELECT gen_random_uuid(), 'dev-group', 'bench', jsonb_build_array(jsonb_build_object('scientificName', 'Carex ' || n %% 2000, 'isPrimary', true)) FROM generate_series(1, {n}) n;
WITH e AS (SELECT array_agg(id) a FROM collection.collecting_event), c AS (SELECT array_agg(id) a FROM collection.collection)
INSERT INTO collection.material_sample (id, "group", created_by, created_on, material_sample_name, dwc_catalog_number, collecting_event_id, collection_id)
  SELECT gen_random_uuid(), 'dev-group', 'bench', now() - n * interval '1 second', 'S-' || lpad(n::text, 8, '0'), n::text,
    e.a[1 + n %% cardinality(e.a)], c.a[1 + n %% 20] FROM generate_series(1, {n}) n, e, c;
INSERT INTO collection.material_sample_organism (source_id, target_id)
  SELECT s.id, o.id FROM (SELECT id, row_number() OVER () r FROM collection.material_sample) s
  JOIN (SELECT id, row_number() OVER () r FROM collection.organism) o USING (r);
"""


def fill(url: str, number: int) -> None:
    """Fill the tables quickly: history is written by the other measurements."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in LOAD.replace("%%", "%").replace("{n}", str(number)).split(";"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[arg-type]
        for type_ in ("material-sample", "organism", "collecting-event", "collection"):
            table = type_.replace("-", "_")
            connection.execute(
                f"INSERT INTO collection.row_count SELECT '{type_}', 'dev-group', count(*) FROM collection.{table}"  # type: ignore[arg-type]
            )
        connection.execute("VACUUM ANALYZE")


async def rate(url: str, paths: list[str]) -> float:
    """Answers a second, with a few clients at once, after a warm-up."""
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        deadline, done = 0.0, 0

        async def work(offset: int) -> None:
            nonlocal done
            n = offset
            while time.perf_counter() < deadline:
                answer = await client.get(paths[n % len(paths)])
                assert answer.status_code == 200, answer.text[:300]
                n += 1
                done += 1

        for seconds in (1.0, SECONDS):
            done = 0
            deadline = time.perf_counter() + seconds
            await asyncio.gather(*(work(n * 7) for n in range(CLIENTS)))
        return done / SECONDS


async def statements(settings: Settings) -> tuple[dict[str, Any], list[str]]:
    """The SQL and parameters of each measured read, and ids to read singly."""
    loaded = load_modules(settings)
    async with open_pools(settings.database_url) as pools:
        services, _ = services_of(settings, loaded, pools)
        service = services["collection"]
        resource = service.types["material-sample"]
        caller: Caller = dev_caller(settings)
        found: dict[str, Any] = {}
        for name, query, single in (
            ("page", PAGE, False),
            ("everything", EVERYTHING, False),
            ("filtered", FILTERED, False),
            ("single", "", True),
        ):
            request = Request(
                "GET", "/collection/v1", "/material-sample", query.encode(), {}, caller, None, ""
            )  # type: ignore[arg-type]
            asked = ask(service.types, resource, request.query, ask_for.SINGLE if single else ask_for.LIST)
            more: dict[str, Any] = (
                {"select": Select(ids=True), "living": Living.BOTH, "total": False} if single else {}
            )
            plan = plan_of(service, request, resource, asked, **more)
            statement = service.statement(plan)
            values = {
                **statement.constants,
                **base_values(service, request, plan),
                **parameters(plan),
                "limit": plan.limit,
                "offset": 0,
            }
            found[name] = [statement.sql, {n: v for n, v in values.items() if n in statement.names}]
        async with pools.write.connection() as connection:
            cursor = await connection.execute("SELECT id::text FROM collection.material_sample LIMIT 500")
            ids = [row[0] for row in await cursor.fetchall()]
    return found, ids


async def writing(url: str) -> tuple[float, float]:
    """Samples a second by bulk POST of 1,000, and the median of single POSTs in milliseconds."""
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        rates: list[float] = []
        for _ in range(4):
            data = [
                {
                    "type": "material-sample",
                    "attributes": {
                        "group": "dev-group",
                        "materialSampleName": f"B-{uuid.uuid4()}",
                        "tags": ["a"],
                        "preparationDate": "2020-01-01",
                    },
                }
                for _ in range(1000)
            ]
            body = orjson.dumps({"data": data})
            started = time.perf_counter()
            answer = await client.post(
                f"{PATH}/bulk", content=body, headers={"content-type": "application/vnd.api+json; ext=bulk"}
            )
            assert answer.status_code == 200, answer.text[:300]
            rates.append(1000 / (time.perf_counter() - started))
        times: list[float] = []
        for _ in range(100):
            started = time.perf_counter()
            answer = await client.post(
                PATH,
                json={
                    "data": {
                        "type": "material-sample",
                        "attributes": {"group": "dev-group", "materialSampleName": f"P-{uuid.uuid4()}"},
                    }
                },
            )
            assert answer.status_code == 201
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(rates), statistics.median(times)


def serve(target: str, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--port",
        str(port),
        "--loop",
        "uvloop",
        "--log-level",
        "warning",
        target,
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", timeout=1)
            return process
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{target} did not start")


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of the API's worker process in MB."""
    import psutil

    family = psutil.Process(process.pid).children(recursive=True) or [psutil.Process(process.pid)]
    return max(p.memory_info().rss for p in family) / 1e6


async def measure(size: int, folder: Path) -> dict[str, Any]:
    url = EmbeddedServer(folder / "postgres").start()
    settings = replace(
        Settings(), database_url=url, auth_mode="dev", rate=0, log_requests=False, web=False, data_dir=folder
    )
    migrate(url, load_modules(settings))
    fill(url, size)
    found, ids = await statements(settings)
    environment = settings.environment()
    told = folder / "statements.json"
    told.write_bytes(orjson.dumps(found))
    started = [serve("dina.app:create", 18101, environment)]
    here, there = "http://127.0.0.1:18101", "http://127.0.0.1:18102"
    try:
        started.append(serve("bench.peer:create", 18102, {**environment, "BENCH_STATEMENTS": str(told)}))
        result: dict[str, Any] = {}
        for name, query in (("page", PAGE), ("everything", EVERYTHING), ("filtered", FILTERED)):
            result[name] = (await rate(here, [f"{PATH}?{query}"]), await rate(there, [f"/{name}"]))
        result["single"] = (
            await rate(here, [f"{PATH}/{i}" for i in ids]),
            await rate(there, [f"/single?id={i}" for i in ids]),
        )
        result["bulk"], result["post"] = await writing(here)
        result["memory"] = memory(started[0])
        return result
    finally:
        for process in started:
            process.terminate()
            process.wait()


def main() -> None:
    sizes = [int(s) for s in os.environ.get("SIZES", "10000,1000000").split(",")]
    results: dict[int, dict[str, Any]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            results[size] = asyncio.run(measure(size, Path(folder)))
    table = Table("measure", "samples", "ours", "bound", "ratio", "wanted")
    for size, r in results.items():
        for name, wanted in (("page", 0.7), ("everything", 0.7), ("filtered", 0.7), ("single", 0.6)):
            mine, theirs = r[name]
            table.add_row(
                NAMES.get(name, name),
                f"{size:,}",
                f"{mine:.0f}/s",
                f"{theirs:.0f}/s",
                f"{mine / theirs:.2f}",
                f"≥ {wanted}",
            )
        table.add_row("bulk POST of 1,000", f"{size:,}", f"{r['bulk']:.0f}/s", "", "", "≥ 3000/s")
        table.add_row("single POST, median", f"{size:,}", f"{r['post']:.1f} ms", "", "", "≤ 10 ms")
        table.add_row("memory of the API process", f"{size:,}", f"{r['memory']:.0f} MB", "", "", "≤ 200 MB")
    if len(sizes) > 1:
        small, large = results[sizes[0]], results[sizes[-1]]
        for name in ("page", "everything", "filtered", "single"):
            table.add_row(
                f"{NAMES.get(name, name)}, slower by",
                f"{sizes[-1]:,}",
                "",
                "",
                f"{small[name][0] / large[name][0]:.2f}",
                "≤ 1.5",
            )
        table.add_row(
            "bulk POST, slower by", f"{sizes[-1]:,}", "", "", f"{small['bulk'] / large['bulk']:.2f}", "≤ 1.5"
        )
        table.add_row(
            "single POST, slower by",
            f"{sizes[-1]:,}",
            "",
            "",
            f"{large['post'] / small['post']:.2f}",
            "≤ 1.5",
        )
    console.print(table)


if __name__ == "__main__":
    main()
