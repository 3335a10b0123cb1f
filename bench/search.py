"""`python -m bench.search`: indexing and searching many specimens, beside the best SQL by hand for the same answers.

SIZES=100000,1000000 chooses how many, TURNS=60 how often each question is asked. Specimens get their values from
the demo's: names, places, people and dates of real records, recombined. They are written into the collection's
tables directly and indexed through the API by a worker's means; questions are asked of a running server over HTTP,
as a client sees it. The answer by hand comes from tables made for these very questions (`bench.by_hand`), and has
to say the same number; the ratio is that of the medians.

THROUGH=1000000: so many are indexed through the API at most. A larger size is made of them by repeating entries in
the index with fresh ids, so the values of names and numbers are then not each a record's own.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import AsyncConnection
from rich.console import Console
from rich.table import Table

from bench.__main__ import serve
from bench.by_hand import Hand, make
from bench.specimens import fill
from dina.app import App, load_modules, running
from dina.base import logs
from dina.base.database import EmbeddedServer, migrate
from dina.modules.search.engine.map import bounds_of
from dina.modules.search.engine.model import EXACT_UP_TO
from dina.modules.search.index.follower import OPTIONS, Follower
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.helping import Help
from dina.modules.search.index.numbers import LOTS
from dina.modules.search.index.rebuild import rebuild
from dina.modules.search.index.source import Source
from dina.settings import Settings

console = Console()
TURNS = int(os.environ.get("TURNS", "60"))
THROUGH = int(os.environ.get("THROUGH", "1000000"))
PORT = 18107
TYPE = "material-sample"
FACETS = [
    {"name": path, "field": path}
    for path in ("collectingEvent.dwcCountry", "collection.name", "organism.determination.typeStatus", "tags")
]
REPEATED = """
INSERT INTO search.entry_{new} SELECT e.type, n.id, e.mask, e."group",
    ARRAY(SELECT t FROM unnest(e.terms) t WHERE t > 512 UNION ALL
      SELECT lot FROM unnest(ARRAY[{lots}]) lot WHERE n.chance % lot = 0 ORDER BY 1), e.words, e.deps,
    ARRAY(SELECT CASE WHEN one = e.id THEN n.id ELSE one END FROM unnest(e.near) one), e.lon, e.lat, e.first_day, e.last_day,
    e.oldest, e.youngest, e.sorts, e.parts, replace(e.document::text, e.id::text, n.id::text)::json
  FROM search.entry_{old} e, LATERAL (SELECT CASE WHEN copy = 1 THEN e.id ELSE gen_random_uuid() END AS id,
    (random() * 4294967295)::bigint AS chance FROM generate_series(1, CASE WHEN e.type = 'material-sample' THEN {times} ELSE 1 END) copy) n
