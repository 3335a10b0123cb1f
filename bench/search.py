"""`python -m bench.search`: indexing and searching many specimens, beside SQL written by hand for the same answers.

SIZES=100000,1000000 chooses how many. Specimens get their values from the demo's: names, places, people and dates
of real records, recombined. They are written into the collection's tables directly and indexed through the API.
"""

from __future__ import annotations

import asyncio
import csv
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection
from rich.console import Console
from rich.table import Table

from dina.app import App, load_modules, running
from dina.base import logs
from dina.base.database import EmbeddedServer, migrate
from dina.modules.search.engine import Facet, Search, Sight, count, registry_of, search, suggest, tile
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.rebuild import rebuild
from dina.modules.search.index.source import Source
from dina.modules.search.query.tree import All, Box, Compare, Form, Op, Words
from dina.settings import Settings

console = Console()
TURNS = int(os.environ.get("TURNS", "60"))
TYPE = ("material-sample",)
GUEST = Sight(groups=("elsewhere",))
FILL = """
INSERT INTO agent.person (id, display_name, created_by) SELECT gen_random_uuid(), v, 'bench' FROM bench_person;
INSERT INTO collection.institution (id, name, created_by) VALUES ('0198c0de-0000-7000-8000-000000000002', 'Museum', 'bench');
INSERT INTO collection.collection (id, name, code, "group", created_by, institution_id)
  SELECT gen_random_uuid(), 'Collection ' || n, 'C' || n, 'dev-group', 'bench', '0198c0de-0000-7000-8000-000000000002' FROM generate_series(1, 20) n;
WITH p AS (SELECT array_agg(id) a FROM agent.person), v AS (SELECT array_agg(bench_place) a FROM bench_place)
INSERT INTO collection.collecting_event (id, "group", created_by, dwc_field_number, dwc_recorded_by, start_event_date_time,
    dwc_verbatim_locality, dwc_country, dwc_state_province, dwc_minimum_elevation_in_meters, habitat, collectors, geo_reference_assertions)
  SELECT gen_random_uuid(), 'dev-group', 'bench', 'F-' || n, 'Collector ' || n % 300,
    to_char(date '1890-01-01' + (n * 7919 % 47000)::int, 'YYYY-MM-DD'), (v.a[1 + n % cardinality(v.a)]).locality || ', ' || n % 1009 || ' m from the road',
    (v.a[1 + n % cardinality(v.a)]).country, 'Province ' || n % 97, n * 31 % 4000, (v.a[1 + n * 13 % cardinality(v.a)]).locality,
    jsonb_build_array(jsonb_build_object('id', p.a[1 + n % cardinality(p.a)], 'type', 'person')),
    jsonb_build_array(jsonb_build_object('dwcDecimalLatitude', round((-60 + (n * 7877 % 130000) / 1000.0)::numeric, 4),
      'dwcDecimalLongitude', round((-180 + (n * 104729 % 360000) / 1000.0)::numeric, 4), 'isPrimary', true))
  FROM generate_series(1, {n} / 3 + 1) n, p, v;
WITH p AS (SELECT array_agg(id) a FROM agent.person), v AS (SELECT array_agg(v) a FROM bench_name)
INSERT INTO collection.organism (id, "group", created_by, sex, determination)
  SELECT gen_random_uuid(), 'dev-group', 'bench', CASE n % 3 WHEN 0 THEN 'female' WHEN 1 THEN 'male' END, jsonb_build_array(jsonb_build_object(
    'verbatimScientificName', v.a[1 + n * 17 % cardinality(v.a)], 'scientificName', v.a[1 + n * 17 % cardinality(v.a)], 'isPrimary', true,
    'typeStatus', CASE WHEN n % 200 = 0 THEN 'holotype' END, 'verbatimDeterminer', 'Determiner ' || n % 300, 'determiner', jsonb_build_array(p.a[1 + n % cardinality(p.a)]),
    'determinedOn', '2001-02-03'))
  FROM generate_series(1, {n}) n, p, v;
WITH e AS (SELECT array_agg(id) a FROM collection.collecting_event), c AS (SELECT array_agg(id) a FROM collection.collection)
INSERT INTO collection.material_sample (id, "group", created_by, created_on, material_sample_name, dwc_catalog_number, barcode,
    material_sample_type, material_sample_remarks, preservation_type, publicly_releasable, tags, collecting_event_id, collection_id)
  SELECT gen_random_uuid(), 'dev-group', 'bench', now() - n / 100 * interval '1 second', 'S-' || n, n::text, 'B' || n,
    'WHOLE_ORGANISM', CASE WHEN n % 4 = 0 THEN 'remark on flowers ' || n END, 'pinned', CASE WHEN n % 50 <> 0 THEN true ELSE false END, ARRAY['bench', 't' || n % 50],
    e.a[1 + n % cardinality(e.a)], c.a[1 + n % 20] FROM generate_series(1, {n}) n, e, c;
INSERT INTO collection.material_sample_organism (source_id, target_id, ordinal)
  SELECT s.id, o.id, 0 FROM (SELECT id, row_number() OVER () r FROM collection.material_sample) s
  JOIN (SELECT id, row_number() OVER () r FROM collection.organism) o USING (r)
"""