"""


async def index(settings: Settings, size: int, url: str) -> str:
    """Make the index as a worker does; how fast that was."""
    async with (
        running(App(settings, load_modules(settings))) as app,
        await AsyncConnection.connect(url, autocommit=True, options=OPTIONS) as connection,
    ):
        source = Source(app.client_as, prefixes_of(app.services["search"]))
        follower = await Follower.open(connection, source)
        follower.help = replace(Help.of_this_machine(), environment={**os.environ, **settings.environment()})
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        started, spent = time.perf_counter(), used()
        await rebuild(follower)
        seconds, python = time.perf_counter() - started, used() - spent
        number = (await follower.store.generations())[0]
        row = await (await connection.execute(f"SELECT count(*) FROM search.entry_{number}")).fetchone()  # type: ignore[arg-type]
        await source.close()
    assert row is not None
    return (
        f"{size / seconds:,.0f} specimens/s, {row[0] / seconds:,.0f} entries/s; "
        f"Python {python / size * 1000:.2f} ms of a core for each specimen"
    )


def used() -> float:
    """Seconds of a core that this process and those it started have used."""
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system


def repeat(url: str, times: int) -> None:
    """Let the index hold each specimen so many times."""
    with psycopg.connect(url, autocommit=True) as connection:
        row: Any = connection.execute("SELECT generation FROM search.state").fetchone()
        old, new = row[0], row[0] + 1
        connection.execute("SELECT search.make_generation(%s)", [new])
        statement = (
            REPEATED.replace("{lots}", ", ".join(map(str, LOTS)))
            .replace("{old}", str(old))
            .replace("{new}", str(new))
            .replace("{times}", str(times))
        )
        connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("SELECT search.index_generation(%s)", [new])
        connection.execute("UPDATE search.state SET generation = %s", [new])
        tables = ", ".join(f"search.{table}_{old}" for table in ("entry", "usage", "said", "spot"))
        connection.execute(f"DROP TABLE {tables}")  # type: ignore[arg-type]


def sizes(url: str) -> str:
    """What the index takes, for an even comparison with all values in it that wait."""
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT search.put_threes(20000)").fetchone() != (0,):
            pass
        generation: Any = connection.execute("SELECT generation FROM search.state").fetchone()
        connection.execute(f"VACUUM ANALYZE search.entry_{generation[0]}")  # type: ignore[arg-type]
        row: Any = connection.execute(
            "SELECT pg_size_pretty(sum(pg_total_relation_size(c.oid))) FROM pg_class c "
            "WHERE relnamespace = 'search'::regnamespace AND relkind = 'r'"
        ).fetchone()
    return row[0]


class Asked:
    """The questions, each asked over HTTP and by hand with the same random values."""

    def __init__(self, client: httpx.Client, hand: Hand, names: list[str], specimens: int) -> None:
        self.client, self.hand, self.names, self.specimens = client, hand, names, specimens
        self.draw = random.Random(1)

    def search(self, **asked: Any) -> int:
        # Where the index keeps the number, ours is exact beyond what either counts.
        return min(self.post("search", "/search", **asked)["total"], EXACT_UP_TO)

    def post(self, kind: str, path: str, **asked: Any) -> dict[str, Any]:
        body = {"data": {"type": kind, "attributes": {"type": TYPE, **asked}}}
        answer = self.client.post(f"/search/v1{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()["data"]["attributes"]

    def name(self, words: int) -> list[str]:
        return [one.strip(".,()&").lower() for one in self.draw.choice(self.names).split()[:words]]

    def text(self, number: int = 1) -> tuple[Callable[[], int], Callable[[], int]]:
        words = [one for one in self.name(number) if one.isalpha() and one.isascii()] or ["carex"]
        tree = {"words": " ".join(words)}
        query = " & ".join(f"'{one}'" for one in words)
        return lambda: self.search(filter=tree, facets=FACETS), lambda: self.hand.text(query)

    def field(self) -> tuple[Callable[[], int], Callable[[], int]]:
        value = f"F-{self.draw.randint(1, self.specimens // 3)}"
        tree = {"field": "collectingEvent.dwcFieldNumber", "op": "eq", "value": value}
        return lambda: self.search(filter=tree), lambda: self.hand.filtered(
            "field_number = %(v)s", v=value.lower()
        )

    def wide(self) -> tuple[Callable[[], int], Callable[[], int]]:
        value = self.draw.choice(["turkey", "canada", "japan"])
        tree = {"field": "collectingEvent.dwcCountry", "op": "eq", "value": value}
        return lambda: self.search(filter=tree), lambda: self.hand.filtered("country = %(v)s", v=value)

    def dates(self) -> tuple[Callable[[], int], Callable[[], int]]:
        year = self.draw.randint(1890, 2010)
        tree = {"all": [
            {"field": "collectingEvent.startEventDateTime", "op": "between", "values": [str(year), str(year + 1)]},
            {"field": "organism.determination.typeStatus", "op": "eq", "value": "holotype"},
        ]}  # fmt: skip
        return lambda: self.search(filter=tree), lambda: self.hand.filtered(
            "type_status = 'holotype' AND day BETWEEN %(a)s::date AND %(b)s::date", a=f"{year}-01-01", b=f"{year + 1}-12-31"
        )  # fmt: skip

    def suggest(self, unique: bool = False) -> tuple[Callable[[], int], Callable[[], int]]:
        if unique:
            field, prefix = "materialSampleName", f"s-{self.draw.randint(1, self.specimens)}"[:5]
        elif self.draw.random() < 0.5:
            field, prefix = (
                "organism.determination.scientificName",
                self.draw.choice(self.names)[: self.draw.randint(2, 6)].lower(),
            )
        else:
            field, prefix = "collectingEvent.dwcVerbatimLocality", self.draw.choice(["c", "pa", "na", "ye"])

        def ask() -> int:
            answer = self.client.get(
                "/search/v1/search/suggest", params={"type": TYPE, "field": field, "prefix": prefix}
            )
            assert answer.status_code == 200, answer.text
            return len(answer.json()["data"]["attributes"]["suggestions"])

        return ask, lambda: self.hand.suggest(field, prefix)

    def map(self, *zooms: int) -> tuple[Callable[[], int], Callable[[], int]]:
        zoom = self.draw.choice(zooms)
        side = 2**zoom
        x, y = self.draw.randrange(side), self.draw.randrange(side // 4, side // 2) if side > 3 else 0

        def ask() -> int:
            return sum(
                one["count"]
                for one in self.post("search-tile", "/search/tiles", zoom=zoom, x=x, y=y)["clusters"]
            )

        return ask, lambda: self.hand.tile(*bounds_of(zoom, x, y))


def timed(ask: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    found = ask()
    return (time.perf_counter() - started) * 1000, found


def ranks(spent: list[float]) -> tuple[float, float]:
    return statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]


def ask_all(asked: Asked, size: int, table: Table) -> None:
    for label, draw, wanted in (
        ("text + 4 facets + page", lambda: asked.text(1), 150), ("two words + 4 facets + page", lambda: asked.text(2), 150),
        ("field filter, few", asked.field, 100), ("field filter, an eighth of all", asked.wide, 100), ("dates and type status", asked.dates, 100),
        ("suggest", asked.suggest, 50), ("suggest among unique names", lambda: asked.suggest(True), 50),
        ("map: world", lambda: asked.map(0), 200), ("map: region", lambda: asked.map(3, 5, 7), 200),
    ):  # fmt: skip
        ours: list[float] = []
        theirs: list[float] = []
        same = 0
        for turn in range(TURNS + 1):
            ask, by_hand = draw()
            one, other = timed(ask), timed(by_hand)
            if turn:
                ours.append(one[0])
                theirs.append(other[0])
                same += one[1] == other[1]
        (median, slow), (bound, bound_slow) = ranks(ours), ranks(theirs)
        table.add_row(
            f"{size:,}", label, f"{median:.0f} / {slow:.0f} ms", f"{bound:.1f} / {bound_slow:.1f} ms", f"{median / bound:.1f}",
            f"≤ {wanted} ms" + ("" if slow <= wanted else " MISSED"), f"{same} of {TURNS}",
        )  # fmt: skip


def run(url: str, folder: Path, size: int, table: Table) -> None:
    settings = replace(
        Settings(), database_url=url, data_dir=folder, auth_mode="dev", dev_groups=("/dev-group/super-user",), web=False, rate=0,
        log_requests=False,
    )  # fmt: skip
    through = min(size, THROUGH)
    fill(url, through)
    told = asyncio.run(index(settings, through, url))
    times = size // through
    if times > 1:
        repeat(url, times)
    make(url, times)
    table.add_row(f"{size:,}", "indexing", told, "", "", "≥ 2,000/s", sizes(url))
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT value FROM hand.value WHERE field LIKE %s", ["organism%"]
        ).fetchall()
    server = serve("dina.app:create", PORT, settings.environment())
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120) as client:
            ask_all(Asked(client, Hand(url), [row[0] for row in rows], through), size, table)
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    logs.configure(json=False)
    table = Table(
        "specimens", "question", "ours p50 / p95", "by hand p50 / p95", "ratio", "wanted", "same total / size"
    )
    for size in (int(one) for one in os.environ.get("SIZES", "100000,1000000").split(",")):
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            url = EmbeddedServer(Path(folder) / "postgres").start()
            migrate(url, load_modules(Settings()))
            run(url, Path(folder), size, table)
        console.print(table)


if __name__ == "__main__":
    main()