def fill(url: str, number: int) -> None:
    """The demo's names, places and people, recombined into so many specimens."""
    text = files("dina.demo").joinpath("data/berlin-pontaurus.tsv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    names = sorted({one.get("scientificName") or "" for one in rows} - {""})
    names = [*names, *(f"{one.split()[0]} species{n}" for n in range(10) for one in names[:300])]
    places = sorted({one.get("locality") or "" for one in rows} - {""}) or ["path to the lake"]
    people = sorted(
        {one.get("recordedBy") or "" for one in rows} | {f"Person {n}" for n in range(500)} - {""}
    )
    countries = ["Turkey", "Canada", "Türkiye", "France", "Côte d’Ivoire", "Japan", "Brazil", "Kenya"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMP TABLE bench_name (v text); CREATE TEMP TABLE bench_person (v text)")
        connection.execute("CREATE TEMP TABLE bench_place (locality text, country text)")
        with connection.cursor().copy("COPY bench_name FROM STDIN") as copy:
            for one in names:
                copy.write_row([one])
        with connection.cursor().copy("COPY bench_person FROM STDIN") as copy:
            for one in people:
                copy.write_row([one or "Nobody"])
        with connection.cursor().copy("COPY bench_place FROM STDIN") as copy:
            for at, one in enumerate(places):
                copy.write_row([one, countries[at % len(countries)]])
        for statement in FILL.replace("{n}", str(number)).split(";\n"):
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE")


HAND = {
    "text, facets, first page": """SELECT s.id, e.dwc_country FROM collection.organism o JOIN collection.material_sample_organism l ON l.target_id = o.id
      JOIN collection.material_sample s ON s.id = l.source_id JOIN collection.collecting_event e ON e.id = s.collecting_event_id
      WHERE o.determination->0->>'scientificName' ILIKE '%{name}%' LIMIT 20""",
    "field filter": """SELECT count(*) FROM collection.material_sample s JOIN collection.collecting_event e ON e.id = s.collecting_event_id
      WHERE e.dwc_field_number = 'F-{number}'""",
}


async def measure(turns: int, ask: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    spent: list[float] = []
    for _ in range(turns):
        started = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]


async def run(url: str, folder: Path, size: int, table: Table) -> None:
    settings = replace(
        Settings(), database_url=url, data_dir=folder, auth_mode="dev", web=False, rate=0, log_requests=False
    )
    draw = random.Random(1)
    async with running(App(settings, load_modules(settings))) as app:
        assert app.pools is not None
        service = app.services["search"]
        async with await AsyncConnection.connect(url, autocommit=True) as connection:
            source = Source(app.client_as, prefixes_of(service))
            follower = await Follower.open(connection, source)
            started = time.perf_counter()
            await rebuild(follower)
            seconds = time.perf_counter() - started
            generation = (await follower.store.generations())[0]
            rows = await (
                await connection.execute(f"SELECT count(DISTINCT id) FROM search.entry_{generation}")
            ).fetchone()  # type: ignore[arg-type]
            assert rows is not None
            await connection.execute(f"VACUUM ANALYZE search.entry_{generation}")  # type: ignore[arg-type]
            sizes = await (
                await connection.execute(
                    "SELECT pg_size_pretty(sum(pg_total_relation_size(c.oid))) FROM pg_class c WHERE relnamespace = 'search'::regnamespace AND relkind = 'r'"
                )
            ).fetchone()
            names = [
                row[0]
                for row in await (
                    await connection.execute(
                        "SELECT DISTINCT determination->0->>'scientificName' FROM collection.organism LIMIT 500"
                    )
                ).fetchall()
            ]
            await source.close()
        assert sizes is not None
        table.add_row(
            f"{size:,}", "indexing", f"{rows[0] / seconds:,.0f} records/s", "", "≥ 2,000/s", f"{sizes[0]}"
        )

        async with app.pools.read.connection() as connection:
            registry = await registry_of(service, connection)
            facets = tuple(
                Facet(path, field=path)
                for path in (
                    "collectingEvent.dwcCountry",
                    "collection.name",
                    "organism.determination.typeStatus",
                    "tags",
                )
            )

            async def text() -> Any:
                word = draw.choice(names).split()[0]
                return await search(connection, registry, GUEST, Search(TYPE, Words(word), facets=facets))

            async def two_words() -> Any:
                tree = Words(" ".join(draw.choice(names).split()[:2]))
                return await search(connection, registry, GUEST, Search(TYPE, tree, facets=facets))

            async def wide() -> Any:
                tree = Compare(
                    "collectingEvent.dwcCountry", Op.EQ, (draw.choice(["turkey", "canada", "japan"]),)
                )
                return await search(connection, registry, GUEST, Search(TYPE, tree))

            async def field() -> Any:
                tree = Compare("collectingEvent.dwcFieldNumber", Op.EQ, (f"F-{draw.randint(1, size // 3)}",))
                return await search(connection, registry, GUEST, Search(TYPE, tree))

            async def both() -> Any:
                year = draw.randint(1890, 2010)
                tree = All((
                    Compare("collectingEvent.startEventDateTime", Op.BETWEEN, (str(year), str(year + 1))),
                    Compare("organism.determination.typeStatus", Op.EQ, ("holotype",)),
                ))  # fmt: skip
                return await search(connection, registry, GUEST, Search(TYPE, tree))

            async def completed() -> Any:
                path = draw.choice(
                    [
                        "organism.determination.scientificName",
                        "collectingEvent.dwcRecordedBy",
                        "collectingEvent.dwcVerbatimLocality",
                    ]
                )
                prefix = {"o": draw.choice(names)[: draw.randint(2, 6)], "c": "coll"}[
                    "o" if path.startswith("org") else "c"
                ]
                return await suggest(connection, registry, GUEST, TYPE, path, prefix)

            async def names_completed() -> Any:
                return await suggest(
                    connection, registry, GUEST, TYPE, "materialSampleName", f"S-{draw.randint(1, size)}"[:5]
                )

            async def world() -> Any:
                return await tile(connection, registry, GUEST, TYPE, (0, 0, 0))

            async def region() -> Any:
                zoom = draw.choice([3, 5, 7])
                side = 2**zoom
                return await tile(
                    connection,
                    registry,
                    GUEST,
                    TYPE,
                    (zoom, draw.randrange(side), draw.randrange(side // 4, side // 2)),
                )

            async def found_on_map() -> Any:
                tree = Words(draw.choice(names).split()[0])
                return await tile(connection, registry, GUEST, TYPE, (2, draw.randrange(4), 1), tree)

            async def boxed() -> Any:
                lon, lat = draw.uniform(-170, 160), draw.uniform(-60, 60)
                return await count(connection, registry, GUEST, TYPE, Box(lon, lat, lon + 5, lat + 5))

            async def begun() -> Any:
                tree = Words(draw.choice(names)[:4], form=Form.PREFIX)
                return await search(connection, registry, GUEST, Search(TYPE, tree))

            for label, ask, wanted in (
                ("text + 4 facets + page", text, 150), ("two words + 4 facets + page", two_words, 150),
                ("beginning of a word", begun, 150), ("field filter, few", field, 100), ("field filter, an eighth of all", wide, 100),
                ("dates and type status", both, 100), ("box", boxed, 100), ("suggest", completed, 50),
                ("suggest among unique names", names_completed, 50), ("map: world", world, 200), ("map: region", region, 200),
                ("map of a search", found_on_map, 200),
            ):  # fmt: skip
                await ask()
                median, slow = await measure(TURNS, ask)
                table.add_row(
                    f"{size:,}",
                    label,
                    f"{median:.0f} ms, p95 {slow:.0f} ms",
                    "",
                    f"≤ {wanted} ms",
                    "" if slow <= wanted else "slower than wanted",
                )
        for label, statement in HAND.items():
            async with await AsyncConnection.connect(url, autocommit=True) as connection:

                async def by_hand(connection: Any = connection, statement: str = statement) -> None:
                    given = statement.replace("{name}", draw.choice(names).split()[0]).replace(
                        "{number}", str(draw.randint(1, size // 3))
                    )
                    await connection.execute(given)  # type: ignore[arg-type]

                median, slow = await measure(5, by_hand)
                table.add_row(
                    f"{size:,}", f"by hand: {label}", f"{median:.0f} ms, p95 {slow:.0f} ms", "", "", ""
                )


def main() -> None:
    logs.configure(json=False)
    table = Table("specimens", "question", "time", "", "wanted", "")
    for size in (int(one) for one in os.environ.get("SIZES", "100000,1000000").split(",")):
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            url = EmbeddedServer(Path(folder) / "postgres").start()
            migrate(url, load_modules(Settings()))
            fill(url, size)
            asyncio.run(run(url, Path(folder), size, table))
        console.print(table)


if __name__ == "__main__":
    main()
